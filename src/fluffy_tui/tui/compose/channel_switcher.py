"""Switches between the channels of one post: which one the form shows, and which are on; the chips show them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import (
    CaptionProblem,
    NetworkRules,
    alt_text_problem,
    caption_problem,
    first_comment_problem,
    photo_count_problem,
    rules_for,
    text_length,
)
from fluffy_tui.tui.compose.chip_strip import ChipStrip
from fluffy_tui.tui.compose.preflight import Level
from fluffy_tui.tui.session.post_channels import PostChannels
from fluffy_tui.tui.text.channel_words import channel_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fluffy_tui.personas import Persona, PersonaChannel
    from fluffy_tui.scheduling import Agenda
    from fluffy_tui.tui.compose.caption_form import CaptionForm
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import Draft

KEYS = "{compose.previous_channel} {compose.next_channel} channel · {compose.toggle_channel} on/off"
NONE_ON = "No channel is switched on for this post. {compose.toggle_channel} switches one on."


class ChannelSwitcher:
    """Keeps form and chips in step with what each channel gets.

    `draft` returns everything on the form, with the photos. `changed` is called after another channel is shown, or
    one is switched on or off.
    """

    def __init__(
        self,
        context: Context,
        form: CaptionForm,
        draft: Callable[[], Draft],
        changed: Callable[[], None],
    ) -> None:
        self._context, self._form, self._draft, self._changed = context, form, draft, changed
        self._channels: PostChannels | None = None
        self.agendas: dict[str, Agenda] = {}
        """What is planned on each channel, as far as that is known."""
        self.strip = ChipStrip("channels", context.with_keys(KEYS), self.go_to)
        form.hashtags_moved = self._hashtags_moved

    def load(self, persona: Persona, draft: Draft) -> None:
        """Show what the draft says about each of the persona's channels, the main one first."""
        self._channels = PostChannels.of(persona, draft)

    def begin_on(self, channel_id: str | None) -> None:
        """Show one of the channels from the start, before anything is changed."""
        channels = self.channels
        if channel_id in channels.ids[1:]:
            self._show(channels.at(channels.ids.index(channel_id)))

    @property
    def channels(self) -> PostChannels:
        """The channels with what is typed and chosen for the current one."""
        if self._channels is None:
            raise RuntimeError("no channels are loaded yet")
        return self._channels.with_shown(self._draft(), self._form.channel_framing)

    def change(self, name: str) -> None:
        """Show the `next` or `previous` channel, or `toggle` the current one."""
        channels = self.channels
        if name == "toggle" and len(channels.ids) > 1:
            self._channels = channels.toggled()
            self._form.show_message("")  # it may be about the channel that is off now
            self._changed()
        elif name in ("next", "previous"):
            self.go_to(channels.index + (1 if name == "next" else -1))

    def go_to(self, index: int) -> None:
        """Show another channel, unless a time that is typed cannot be understood."""
        channels = self.channels.at(index)
        if channels.index == self.channels.index or not self._form.accepts_time():
            return
        self._show(channels)
        self._changed()

    def _hashtags_moved(self, caption: str, first_comment: str) -> None:
        self._channels = self.channels.with_moved_hashtags(caption, first_comment)

    def _show(self, channels: PostChannels) -> None:
        self._channels = channels
        self._form.show_channel(channels, self.agendas.get(channels.current_id or ""))

    def show_invalid(self) -> bool:
        """Show a channel whose network would refuse photos, a text or a time, if there is one, or else one that is on.

        Returns:
            Whether the post goes anywhere, and with no more photos than the network takes.
        """
        channels = self.channels
        if not channels.ids:
            return True  # it is kept as a draft, or refused with the reason
        going = sorted(channels.on, key=lambda id_: id_ != channels.current_id)
        if not going:
            self._form.show_message(self._context.with_keys(NONE_ON), error=True)
            return False
        wrong = next((id_ for id_ in going if not self._is_valid(id_)), going[0])
        self.go_to(channels.ids.index(wrong))
        problem = _photos_problem(channels.shared, self.rules(wrong))
        if problem is not None:
            off = (
                f" Or switch {self.rules(wrong).name} off: {{compose.toggle_channel}}."
                if len(going) > 1
                else ""
            )
            self._form.show_message(f"{problem}{self._context.with_keys(off)}", error=True)
        return problem is None

    def _is_valid(self, channel_id: str) -> bool:
        draft, rules = self.channels.on_channel(channel_id), self.rules(channel_id)
        has_comment = rules.first_comment_limit is not None
        alt_texts = (draft.alt_text, *(photo.alt_text for photo in draft.photos))
        return (
            caption_problem(draft.caption, rules) is None
            and _photos_problem(draft, rules) is None
            and not (has_comment and first_comment_problem(draft.first_comment, rules))
            and not any(alt_text_problem(text, rules) for text in alt_texts)
            and not (draft.share_mode is ShareMode.CUSTOM_SCHEDULED and draft.at is None)
        )

    def rules(self, channel_id: str) -> NetworkRules:
        return self.channels.rules(channel_id)

    def show(self, levels: Mapping[str, Level]) -> None:
        """Show the chips, with how serious what was found on each channel is."""
        channels = self.channels
        chips = [self._chip(channels, chosen, levels) for chosen in channels.persona.channels]
        self.strip.show(chips, channels.index)

    def _chip(self, channels: PostChannels, chosen: PersonaChannel, levels: Mapping[str, Level]) -> str:
        networks = [rules_for(each.service).name for each in channels.persona.channels]
        name = rules_for(chosen.service).name
        if chosen.channel is not None and networks.count(name) > 1:
            name = channel_name(chosen.channel)
        if chosen.id in channels.off:
            return f"○ {name} off"
        rules, draft = rules_for(chosen.service), channels.on_channel(chosen.id)
        own = " ✎" if draft.caption != channels.shared.caption else ""
        level = levels.get(chosen.id, Level.FINE)
        sign = f" {level}" if level in (Level.STOPS, Level.WARNING) else ""
        return f"● {name} {text_length(draft.caption, rules):,}/{rules.caption_limit:,}{own}{sign}"


def _photos_problem(draft: Draft, rules: NetworkRules) -> CaptionProblem | None:
    return photo_count_problem(max(1, len(draft.photos)), rules)
