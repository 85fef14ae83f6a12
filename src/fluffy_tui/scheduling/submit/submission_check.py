"""What is checked before anything is written: text, time, file and channel, and what each network can have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import (
    MOST_PHOTOS,
    UNKNOWN_SERVICE,
    CaptionFault,
    NetworkRules,
    alt_text_problem,
    caption_problem,
    first_comment_problem,
    people_tag_problem,
    photo_count_problem,
    rules_for,
)
from fluffy_tui.photos import Photo, PhotoState
from fluffy_tui.scheduling.model import Reason, ScheduleResult
from fluffy_tui.scheduling.post_photo import PostPhoto, TaggedPerson

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.personas import Persona, PersonaChannel
    from fluffy_tui.scheduling.tables import PostRow

COMMENT_REFUSAL_COUNTS = timedelta(days=7)
"""How long Buffer's refusal of first comments stops others: the plan may be another one by then."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What one channel is to get."""

    photos: tuple[PostPhoto, ...]
    """At least one; the first is the cover."""
    persona: Persona
    chosen: PersonaChannel | None
    """None for a persona without a channel; then the post is only kept as a draft."""
    caption: str
    share_mode: ShareMode
    at: datetime | None
    first_comment: str = ""
    ai_generated: bool = False
    ai_assisted: bool = False
    again: bool = False
    """Whether it may take over the photos of a live post."""

    @property
    def rules(self) -> NetworkRules:
        """The rules of the channel's network; without a channel, limits that every network accepts."""
        return rules_for(self.chosen.service if self.chosen else UNKNOWN_SERVICE)

    def write_to(self, row: PostRow) -> None:
        """Copy everything into the row of the post."""
        row.photos = self.photos
        row.caption = self.caption
        row.first_comment = self.first_comment
        row.ai_generated = self.ai_generated
        row.ai_assisted = self.ai_assisted
        row.share_mode = self.share_mode
        row.requested_at_time = self.at
        channel = self.chosen.channel if self.chosen else None
        row.channel_id = channel.id if channel else None
        row.organization_id = channel.organization_id if channel else None
        row.pinterest_board_id = self.chosen.board_id if self.chosen else None


def possible_everywhere(submissions: Sequence[Submission]) -> list[Submission]:
    """Return submissions of the same photos without people tags or first comment where only other networks have them.

    What none of the networks has stays, to be refused.
    """
    can_tag = any(submission.rules.people_tag_limit for submission in submissions)
    can_comment = any(submission.rules.first_comment_limit for submission in submissions)

    def possible(submission: Submission) -> Submission:
        if can_tag and not submission.rules.people_tag_limit:
            photos = tuple(replace(photo, tags=()) for photo in submission.photos)
            submission = replace(submission, photos=photos)
        if can_comment and not submission.rules.first_comment_limit:
            submission = replace(submission, first_comment="")
        return submission

    return [possible(submission) for submission in submissions]


def channel_refusal(persona: Persona, chosen: PersonaChannel | None) -> ScheduleResult | None:
    """Return why a post cannot go to one of a persona's channels, or None if it can."""
    if chosen is None or chosen.channel is None:
        reason = f"{persona.name} has no Buffer channel. Choose one for this persona first."
    elif chosen.needs_board:
        reason = (
            f"{chosen.channel.name} has several Pinterest boards, and none is chosen for {persona.name}. "
            "Choose the channel again with a board."
        )
    else:
        return None
    return ScheduleResult(False, reason=reason, code=Reason.NO_CHANNEL)


def unknown_channel_refusal(persona: Persona, channel_id: str) -> ScheduleResult:
    """Return the refusal of a channel that is none of the persona's."""
    own = _own_channels(persona)
    then = f"It has {own}." if own else "Choose one for this persona first."
    reason = f"{persona.name} has no channel {channel_id.strip() or 'without an id'}. {then}"
    return ScheduleResult(False, reason=reason, code=Reason.CHANNEL_CHANGED)


def _own_channels(persona: Persona) -> str:
    return ", ".join(
        f"{chosen.id} ({chosen.channel.name} on {chosen.channel.network})" if chosen.channel else chosen.id
        for chosen in persona.channels
    )


def tagged_people(
    tags: Sequence[TaggedPerson | Mapping[str, Any]],
) -> tuple[TaggedPerson, ...] | ScheduleResult:
    """Return people tags, which may be given as `{"handle": …, "x": …, "y": …}`, or why one of them is none."""
    try:
        return tuple(tag if isinstance(tag, TaggedPerson) else TaggedPerson(**tag) for tag in tags)
    except (TypeError, ValueError):
        reason = (
            "A people tag needs a handle without @ and spaces, and its place in the photo as fractions from 0 to 1, "
            "such as {'handle': 'anna', 'x': 0.5, 'y': 0.25}."
        )
        return ScheduleResult(False, reason=reason, code=Reason.PEOPLE_TAGS)


