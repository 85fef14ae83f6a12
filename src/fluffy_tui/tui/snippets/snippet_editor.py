"""Edits a hashtag set or a snippet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, TextArea

from fluffy_tui.networks import NetworkRules, hashtag_count, text_length
from fluffy_tui.personas import Snippet, SnippetKind
from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.text.words import plural
from fluffy_tui.tui.ui.dialogs import EditorScreen

_WORDS = {
    SnippetKind.HASHTAGS: ("hashtag set", "Name, for example sea", "#sea #fog #beach"),
    SnippetKind.PHRASE: ("snippet", "Name, for example sig (typing ;sig inserts it)", "Text to insert"),
}
"""What it is called, and the placeholders of its two fields."""


def over_limit_words(count: int, rules: NetworkRules) -> str:
    """Return a warning if there are more hashtags than the network allows in a post, else nothing."""
    if rules.hashtag_limit is None or count <= rules.hashtag_limit:
        return ""
    over = count - rules.hashtag_limit
    return f"! {count} {plural(count, 'hashtag')}, {over} too many: {rules.name} allows {rules.hashtag_limit} in a post"


class SnippetEditorScreen(EditorScreen[Snippet | None]):
    """Asks for name and text, and closes with the saved snippet, or with None if the user cancels.

    `save` raises FluffyError with what is wrong. The limits of the rules are shown.
    """

    PLACE = Place.SNIPPET
    BINDINGS = bindings(Place.SNIPPET) + help_binding()
    DEFAULT_CSS = """
    SnippetEditorScreen {
        #snippet-text { height: 8; margin-top: 1; }
        #editor-message { height: auto; margin-top: 1; }
        #editor-message.-error { color: $text-error; }
        #editor-message.-warning { color: $text-warning; }
    }
    """

    def __init__(
        self,
        kind: SnippetKind,
        rules: NetworkRules,
        save: Callable[[str, str], Awaitable[Snippet]],
        snippet: Snippet | None = None,
        *,
        own: Mapping[str, str],
    ) -> None:
        what, name_hint, text_hint = _WORDS[kind]
        super().__init__(f"{'Edit' if snippet else 'New'} {what}", what, own)
        self._kind, self._rules, self._save = kind, rules, save
        self._is_new = snippet is None
        self._before = (snippet.name, snippet.text) if snippet else ("", "")
        self._name_field = Input(
            self._before[0], placeholder=name_hint, compact=True, max_length=60, id="snippet-name"
        )
        self._text_field = CaptionEditor(
            "Hashtags" if kind is SnippetKind.HASHTAGS else "Text",
            lambda text: text_length(text, rules),
            rules.caption_limit,
            id="snippet-text",
            placeholder=text_hint,
        )

    def compose_fields(self) -> ComposeResult:
        yield self._name_field
        yield self._text_field

    def on_mount(self) -> None:
        """Focus the name of a new one, else the text."""
        self._text_field.load_clean(self._before[1])
        (self._name_field if self._is_new else self._text_field).focus()

    @property
    def _written(self) -> tuple[str, str]:
        return self._name_field.value, self._text_field.text

    @on(Input.Submitted)
    def _name_submitted(self) -> None:
        self._text_field.focus()

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _show_count(self) -> None:
        count = self._hashtag_count()
        if warning := over_limit_words(count, self._rules):
            self.show_message(warning, "-warning")
        elif count:
            limit = self._rules.hashtag_limit
            allowed = f" ({self._rules.name} allows {limit} in a post)" if limit is not None else ""
            self.show_message(f"{count} {plural(count, 'hashtag')}{allowed}")
        else:
            self.show_message("")

    def _hashtag_count(self) -> int:
        """Return the number of hashtags; in a set every word is one, with or without its sign."""
        text = self._text_field.text
        if self._kind is SnippetKind.HASHTAGS:
            return len(text.replace(",", " ").split())
        return hashtag_count(text)

    @property
    def is_changed(self) -> bool:
        return self._written != self._before

    async def save(self) -> Snippet:
        return await self._save(*self._written)
