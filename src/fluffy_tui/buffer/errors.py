"""The errors of the Buffer client: what went wrong, and what may safely be done next."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.buffer.clean_json import shortened
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.outgoing_http import PROXY_HINT

if TYPE_CHECKING:
    from fluffy_tui.buffer.values import BufferPost


class NextStep(StrEnum):
    """What may safely be done after a request failed."""

    RETRY = "retry"
    """Nothing was created; it is safe to send the same request again."""
    HOLD = "hold"
    """Nothing was created, and it cannot succeed until something changes or time passes."""
    LOOK_FIRST = "look_first"
    """Buffer may have created it: check before sending it again."""
    FINAL = "final"
    """It can never succeed as it is, and must not be sent again unchanged."""


class Code(StrEnum):
    """What went wrong, as a short name to store and compare."""

    AI_LABEL_REFUSED = "ai_label_refused"
    BLOCKED = "blocked"
    BOARD_MISSING = "board_missing"
    DAILY_LIMIT = "daily_limit"
    DUPLICATE_TEXT = "duplicate_text"
    EDIT_IGNORED = "edit_ignored"
    FIRST_COMMENT_REFUSED = "first_comment_refused"
    FORBIDDEN = "forbidden"
    IMAGE_DROPPED = "image_dropped"
    IMAGE_UNREADABLE = "image_unreadable"
    KEY_MISSING = "key_missing"
    KEY_REFUSED = "key_refused"
    NO_ANSWER = "no_answer"
    NOT_FOUND = "not_found"
    PEOPLE_TAGS_REFUSED = "people_tags_refused"
    PROXY_REFUSED = "proxy_refused"
    QUEUE_FULL = "queue_full"
    RATE_LIMITED = "rate_limited"
    REDIRECTED = "redirected"
    REJECTED = "rejected"
    SERVER_FAULT = "server_fault"
    TOO_MANY_PICTURES = "too_many_pictures"
    UNKNOWN_ANSWER = "unknown_answer"
    UNREACHABLE = "unreachable"
    WRONG_ADDRESS = "wrong_address"


KEY_PAGE = "https://publish.buffer.com/settings/api"
"""Where users create a key (Buffer's settings, API)."""

_TEXTS: dict[Code, tuple[str, str]] = {
    Code.AI_LABEL_REFUSED: (
        "Buffer rejected the post because of its AI label.",
        "Send the post without the label, then label it on the network itself.",
    ),
    Code.BLOCKED: (
        "A firewall in front of Buffer rejected the request.",
        "Try again later or from another network; see https://status.buffer.com for known problems.",
    ),
    Code.BOARD_MISSING: ("Pinterest needs a board for each pin.", "Choose a board for this channel."),
    Code.DAILY_LIMIT: (
        "The channel has reached its daily limit of posts.",
        "Choose another day, or wait until tomorrow.",
    ),
    Code.DUPLICATE_TEXT: (
        "Buffer rejected the post because the same text was posted or scheduled recently.",
        "Check in Buffer whether the post is already there; if not, change the caption.",
    ),
    Code.EDIT_IGNORED: (
        "Buffer accepted the change but did not change the time.",
        "Change the time in Buffer itself.",
    ),
    Code.FIRST_COMMENT_REFUSED: (
        "Buffer rejected the post because of its first comment.",
        "Edit the post to remove the first comment or move it to the caption, or upgrade the Buffer plan.",
    ),
    Code.FORBIDDEN: (
        "The Buffer key does not have permission for this.",
        f"Create a key at {KEY_PAGE} that can read the account and read and write posts.",
    ),
    Code.IMAGE_DROPPED: (
        "Buffer accepted the post but dropped a picture.",
        "Delete the post in Buffer before it is published, then schedule it again.",
    ),
    Code.IMAGE_UNREADABLE: (
        "Buffer could not read the picture from its address.",
        "Check that the address opens from the internet without a login, then try again.",
    ),
    Code.KEY_MISSING: ("No Buffer key is set.", f"Create one at {KEY_PAGE} and set BUFFER_API_KEY."),
    Code.KEY_REFUSED: (
        "Buffer rejected the key.",
        f"Create a new one at {KEY_PAGE} and set BUFFER_API_KEY.",
    ),
    Code.NO_ANSWER: (
        "The connection to Buffer broke before it replied.",
        "Check the internet connection, then try again.",
    ),
    Code.NOT_FOUND: (
        "Buffer did not find it.",
        "It may have been deleted, or the channel may have been reconnected; choose it again.",
    ),
    Code.PEOPLE_TAGS_REFUSED: (
        "Buffer rejected the post because of the people tagged in its photos.",
        "Correct or remove the tags, then try again.",
    ),
    Code.PROXY_REFUSED: ("A proxy on the way to Buffer rejected the request.", PROXY_HINT),
    Code.QUEUE_FULL: (
        "The channel's queue in Buffer is full.",
        "The post can be sent when a queued post has been published, or after an upgrade of the Buffer plan.",
    ),
    Code.RATE_LIMITED: (
        "The key has reached Buffer's rate limit.",
        "Wait until Buffer's rate limit resets.",
    ),
    Code.REDIRECTED: (
        "The address returned a redirect or a login page instead of Buffer's API.",
        "Check FLUFFY_BUFFER_URL, and whether this network requires a login first.",
    ),
    Code.REJECTED: ("Buffer rejected this.", "Correct what it names, then try again."),
    Code.SERVER_FAULT: (
        "Something went wrong inside Buffer.",
        "Try again later; see https://status.buffer.com for known problems.",
    ),
    Code.TOO_MANY_PICTURES: (
        "Buffer rejected the post because it has too many photos for its network.",
        "Remove some of them, then try again.",
    ),
    Code.UNKNOWN_ANSWER: (
        "Buffer sent a reply that fluffy-tui does not understand.",
        "Try again later. If it keeps happening, check whether this network requires a login, and update fluffy-tui.",
    ),
    Code.UNREACHABLE: ("Buffer could not be reached.", "Check the internet connection, then try again."),
    Code.WRONG_ADDRESS: ("There is no Buffer API at this address.", "Check FLUFFY_BUFFER_URL."),
}

_LOOK_FIRST_HINT = "Check in Buffer whether the post is there before you send it again."
_IN_DOUBT = frozenset({Code.NO_ANSWER, Code.SERVER_FAULT, Code.UNKNOWN_ANSWER})


class BufferError(FluffyError):  # noqa: A001 -- named for Buffer; the builtin of memory views is not used here
    """A request to Buffer that failed.

    Args:
        next_step: What may safely be done next.
        buffer_message: Buffer's own message, or a proxy's; empty if there was none.
        retry_after: Seconds to wait before sending anything again; None if not known.
        window: Length in seconds of the exhausted rate-limit window (900, 86400 or 2592000), if any.
        post: The post that exists in Buffer despite the error (`image_dropped`, `edit_ignored`).
    """

    def __init__(
        self,
        code: Code,
        next_step: NextStep,
        *,
        buffer_message: str = "",
        retry_after: float | None = None,
        window: int | None = None,
        post: BufferPost | None = None,
    ) -> None:
        message, hint = _TEXTS[code]
        buffer_message = shortened(buffer_message) or ""
        if buffer_message:
            stop = "" if buffer_message.rstrip().endswith((".", "!", "?")) else "."
            whose = "The proxy" if code is Code.PROXY_REFUSED else "Buffer"
            message = f"{message} {whose} says: {buffer_message.rstrip()}{stop}"
        if next_step is NextStep.LOOK_FIRST and code in _IN_DOUBT:
            hint = _LOOK_FIRST_HINT
        elif retry_after is not None and code is Code.RATE_LIMITED:
            hint = f"Buffer's rate limit resets in {_duration(retry_after)}."
        super().__init__(message, hint)
        self.code = code
        self.next_step = next_step
        self.buffer_message = buffer_message
        self.retry_after = retry_after
        self.window = window
        self.post = post


def _duration(seconds: float) -> str:
    """Return a duration in the largest unit that fits, rounded up so that nobody tries again too early."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = math.ceil(seconds / length)
            return f"about {count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
