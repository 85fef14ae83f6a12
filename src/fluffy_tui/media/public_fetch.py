"""Fetching a picture back from its public address, the way Buffer and the networks will.

What is demanded is what has been seen to break posts: a wrong Content-Type or Content-Length, also on HEAD, a
redirect, a login page, a certificate that is not trusted.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from functools import cache
from typing import TYPE_CHECKING

from fluffy_tui.media.errors import MediaHostError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

TIMEOUT = 20.0
"""Seconds for each step of a request. Buffer's own patience is 10 s for a whole picture."""

_PASSING = (404, 408, 425, 429)
"""Statuses below 500 that may pass: behind some caches a new picture is missing for minutes."""

_LISTING_BYTES = 65_536
"""How much of a page is searched for pictures."""

_HINT = "Check that FLUFFY_MEDIA_BASE_URL is the public address of the place where the pictures are put."


async def verify_public(url: str, data: bytes, timeout: float = TIMEOUT) -> None:
    """Make sure that GET and HEAD answer at this address with exactly this JPEG.

    Args:
        url: The picture's public address.
        data: The picture.
        timeout: Seconds that each step of a request may take.

    Raises:
        MediaHostError: the address cannot be reached, or answers with something else.
    """
    received = 0

    def compare(chunk: bytes) -> None:
        nonlocal received
        if data[received : received + len(chunk)] != chunk:
            raise _refused(url, "GET answers with another picture than the one that was stored")
        received += len(chunk)

    await _fetch(url, len(data), compare, timeout)


async def public_digest(url: str, size: int, timeout: float = TIMEOUT) -> str:
    """Return the SHA-256 in hexadecimal of the JPEG that this address gives.

    Args:
        url: The picture's public address.
        size: How many bytes it has to have.
        timeout: Seconds that each step of a request may take.

    Raises:
        MediaHostError: the address cannot be reached, or answers with something else than a JPEG of this size.
    """
    digest = hashlib.sha256()
    await _fetch(url, size, digest.update, timeout)
    return digest.hexdigest()


async def public_listing(base_url: str, timeout: float = TIMEOUT) -> str:
    """Return the address below `base_url` at which everybody can list the pictures; empty if there is none."""
    import httpx

    for url in (f"{base_url}/posts/", f"{base_url}/"):
        try:
            async with (
                _client(url, timeout, await asyncio.to_thread(_trusted)) as client,
                client.stream("GET", url) as response,
            ):
                beginning = await anext(response.aiter_bytes(_LISTING_BYTES), b"")
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError):
            continue
        if response.status_code == 200 and (b".jpg" in beginning or b"<ListBucketResult" in beginning):
            return url
    return ""


def _client(url: str, timeout: float, trusted: ssl.SSLContext) -> httpx.AsyncClient:
    import httpx

    # A proxy for the outside world has no way to this machine itself.
    loopback = httpx.URL(url).host in ("127.0.0.1", "localhost", "::1")
    return httpx.AsyncClient(
        timeout=timeout,
        trust_env=not loopback,
        verify=trusted,
        headers={"Accept-Encoding": "identity"},
    )


async def _fetch(url: str, size: int, take: Callable[[bytes], None], timeout: float) -> None:
    import httpx

    try:
        async with _client(url, timeout, await asyncio.to_thread(_trusted)) as client:
            for method in ("HEAD", "GET"):
                async with client.stream(method, url) as response:
                    _check_headers(method, url, response, size)
                    if method == "GET":
                        await _take_body(url, response, size, take)
    except (httpx.TransportError, httpx.InvalidURL, ssl.SSLError) as error:
        raise _unreachable(url, error) from error


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that are trusted; reading them takes some 30 ms, so that is done once."""
    import httpx

    return httpx.create_ssl_context()


def _check_headers(method: str, url: str, response: httpx.Response, size: int) -> None:
    status = response.status_code
    if response.is_redirect:
        raise _refused(url, f"{method} is redirected to another address (status {status})")
    if status in (401, 403):
        raise _refused(url, f"{method} is forbidden (status {status}): the picture is not public")
    if status != 200:
        raise _refused(
            url, f"{method} answers with status {status}", temporary=status >= 500 or status in _PASSING
        )
    kind = response.headers.get("Content-Type", "none")
    if kind.split(";")[0].strip().lower() != "image/jpeg":
        raise _refused(url, f"{method} answers with Content-Type {kind} instead of image/jpeg")
    length = response.headers.get("Content-Length", "none")
    if length != str(size):
        raise _refused(url, f"{method} answers with Content-Length {length} instead of {size}")


async def _take_body(url: str, response: httpx.Response, size: int, take: Callable[[bytes], None]) -> None:
    received = 0
    async for chunk in response.aiter_raw():
        take(chunk)
        received += len(chunk)
    if received != size:
        raise _refused(url, "GET answers with half a picture", temporary=True)


def _refused(url: str, what: str, *, temporary: bool = False) -> MediaHostError:
    return MediaHostError(f"The picture cannot be fetched from {url}: {what}.", _HINT, temporary=temporary)


def _unreachable(url: str, error: Exception) -> MediaHostError:
    import httpx

    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return MediaHostError(f"{url} is not an address that can be fetched.", _HINT, temporary=False)
    host = httpx.URL(url).netloc.decode()
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return MediaHostError(
            f"The certificate of {host} is not trusted, so Buffer will not fetch pictures from it.",
            "Give the web server a certificate from a public authority.",
            temporary=False,
        )
    reason = (
        "no answer in time" if isinstance(error, httpx.TimeoutException) else str(error) or "no connection"
    )
    return MediaHostError(
        f"The picture cannot be fetched from {host}: {reason}.",
        "Check that the web server runs and that this machine is online.",
        temporary=True,
    )
