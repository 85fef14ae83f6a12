"""The key in the address of a post's picture, by which the post is recognised in Buffer.

`<random><photo>-<version>.jpg`: 32 random hexadecimal digits make the address unguessable, 16 of the photo's hash name
the photo even where the database does not know the post, and 8 random ones tell a version of the post from earlier
ones. Keys made before have no photo; a key without a version is of the first one.
"""

from __future__ import annotations

import re
import secrets

PHOTO_DIGITS = 16
_KEY = re.compile(r"[0-9a-f]{32}([0-9a-f]{16})?(-[0-9a-f]{8})?")


def new_delivery_key(photo_sha256: str) -> str:
    """Return a key for a new post of a photo, given the hash of its file in hexadecimal digits."""
    return secrets.token_hex(16) + photo_sha256[:PHOTO_DIGITS]


def next_delivery_key(key: str) -> str:
    """Return a key for another version of the same post.

    What was sent with any earlier version can be told from the present one, and is still known to be of this post.
    """
    return f"{delivery_stem(key)}-{secrets.token_hex(4)}"


def delivery_stem(key: str) -> str:
    """Return the part of a key that all versions of the post have in common."""
    return key.partition("-")[0]


def is_first_version(key: str) -> bool:
    """Return whether the post was never sent in another version."""
    return "-" not in key


def photo_digits(key: str) -> str | None:
    """Return the digits of the photo's hash; None for a key made before they were part of it."""
    return delivery_stem(key)[32:] or None


def key_in(address: str, base: str) -> str | None:
    """Return the key in a picture's address, if the picture lies below `base` and was put there by this program."""
    if not address.startswith(base):
        return None
    name = address[len(base) :].removesuffix(".jpg")
    return name if _KEY.fullmatch(name) else None
