"""Where a hashtag set or a snippet is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.networks import hashtag_count, text_length
from fluffy_tui.personas import Snippet, SnippetKind
from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import ConfirmScreen, DialogScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from textual.app import ComposeResult

    from fluffy_tui.networks import NetworkRules

_WORDS = {
    SnippetKind.HASHTAGS: ("hashtag set", "its name, such as sea", "#sea #fog #beach"),
    SnippetKind.PHRASE: ("snippet", "its name, such as sig: typing ;sig puts it in", "what it puts in"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What was written."""

    name: str
    text: str


def counted_hashtags(kind: SnippetKind, text: str) -> int:
    """Return how many hashtags a text has; in a set every word is one, with its sign or without."""
    return len(text.replace(",", " ").split()) if kind is SnippetKind.HASHTAGS else hashtag_count(text)


def hashtag_words(count: int, rules: NetworkRules) -> tuple[str, bool]:
    """Say how many hashtags there are, and how many the network takes; tell whether there are too many."""
    if not count:
        return "", False
    words = "1 hashtag" if count == 1 else f"{count} hashtags"
    if rules.hashtag_limit is None:
        return words, False
    surplus = count - rules.hashtag_limit
    if surplus <= 0:
        return f"{words}; {rules.name} allows {rules.hashtag_limit} in a post", False
    return f"! {words}, and {rules.name} allows {rules.hashtag_limit} in a post: {surplus} too many", True


class WriteSnippetScreen(ReportsErrors, DialogScreen[Snippet | None]):
    """Asks for name and text, keeps them, and closes with what was kept, or with None when left.

    Args:
        kind: What is written.
        rules: Of the persona's network, whose limits are told.
        keep: Keeps it; raises FluffyError with what is wrong.
        before: As it is so far; empty for a new one.
        own: The person's own keys, by action id.
    """

    PLACE = Place.SNIPPET
    BINDINGS = bindings(Place.SNIPPET) + help_binding()
    DEFAULT_CSS = """
    WriteSnippetScreen {
        #snippet-text { height: 8; margin-top: 1; }
        #snippet-said { height: auto; margin-top: 1; }
        #snippet-said.-wrong { color: $text-error; }
        #snippet-said.-warning { color: $text-warning; }
    }
    """

    def __init__(
        self,
        kind: SnippetKind,
        rules: NetworkRules,
        keep: Callable[[str, str], Awaitable[Snippet]],
        before: Wording | None = None,
        *,
        own: Mapping[str, str],
    ) -> None:
        super().__init__(classes="-broad")
        self._kind, self._rules, self._keep_it = kind, rules, keep
        self._own = own
        self._is_new = before is None
        self._before = before or Wording("", "")
        what, asks_name, asks_text = _WORDS[kind]
        self._what = what
        self._name_field = Input(
            self._before.name, placeholder=asks_name, compact=True, max_length=60, id="snippet-name"
        )
        self._text_field = CaptionEditor(
            "hashtags" if kind is SnippetKind.HASHTAGS else "text",
            lambda text: text_length(text, rules),
            rules.caption_limit,
            id="snippet-text",
            placeholder=asks_text,
        )
        self._said = Static(id="snippet-said", markup=False)

    def compose(self) -> ComposeResult:
        """Lay the name over the text."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = f"{'new ' if self._is_new else ''}{self._what}"
            yield self._name_field
            yield self._text_field
            yield self._said
        yield KeysFooter()

    def on_mount(self) -> None:
        """Show what there is so far; the text of an old one has the keyboard."""
        self._text_field.load_clean(self._before.text)
        (self._name_field if self._is_new else self._text_field).focus()

    @property
    def _written(self) -> Wording:
        return Wording(self._name_field.value, self._text_field.text)

    @on(Input.Submitted)
    def _named(self) -> None:
        self._text_field.focus()

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _tell(self) -> None:
        """Say how many hashtags there are, and whether the network takes so many."""
        count = counted_hashtags(self._kind, self._text_field.text)
        words, too_many = hashtag_words(count, self._rules)
        self._say(words, "-warning" if too_many else "")

    def _say(self, words: str, tone: str = "") -> None:
        self._said.set_classes(tone)
        self._said.update(Content(words))

    def action_save(self) -> None:
        """Keep it."""
        self._save(self._written)

    @work(group="snippet", exclusive=True, exit_on_error=False, description="keeping what was written")
    async def _save(self, written: Wording) -> None:
        try:
            kept = await self._keep_it(written.name, written.text)
        except FluffyError as error:
            self._say(f"! {one_line(str(error))}", "-wrong")
        else:
            self.dismiss(kept)

    def action_back(self) -> None:
        """Leave; what was typed and is not kept is asked about."""
        if self._written == self._before:
            self.dismiss(None)
            return
        question = ConfirmScreen(
            f"leave the {self._what}",
            "What you typed here is not kept yet.",
            yes="leave it",
            no="write on",
            own=self._own,
        )
        self.app.push_screen(question, self._leave)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.dismiss(None)
