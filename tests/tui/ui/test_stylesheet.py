"""Style sheets that last: parsed once, but for themes with other colours."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Label

from fluffy_tui.tui.ui.stylesheet import LastingStylesheet


class Second(Screen[None]):
    """A screen with styles of its own."""

    CSS = "Second Label { width: 7; }"

    def compose(self) -> ComposeResult:
        """Yield one widget."""
        yield Label("second", id="second")


class TwoScreens(App[None]):
    """An app whose second screen is shown later."""

    CSS = "Label { background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self.stylesheet = LastingStylesheet(variables=self.get_css_variables())

    def compose(self) -> ComposeResult:
        """Yield one widget."""
        yield Label("first", id="first")


async def test_styles_are_parsed_once_and_anew_for_another_theme() -> None:
    app = TwoScreens()
    async with app.run_test() as pilot:
        first = app.query_one("#first")
        await pilot.pause()
        parsed = [rule for rule in app.stylesheet.rules if not rule.is_default_rules]
        await app.push_screen(Second())
        await pilot.pause()
        assert parsed
        kept = {id(rule) for rule in app.stylesheet.rules}
        assert not [rule for rule in parsed if id(rule) not in kept], "nothing was parsed a second time"
        second = app.screen.query_one("#second")
        assert second.styles.width is not None
        assert second.styles.width.value == 7
        before = second.styles.background
        app.theme = "textual-light"
        await pilot.pause()
        assert second.styles.background != before
        await app.pop_screen()
        await pilot.pause()
        assert first.styles.background == second.styles.background
