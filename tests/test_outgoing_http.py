"""What the HTTP clients of a process share: trusted authorities, and how a `Retry-After` is read."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from fluffy_tui.outgoing_http import read_retry_after, trusted_authorities

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
MONTH = 2_592_000


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


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        ("Mon, 02 Nov 2026 10:01:30 GMT", 90.0),
        ("Mon, 02 Nov 2026 09:00:00 GMT", 0.0),
        ("-5", 0.0),
        ("nan", None),
        ("later", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(text: str | None, seconds: float | None) -> None:
    """Seconds and HTTP dates are valid; anything else is ignored."""
    assert read_retry_after(text, NOW, MONTH) == seconds


@pytest.mark.parametrize(
    "text", ["1000000000", "Fri, 31 Dec 9999 23:59:59 GMT", "1e300", "nan", "inf", "-5", "9" * 400]
)
def test_an_absurd_pause_is_no_pause(text: str) -> None:
    """Nothing is held longer than is plausible."""
    assert read_retry_after(text, NOW, MONTH) in (None, 0.0)
