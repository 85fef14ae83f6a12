"""Turns every reply of Buffer's that is not a success into a `BufferError` that says what may safely be done next.

Buffer reports failures in three places: the HTTP status, the `errors` list, and the member of the mutation's union.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fluffy_tui.buffer.budget import WINDOW_NAMES
from fluffy_tui.buffer.errors import BufferError, Code, NextStep
from fluffy_tui.buffer.graphql_documents import Operation

_DUPLICATE = re.compile(
    r"posted that one recently|same thing (again|twice)|already got this one|duplicate (content|post|text)",
    re.I,
)
_IMAGE_UNREADABLE = re.compile(
    r"could not be read|timed out|fail(ed|ure) to fetch|could not be fetched|image dimensions", re.I
)
_QUEUE_LIMIT = re.compile(r"limit reached|scheduled posts limit", re.I)
_PER_DAY = re.compile(r"\bdaily\b|\bper day\b|\b24[ -]?h", re.I)
_GONE = re.compile(r"not found|does not exist|could not be found|no longer exists", re.I)
_TOO_COMPLEX = re.compile(
    r"maximum allowed complexity|query depth|too many (aliases|tokens|directives)", re.I
)
_PICTURES = r"(images|photos|pictures|assets|attachments)\b"
_REFUSED_PARTS: tuple[tuple[Code, re.Pattern[str]], ...] = (
    # Not where it is only too long: then the channel does have first comments.
    (Code.FIRST_COMMENT_REFUSED, re.compile(r"first ?comment(?!.*(\bexceed|\bcharacters\b|too long))", re.I)),
    (
        Code.TOO_MANY_PICTURES,
        re.compile(
            rf"\b(too many|(more than|at most|up to|maximum of|only|exceed) \d+) (\w+ )?{_PICTURES}", re.I
        ),
    ),
    (
        Code.PEOPLE_TAGS_REFUSED,
        re.compile(r"\b(user|people|person|account)[ _]?tag|\btagged|\btagging", re.I),
    ),
    (Code.AI_LABEL_REFUSED, re.compile(r"\bis ?ai ?generated\b|\bai[ -](generated|label)", re.I)),
)
"""What Buffer may not accept in a post that it would accept without it."""

_LEGACY: dict[int, tuple[Code, NextStep]] = {
    **dict.fromkeys((1001, 1002, 1011, 1021, 1051), (Code.FORBIDDEN, NextStep.HOLD)),
    **dict.fromkeys((1013, 1014, 1023, 1024, 1028), (Code.QUEUE_FULL, NextStep.HOLD)),
    **dict.fromkeys((1010, 1020, 1050), (Code.NOT_FOUND, NextStep.FINAL)),
    **dict.fromkeys((1003, 1004, 1006, 1030, 1031, 1032, 1034), (Code.REJECTED, NextStep.FINAL)),
}
"""Codes of Buffer's old REST API in a `RestProxyError`; only those that certainly created nothing.

