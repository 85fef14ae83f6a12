"""What an error means for a post: held and retried, unconfirmed and searched for in Buffer, or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.buffer import BufferError, Code, NextStep
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import MediaHostError
from fluffy_tui.photos import PhotoState
from fluffy_tui.scheduling.error_codes import KEY_SETTINGS, PostError
from fluffy_tui.scheduling.model import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling.tables import PostRow
    from fluffy_tui.scheduling.timings import Timings

_MAYBE_THE_PICTURE = frozenset({Code.IMAGE_UNREADABLE, Code.IMAGE_DROPPED})
"""Errors that may be temporary, or else are the fault of the picture or its URL."""
_KNOWN_OF_CREATE = frozenset({Code.DUPLICATE_TEXT, PostError.AMBIGUOUS})
"""What is known of a create that may have taken effect, and decides what may be sent after it."""


class ClaimLost(Exception):
    """Another attempt took the post over, or the user cancelled or changed it: this attempt just ends."""


class StepTimeout(FluffyError):
    """Making or uploading a picture takes too long."""


class DeliveryFailure(FluffyError):
    """Why a post cannot be sent now.

    Args:
        step: HELD, UNCONFIRMED or FAILED.
        code: a `PostError`, or Buffer's `Code`.
        message: for the user, with Buffer's own message where there is one.
        pause: seconds until the next attempt; unused when failed.
        machine_ids: of the machines that can make the picture, which this one cannot.
    """

    def __init__(
        self, step: Step, code: str, message: str, pause: float = 0.0, *, machine_ids: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.machine_ids = machine_ids
        self.step = step
        self.code = code
        self.pause = pause

    @classmethod
    def final(cls, code: str, message: str) -> DeliveryFailure:
        """Return a failure that only the user can resolve."""
        return cls(Step.FAILED, code, message)

    @classmethod
    def held(cls, code: str, message: str, pause: float) -> DeliveryFailure:
        """Return a failure that holds the post; it is not in Buffer."""
        return cls(Step.HELD, code, message, pause)

    @classmethod
    def blocked(cls, code: str, message: str, post: PostRow, timings: Timings) -> DeliveryFailure:
        """Return a failure that lasts until something changes in Buffer, however long that takes."""
        return cls.held(code, message, timings.blocked(_tries(post, code)))

    @classmethod
    def offline(cls, post: PostRow, timings: Timings) -> DeliveryFailure:
        """Return the failure of a post of which neither the picture nor the text gets out of this computer."""
        return cls.held(
            PostError.OFFLINE,
            "Neither the media host nor Buffer can be reached. Check the internet connection.",
            timings.backoff(_tries(post, PostError.OFFLINE)),
        )

    @classmethod
    def temporary(cls, code: str, message: str, post: PostRow, timings: Timings) -> DeliveryFailure:
        """Return a failure that is retried with growing pauses, but only a few times."""
        tries = _tries(post, code)
        if tries >= timings.max_attempts:
            return cls.final(code, f"{message} It was tried {tries} times.")
        return cls.held(code, message, timings.backoff(tries))


def _tries(post: PostRow, code: str) -> int:
    """Count how many times in a row this error occurred, this time included."""
    return post.attempts if post.error_code == code else 1


def _tries_in_pauses(post: PostRow, code: str) -> int:
    """Count them where the post is paused; all failed searches for a create count of which something is known."""
    return post.attempts if _keeps_error(post) else _tries(post, code)


def _keeps_error(post: PostRow) -> bool:
    """Return whether an error of a search tells less than the post's own, which therefore stays."""
    return _is_search(post) and post.error_code in _KNOWN_OF_CREATE


def failure_of(
    error: BufferError | MediaHostError | StepTimeout | DeliveryFailure, post: PostRow, timings: Timings
) -> DeliveryFailure:
    """Return what an error means for a post at its current step."""
    if isinstance(error, DeliveryFailure):
        return error
    message = str(error)
    if isinstance(error, StepTimeout):
        return DeliveryFailure.temporary(PostError.STEP_TIMEOUT, message, post, timings)
    if isinstance(error, MediaHostError):
        code = PostError.MEDIA_HOST_UNREACHABLE if error.unreachable else PostError.MEDIA_HOST
        pause = timings.backoff(_tries(post, code)) if error.temporary else timings.settings_pause
        return _paused(post, code, message, pause)
    if error.next_step is NextStep.LOOK_FIRST:
        return DeliveryFailure(Step.UNCONFIRMED, error.code, message, timings.first_lookup)
    if error.next_step is NextStep.FINAL and not _is_search(post):
        return DeliveryFailure.final(error.code, message)
    if error.code in _MAYBE_THE_PICTURE:
        return DeliveryFailure.temporary(error.code, message, post, timings)
    return _paused(post, error.code, message, _pause(error, post, timings))


def internal_error(error: Exception, post: PostRow, timings: Timings) -> DeliveryFailure:
    """Return what an unexpected exception means: a few more attempts, and never a blind second create."""
    code = PostError.INTERNAL_ERROR
    message = f"Internal error ({type(error).__name__}). The log file has the details."
    if _is_search(post):
        return _paused(post, code, message, timings.backoff(_tries_in_pauses(post, code)))
    if post.step == Step.SENDING:
        return DeliveryFailure(Step.UNCONFIRMED, code, message, timings.backoff(_tries(post, code)))
    return DeliveryFailure.temporary(code, message, post, timings)


def _pause(error: BufferError, post: PostRow, timings: Timings) -> float:
    if error.retry_after is not None:
        return error.retry_after
    if error.code in KEY_SETTINGS:
        return timings.settings_pause
    if error.next_step is NextStep.HOLD:
        return timings.blocked(_tries_in_pauses(post, error.code))
    return timings.backoff(_tries_in_pauses(post, error.code))


def _paused(post: PostRow, code: str, message: str, pause: float) -> DeliveryFailure:
    """Hold the post; while a create of it may be in flight, it stays unconfirmed instead."""
    if _keeps_error(post):
        code, message = str(post.error_code), str(post.error_message)
    return DeliveryFailure(Step.UNCONFIRMED if _is_search(post) else Step.HELD, code, message, pause)


def _is_search(post: PostRow) -> bool:
    """Return whether the error occurred while searching for an earlier create, not while sending one."""
    return post.step == Step.UNCONFIRMED


def photo_failure(state: PhotoState, photo: Photo) -> DeliveryFailure:
    """Return why a photo is not sent whose file is no longer the one that was scheduled."""
    if state is PhotoState.MISSING:
        return DeliveryFailure.final(
            PostError.PHOTO_MISSING,
            f"{photo.path} is missing, so nothing was sent. Restore the file, then retry.",
        )
    if state is PhotoState.CHANGED:
        return DeliveryFailure.final(
            PostError.PHOTO_CHANGED,
            f"{photo.path} has changed since it was imported, so nothing was sent. "
            "Upload again to post the new picture, or cancel the post.",
        )
    return DeliveryFailure.final(
        PostError.PHOTO_UNREADABLE, f"{photo.path} could not be read, so nothing was sent."
    )
