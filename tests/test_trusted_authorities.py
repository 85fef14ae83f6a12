"""The trusted authorities are read once for all clients of a process."""

from __future__ import annotations

import httpx
import pytest

from fluffy_tui.trusted_authorities import trusted_authorities


async def test_they_are_read_once_and_serve_several_clients() -> None:
    assert trusted_authorities() is trusted_authorities()
    assert trusted_authorities().cert_store_stats()["x509_ca"] > 0
    async with (
        httpx.AsyncClient(verify=trusted_authorities()),
        httpx.AsyncClient(verify=trusted_authorities()),
    ):
        pass


def test_a_file_of_authorities_that_is_gone_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that were removed leave the variable behind."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    assert trusted_authorities.__wrapped__().cert_store_stats()["x509_ca"] > 0
