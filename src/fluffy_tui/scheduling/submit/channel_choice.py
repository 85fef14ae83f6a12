"""To which of a persona's channels something is submitted, and what is different on each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import clean_caption, rules_for, without_first_comment
from fluffy_tui.scheduling.model import Reason, ScheduleResult
from fluffy_tui.scheduling.submit.submission_check import (
    Submission,
    shown_channels_refusal,
    unknown_channel_refusal,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from fluffy_tui.media import Framing
    from fluffy_tui.personas import Persona, PersonaChannel
    from fluffy_tui.scheduling.post_photo import PostPhoto


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """One channel of a submission; what is None is as on the others."""

    channel_id: str
    caption: str | None = None
    share_mode: ShareMode | None = None
    at: datetime | None = None
    framing: Framing | None = None
    """Whose fit and shape all photos get here; each keeps its own turn and part."""
    first_comment: str | None = None


@dataclass(frozen=True, slots=True)
class ChosenChannel:
    """A channel of the persona with everything that it is to get."""

    chosen: PersonaChannel | None
    """None for a persona without a channel."""
    choice: ChannelChoice

    def submission(
        self, persona: Persona, photos: tuple[PostPhoto, ...], *, ai_generated: bool, ai_assisted: bool
    ) -> Submission:
        """Return what this channel is to get."""
        choice = self.choice
        if choice.framing is not None:
            photos = tuple(
                replace(photo, framing=photo.framing.fitted_as(choice.framing)) for photo in photos
            )
        return Submission(
            photos,
            persona,
            self.chosen,
            choice.caption or "",
            choice.share_mode or ShareMode.ADD_TO_QUEUE,
            choice.at,
            choice.first_comment or "",
            ai_generated,
            ai_assisted,
        )


def chosen_channels(
    persona: Persona,
    wanted: Sequence[str | ChannelChoice] | None,
    captions: Mapping[str, str],
    common: ChannelChoice,
) -> list[ChosenChannel] | ScheduleResult:
    """Return the channels of a submission, or why it is refused.

    Those `wanted` are each named once; all are if it is None, and none if the user was shown none. A caption may
    differ by channel id; `common` is the same on all.
    """
    own = {chosen.id: chosen for chosen in persona.channels}
    choices: dict[str, ChannelChoice] = {}
    for entry in own if wanted is None else wanted:
        choice = entry if isinstance(entry, ChannelChoice) else ChannelChoice(entry)
        choices.setdefault(choice.channel_id, choice)
    named = [entry for entry in wanted or () if isinstance(entry, str)]
    if (unknown := next((id_ for id_ in (*named, *captions) if id_ not in own), None)) is not None:
        return unknown_channel_refusal(persona, unknown)
    if (refusal := shown_channels_refusal(persona, choices)) is not None:
        return refusal
    if (unused := next((id_ for id_ in captions if id_ not in choices), None)) is not None:
        reason = f"There is a caption for channel {unused}, but the post does not go there. "
        reason += "Add the channel, or remove the caption."
        return ScheduleResult(False, reason=reason, code=Reason.CHANNEL_CHANGED)
    if not choices:
        return [ChosenChannel(None, common)]
    return [
        ChosenChannel(own[id_], _filled(choice, own[id_], captions.get(id_, choice.caption), common))
        for id_, choice in choices.items()
    ]


def _filled(
    choice: ChannelChoice, chosen: PersonaChannel, caption: str | None, common: ChannelChoice
) -> ChannelChoice:
    """Return what a channel gets in full.

    Without a caption of its own, one without first comments gets the hashtags at the end of the first comment there.
    """
    comment = common.first_comment if choice.first_comment is None else clean_caption(choice.first_comment)
    if caption is not None:
        caption = clean_caption(caption)
    elif rules_for(chosen.service).first_comment_limit is None:
        caption, _ = without_first_comment(common.caption or "", comment or "")
    return replace(
        choice,
        caption=common.caption if caption is None else caption,
        share_mode=choice.share_mode or common.share_mode,
        at=choice.at if choice.share_mode is not None else common.at,
        first_comment=comment,
    )
