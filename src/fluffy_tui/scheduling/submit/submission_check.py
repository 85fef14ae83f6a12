"""What is checked before anything is written: text, time, file and channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import CaptionFault, alt_text_problem, caption_problem, rules_for
from fluffy_tui.photos import PhotoState
from fluffy_tui.scheduling.model import Reason, ScheduleResult

if TYPE_CHECKING:
    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.media import Framing
    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling.tables import PostRow


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission."""

    photo: Photo
    persona: Persona
    caption: str
    alt_text: str
    share_mode: ShareMode
    at: datetime | None
    framing: Framing
    accept_damaged: bool = False

    @property
    def rules(self) -> NetworkRules:
        """The rules of the persona's network; without a channel, limits that every network accepts."""
        return rules_for(str(self.persona.channel.service) if self.persona.channel else "")

    def write_to(self, row: PostRow) -> None:
        """Copy everything into the row of the post."""
        channel = self.persona.channel
        row.caption = self.caption
        row.alt_text = self.alt_text
        row.share_mode = self.share_mode
        row.requested_at_time = self.at
        row.framing = self.framing
        row.accept_damaged = self.accept_damaged
        row.channel_id = channel.id if channel else None
        row.organization_id = channel.organization_id if channel else None
        row.pinterest_board_id = self.persona.pinterest_board_id


def channel_refusal(persona: Persona) -> ScheduleResult | None:
    """Return why a persona has no channel to post to, or None if it has."""
    if persona.channel is None:
        reason = f"{persona.name} has no Buffer channel. Choose one for this persona first."
    elif persona.needs_board:
        reason = (
            f"{persona.channel.name} has several Pinterest boards, and none is chosen for {persona.name}. "
            "Choose the channel again with a board."
        )
    else:
        return None
    return ScheduleResult(False, reason=reason, code=Reason.NO_CHANNEL)


def shown_channel_refusal(persona: Persona, shown_channel_id: str | None) -> ScheduleResult | None:
    """Return why a post would not go to the channel that its user was shown, or None if it would."""
    if shown_channel_id in (None, persona.buffer_channel_id):
        return None
    now = (
        f"posts to {persona.channel.name} on {persona.channel.network}"
        if persona.channel
        else "has no channel"
    )
    reason = (
        f"{persona.name} now {now}: the channel was changed elsewhere. "
        "Close this and open it again to see the channel that it goes to."
    )
    return ScheduleResult(False, reason=reason, code=Reason.CHANNEL_CHANGED)


def buffer_now(buffer: BufferClient | None) -> datetime:
    """Return the present moment by Buffer's clock, which decides what has passed; this computer's without a key."""
    return datetime.now(UTC) if buffer is None else buffer.time.now()


def content_refusal(submission: Submission, now: datetime) -> ScheduleResult | None:
    """Return why the texts or the time cannot be submitted, or None if they can."""
    refusal = text_refusal(submission.caption, submission.alt_text, submission.rules)
    return refusal or time_refusal(submission.share_mode, submission.at, now)


def text_refusal(caption: str, alt_text: str, rules: NetworkRules) -> ScheduleResult | None:
    """Return why a network rejects the texts, or None if it accepts them."""
    problem = caption_problem(caption, rules)
    if problem is not None:
        code = Reason.CAPTION_TOO_LONG if problem.fault is CaptionFault.TOO_LONG else Reason.CAPTION_EMPTY
        return ScheduleResult(False, reason=str(problem), code=code)
    if (problem := alt_text_problem(alt_text, rules)) is not None:
        return ScheduleResult(False, reason=str(problem), code=Reason.ALT_TEXT_TOO_LONG)
    return None


def time_refusal(share_mode: ShareMode, at: datetime | None, now: datetime) -> ScheduleResult | None:
    """Return why a post cannot be scheduled for this time, or None if it can."""
    if share_mode is not ShareMode.CUSTOM_SCHEDULED:
        return None
    if at is None or at.tzinfo is None:
        return ScheduleResult(
            False, reason="The time to post at is missing, or has no time zone.", code=Reason.TIME_MISSING
        )
    if at <= now:
        return ScheduleResult(
            False, reason="That time is past. Choose a later one, or post now.", code=Reason.TIME_PAST
        )
    return None


def file_refusal(state: PhotoState, photo: Photo) -> ScheduleResult:
    """Return why a photo cannot be submitted whose file is no longer the one that was imported."""
    if state is PhotoState.MISSING:
        return ScheduleResult(
            False,
            reason=f"{photo.path} is missing. Restore the file, or import its new folder.",
            code=Reason.PHOTO_MISSING,
        )
    if state is PhotoState.CHANGED:
        return ScheduleResult(
            False,
            reason=f"{photo.path} has changed since it was imported. Import its folder again.",
            code=Reason.PHOTO_CHANGED,
        )
    return ScheduleResult(False, reason=f"{photo.path} could not be read.", code=Reason.PHOTO_UNREADABLE)
