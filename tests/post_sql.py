"""SQL that writes posts past the program, for tests that need many, or odd ones."""

from __future__ import annotations


def photos_json(photo_id: str = "id") -> str:
    """Return an expression for `posts.photos` with one photo, given the expression of its id."""
    return (
        f"jsonb_build_array(jsonb_build_object('photo_id', {photo_id}, 'sha256', repeat('0', 64),"
        " 'framing', 'pad', 'tags', jsonb_build_array()))"
    )
