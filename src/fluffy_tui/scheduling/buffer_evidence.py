"""Buffer's word on a post as values of our row: where it is, when it goes out, and why it did not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import BufferStatus
from fluffy_tui.scheduling.model import PostStatus, Step

if TYPE_CHECKING:
    from fluffy_tui.buffer import BufferPost
    from fluffy_tui.scheduling.tables import PostRow

NEVER_BY_ITSELF = "not_planned_in_buffer"
"""The error code of a post that Buffer has but will not send: somebody made it a draft, or it needs approval."""

PUBLISHING_FAILED = frozenset(
    {
        "publishing_failed",
        "picture_not_fetched",
        "picture_refused",
        "channel_disconnected",
        "publishing_stuck",
    }
)
"""The error codes of posts that Buffer had and could not publish."""

_CAUSES = (
    (
        re.compile(r"could not be fetched|media container.*(fetch|download|uri)|9004|2207052", re.I),
        "picture_not_fetched",
        "The network could not fetch the picture from its address, so nothing was published.",
    ),
    (
        re.compile(r"aspect ratio|image (size|dimensions)|unsupported (image|media)|too (large|small)", re.I),
        "picture_refused",
        "The network did not take the picture's size or shape.",
    ),
    (
        re.compile(
            r"no longer connected|disconnected|reconnect|(access )?token|re-?authori[sz]e|permission", re.I
        ),
        "channel_disconnected",
        "Buffer has lost its right to publish on this channel. Reconnect the channel in Buffer.",
    ),
    (
        re.compile(r"stuck|timed? ?out|try(ing)? again|retrying|temporar", re.I),
        "publishing_stuck",
        "Publishing came to a halt on the way. Sending it again may work.",
    ),
)
"""Words that Buffer was seen to give, and what they mean."""


def plain_cause(message: str) -> tuple[str, str]:
    """Return the code and the plain words for Buffer's message about a post that it could not publish."""
    for pattern, code, words in _CAUSES:
        if pattern.search(message):
            return code, words
    return "publishing_failed", "Publishing failed."


def as_buffer_says(found: BufferPost) -> dict[str, Any]:
    """Return every value of a row that Buffer's word decides."""
    if found.status == BufferStatus.SENT:
        return _calm() | {
            "status": PostStatus.POSTED,
            "step": Step.LIVE,
            "posted_at": found.sent_at or found.due_at or datetime.now(UTC),
            "external_link": found.external_link,
        }
    if found.status == BufferStatus.ERROR:
        code, words = plain_cause(found.error_message or "")
        return {
            "status": PostStatus.FAILED,
            "step": Step.FAILED,
            "error_code": code,
            "error_message": f"{words} Buffer says: {found.error_message or 'nothing'}",
            "support_url": found.error_support_url,
        }
    step = Step.PUBLISHING if found.status == BufferStatus.SENDING else Step.ACCEPTED
    values = _calm() | {"status": PostStatus.SCHEDULED, "step": step}
    if found.due_at is not None:
        values["scheduled_at"] = found.due_at
    if found.status in (BufferStatus.DRAFT, BufferStatus.NEEDS_APPROVAL):
        values["error_code"] = NEVER_BY_ITSELF
        values["error_message"] = (
            "In Buffer this post is a draft now, so it does not go out. Schedule it there, or take it back."
            if found.status == BufferStatus.DRAFT
            else "In Buffer this post waits for approval, so it does not go out before."
        )
    return values


def what_is_new(row: PostRow, found: BufferPost) -> dict[str, Any]:
    """Return only those values that differ from the row; empty when the row says all of it already.

    Words that were changed in Buffer's own app are taken over, since they are what goes out.
    """
    said = as_buffer_says(found)
    if row.step == Step.LIVE:  # it is out; all that may still come is its link
        said = {"external_link": found.external_link} if found.external_link else {}
        said |= {} if said else {"link_looks": row.link_looks + 1}
    elif found.text and found.text != row.caption and said["step"] != Step.FAILED:
        said["caption"] = found.text
    return {name: value for name, value in said.items() if getattr(row, name) != value}


def _calm() -> dict[str, Any]:
    return {"error_code": None, "error_message": None, "support_url": None}
