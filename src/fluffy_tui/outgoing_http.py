"""What the HTTP clients of a process share: whom they trust, what they send, and how much of a reply they read."""

from __future__ import annotations

import asyncio
import logging
import math
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from fluffy_tui import __version__

if TYPE_CHECKING:
    import ssl

    import httpx

_log = logging.getLogger("fluffy_tui.http")

JSON_HEADERS = {
    # The firewall in front of Buffer rejects clients without a User-Agent of their own.
    "User-Agent": f"fluffy-tui/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # so that a small reply cannot unpack to a huge one
}
"""Headers of a request for JSON."""


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return the authorities that are trusted; reading them takes some 30 ms, so that is done once."""
    import httpx

    try:
        return httpx.create_ssl_context()
    except OSError as error:  # a program that was removed has left SSL_CERT_FILE behind
        _log.warning("SSL_CERT_FILE is not used: %s", error)
        return httpx.create_ssl_context(trust_env=False)


PROXY_HINT = (
    "Correct HTTPS_PROXY, which may hold a name and password (http://name:password@host:port), have the proxy allow"
    " the address, or unset it."
)
"""What to do when a proxy refuses."""


def http_client(**options: Any) -> httpx.AsyncClient:
    """Return a client, with what `httpx.AsyncClient` takes, that asks the proxies which the environment names.

    If it names one that httpx cannot use, each request fails with `httpx.ProxyError`: nothing goes past the proxy.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    # No server has to recognise us, and a cookie that is not ASCII would make each later request fail.
    options["cookies"] = CookieJar(DefaultCookiePolicy(netscape=False, rfc2965=False))
    try:
        return httpx.AsyncClient(verify=trusted_authorities(), **options)
    except ImportError:
        reason = "SOCKS is not supported; it has to be an HTTP proxy"
    except (ValueError, httpx.InvalidURL):
        reason = "its address cannot be read"

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ProxyError(reason, request=request)

    return httpx.AsyncClient(transport=httpx.MockTransport(refuse), **options)


def is_sendable(key: str) -> bool:
    """Return whether a header can carry a key; httpx would quote one that it refuses in its error."""
    return key.isascii() and key.isprintable() and " " not in key


async def body_within(most: int, reply: httpx.Response) -> bytes | None:
    """Read a body as it was sent; None if it has more than `most` bytes, or is compressed, which was not asked for."""
    if reply.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        return None
    body = bytearray()
    async for piece in reply.aiter_raw():
        body += piece
        if len(body) > most:
            return None
        await asyncio.sleep(0)  # thousands of pieces may be there already, and keys are to be heard meanwhile
    return bytes(body)


def read_retry_after(text: str | None, now: datetime, longest: float) -> float | None:
    """Return a `Retry-After` header, which has seconds or an HTTP date, as seconds from `now`.

    None if it is missing or absurd, as one of more than `longest` seconds is.
    """
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        from email.utils import parsedate_to_datetime  # not for the first frame

        try:
            seconds = (aware(parsedate_to_datetime(text)) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    if math.isfinite(seconds) and seconds <= longest:
        return max(0.0, seconds)
    _log.warning("ignored an absurd Retry-After of %.40s", text)
    return None


def aware(moment: datetime) -> datetime:
    """Return a time from a header, which is in UTC unless it names a zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
