"""The media host that the settings name, and a trial of it."""

from __future__ import annotations

import secrets
import time
from urllib.parse import urlsplit

from fluffy_tui.media.directory_host import DirectoryHost
from fluffy_tui.media.errors import MediaHostError
from fluffy_tui.media.media_host import MediaHost
from fluffy_tui.media.public_address import is_public_host
from fluffy_tui.media.s3_host import S3Host
from fluffy_tui.settings import LOOPBACK, MediaHostKind, Settings


def open_media_host(settings: Settings) -> MediaHost | None:
    """Build the media host that the settings name, or None when they name none; nothing is contacted yet.

    Raises:
        MediaHostError: the public address cannot be the start of a picture's address.
    """
    if settings.media_base_url is None:
        return None
    _check_base_url(settings.media_base_url, settings.buffer_url)
    if settings.media_host is MediaHostKind.DIRECTORY and settings.media_directory is not None:
        return DirectoryHost(settings.media_directory, settings.media_base_url)
    if settings.media_host is MediaHostKind.S3 and settings.s3 is not None:
        return S3Host(settings.s3, settings.media_base_url)
    return None


async def probe(host: MediaHost) -> float:
    """Upload a tiny picture, fetch it back, compare and delete it; return how many milliseconds it took.

    Raises:
        MediaHostError: the first of these steps that failed.
    """
    key, data = f"probe/{secrets.token_urlsafe(24)}.jpg", _tiny_jpeg()
    start = time.perf_counter()
    url = await host.put(key, data)
    try:
        await host.verify(url, data)
    finally:
        await host.delete(key)
    return (time.perf_counter() - start) * 1000


def _check_base_url(base_url: str, buffer_url: str) -> None:
    """Refuse an address to which no key can be appended, that would publish a secret, or that Buffer cannot reach."""
    parts = urlsplit(base_url)
    if parts.query or parts.fragment:
        raise MediaHostError(
            "FLUFFY_MEDIA_BASE_URL may not contain `?` or `#`.",
            "Give the plain public address; presigned or protected ones stop working before the post is due.",
            temporary=False,
        )
    host = parts.hostname or ""
    if not is_public_host(host) and urlsplit(buffer_url).hostname not in LOOPBACK:
        raise MediaHostError(
            f"Buffer cannot fetch pictures from {host}, which is only known on this machine or its own network.",
            "Set FLUFFY_MEDIA_BASE_URL to the public https address of the pictures.",
            temporary=False,
        )


def _tiny_jpeg() -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), "steelblue").save(buffer, "JPEG")
    return buffer.getvalue()
