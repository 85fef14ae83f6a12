"""A problem as a value: its cause, what happens next, and the actions that help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.scheduling.error_codes import KEY_SETTINGS, PostError

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.scheduling.model import Post


class ProblemKind(StrEnum):
    """The kinds of problems, the worst first."""

    FAILED = "failed"
    REMOVED_IN_BUFFER = "removed_in_buffer"
    WORKER_SILENT = "worker_silent"
    PHOTO_MISSING = "photo_missing"
    CHANNEL = "channel"
    POSTED_TWICE = "posted_twice"
    POSTED_AFTER_CANCEL = "posted_after_cancel"
    """A create of a cancelled post took effect late, and the post was published."""
    UNKNOWN_IN_BUFFER = "unknown_in_buffer"
    """Buffer has posts of this library that the database does not know."""
    AMBIGUOUS = "ambiguous"
    """Buffer has posts that may be this one or not."""
    CLOCK = "clock"
    """This computer's clock and Buffer's differ, or its time zone is unknown."""
    HIDDEN = "hidden"
    """Buffer refuses to show a post that it has accepted."""
    NOT_PLANNED = "not_planned"
    """Buffer has the post but will not publish it: it is a draft there, or needs approval."""
    UNCONFIRMED = "unconfirmed"
    MEDIA_HOST = "media_host"
    HELD = "held"
    BUDGET_SPENT = "budget_spent"
    DRAFT_KEPT = "draft_kept"


class Remedy(StrEnum):
    """What the user can do about a problem, by the verb of the key table."""

    RETRY = "retry"
    EDIT = "edit"
    RESCHEDULE = "reschedule"
    UPLOAD_AGAIN = "upload_again"
    """Render and upload the picture again, then send the post."""
    OPEN_IN_BUFFER = "open_in_buffer"
    CANCEL = "cancel"
    """Delete the post, in Buffer too if it is there, and free its photo."""
    MOVE_UP = "move_up"
    SETTINGS = "settings"
    """Set what sending lacks."""
    DOCTOR = "doctor"


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the problem list."""

    kind: ProblemKind
    what: str
    """What happened, in one short sentence."""
    why: str
    """The cause, with Buffer's own message; empty if it is obvious."""
    then: str
    """What happens automatically, or that nothing does."""
    when: datetime | None
    """When that happens; None if nothing does or the time is unknown."""
    actions: tuple[Remedy, ...]
    """What helps and is possible now, the most useful first."""
    post: Post | None = None
    persona_id: int | None = None
    channel_id: str | None = None
    refused: tuple[Remedy, ...] = ()
    """What the post's state alone would allow, but would be refused now."""

    @property
    def needs_user(self) -> bool:
        """Whether it stays until the user acts. An unhealthy channel of a held post is a problem of its own."""
        if self.kind is ProblemKind.HELD:
            return self.post is not None and self.post.error_code in KEY_SETTINGS | {PostError.NO_SLOTS}
        return self.kind not in (ProblemKind.UNCONFIRMED, ProblemKind.BUDGET_SPENT)
