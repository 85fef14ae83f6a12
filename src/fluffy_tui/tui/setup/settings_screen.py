"""All settings: their values, where those come from, and how to change them."""

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
from fluffy_tui.tui.keymap.user_keys import key_problems
from fluffy_tui.tui.setup.wizard import SetupWizard
from fluffy_tui.tui.text.words import one_line, plural
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
    """How to change it."""
    to_copy: str = ""
    """The line for config.toml, if there is one."""


class SettingsScreen(FrameScreen):
    """Lists the settings and explains the one under the cursor.

    Args:
        context: The app's services and state.
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
        settings = context.setup.settings
        self._lines = [
            *(_line(value, settings) for value in setting_values(settings)),
            _Line(
                "theme",
                self.app.theme,
                "saved by the app",
                "Colours of the app; the ansi themes use those of your terminal.",
                context.with_keys("Press {app.palette} and type “theme” to choose another one."),
            ),
            _keys_line(settings),
        ]

    def compose_body(self) -> ComposeResult:
        """Lay out list and explanation."""
        listing = VimList(id="settings", classes="box")
        listing.border_title = "Settings"
        listing.border_subtitle = Content(str(self.context.setup.settings.paths.config_file)).markup
        yield listing
        yield Static(id="setting", markup=False)

    def on_mount(self) -> None:
        """Fill the list."""
        listing = self.query_one(VimList)
        listing.add_options([Option(_prompt(line)) for line in self._lines])
        listing.highlighted = 0
        listing.focus()

    @property
    def _highlighted(self) -> _Line | None:
        index = self.query_one(VimList).highlighted
        return self._lines[index] if index is not None else None

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        line = self._lines[event.option_index]
        self.query_one("#setting", Static).update(
            Content.assemble((one_line(line.purpose), "$text"), "\n", line.change)
        )
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim copying where there is no line to copy, and connecting in the demo."""
        if action == "copy":
            line = self._highlighted
            return True if line is not None and line.to_copy else None
        return None if action == "connect_buffer" and self.context.demo else True

    def action_copy(self) -> None:
        """Copy the line for config.toml."""
        if (line := self._highlighted) is not None and line.to_copy:
            self.app.copy_to_clipboard(line.to_copy)

    def action_connect_buffer(self) -> None:
        """Open the setup wizard."""
        self.app.push_screen(SetupWizard(self.context))

    async def action_back(self) -> None:
        """Go back."""
        await self.run_action("app.back")


def _line(value: SettingValue, settings: Settings) -> _Line:
    setting, file = value.setting, settings.paths.config_file
    purpose = setting.purpose.replace("`", "")
    to_copy = ""
    if not setting.key:
        change = f"Set {setting.variable} in the environment, then restart."
    elif value.origin == "environment":
        change = f"The environment overrides {file}: change {setting.variable} there, then restart."
    else:
        to_copy = f'{setting.key} = "{"" if setting.secret or value.shown == "not set" else value.shown}"'
        change = f'Add {setting.key} = "…" to {file}, or set {setting.variable}, then restart.'
    return _Line(setting.key or setting.variable, value.shown, value.origin, purpose, change, to_copy)


def _keys_line(settings: Settings) -> _Line:
    problems, number = key_problems(settings.keys), len(settings.keys)
    shown = f"{number} changed" if number else "defaults"
    if problems:
        shown = f"! {shown}, {len(problems)} {plural(len(problems), 'problem')}"
    change = " ".join(problems) or 'Under [keys] in config.toml, add for example "personas.new" = "a".'
    return _Line("[keys]", shown, "config.toml" if number else "default", "Your own keys, by action.", change)


def _prompt(line: _Line) -> Content:
    return Content.assemble(
        Content.styled(f"{line.name:<{NAME_WIDTH}}", "bold"),
        one_line(line.shown),
        Content.styled(f"  · {line.origin}", "dim"),
    )
