"""Fetches a picture back from its public address, as Buffer and the networks will.

It checks what has been seen to break posts: a wrong Content-Type or Content-Length, also on HEAD, a
redirect, a login page, a certificate that is not trusted.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fluffy_tui.media.errors import MediaHostError
from fluffy_tui.media.media_host import VERIFY_SECONDS, time_limit
from fluffy_tui.outgoing_http import PROXY_HINT, http_client, trusted_authorities
from fluffy_tui.settings import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

PATIENCE = 10.0
"""Seconds for each step of a request, and no more than Buffer itself waits."""

_PASSING = (404, 408, 425, 429)
"""Statuses below 500 that may go away: behind some caches a new picture is missing for minutes."""

_LISTING_BYTES = 65_536
"""How much of a page is searched for pictures."""

_WRONG_PLACE = (
    "Check that FLUFFY_MEDIA_BASE_URL is the public address of the place where the pictures are put."
)
_CHANGED = (
    "Turn off what changes pictures on their way (a CDN's image optimisation, WebP, compression, a proxy)."
)
_SLOW = "Check that the web server runs and is fast enough, and that this machine is online."


async def verify_public(
    url: str, data: bytes, timeout: float = PATIENCE, limit: float = VERIFY_SECONDS
) -> None:
    """Make sure that GET and HEAD answer at this address with exactly this JPEG.

    A step of a request may take `timeout` seconds, and everything together `limit` seconds.

    Raises:
        MediaHostError: the address cannot be reached, or answers with something else.
    """
    received = 0

    def compare(chunk: bytes) -> None:
        nonlocal received
        if data[received : received + len(chunk)] != chunk:
            raise _refused(url, "GET answers with another picture than the one that was stored", _CHANGED)
        received += len(chunk)

    await _fetch(url, len(data), compare, timeout, limit)


async def public_digest(url: str, size: int) -> str:
    """Return the SHA-256 in hexadecimal of the JPEG of `size` bytes that this address gives.

    Raises:
        MediaHostError: the address cannot be reached, or answers with something else than a JPEG of this size.
    """
    digest = hashlib.sha256()
    await _fetch(url, size, digest.update, PATIENCE, VERIFY_SECONDS)
    return digest.hexdigest()


async def public_listing(base_url: str) -> str:
    """Return the address below `base_url` at which everybody can list the pictures; empty if there is none."""
    import httpx

    for url in (f"{base_url}/posts/", f"{base_url}/"):
        try:
            async with (
                time_limit(VERIFY_SECONDS, f"Fetching {url}", _SLOW),
                await _client(url, PATIENCE) as client,
                client.stream("GET", url) as response,
            ):
                beginning = await anext(response.aiter_bytes(_LISTING_BYTES), b"")
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, MediaHostError):
            continue
        if response.status_code == 200 and (b".jpg" in beginning or b"<ListBucketResult" in beginning):
            return url
    return ""


async def _client(url: str, timeout: float) -> httpx.AsyncClient:
    import httpx

    await asyncio.to_thread(trusted_authorities)
    # A proxy for the outside world has no way to this machine itself.
    loopback = httpx.URL(url).host in LOOPBACK
    return http_client(timeout=timeout, trust_env=not loopback, headers={"Accept-Encoding": "identity"})


async def _fetch(url: str, size: int, take: Callable[[bytes], None], timeout: float, limit: float) -> None:
    import httpx

    try:
        async with (
            time_limit(limit, f"Fetching the picture from {url}", _SLOW),
            await _client(url, timeout) as client,
        ):
            for method in ("HEAD", "GET"):
                async with client.stream(method, url) as response:
                    _check_headers(method, url, response, size)
                    if method == "GET":
                        await _take_body(url, response, size, take)
    except (httpx.TransportError, httpx.InvalidURL, ssl.SSLError) as error:
        raise _unreachable(url, error, timeout) from error


def _check_headers(method: str, url: str, response: httpx.Response, size: int) -> None:
    status = response.status_code
    if response.has_redirect_location:
        target = urlsplit(response.headers.get("Location", "")).netloc.rpartition("@")[2]
        raise _refused(
            url,
            f"{method} is redirected to {target or 'another path'} (status {status})",
            "Set FLUFFY_MEDIA_BASE_URL to the address that answers without a redirect.",
        )
    if status in (401, 403):
        raise _refused(
            url,
            f"{method} is forbidden (status {status}): the picture is not public",
            "Let everyone read the pictures, without a login or a bot check.",
        )
    if status == 407:
        raise _refused(url, "a proxy refuses (status 407)", PROXY_HINT)
    if status == 405:
        raise _refused(
            url,
            f"{method} is not allowed (status 405)",
            f"Let the web server answer {method}: Buffer asks with HEAD before it fetches a picture.",
        )
    if status != 200:
        failed = status >= 500
        raise _refused(
            url,
            f"{method} answers with status {status}",
            _SLOW if failed else _WRONG_PLACE,
            temporary=failed or status in _PASSING,
        )
    kind = response.headers.get("Content-Type", "none")
    if kind.split(";")[0].strip().lower() != "image/jpeg":
        raise _refused(
            url,
            f"{method} answers with Content-Type {kind} instead of image/jpeg",
            _CHANGED if kind.startswith("image/") else _WRONG_PLACE,
        )
    length = response.headers.get("Content-Length", "none")
    if length != str(size):
        raise _refused(url, f"{method} answers with Content-Length {length} instead of {size}", _CHANGED)


async def _take_body(url: str, response: httpx.Response, size: int, take: Callable[[bytes], None]) -> None:
    received = 0
    async for chunk in response.aiter_raw(size + 1):
        received += len(chunk)
        if received > size:
            raise _refused(url, "GET answers with more than the picture", _CHANGED)
        take(chunk)
    if received != size:
        raise _refused(url, "GET answers with half a picture", _SLOW, temporary=True)


def _refused(url: str, what: str, hint: str = _WRONG_PLACE, *, temporary: bool = False) -> MediaHostError:
    return MediaHostError(f"The picture cannot be fetched from {url}: {what}.", hint, temporary=temporary)


def _unreachable(url: str, error: Exception, timeout: float) -> MediaHostError:
    import httpx

    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return MediaHostError(f"{url} is not an address that can be fetched.", _WRONG_PLACE, temporary=False)
    host = httpx.URL(url).netloc.decode()
    if isinstance(error, httpx.ProxyError):
        return _refused(url, f"a proxy refuses ({error})", PROXY_HINT)
    if problem := certificate_problem(error):
        return MediaHostError(
            f"The certificate of {host} is not trusted ({problem}), so Buffer will not fetch pictures from it.",
            "Give the web server a valid certificate of a public authority for this name.",
            temporary=False,
        )
    slow = isinstance(error, httpx.TimeoutException)
    reason = f"no answer within {timeout:g} s, and Buffer waits no longer" if slow else str(error)
    return MediaHostError(
        f"The picture cannot be fetched from {host}: {reason or 'no connection'}.",
        _SLOW,
        temporary=True,
        unreachable=True,
    )


def certificate_problem(error: BaseException | None) -> str:
    """Return what is wrong with a certificate, if that is the reason for an error; else nothing."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message.rstrip(".")
        error = error.__cause__ or error.__context__
    return ""
