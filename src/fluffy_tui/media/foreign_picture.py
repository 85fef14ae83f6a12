"""Fetches a picture from an address that a stranger has chosen: only from the public internet, within limits."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media.public_address import is_public_address
from fluffy_tui.outgoing_http import http_client

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 4_000_000
"""Bytes of one picture; thumbnails have some 100 kB."""
SECONDS = 12.0
"""How long one picture may take, with all its redirects."""
MOST_REDIRECTS = 3


class PictureNotFetched(FluffyError):
    """A picture could not be fetched, or may not be fetched from its address."""


async def fetch_foreign_picture(
    url: str, *, may_be_local: bool = False, most_bytes: int = MOST_BYTES, seconds: float = SECONDS
) -> bytes:
    """Return the content of an address; it may be of any kind, so decode it with care.

    Each name is resolved once, and the connection is made to an address that was checked, so that no name can lead to
    this computer or to its network. No proxy is asked, since that would resolve the name again.

    Args:
        url: With `https`.
        may_be_local: Whether this computer may be asked too, and without TLS: only where Buffer itself runs on it.
        most_bytes: How much is read.
        seconds: How long it may take.

    Raises:
        PictureNotFetched: it could not be fetched.
    """
    import httpx

    try:
        async with (
            asyncio.timeout(seconds),
            await asyncio.to_thread(http_client, timeout=seconds, trust_env=False) as client,
        ):
            for _ in range(MOST_REDIRECTS + 1):
                request = await _request(client, httpx.URL(url), may_be_local=may_be_local)
                response = await client.send(request, stream=True)
                try:
                    if not response.is_redirect:
                        return await _content(response, most_bytes)
                    url = str(httpx.URL(url).join(response.headers.get("Location", "")))
                finally:
                    await response.aclose()
    except TimeoutError:
        raise PictureNotFetched(f"It took longer than {seconds:g} seconds.") from None
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        raise PictureNotFetched(f"{type(error).__name__}: {error}") from error
    raise PictureNotFetched("There are too many redirects.")


async def _request(client: httpx.AsyncClient, url: httpx.URL, *, may_be_local: bool) -> httpx.Request:
    """Return the request, made to a checked address under the name that the certificate has to have."""
    if not url.host or url.userinfo:
        raise PictureNotFetched("The address names no server, or a user.")
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not addresses:
        raise PictureNotFetched("The server has no address.")
    is_local = may_be_local and all(address.is_loopback for address in addresses)
    if not is_local and (url.scheme != "https" or not all(map(is_public_address, addresses))):
        raise PictureNotFetched("The address is not one of the public internet with https.")
    return client.build_request(
        "GET",
        url.copy_with(host=str(addresses[0])),
        headers={"Host": url.netloc.decode("ascii"), "Accept": "image/*", "Accept-Encoding": "identity"},
        extensions={"sni_hostname": url.host},
    )


async def _content(response: httpx.Response, most_bytes: int) -> bytes:
    if response.status_code != 200:
        raise PictureNotFetched(f"The server answers with status {response.status_code}.")
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > most_bytes:
            raise PictureNotFetched(f"The server sends more than {most_bytes} bytes.")
    return bytes(content)
