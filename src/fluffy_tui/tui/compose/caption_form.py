"""Everything that is written and chosen for a photo: caption, alt text, time, fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, TextArea

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import caption_problem, text_length
from fluffy_tui.scheduling import Reason
from fluffy_tui.tui.caption.caption_editor import WHAT_GOES_OUT, WHAT_IT_SHOWS, CaptionEditor
from fluffy_tui.tui.compose.when_picker import WhenPicker
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult

    from fluffy_tui.networks import NetworkRules

_CAPTION = frozenset({Reason.CAPTION_EMPTY, Reason.CAPTION_TOO_LONG})
_TIME = frozenset({Reason.TIME_MISSING, Reason.TIME_PAST})


class ComposeForm(Vertical):
    """The fields of the composer, each of which can say what is wrong with it.

    Args:
        rules: the network's.
        zone: the channel's time zone.
        own_zone: the person's time zone.
        now: the present moment.
    """

    DEFAULT_CSS = """
    ComposeForm {
        width: 1fr;
        #caption { height: 1fr; min-height: 4; }
        #alt-text { height: 4; }
        #said { height: auto; max-height: 3; padding: 0 1; color: $text-muted; display: none;
            &.-shown { display: block; }
            &.-wrong { color: $text-error; }
        }
    }
    """

    class Edited(Message):
        """Something was typed or chosen."""

    def __init__(
        self,
        rules: NetworkRules,
        zone: tzinfo,
        own_zone: tzinfo,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._rules = rules
        self.caption = CaptionEditor(
            "caption",
            lambda text: text_length(text, rules),
            rules.caption_limit,
            id="caption",
            placeholder=WHAT_GOES_OUT,
            fold=rules.caption_fold,
        )
        """Where the caption is written."""
        self.alt_text = CaptionEditor(
            "alt text",
            len,
            rules.alt_text_limit,
            id="alt-text",
            placeholder=WHAT_IT_SHOWS,
        )
        """Where the alt text is written."""
        self.when = WhenPicker(zone, own_zone, now, id="when")
        """Where the time is chosen."""
        self.fit = ""
        """How the picture is fitted, as `Framing` writes it; chosen on a screen of its own."""
        self._said = Static("", id="said", markup=False)

    @property
    def said(self) -> str:
        """What is said below the fields."""
        return str(self._said.content) if self._said.has_class("-shown") else ""

    def compose(self) -> ComposeResult:
        """Lay the fields below each other."""
        yield self.caption
        yield self.caption.offered
        yield self.alt_text
        yield self.when
        yield self._said

    def load(self, kept: Draft) -> None:
        """Show what was typed before."""
        self.caption.load_clean(kept.caption)
        self.alt_text.load_clean(kept.alt_text)
        modes = {str(mode): mode for mode in ShareMode}
        self.when.load(modes.get(kept.share_mode, ShareMode.ADD_TO_QUEUE), kept.at)
        self.fit = kept.fit or self.fit

    def typed(self) -> Draft:
        """Return all that was typed and chosen."""
        return Draft(
            caption=self.caption.text,
            alt_text=self.alt_text.text,
            share_mode=str(self.when.share_mode),
            at=self.when.at,
            fit=self.fit,
        )

    def accepts(self) -> bool:
        """Whether all fields can be sent; the first that cannot says so and gets the keyboard."""
        problem = caption_problem(self.caption.text, self._rules)
        if problem is not None:
            self.refuse(Reason.CAPTION_TOO_LONG if problem.count else Reason.CAPTION_EMPTY, str(problem))
            return False
        surplus = len(self.alt_text.text) - self._rules.alt_text_limit
        if surplus > 0:
            self.refuse(Reason.ALT_TEXT_TOO_LONG, f"The alt text is {surplus:,} characters too long.")
            return False
        if self.when.share_mode is ShareMode.CUSTOM_SCHEDULED and self.when.at is None:
            self.when.begin()
            self.say(self.when.meaning, wrong=True)
            return False
        return True

    def refuse(self, code: Reason | None, reason: str) -> None:
        """Say why the post was refused, at the field concerned, which gets the keyboard."""
        self.say(reason, wrong=True)
        if code in _CAPTION:
            self.caption.complain()
        elif code is Reason.ALT_TEXT_TOO_LONG:
            self.alt_text.complain()
        elif code in _TIME:
            self.when.complain(reason)

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say something below the fields; an empty text takes it away."""
        self._said.update(f"! {one_line(words)}" if wrong else one_line(words))
        self._said.set_class(bool(words), "-shown")
        self._said.set_class(wrong, "-wrong")

    @on(TextArea.Changed)
    @on(WhenPicker.Changed)
    def _edited(self, event: Message) -> None:
        event.stop()
        self.say("")
        self.post_message(self.Edited())

    @on(CaptionEditor.Cleaned)
    def _cleaned(self, event: CaptionEditor.Cleaned) -> None:
        characters = "1 character was" if event.left_out == 1 else f"{event.left_out:,} characters were"
        self.notify(f"{characters} left out that no network stores, such as NUL.", severity="warning")
