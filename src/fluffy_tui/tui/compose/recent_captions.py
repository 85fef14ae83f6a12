"""The list of a persona's recent captions, one of which can be inserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.snippets import PickedText
from fluffy_tui.tui.text.times import moment_words
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

LISTED = 20
"""Captions that are listed."""
NAME_LENGTH = 60
"""Characters of a text that are shown in a list."""


def caption_choices(posts: Sequence[Post], context: Context) -> list[PickedText]:
    """Return the captions of the first posts, each with when and where it was posted; empty ones are left out."""
    return [_choice(post, context) for post in posts[:LISTED] if post.caption.strip()]


def _choice(post: Post, context: Context) -> PickedText:
    at = post.posted_at or post.scheduled_at or post.created_at
    when = moment_words(at, context.clock(), context.zone)
    channel = context.channel(post.channel_id)
    about = f"{when} · {channel.network}" if channel else when
    return PickedText(one_line(post.caption)[:NAME_LENGTH], about, post.caption)
