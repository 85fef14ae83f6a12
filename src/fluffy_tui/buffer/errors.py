"""The one error family of the Buffer client: what went wrong, and what may safely be done next."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError

if TYPE_CHECKING:
    from fluffy_tui.buffer.values import BufferPost


class NextStep(StrEnum):
    """What may be done with a request that failed."""

    RETRY = "retry"
    """Nothing was created; it is safe to send the same again."""
    HOLD = "hold"
    """Nothing was created, and it cannot work until something changes or time passes."""
    LOOK_FIRST = "look_first"
    """Buffer may have created it: look there before sending it again."""
    FINAL = "final"
    """It will never work as it is, and must not be sent again unchanged."""


class Code(StrEnum):
    """What went wrong, as a short name that can be stored and compared."""

    BLOCKED = "blocked"
    BOARD_MISSING = "board_missing"
    DAILY_LIMIT = "daily_limit"
    DUPLICATE_TEXT = "duplicate_text"
    EDIT_IGNORED = "edit_ignored"
    FORBIDDEN = "forbidden"
    IMAGE_DROPPED = "image_dropped"
    IMAGE_UNREADABLE = "image_unreadable"
    KEY_MISSING = "key_missing"
    KEY_REFUSED = "key_refused"
    NO_ANSWER = "no_answer"
    NOT_FOUND = "not_found"
    QUEUE_FULL = "queue_full"
    RATE_LIMITED = "rate_limited"
    REDIRECTED = "redirected"
    REJECTED = "rejected"
    SERVER_FAULT = "server_fault"
    UNKNOWN_ANSWER = "unknown_answer"
    UNREACHABLE = "unreachable"
    WRONG_ADDRESS = "wrong_address"


KEY_PAGE = "https://publish.buffer.com/settings/api"
"""Where a person makes a key (Buffer's settings, API)."""

_WORDS: dict[Code, tuple[str, str]] = {
    Code.BLOCKED: (
        "The guard in front of Buffer turned the request away before it reached Buffer.",
        "Try again later or from another network; https://status.buffer.com tells of known trouble.",
    ),
    Code.BOARD_MISSING: ("Pinterest needs a board to put the pin on.", "Choose a board for this channel."),
    Code.DAILY_LIMIT: (
        "The channel has reached its posts for the day.",
        "Choose another day, or wait until tomorrow.",
    ),
    Code.DUPLICATE_TEXT: (
        "Buffer says that this text was posted or scheduled a short while ago.",
        "Look in Buffer whether the post is already there; if it is not, change the caption.",
    ),
    Code.EDIT_IGNORED: (
        "Buffer accepted the change but kept the old time.",
        "Change the time in Buffer itself.",
    ),
    Code.FORBIDDEN: (
        "The Buffer key may not do this.",
        f"Make a key at {KEY_PAGE} that may read the account and read and write posts.",
    ),
    Code.IMAGE_DROPPED: (
        "Buffer took the post but left its picture out.",
        "Delete the post in Buffer before it goes out, then schedule the photo again.",
    ),
    Code.IMAGE_UNREADABLE: (
        "Buffer could not read the picture from its address.",
        "Check that the address opens from the internet without a login, then try again.",
    ),
    Code.KEY_MISSING: ("No Buffer key is set.", f"Make one at {KEY_PAGE} and set BUFFER_API_KEY."),
    Code.KEY_REFUSED: (
        "Buffer does not accept the key.",
        f"Make a new one at {KEY_PAGE} and set BUFFER_API_KEY.",
    ),
    Code.NO_ANSWER: (
        "The connection to Buffer ended before its answer came.",
        "Check the internet connection, then try again.",
    ),
    Code.NOT_FOUND: (
        "Buffer does not know what was asked for.",
        "It may have been deleted, or the channel connected anew; choose it again.",
    ),
    Code.QUEUE_FULL: (
        "The channel's queue in Buffer is full.",
        "It can be sent when a waiting post has gone out, or after an upgrade of the Buffer plan.",
    ),
    Code.RATE_LIMITED: (
        "The key has used up its requests to Buffer for now.",
        "Wait until Buffer counts anew.",
    ),
    Code.REDIRECTED: (
        "The address answered with a redirect instead of Buffer's API.",
        "Check FLUFFY_BUFFER_URL, and whether this network asks for a login first.",
    ),
    Code.REJECTED: ("Buffer refused this.", "Change what it names, then try again."),
    Code.SERVER_FAULT: (
        "Something went wrong inside Buffer.",
        "Try again later; https://status.buffer.com tells of known trouble.",
    ),
    Code.UNKNOWN_ANSWER: (
        "Buffer gave an answer that fluffy-tui does not understand.",
        "Try again later; if it stays so, fluffy-tui may need an update.",
    ),
    Code.UNREACHABLE: ("Buffer could not be reached.", "Check the internet connection, then try again."),
    Code.WRONG_ADDRESS: ("There is no Buffer API at this address.", "Check FLUFFY_BUFFER_URL."),
}

_LOOK_FIRST_HINT = "Look in Buffer whether the post is there before sending it again."
_UNSURE = frozenset({Code.NO_ANSWER, Code.SERVER_FAULT, Code.UNKNOWN_ANSWER})


class BufferError(FluffyError):  # noqa: A001 -- named for Buffer; the builtin of memory views is not used here
    """A request to Buffer that did not end as wished.

    Args:
        code: What went wrong.
        verdict: What may safely be done next.
        buffer_message: Buffer's own words; empty when it said nothing.
        retry_after: Seconds to wait before anything is sent again; None when not known.
        window: Length in seconds of the rate-limit window that is spent (900, 86400 or 2592000), if any.
        post: The post that exists in Buffer in spite of the error (`image_dropped`, `edit_ignored`).
    """

    def __init__(
        self,
        code: Code,
        verdict: NextStep,
        *,
        buffer_message: str = "",
        retry_after: float | None = None,
        window: int | None = None,
        post: BufferPost | None = None,
    ) -> None:
        message, hint = _WORDS[code]
        if buffer_message:
            stop = "" if buffer_message.rstrip().endswith((".", "!", "?")) else "."
            message = f"{message} Buffer says: {buffer_message.rstrip()}{stop}"
        if verdict is NextStep.LOOK_FIRST and code in _UNSURE:
            hint = _LOOK_FIRST_HINT
        elif retry_after is not None and code is Code.RATE_LIMITED:
            hint = f"Buffer takes requests again in {_duration(retry_after)}."
        super().__init__(message, hint)
        self.code = code
        self.verdict = verdict
        self.buffer_message = buffer_message
        self.retry_after = retry_after
        self.window = window
        self.post = post


def _duration(seconds: float) -> str:
    """Say how long to wait in the largest unit that fits, rounded up so that nobody comes back too early."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = math.ceil(seconds / length)
            return f"about {count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
