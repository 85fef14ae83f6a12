"""How Buffer reads the picture behind a URL: HEAD, then GET, then the bytes themselves."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from PIL import Image, UnidentifiedImageError

MIME_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}
"""What is accepted. Users report that Buffer refuses WEBP by URL; HEIC is only documented for uploads in its own
composer."""

LARGEST_BYTES = 10_000_000
"""Buffer's help centre, article 617: an image must be under 10 MB."""

TIMEOUT_SECONDS = 10
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class PictureUnreadable(Exception):
    """The picture cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """What Buffer knows about a picture after fetching it."""

    mime_type: str
    width: int
    height: int


class PictureReader:
    """Fetches pictures over HTTP as Buffer does: without redirects, and only with correct types and lengths."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def read(self, url: str) -> FetchedPicture:
        """Fetch and measure the picture at `url`.

        Raises:
            PictureUnreadable: The URL does not serve a public picture.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise PictureUnreadable("not https")
        try:
            announced = await self._announced(url)
            body = await self._body(url, announced)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise PictureUnreadable(f"no answer ({type(error).__name__})") from error
        return await asyncio.to_thread(_measure, body, announced.mime_type)

    async def _announced(self, url: str) -> _Announced:
        async with self._session.head(url, allow_redirects=False, headers=_PLAIN) as reply:
            if reply.status != 200:
                raise PictureUnreadable(f"HEAD answered {reply.status}")
            length = int(reply.headers.get("Content-Length", "0"))
            if length == 0:
                raise PictureUnreadable("HEAD gave no Content-Length")
            if length > LARGEST_BYTES:
                raise PictureUnreadable("larger than 10 MB")
            if reply.content_type not in MIME_TYPES.values():
                raise PictureUnreadable(f"Content-Type {reply.content_type}")
            return _Announced(reply.content_type, length)

    async def _body(self, url: str, announced: _Announced) -> bytes:
        async with self._session.get(url, allow_redirects=False, headers=_PLAIN) as reply:
            if reply.status != 200:
                raise PictureUnreadable(f"GET answered {reply.status}")
            if reply.content_type != announced.mime_type:
                raise PictureUnreadable("HEAD and GET name different types")
            body = await reply.content.read(LARGEST_BYTES + 1)
            while len(body) <= announced.length and (more := await reply.content.read(LARGEST_BYTES)):
                body += more
            if len(body) != announced.length:
                raise PictureUnreadable("HEAD and GET differ in length")
            return body


@dataclass(frozen=True, slots=True)
class _Announced:
    """What the response to HEAD announced."""

    mime_type: str
    length: int


_PLAIN = {"Accept-Encoding": "identity"}


def _measure(body: bytes, mime_type: str) -> FetchedPicture:
    try:
        with Image.open(io.BytesIO(body), formats=list(MIME_TYPES)) as image:
            image.load()
            found = MIME_TYPES[image.format or ""]
            width, height = image.size
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureUnreadable("the bytes are not a picture") from error
    if found != mime_type:
        raise PictureUnreadable(f"served as {mime_type} but the bytes are {found}")
    return FetchedPicture(found, width, height)
