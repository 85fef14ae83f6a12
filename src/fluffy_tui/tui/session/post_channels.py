"""The channels of one post while it is written: which are on, what differs on each, and which is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import rules_for, without_first_comment
from fluffy_tui.scheduling import ChannelChoice, comment_refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from fluffy_tui.media import Framing
    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.personas import Persona, PersonaChannel
    from fluffy_tui.tui.session.drafts import Draft


@dataclass(frozen=True, slots=True)
class PostChannels:
    """What the main channel gets is shared by all; each other channel gets it until something is changed there."""

    persona: Persona
    """With the channels as the user sees them."""
    shared: Draft
    """What the main channel gets."""
    own: tuple[ChannelChoice, ...] = ()
    """What differs on other channels; nothing for those where nothing does."""
    off: frozenset[str] = frozenset()
    index: int = 0
    """The current channel's index among the persona's."""

    @classmethod
    def of(cls, persona: Persona, draft: Draft) -> Self:
        """Return the channels of a persona with what a draft says about them."""
        ids = persona.board_by_channel
        channels = cls(persona, replace(draft, channels=(), off=()), off=frozenset(draft.off) & ids.keys())
        own = (choice for choice in draft.channels if choice.channel_id in ids)
        return replace(channels, own=channels._own_with(map(channels._shared_again, own)))

    @property
    def ids(self) -> tuple[str, ...]:
        """All channels, the main one first; none for a persona without a channel."""
        return tuple(self.persona.board_by_channel)

    @property
    def current_id(self) -> str | None:
        """The channel that is shown; None for a persona without one."""
        return self.ids[self.index] if self.ids else None

    @property
    def current(self) -> Persona:
        """The persona led by the channel that is shown."""
        return self.persona.led_by(self.ids[self.index]) if self.ids else self.persona

    @property
    def on(self) -> tuple[str, ...]:
        """The channels that the post goes to."""
        return tuple(id_ for id_ in self.ids if id_ not in self.off)

    @property
    def shown(self) -> Draft:
        """What the current channel gets."""
        return self.on_channel(self.current_id)

    @property
    def framing(self) -> Framing | None:
        """Whose fit and shape the pictures get on the current channel; None where they are as on the main one."""
        return self.choice(self.current_id or "").framing

    def choice(self, channel_id: str) -> ChannelChoice:
        """Return what differs on a channel."""
        return next(
            (choice for choice in self.own if choice.channel_id == channel_id), ChannelChoice(channel_id)
        )

    def on_channel(self, channel_id: str | None) -> Draft:
        """Return what a channel gets."""
        shared, choice = self.shared, self.choice(channel_id or "")
        comment = shared.first_comment if choice.first_comment is None else choice.first_comment
        caption = self._shared_caption(channel_id, comment) if choice.caption is None else choice.caption
        return replace(
            shared,
            caption=caption,
            share_mode=choice.share_mode or shared.share_mode,
            at=choice.at if choice.share_mode else shared.at,
            first_comment=comment,
        )

    def _shared_caption(self, channel_id: str | None, first_comment: str) -> str:
        """Return what a channel gets without a caption of its own; one without first comments keeps the hashtags."""
        caption = self.shared.caption
        if channel_id not in self.ids[1:] or self.rules(channel_id).first_comment_limit is not None:
            return caption
        return without_first_comment(caption, first_comment)[0]

    def with_shown(self, shown: Draft, framing: Framing | None) -> Self:
        """Return the channels after the user has changed what is shown.

        Alt texts, photos and AI label are the same everywhere. From the framing the pictures get fit and shape on
        this channel; it is ignored on the main one.
        """
        if self.index == 0:
            return replace(self, shared=shown)
        before = self.shared
        is_shared = shown.caption == self._shared_caption(self.current_id, shown.first_comment)
        choice = ChannelChoice(
            self.ids[self.index],
            None if is_shared else shown.caption,
            None if (shown.share_mode, shown.at) == (before.share_mode, before.at) else shown.share_mode,
            None if (shown.share_mode, shown.at) == (before.share_mode, before.at) else shown.at,
            framing,
            None if shown.first_comment == before.first_comment else shown.first_comment,
        )
        shared = replace(
            shown,
            caption=before.caption,
            share_mode=before.share_mode,
            at=before.at,
            first_comment=before.first_comment,
        )
        return replace(self, shared=shared, own=self._own_with([choice]))

    def with_moved_hashtags(self, caption: str, first_comment: str) -> Self:
        """Return the channels once hashtags were moved between the texts of the current one, which are these now.

        From the main channel they are moved on the others as well, but on those that have a text of their own.
        """
        if self.index:
            return self
        shared = replace(self.shared, caption=caption, first_comment=first_comment)
        kept = [self._kept(id_, shared) for id_ in self.ids[1:] if self._has_own_text(id_)]
        return replace(self, shared=shared, own=self._own_with(kept))

    def _shared_again(self, choice: ChannelChoice) -> ChannelChoice:
        """Return what differs on a channel without texts that only keep hashtags, as those of an undone post do."""
        kept = self._shared_caption(choice.channel_id, self.shared.first_comment)
        is_shared = choice.caption == kept != self.shared.caption
        return replace(choice, caption=None, first_comment=None) if is_shared else choice

    def _has_own_text(self, channel_id: str) -> bool:
        choice = self.choice(channel_id)
        has_comment = self.rules(channel_id).first_comment_limit is not None
        return has_comment and not (choice.caption is None and choice.first_comment is None)

    def _kept(self, channel_id: str, shared: Draft) -> ChannelChoice:
        """Return what differs on a channel from other shared texts if it keeps its own."""
        own = self.on_channel(channel_id)
        return replace(
            self.choice(channel_id),
            caption=None if own.caption == shared.caption else own.caption,
            first_comment=None if own.first_comment == shared.first_comment else own.first_comment,
        )

    def _own_with(self, choices: Iterable[ChannelChoice]) -> tuple[ChannelChoice, ...]:
        """Return what differs on channels, with other choices for some; nothing for one where nothing differs."""
        changed = {choice.channel_id: choice for choice in (*self.own, *choices)}
        return tuple(choice for id_, choice in changed.items() if choice != ChannelChoice(id_))

    def rules(self, channel_id: str) -> NetworkRules:
        """Return what a channel's network accepts."""
        return rules_for(self.persona.led_by(channel_id).service)

    @property
    def captions(self) -> list[tuple[NetworkRules, str]]:
        """The rules and the caption of each channel that is on; of no channel, rules that every network accepts."""
        if not self.ids:
            return [(rules_for(self.persona.service), self.shared.caption)]
        return [(self.rules(id_), self.on_channel(id_).caption) for id_ in self.on]

    @property
    def captions_elsewhere(self) -> list[tuple[NetworkRules, str]]:
        """Those of the channels that are not shown."""
        return replace(self, off=self.off | {self.current_id or ""}).captions if self.ids else []

    def comments_refused(self, known: Iterable[PersonaChannel], now: datetime) -> list[PersonaChannel]:
        """Return the channels that are on and where Buffer recently rejected a first comment, if they get one.

        What is `known` of the persona's channels may be newer than what was shown.
        """
        return [
            chosen
            for chosen in known
            if chosen.id in self.on
            and comment_refusal(chosen, now) is not None
            and self.on_channel(chosen.id).first_comment.strip()
        ]

    def without_comments(self, channels: Collection[PersonaChannel]) -> Self:
        """Return the channels with no first comment on some of them."""
        without = (replace(self.choice(chosen.id), first_comment="") for chosen in channels)
        return replace(self, own=self._own_with(without))

    def at(self, index: int) -> Self:
        """Return the channels with another one shown; the first or last where there is no such index."""
        return replace(self, index=max(0, min(index, len(self.ids) - 1)))

    def with_time(self, channel_id: str | None, at: datetime) -> Self:
        """Return the channels with a time for all, or for one that is not the main one, with the others off."""
        there = self
        if channel_id in self.ids[1:]:
            there = replace(self.at(self.ids.index(channel_id)), off=frozenset(self.ids) - {channel_id})
        shown = replace(there.shown, share_mode=ShareMode.CUSTOM_SCHEDULED, at=at)
        return there.with_shown(shown, there.framing)

    def toggled(self) -> Self:
        """Return the channels with the current one switched on or off."""
        return replace(self, off=self.off ^ {self.current_id} if self.current_id else self.off)

    @property
    def draft(self) -> Draft:
        """What is kept of it."""
        return replace(self.shared, channels=self.own, off=tuple(id_ for id_ in self.ids if id_ in self.off))

    @property
    def choices(self) -> list[ChannelChoice]:
        """What is submitted: the channels that are on, without a first comment where the network has none."""
        return [
            self.choice(id_)
            if self.rules(id_).first_comment_limit is not None
            else replace(self._kept(id_, self.shared), first_comment="")
            for id_ in self.on
        ]