def shown_channels_refusal(persona: Persona, shown_ids: Collection[str]) -> ScheduleResult | None:
    """Return why a submission would not go to the channels that the user was shown, or to none; None if it would."""
    own = persona.board_by_channel
    if own and not shown_ids:
        known = f"{persona.name} has {_own_channels(persona)}"
        reason = f"No channel is chosen for this post. {known}. Choose at least one."
        return ScheduleResult(False, reason=reason, code=Reason.NO_CHANNEL)
    if all(channel_id in own for channel_id in shown_ids):
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
    """Return why the photos, the texts or the time cannot be submitted, or None if they can."""
    refusal = text_refusal(submission.caption, submission.photos, submission.first_comment, submission.rules)
    refusal = refusal or _first_comment_refusal(submission, now)
    return refusal or time_refusal(submission.share_mode, submission.at, now)


def comment_refusal(chosen: PersonaChannel, now: datetime) -> datetime | None:
    """Return when Buffer rejected a first comment on a channel, if that was lately."""
    refused_at = chosen.first_comment_refused_at
    return refused_at if refused_at is not None and refused_at + COMMENT_REFUSAL_COUNTS >= now else None


def _first_comment_refusal(submission: Submission, now: datetime) -> ScheduleResult | None:
    """Return that Buffer rejects first comments on this channel, if it lately did."""
    chosen = submission.chosen
    if chosen is None or chosen.channel is None or not submission.first_comment.strip():
        return None
    if (refused_at := comment_refusal(chosen, now)) is None:
        return None
    reason = (
        f"Buffer rejected a first comment on {chosen.channel.network} {chosen.channel.name} "
        f"on {refused_at.astimezone():%Y-%m-%d}: its plan may not include them. "
        "Remove the first comment, or add it to the caption."
    )
    return ScheduleResult(False, reason=reason, code=Reason.FIRST_COMMENT)


def photos_refusal(
    photos: Sequence[Photo], shown: Sequence[PostPhoto], persona_id: int
) -> ScheduleResult | None:
    """Return why photos, `shown` as they are to be posted, cannot be in one post of a persona, or None if they can."""
    if {photo.persona_id for photo in photos} != {persona_id}:
        reason = "The photos belong to several personas. Choose photos of one persona."
        return ScheduleResult(False, reason=reason, code=Reason.SEVERAL_PERSONAS)
    if len({photo.source for photo in shown}) < len(shown):
        reason = "The same photo is in this post twice. Remove one of them."
        return ScheduleResult(False, reason=reason, code=Reason.PHOTO_TWICE)
    if len(photos) > MOST_PHOTOS:
        reason = f"A post has at most {MOST_PHOTOS} photos, and these are {len(photos)}."
        return ScheduleResult(False, reason=reason, code=Reason.TOO_MANY_PHOTOS)
    return None


def text_refusal(
    caption: str, photos: Sequence[PostPhoto], first_comment: str, rules: NetworkRules
) -> ScheduleResult | None:
    """Return why a network rejects the number of photos or a text, or None if it accepts all."""
    problem = caption_problem(caption, rules)
    if problem is not None:
        code = Reason.CAPTION_TOO_LONG if problem.fault is CaptionFault.TOO_LONG else Reason.CAPTION_EMPTY
        return ScheduleResult(False, reason=str(problem), code=code)
    for photo in photos:
        if (problem := alt_text_problem(photo.alt_text, rules)) is not None:
            return ScheduleResult(False, reason=str(problem), code=Reason.ALT_TEXT_TOO_LONG)
    if (problem := first_comment_problem(first_comment, rules)) is not None:
        return ScheduleResult(False, reason=str(problem), code=Reason.FIRST_COMMENT)
    if (problem := photo_count_problem(len(photos), rules)) is not None:
        return ScheduleResult(False, reason=str(problem), code=Reason.TOO_MANY_PHOTOS)
    if (problem := people_tag_problem(sum(len(photo.tags) for photo in photos), rules)) is not None:
        return ScheduleResult(False, reason=str(problem), code=Reason.PEOPLE_TAGS)
    return None


def time_refusal(share_mode: ShareMode, at: datetime | None, now: datetime) -> ScheduleResult | None:
    """Return why a post cannot be scheduled for this time, or None if it can."""
    if share_mode is not ShareMode.CUSTOM_SCHEDULED:
        return None
    if at is None or at.tzinfo is None:
        reason, code = "The time to post at is missing, or has no time zone.", Reason.TIME_MISSING
    elif at <= now:
        reason, code = "That time is past. Choose a later one, or post now.", Reason.TIME_PAST
    else:
        return None
    return ScheduleResult(False, reason=reason, code=code)


def file_refusal(state: PhotoState, photo: Photo) -> ScheduleResult:
    """Return why a photo cannot be submitted whose file is no longer the one that was imported."""
    what, code = {
        PhotoState.MISSING: ("is missing. Restore the file, or import its new folder.", Reason.PHOTO_MISSING),
        PhotoState.CHANGED: (
            "has changed since it was imported. Import its folder again.",
            Reason.PHOTO_CHANGED,
        ),
    }.get(state, ("could not be read.", Reason.PHOTO_UNREADABLE))
    return ScheduleResult(False, reason=f"{photo.path} {what}", code=code)
