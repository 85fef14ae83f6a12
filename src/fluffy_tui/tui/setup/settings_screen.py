"""Every setting: its value, where that comes from, and how to change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fluffy_tui.settings import Settings, SettingValue, setting_values
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.keymap.user_keys import key_troubles
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from fluffy_tui.tui.session.context import Context

NAME_WIDTH = 23
"""Columns for a setting's name in config.toml; the longest has 21."""


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    shown: str
    origin: str
    purpose: str
    change: str
    to_copy: str = ""


class SettingsScreen(FrameScreen):
    """Lists the settings; what is under the cursor is explained below.

    Args:
        context: The world.
    """

    PLACE = Place.SETTINGS
    BINDINGS = bindings(Place.SETTINGS)
    DEFAULT_CSS = """
    SettingsScreen {
        #body { align: center top; padding: 0 1; }
        #settings { width: 1fr; max-width: 110; height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        #setting { width: 1fr; max-width: 110; height: 5; padding: 0 2; color: $text-muted; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lines: list[_Line] = []

    def compose_body(self) -> ComposeResult:
        """Lay out list and explanation."""
        listing = VimList(id="settings", classes="box")
        listing.border_title = "settings"
        listing.border_subtitle = Content(str(self.context.setup.settings.paths.config_file)).markup
        yield listing
        yield Static(id="setting", markup=False)

    def on_mount(self) -> None:
        """Fill the list."""
        settings = self.context.setup.settings
        self._lines = [
            *(_line(value, settings) for value in setting_values(settings)),
            _Line(
                "theme",
                self.app.theme,
                "remembered",
                "Colours of the screens; the ansi themes use those of your terminal.",
                self.context.with_keys("Choose another in the palette: {app.palette}, then “theme”."),
            ),
            _keys_line(settings),
        ]
        listing = self.query_one(VimList)
        listing.add_options([Option(_prompt(line)) for line in self._lines])
        listing.highlighted = 0
        listing.focus()

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        line = self._lines[event.option_index]
        self.query_one("#setting", Static).update(
            Content.assemble(
                Content.styled(one_line(line.purpose[:1].upper() + line.purpose[1:]), "$text"),
                "\n",
                line.change,
            )
        )
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot be done for this line, and the setup in the demo."""
        if action == "copy":
            index = self.query_one(VimList).highlighted
            return True if index is not None and self._lines[index].to_copy else None
        return None if action == "set_up" and self.context.demo else True

    def action_copy(self) -> None:
        """Copy the line that sets this in config.toml."""
        index = self.query_one(VimList).highlighted
        if index is not None and (line := self._lines[index].to_copy):
            self.app.copy_to_clipboard(line)

    def action_set_up(self) -> None:
        """Set up Buffer and the media host."""
        from fluffy_tui.tui.setup.wizard import SetUpScreen

        self.app.push_screen(SetUpScreen(self.context))

    async def action_back(self) -> None:
        """Go back."""
        await self.run_action("app.back")


def _line(value: SettingValue, settings: Settings) -> _Line:
    setting = value.setting
    file = settings.paths.config_file
    purpose = setting.purpose.replace("`", "")
    if value.origin == "environment" and setting.key:
        change = f"The environment comes before {file}: change {setting.variable} where it is set, then start again."
        return _Line(setting.key, value.shown, value.origin, purpose, change)
    if not setting.key:
        change = f"Set {setting.variable} in the environment, then start again."
        return _Line(setting.variable, value.shown, value.origin, purpose, change)
    to_copy = f'{setting.key} = "{"" if setting.secret or value.shown == "not set" else value.shown}"'
    change = f'In {file} write {setting.key} = "…", or set {setting.variable}, then start again.'
    return _Line(setting.key, value.shown, value.origin, purpose, change, to_copy)


def _keys_line(settings: Settings) -> _Line:
    troubles = key_troubles(settings.keys)
    number = len(settings.keys)
    shown = f"{number} of your own" if number else "as they come"
    if troubles:
        shown = f"! {shown}; {len(troubles)} cannot work as written"
    change = " ".join(troubles) or 'In config.toml, below [keys], write for example "personas.new" = "a".'
    return _Line("[keys]", shown, "config.toml" if number else "default", "Your own keys by action.", change)


def _prompt(line: _Line) -> Content:
    return Content.assemble(
        Content.styled(f"{line.name:<{NAME_WIDTH}}", "bold"),
        one_line(line.shown),
        Content.styled(f"  · {line.origin}", "dim"),
    )
