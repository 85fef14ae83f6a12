"""Edits a theme: its keyword, its share and its rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal
from textual.widgets import Input, Label

from fluffy_tui.themes import Theme, ThemeRefused
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.keywords import KeywordSuggester
from fluffy_tui.tui.ui.dialogs import EditorScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult

    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.session.context import Context

_LABELS = (
    ("keyword", "Keyword", "one that your photos have, such as harbour"),
    ("share", "Share in %", "of the posts, such as 25"),
    ("rest", "Rest in days", "from one post to the next, such as 3 (0 for none)"),
)
"""For each field its name, its label, and the placeholder."""


class ThemeEditorScreen(EditorScreen["Theme | None"]):
    """Asks for keyword, share and rest, and closes with the saved theme, or with None if the user cancels.

    `save` raises FluffyError with what is wrong.
    """

    PLACE = Place.THEME
    BINDINGS = bindings(Place.THEME) + help_binding()
    DEFAULT_CSS = """
    ThemeEditorScreen {
        .field { height: 1; }
        .field Label { width: 14; color: $text-muted; }
        .field Input { width: 1fr; }
        #editor-message { height: auto; margin-top: 1; color: $text-muted; }
        #editor-message.-error { color: $text-error; }
    }
    """

    def __init__(
        self,
        context: Context,
        persona: Persona,
        save: Callable[[str, int, int], Awaitable[Theme]],
        theme: Theme | None = None,
    ) -> None:
        title, own = "Edit theme" if theme else "New theme", context.keys
        super().__init__(title, "theme", own, "→ completes the keyword")
        self._save, self._is_new = save, theme is None
        before = (theme.keyword, str(theme.share), str(theme.rest_days)) if theme else ("", "", "0")
        self._before = before
        complete = partial(context.services.keywords.complete, persona.id)
        self._fields = [
            Input(
                text,
                placeholder=hint,
                compact=True,
                max_length=100,
                suggester=KeywordSuggester(complete, several=False) if name == "keyword" else None,
                id=f"theme-{name}",
            )
            for (name, _, hint), text in zip(_LABELS, before, strict=True)
        ]

    def compose_fields(self) -> ComposeResult:
        for (_, label, _), field in zip(_LABELS, self._fields, strict=True):
            with Horizontal(classes="field"):
                yield Label(label, markup=False)
                yield field

    def on_mount(self) -> None:
        """Focus the keyword of a new one, else the share."""
        self._fields[0 if self._is_new else 1].focus()

    @property
    def _written(self) -> tuple[str, ...]:
        return tuple(field.value.strip() for field in self._fields)

    @on(Input.Submitted)
    def _field_submitted(self, event: Input.Submitted) -> None:
        """Go to the next field; from the last one, save."""
        number = self._fields.index(event.input)
        if event.input is self._fields[-1]:
            self.action_save()
        else:
            self._fields[number + 1].focus()

    @property
    def is_changed(self) -> bool:
        return self._written != self._before

    async def save(self) -> Theme:
        keyword, share, rest = self._written
        return await self._save(keyword, _number(share, "share", 25), _number(rest, "rest", 3))


def _number(text: str, what: str, example: int) -> int:
    """Return a typed number, with or without its unit.

    Raises:
        ThemeRefused: it is none.
    """
    digits = text.removesuffix("%").removesuffix("days").removesuffix("d").strip()
    if not (digits.isascii() and digits.isdecimal()):
        raise ThemeRefused(f"The {what} is not a whole number.", f"Enter one such as {example}.")
    return int(digits)
