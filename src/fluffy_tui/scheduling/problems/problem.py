"""What needs a person: one value for each trouble, with its cause, its future and the actions that help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.scheduling.model import Post


class ProblemKind(StrEnum):
    """What sort of trouble it is, the worst first."""

    FAILED = "failed"
    REMOVED_IN_BUFFER = "removed_in_buffer"
    WORKER_SILENT = "worker_silent"
    PHOTO_MISSING = "photo_missing"
    CHANNEL = "channel"
    NOT_PLANNED = "not_planned"
    """Buffer has the post but will not send it by itself: a draft there, or one that needs approval."""
    UNCONFIRMED = "unconfirmed"
    MEDIA_HOST = "media_host"
    HELD = "held"
    BUDGET_SPENT = "budget_spent"
    DRAFT_KEPT = "draft_kept"


class Remedy(StrEnum):
    """What a person can do about it now."""

    RETRY = "retry"
    EDIT = "edit"
    CHANGE_TIME = "change_time"
    REHOST = "rehost"
    """Render and host the picture anew, then send the post."""
    LET_GO = "let_go"
    """Delete the post and free its photo; nothing of it is in Buffer."""
    OPEN_IN_BUFFER = "open_in_buffer"
    CANCEL = "cancel"
    """Take the post back, out of Buffer too if it is there."""
    MOVE_UP = "move_up"


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the trouble inbox."""

    kind: ProblemKind
    what: str
    """What happened, in one short sentence."""
    why: str
    """The cause in plain words, with Buffer's own; empty where it is plain already."""
    then: str
    """What happens by itself, or that nothing does."""
    when: datetime | None
    """The moment of what happens by itself; None when nothing does or it is not known."""
    actions: tuple[Remedy, ...]
    """What is possible now, the most useful first."""
    post: Post | None = None
    persona_id: int | None = None
    channel_id: str | None = None
