"""The codes of everything that can stop a post: how far each one reaches, and why a network did not publish it.

Buffer's own codes are in `fluffy_tui.buffer.Code`. The values are stored with the posts.
"""

from __future__ import annotations

import re
from enum import StrEnum

from fluffy_tui.buffer import Code


class PostError(StrEnum):
    """Why a post does not go out, where it is not Buffer's API that says so."""

    AMBIGUOUS = "ambiguous"
    """Buffer has posts that may be this one or not; only the user can tell."""
    ASLEEP = "slept"
    """The computer went to sleep just before sending."""
    CHANNEL_DISCONNECTED = "channel_disconnected"
    CHANNEL_UNHEALTHY = "channel_unhealthy"
    CHANNEL_UNKNOWN = "channel_unknown"
    INTERNAL_ERROR = "program_fault"
    MEDIA_HOST = "media_host"
    MEDIA_HOST_UNREACHABLE = "media_host_unreachable"
    NO_SLOTS = "no_slots"
    NOT_SCHEDULED_IN_BUFFER = "not_planned_in_buffer"
    """Buffer has the post but will not publish it: it was made a draft there, or it needs approval."""
    OFFLINE = "offline"
    """Neither the media host nor Buffer can be reached."""
    PHOTO_CHANGED = "photo_changed"
    PHOTO_ELSEWHERE = "photo_elsewhere"
    """Another machine has the photo."""
    PHOTO_MISSING = "photo_missing"
    PHOTO_UNREADABLE = "photo_unreadable"
    PICTURE_NOT_FETCHED = "picture_not_fetched"
    PICTURE_REFUSED = "picture_refused"
    POSTED_BEFORE = "posted_before"
    """Buffer has a post of the same photo that the database does not know."""
    POSTED_TWICE = "posted_twice"
    """A create whose effect appeared late was published as well."""
    PUBLISHING_FAILED = "publishing_failed"
    PUBLISHING_STUCK = "publishing_stuck"
    REMOVED_IN_BUFFER = "removed_in_buffer"
    """Buffer no longer has the post."""
    STEP_TIMEOUT = "step_timeout"
    """A step of the delivery did not end."""
    TIME_PAST = "time_past"
    TOO_MANY_CREATES = "too_many_creates"
    """Several creates had no effect that was ever seen."""
    UNREADABLE_IN_BUFFER = "unreadable_in_buffer"
    """Buffer refuses to show the post."""
    WORKER_CRASHED = "worker_died"


CHANNEL_WIDE = frozenset({Code.QUEUE_FULL, Code.DAILY_LIMIT, PostError.CHANNEL_UNHEALTHY, PostError.NO_SLOTS})
"""What holds one post of a channel and would hold all its other posts too."""

ACCOUNT_WIDE = frozenset(
    {
        Code.BLOCKED,
        Code.FORBIDDEN,
        Code.KEY_MISSING,
        Code.KEY_REFUSED,
        Code.PROXY_REFUSED,
        Code.RATE_LIMITED,
        Code.REDIRECTED,
        Code.UNREACHABLE,
        Code.WRONG_ADDRESS,
        PostError.OFFLINE,
    }
)
"""What holds one post and would hold all other posts sent with the same key too."""

KEY_SETTINGS = frozenset(
    {Code.KEY_MISSING, Code.KEY_REFUSED, Code.FORBIDDEN, Code.PROXY_REFUSED, Code.WRONG_ADDRESS}
)
"""What only other settings of the key or the address can fix; a worker reads them when it starts."""

BUFFER_UNREACHABLE = frozenset({Code.PROXY_REFUSED, Code.UNREACHABLE, PostError.OFFLINE})
"""What is known only because Buffer could not be reached."""

MEDIA_HOST_UNREACHABLE = frozenset({PostError.MEDIA_HOST_UNREACHABLE, PostError.OFFLINE})
"""What is known only because the media host could not be reached."""

HOST_FAILURES = frozenset({PostError.MEDIA_HOST, PostError.MEDIA_HOST_UNREACHABLE})
"""Why a picture could not be uploaded."""

PUBLISHING_FAILURES = frozenset(
    {
        PostError.PUBLISHING_FAILED,
        PostError.PICTURE_NOT_FETCHED,
        PostError.PICTURE_REFUSED,
        PostError.CHANNEL_DISCONNECTED,
        PostError.PUBLISHING_STUCK,
    }
)
"""Why Buffer could not publish a post that it had."""

PICTURE_FAILURES = frozenset(
    {
        Code.IMAGE_UNREADABLE,
        Code.IMAGE_DROPPED,
        PostError.PICTURE_NOT_FETCHED,
        PostError.PHOTO_CHANGED,
        *HOST_FAILURES,
    }
)
"""What uploading the picture again may fix."""

_CAUSES = (
    (
        r"could not be fetched|media container.*(fetch|download|uri)|9004|2207052",
        PostError.PICTURE_NOT_FETCHED,
        "The network could not fetch the picture from its URL.",
    ),
    (
        r"aspect ratio|image (size|dimensions)|unsupported (image|media)|too (large|small)",
        PostError.PICTURE_REFUSED,
        "The network rejected the size or shape of the picture.",
    ),
    (
        r"no longer connected|disconnected|reconnect|(access )?token|re-?authori[sz]e|permission",
        PostError.CHANNEL_DISCONNECTED,
        "Buffer may no longer publish to this channel. Reconnect the channel in Buffer.",
    ),
    (
        r"stuck|timed? ?out|try(ing)? again|retrying|temporar",
        PostError.PUBLISHING_STUCK,
        "Publishing did not finish. A retry may work.",
    ),
)
"""What Buffer's messages mean. Buffer has no codes for these errors; the patterns are messages that users reported."""


def publishing_error(message: str) -> tuple[PostError, str]:
    """Return the code and the explanation of Buffer's message about a post that it could not publish."""
    for pattern, code, explanation in _CAUSES:
        if re.search(pattern, message, re.IGNORECASE):
            return code, explanation
    return PostError.PUBLISHING_FAILED, "Publishing failed."
