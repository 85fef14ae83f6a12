"""Places that keep renditions where Buffer can fetch them.

Buffer takes no uploads: it reads a public address when a post is created and again when it is published, so
an address must neither expire nor change (developers.buffer.com, guide "Hosting media").
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from fluffy_tui.media.errors import MediaHostError

POSTS = "posts/"
"""Where the pictures of posts are kept, below the host's root."""


PUT_SECONDS = 90.0
"""How long `put`, `delete` and `list_keys` may take, however slowly the host answers."""

VERIFY_SECONDS = 60.0
"""How long `verify` may take, however slowly the web server answers."""


class MediaHost(Protocol):
    """A place that takes a JPEG and serves it at a public address. All methods raise `MediaHostError`."""

    base_url: str
    """Public address of its root, without a slash at the end."""

    async def put(self, key: str, data: bytes) -> str:
        """Store the picture under this key and return its public address; doing it twice is harmless.

        It ends within `PUT_SECONDS`, at the latest with a temporary error.
        """
        ...

    async def verify(self, url: str, data: bytes) -> None:
        """Fetch the address as Buffer would and make sure that exactly this picture comes back.

        It ends within `VERIFY_SECONDS`, at the latest with a temporary error, and reads one byte more than the
        picture has at most.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove the picture; one that is not there is already removed."""
        ...

    async def list_keys(self) -> list[str]:
        """Return the keys of all pictures of posts, sorted."""
        ...


@asynccontextmanager
async def time_limit(seconds: float, what: str, hint: str) -> AsyncIterator[None]:
    """End the block after `seconds` with a temporary error, whose sentence begins with `what`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise MediaHostError(f"{what} took longer than {seconds:g} s.", hint, temporary=True) from None


def media_key(delivery_key: str) -> str:
    """Return where the rendition of a post is kept.

    The delivery key is random, so the address cannot be guessed, and it is in the address, so the post can be
    recognised in Buffer by its picture.

    Raises:
        ValueError: the delivery key has characters that would not survive in an address.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", delivery_key):
        raise ValueError("a delivery key has only letters, digits, - and _")
    return f"{POSTS}{delivery_key}.jpg"
