"""The trusted authorities are read once for all clients of a process."""

from __future__ import annotations

import httpx

from fluffy_tui.trusted_authorities import trusted_authorities


async def test_they_are_read_once_and_serve_several_clients() -> None:
    assert trusted_authorities() is trusted_authorities()
    assert trusted_authorities().cert_store_stats()["x509_ca"] > 0
    async with (
        httpx.AsyncClient(verify=trusted_authorities()),
        httpx.AsyncClient(verify=trusted_authorities()),
    ):
        pass
