"""The key in the addresses of a post's pictures, by which the post is recognised in Buffer.

`<random><photo>-<version>_<place><photo>.jpg`: 32 random hexadecimal digits make the address unguessable, 16 of the
cover's hash name the photo even where the database does not know the post, and 8 random ones tell a version of the post
from earlier ones. Keys made before have no photo; a key without a version is of the first one. The pictures behind the
cover add their place, from 1 on, and 16 digits of their own photo; so does, at place 0, a cover that was another photo
when the key was made.
"""

from __future__ import annotations

import re
import secrets

PHOTO_DIGITS = 16
_PICTURE = re.compile(r"([0-9a-f]{32}(?:[0-9a-f]{16})?(?:-[0-9a-f]{8})?)(?:_[0-9]([0-9a-f]{16}))?")


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


def picture_name(key: str, place: int, photo_sha256: str) -> str:
    """Return the name of one of a post's pictures: the key itself for the cover, at place 0, of which it was made."""
    digits = photo_sha256[:PHOTO_DIGITS]
    return key if place == 0 and photo_digits(key) in (digits, None) else f"{key}_{place}{digits}"


def key_in(address: str, base: str) -> str | None:
    """Return the key in a picture's address, if the picture lies below `base` and was put there by this program."""
    found = _picture_at(address, base)
    return found[1] if found else None


def photo_digits_in(address: str, base: str) -> str | None:
    """Return the digits of a picture's own photo, from its address; None where `key_in` is or a key has none."""
    found = _picture_at(address, base)
    return (found[2] or photo_digits(found[1])) if found else None


def _picture_at(address: str, base: str) -> re.Match[str] | None:
    return _PICTURE.fullmatch(address[len(base) :].removesuffix(".jpg")) if address.startswith(base) else None
