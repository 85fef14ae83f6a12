"""Judges every answer of Buffer's that is not a success.

Buffer reports failure in three places: the HTTP status, the `errors` list, and the member of the mutation's
union. All three are read here and become a `BufferError` that says what may safely be done next.
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

_LEGACY: dict[int, tuple[Code, NextStep]] = {
    **dict.fromkeys((1001, 1002, 1011, 1021, 1051), (Code.FORBIDDEN, NextStep.HOLD)),
    **dict.fromkeys((1013, 1014, 1023, 1024, 1028), (Code.QUEUE_FULL, NextStep.HOLD)),
    **dict.fromkeys((1010, 1020, 1050), (Code.NOT_FOUND, NextStep.FINAL)),
    **dict.fromkeys((1003, 1004, 1006, 1030, 1031, 1032, 1034), (Code.REJECTED, NextStep.FINAL)),
}
"""Codes of Buffer's old REST API that `RestProxyError` still carries; only those that surely created nothing.

1022 ("did not save successfully") and 1000 (unknown) are left out on purpose: they do not say so for certain.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of a GraphQL reply's `errors` list."""

    message: str
    code: str
    """`extensions.code`; empty when there is none."""
    depth: int
    """Length of its `path`; more than 1 means that the root field had already been carried out."""
    window: int | None
    """Length in seconds of the spent rate-limit window, if it names one."""


def faults_in(body: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Read the `errors` of a reply, whatever their shape."""
    errors = body.get("errors")
    if not isinstance(errors, Sequence) or isinstance(errors, str):
        return ()
    return tuple(_fault(error) for error in errors)


def _fault(error: object) -> Fault:
    if not isinstance(error, Mapping):
        return Fault(str(error), "", 0, None)
    extensions = error.get("extensions")
    extensions = extensions if isinstance(extensions, Mapping) else {}
    path = error.get("path")
    return Fault(
        message=str(error.get("message") or ""),
        code=str(extensions.get("code") or "").upper(),
        depth=len(path) if isinstance(path, list) else 0,
        window=WINDOW_NAMES.get(str(extensions.get("window"))),
    )


def refused_by_status(
    operation: Operation, status: int, faults: tuple[Fault, ...], is_json: bool, retry_after: float | None
) -> BufferError | None:
    """Judge by the HTTP status; None when the body has to decide."""
    words = _words(faults)
    if status == 429:
        return rate_limited(faults, retry_after)
    if status == 401:
        return BufferError(Code.KEY_REFUSED, NextStep.HOLD, buffer_message=words)
    if status >= 500:
        return BufferError(
            Code.SERVER_FAULT, operation.in_doubt, buffer_message=words, retry_after=retry_after
        )
    if 300 <= status < 400:
        return BufferError(Code.REDIRECTED, NextStep.HOLD)
    if is_json and (status < 300 or faults):
        return None
    if status == 403:  # the web guard's own page (seen: "error code: 1010"); the request never came through
        return BufferError(Code.BLOCKED, NextStep.HOLD)
    if status in (404, 405, 410):
        return BufferError(Code.WRONG_ADDRESS, NextStep.HOLD)
    return BufferError(Code.UNKNOWN_ANSWER, operation.in_doubt)


def refused_by_faults(
    operation: Operation, status: int, faults: tuple[Fault, ...], retry_after: float | None
) -> BufferError:
    """Judge the `errors` list of a reply that holds no usable data."""
    words = _words(faults)
    if any(fault.depth > 1 for fault in faults):  # the mutation was carried out, only its answer broke
        return BufferError(Code.SERVER_FAULT, operation.in_doubt, buffer_message=words)
    codes = {fault.code for fault in faults}
    if "RATE_LIMIT_EXCEEDED" in codes:
        return rate_limited(faults, retry_after)
    if codes & {"UNAUTHENTICATED", "UNAUTHORIZED"}:
        return BufferError(Code.KEY_REFUSED, NextStep.HOLD, buffer_message=words)
    if "FORBIDDEN" in codes or status == 403:
        return BufferError(Code.FORBIDDEN, NextStep.HOLD, buffer_message=words)
    if "NOT_FOUND" in codes:
        return BufferError(Code.NOT_FOUND, NextStep.FINAL, buffer_message=words)
    is_refused = codes <= {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT"}
    if faults and (is_refused or 400 <= status < 500 or any(_TOO_COMPLEX.search(f.message) for f in faults)):
        return BufferError(Code.REJECTED, NextStep.FINAL, buffer_message=words)
    code = Code.SERVER_FAULT if faults else Code.UNKNOWN_ANSWER
    return BufferError(code, operation.in_doubt, buffer_message=words)


def refused_by_type(operation: Operation, payload: Mapping[str, Any]) -> BufferError:
    """Judge a member of a mutation's union that is not its success."""
    message = str(payload.get("message") or "")
    match payload.get("__typename"):
        case "InvalidInputError":
            code, verdict = _invalid_input(operation, message)
        case "LimitReachedError":
            code, verdict = _limit(message)
        case "NotFoundError":
            code, verdict = Code.NOT_FOUND, NextStep.FINAL
        case "UnauthorizedError":
            code, verdict = Code.FORBIDDEN, NextStep.HOLD
        case "UnexpectedError":
            code, verdict = Code.SERVER_FAULT, operation.in_doubt
        case "RestProxyError":
            code, verdict = _rest_proxy(operation, message, payload.get("code"))
        case "VoidMutationError":
            code = Code.NOT_FOUND if _GONE.search(message) else Code.REJECTED
            verdict = NextStep.FINAL
        case _:
            code, verdict = Code.UNKNOWN_ANSWER, operation.in_doubt
    return BufferError(code, verdict, buffer_message=message)


def rate_limited(faults: tuple[Fault, ...], retry_after: float | None) -> BufferError:
    """Make the error for a spent budget; a request that is turned away creates nothing."""
    window = next((fault.window for fault in faults if fault.window), None)
    return BufferError(
        Code.RATE_LIMITED,
        NextStep.HOLD,
        buffer_message=_words(faults),
        retry_after=retry_after,
        window=window,
    )


def _words(faults: tuple[Fault, ...]) -> str:
    return " ".join(dict.fromkeys(fault.message for fault in faults if fault.message))


def _limit(message: str) -> tuple[Code, NextStep]:
    return (Code.DAILY_LIMIT if _PER_DAY.search(message) else Code.QUEUE_FULL), NextStep.HOLD


def _invalid_input(operation: Operation, message: str) -> tuple[Code, NextStep]:
    if _DUPLICATE.search(message):  # after an attempt without an answer this means that it was created
        return Code.DUPLICATE_TEXT, operation.in_doubt
    # Buffer joins several reasons by ".,"; a repeat is worth it only if all of them can pass by themselves.
    reasons = re.split(r"\.,\s*", message.removeprefix("Invalid post: "))
    if all(_IMAGE_UNREADABLE.search(reason) for reason in reasons):
        return Code.IMAGE_UNREADABLE, NextStep.RETRY
    return Code.REJECTED, NextStep.FINAL


def _rest_proxy(operation: Operation, message: str, legacy_code: object) -> tuple[Code, NextStep]:
    if legacy_code == 1025 or _DUPLICATE.search(message):
        return Code.DUPLICATE_TEXT, operation.in_doubt
    if isinstance(legacy_code, int) and legacy_code in _LEGACY:
        return _LEGACY[legacy_code]
    if _QUEUE_LIMIT.search(message):
        return _limit(message)
    # What stands behind it is the old API or the network itself, which may have acted before it failed.
    return Code.SERVER_FAULT, operation.in_doubt