1022 ("did not save successfully") and 1000 (unknown) are left out on purpose: they do not make that certain.
"""


@dataclass(frozen=True, slots=True)
class ReplyError:
    """One entry of the `errors` list of a GraphQL reply."""

    message: str
    code: str
    """`extensions.code`; empty if there is none."""
    depth: int
    """Length of its `path`; more than 1 means that the root field had already been executed."""
    window: int | None
    """Length in seconds of the exhausted rate-limit window, if it names one."""


def reply_errors(body: Mapping[str, Any]) -> tuple[ReplyError, ...]:
    """Read the `errors` of a reply, whatever their shape."""
    errors = body.get("errors")
    if not isinstance(errors, Sequence) or isinstance(errors, str):
        return ()
    return tuple(_reply_error(error) for error in errors)


def _reply_error(error: object) -> ReplyError:
    if not isinstance(error, Mapping):
        return ReplyError(error if isinstance(error, str) else "", "", 0, None)
    extensions = error.get("extensions")
    extensions = extensions if isinstance(extensions, Mapping) else {}
    path = error.get("path")
    return ReplyError(
        message=str(error.get("message") or ""),
        code=str(extensions.get("code") or "").upper(),
        depth=len(path) if isinstance(path, list) else 0,
        window=WINDOW_NAMES.get(str(extensions.get("window"))),
    )


def refused_by_status(
    operation: Operation,
    status: int,
    errors: tuple[ReplyError, ...],
    is_json: bool,
    retry_after: float | None,
) -> BufferError | None:
    """Return the error for an HTTP status; None if the body decides."""
    message = _joined_messages(errors)
    if status == 429:
        return rate_limited(errors, retry_after)
    if status == 401:
        return BufferError(Code.KEY_REFUSED, NextStep.HOLD, buffer_message=message)
    if status == 407:
        return BufferError(Code.PROXY_REFUSED, NextStep.HOLD)
    if 300 <= status < 400 or status == 511:  # 511: the network in between wants a login first
        return BufferError(Code.REDIRECTED, NextStep.HOLD)
    if status >= 500:
        return BufferError(
            Code.SERVER_FAULT, operation.in_doubt, buffer_message=message, retry_after=retry_after
        )
    if is_json and (status < 300 or errors):
        return None
    if status == 403:  # a firewall's own page (seen: "error code: 1010"); the request never reached Buffer
        return BufferError(Code.BLOCKED, NextStep.HOLD)
    if status in (404, 405, 410):
        return BufferError(Code.WRONG_ADDRESS, NextStep.HOLD)
    return BufferError(Code.UNKNOWN_ANSWER, operation.in_doubt)


def refused_by_errors(
    operation: Operation, status: int, errors: tuple[ReplyError, ...], retry_after: float | None
) -> BufferError:
    """Return the error for the `errors` list of a reply without usable data."""
    message = _joined_messages(errors)
    if any(error.depth > 1 for error in errors):  # the mutation was executed, only its reply failed
        return BufferError(Code.SERVER_FAULT, operation.in_doubt, buffer_message=message)
    codes = {error.code for error in errors}
    if "RATE_LIMIT_EXCEEDED" in codes:
        return rate_limited(errors, retry_after)
    if codes & {"UNAUTHENTICATED", "UNAUTHORIZED"}:
        return BufferError(Code.KEY_REFUSED, NextStep.HOLD, buffer_message=message)
    if "FORBIDDEN" in codes or status == 403:
        return BufferError(Code.FORBIDDEN, NextStep.HOLD, buffer_message=message)
    if "NOT_FOUND" in codes:
        return BufferError(Code.NOT_FOUND, NextStep.FINAL, buffer_message=message)
    is_refused = codes <= {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT"}
    if errors and (is_refused or 400 <= status < 500 or any(_TOO_COMPLEX.search(f.message) for f in errors)):
        # What is before the last semicolon quotes the input, with the user's own words.
        code = _refused_part([error.message.rpartition("; ")[2] for error in errors])
        return BufferError(code, NextStep.FINAL, buffer_message=message)
    code = Code.SERVER_FAULT if errors else Code.UNKNOWN_ANSWER
    return BufferError(code, operation.in_doubt, buffer_message=message)


def refused_by_type(operation: Operation, payload: Mapping[str, Any]) -> BufferError:
    """Return the error for a mutation's reply that is not a success."""
    message = str(payload.get("message") or "")
    match payload.get("__typename"):
        case "InvalidInputError":
            code, next_step = _invalid_input(operation, message)
        case "LimitReachedError":
            code, next_step = _limit(message)
        case "NotFoundError":
            code, next_step = Code.NOT_FOUND, NextStep.FINAL
        case "UnauthorizedError":
            code, next_step = Code.FORBIDDEN, NextStep.HOLD
        case "UnexpectedError":
            code, next_step = Code.SERVER_FAULT, operation.in_doubt
        case "RestProxyError":
            code, next_step = _rest_proxy(operation, message, payload.get("code"))
        case "VoidMutationError":
            code = Code.NOT_FOUND if _GONE.search(message) else Code.REJECTED
            next_step = NextStep.FINAL
        case _:
            code, next_step = Code.UNKNOWN_ANSWER, operation.in_doubt
    return BufferError(code, next_step, buffer_message=message)


def rate_limited(errors: tuple[ReplyError, ...], retry_after: float | None) -> BufferError:
    """Return the error for an exhausted budget; such a request creates nothing."""
    window = next((error.window for error in errors if error.window), None)
    return BufferError(
        Code.RATE_LIMITED,
        NextStep.HOLD,
        buffer_message=_joined_messages(errors),
        retry_after=retry_after,
        window=window,
    )


def _joined_messages(errors: tuple[ReplyError, ...]) -> str:
    return " ".join(dict.fromkeys(error.message for error in errors if error.message))


def _limit(message: str) -> tuple[Code, NextStep]:
    return (Code.DAILY_LIMIT if _PER_DAY.search(message) else Code.QUEUE_FULL), NextStep.HOLD


def _invalid_input(operation: Operation, message: str) -> tuple[Code, NextStep]:
    if _DUPLICATE.search(message):  # after an attempt without a reply this means that it was created
        return Code.DUPLICATE_TEXT, operation.in_doubt
    # Buffer joins several reasons by ".,"; a retry only makes sense if all of them can go away by themselves.
    reasons = re.split(r"\.,\s*", message.removeprefix("Invalid post: "))
    if all(_IMAGE_UNREADABLE.search(reason) for reason in reasons):
        return Code.IMAGE_UNREADABLE, NextStep.RETRY
    return _refused_part(reasons), NextStep.FINAL


def _refused_part(reasons: Sequence[str]) -> Code:
    """Return the code of the one part that all reasons are about: without it, Buffer would accept the post."""
    for code, pattern in _REFUSED_PARTS:
        if all(pattern.search(reason) for reason in reasons):
            return code
    return Code.REJECTED


def _rest_proxy(operation: Operation, message: str, legacy_code: object) -> tuple[Code, NextStep]:
    if legacy_code == 1025 or _DUPLICATE.search(message):
        return Code.DUPLICATE_TEXT, operation.in_doubt
    if isinstance(legacy_code, int) and legacy_code in _LEGACY:
        return _LEGACY[legacy_code]
    if _QUEUE_LIMIT.search(message):
        return _limit(message)
    # The old API or the network itself failed, and may have acted before that.
    return Code.SERVER_FAULT, operation.in_doubt
