"""All settings: their values, where those come from, and a dialog to edit each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.settings import InvalidSetting, Setting, Settings, SettingValue, setting_values
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.keymap.user_keys import key_problems
from fluffy_tui.tui.photo.photo_details import short_path
from fluffy_tui.tui.session.messages import SettingsSaved
from fluffy_tui.tui.setup.form_field import IS_SET
from fluffy_tui.tui.setup.wizard import SetupWizard
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.ui.dialogs import AskTextScreen, ConfirmScreen
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from fluffy_tui.tui.session.context import Context

NAME_WIDTH = 23
"""Columns for a setting's name in config.toml; the longest has 21."""
LONGEST = 2_000
"""Characters of a value."""
_AT_ONCE = frozenset({"FLUFFY_NOTIFY"})
"""What is read each time that it is used."""
_OF_COMMANDS = {
    "FLUFFY_ADOPT_URL": "takes effect with the next --adopt",
    "FLUFFY_MCP_WRITES": "takes effect when the assistant connects again",
}
"""What the app itself does not use."""
_AT_START = frozenset({"FLUFFY_DATA_DIR", "FLUFFY_PREVIEW"})
"""What is used from the first frame on. For anything else, opening everything again is enough."""


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
    setting: Setting | None = None
    """The setting that can be edited here; None where there is none, or where the environment overrides it."""
    text: str = ""
    """Its value in config.toml; empty if that is secret, or contains a password."""

    @property
    def is_hidden(self) -> bool:
        """Whether it has a value that is not shown."""
        return self.origin == "config.toml" and not self.text


class SettingsScreen(FrameScreen):
    """Lists the settings, explains the one under the cursor, at first the one of this variable, and edits it."""

    PLACE = Place.SETTINGS
    BINDINGS = bindings(Place.SETTINGS)
    DEFAULT_CSS = """
    SettingsScreen {
        #body { align: center top; padding: 0 1; }
        #settings { width: 1fr; max-width: 110; height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        #setting { width: 1fr; max-width: 110; height: 5; padding: 0 2; color: $text-muted; }
    }
    """

    def __init__(self, context: Context, variable: str = "") -> None:
        super().__init__(context)
        self._variable = variable
        self._lines: list[_Line] = []
        self._listing = VimList(id="settings", classes="box")

    def compose_body(self) -> ComposeResult:
        self._listing.border_title = "Settings"
        self._listing.border_subtitle = Content(
            short_path(self.context.setup.settings.paths.config_file)
        ).markup
        yield self._listing
        yield Static(id="setting", markup=False)

    def on_mount(self) -> None:
        self._show_lines()
        variables = [line.setting.variable if line.setting else None for line in self._lines]
        self._listing.highlighted = variables.index(self._variable) if self._variable in variables else 0
        self._listing.focus()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show_lines())

    def _show_lines(self) -> None:
        """Show the present values; the cursor stays."""
        settings = self.context.setup.settings
        self._lines = [
            *(
                _line(value, settings, self._effect(value.setting.variable))
                for value in setting_values(settings)
            ),
            _Line(
                "theme",
                self.app.theme,
                "saved by the app",
                "Colours of the app; the ansi themes use those of your terminal.",
                "A change takes effect at once.",
            ),
            _keys_line(settings),
        ]
        highlighted = self._listing.highlighted
        self._listing.set_options([_prompt(line) for line in self._lines])
        self._listing.highlighted = highlighted

    def _effect(self, variable: str) -> str:
        """Say when a change of a setting takes effect."""
        if variable in _AT_ONCE:
            return "takes effect at once"
        if variable in _OF_COMMANDS:
            return _OF_COMMANDS[variable]
        if variable in _AT_START:
            return "takes effect after a restart"
        if self.context.import_run.is_running:
            return "takes effect after a restart, since an import is running"
        return "takes effect at once: the app opens everything again"

    @property
    def _highlighted(self) -> _Line | None:
        index = self._listing.highlighted
        return self._lines[index] if index is not None else None

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        line = self._lines[event.option_index]
        self.query_one("#setting", Static).update(
            Content.assemble((one_line(line.purpose), "$text"), "\n", line.change)
        )
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        line = self._highlighted
        if action == "copy":
            return True if line is not None and line.to_copy else None
        if action == "edit":
            return True if line is not None and (line.setting or line.name == "theme") else None
        if action == "reset":
            is_there = line is not None and line.setting and line.origin == "config.toml"
            return True if is_there else None
        return None if action == "connect_buffer" and self.context.demo else True

    def action_edit(self) -> None:
        """Ask for another value, and save it if the settings can be read with it; or choose another theme."""
        line = self._highlighted
        if line is None or (setting := line.setting) is None:
            self.app.search_themes()
            return

        async def save(text: str) -> bool:
            """Save what was typed; no text keeps a value that is not shown."""
            if text or not line.is_hidden:
                self._save(setting, text)
            return bool(text or not line.is_hidden)

        def saved(is_changed: bool | None) -> None:
            if is_changed:
                self._use(setting)

        dialog = AskTextScreen(
            line.name,
            IS_SET if line.is_hidden else setting.default,
            save,
            text=line.text,
            own=self.context.keys,
            about=f"{line.purpose}.\nA change {self._effect(setting.variable)}.",
            secret=setting.secret or line.is_hidden,
            may_be_empty=True,
            longest=LONGEST,
        )
        self.app.push_screen(dialog, saved)

    def action_reset(self) -> None:
        line = self._highlighted
        if line is None or (setting := line.setting) is None:
            return

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            try:
                self._save(setting, "")
            except FluffyError as error:
                self.notify(str(error), severity="error", timeout=15, markup=False)
            else:
                self._use(setting, "Removed")

        question = f"Remove {line.name} from config.toml? {'Its value is shown nowhere.' * line.is_hidden}"
        own = self.context.keys
        self.app.push_screen(
            ConfirmScreen("Reset?", question.rstrip(), yes="Remove", no="Keep", own=own), answered
        )

    def _save(self, setting: Setting, text: str) -> None:
        """Write a setting to config.toml; no text removes it.

        Raises:
            FluffyError: The settings could not be read with it, or the file cannot be written. It is unchanged.
        """
        try:
            self.context.setup.save({setting.variable: text})
        except InvalidSetting as error:
            raise FluffyError(str(error)) from error

    def _use(self, setting: Setting, done: str = "Saved") -> None:
        """Use a saved setting as soon as that is possible, and say when."""
        effect = self._effect(setting.variable)
        self.app.notify(f"{done} {setting.key}. It {effect}.", markup=False)
        if (
            setting.variable in _AT_ONCE | _AT_START | _OF_COMMANDS.keys()
            or self.context.import_run.is_running
        ):
            self._show_lines()
        else:
            self.post_message(SettingsSaved(edited=setting.variable))

    def action_copy(self) -> None:
        if (line := self._highlighted) is not None and line.to_copy:
            self.app.copy_to_clipboard(line.to_copy)
            if line.is_hidden or (line.setting is not None and line.setting.secret):
                self.notify(f"Copied {line.name} without its value, which is secret.", markup=False)

    def action_connect_buffer(self) -> None:
        self.app.push_screen(SetupWizard(self.context))


def _line(value: SettingValue, settings: Settings, effect: str) -> _Line:
    setting, file = value.setting, short_path(settings.paths.config_file)
    purpose = setting.purpose.replace("`", "")
    if not setting.key:
        change = f"Set {setting.variable} in the environment, then restart."
        return _Line(setting.variable, value.shown, value.origin, purpose, change)
    if value.origin == "environment":
        change = f"The environment overrides {file}: change {setting.variable} there, then restart."
        return _Line(setting.key, value.shown, value.origin, purpose, change)
    may_be_shown = not setting.secret and "…" not in value.shown
    text = value.shown if value.origin == "config.toml" and may_be_shown else ""
    to_copy = value.shown if may_be_shown and value.shown != "not set" else ""
    return _Line(
        setting.key,
        value.shown,
        value.origin,
        purpose,
        f"A change here is saved in {file} and {effect}.",
        f"{setting.key} = {to_copy}" if setting.is_number else f'{setting.key} = "{to_copy}"',
        setting,
        text,
    )


def _keys_line(settings: Settings) -> _Line:
    problems, number = key_problems(settings.keys), len(settings.keys)
    shown = f"{number} changed" if number else "defaults"
    if problems:
        shown = f"! {shown}, {len(problems)} {plural(len(problems), 'problem')}"
    change = " ".join(problems) or 'Under [keys] in config.toml, add for example "personas.new" = "a".'
    return _Line("[keys]", shown, "config.toml" if number else "default", "Your own keys, by action.", change)


def _prompt(line: _Line) -> Content:
    shown = short_path(Path(line.shown)) if line.shown.startswith("/") else line.shown
    return Content.assemble(
        Content.styled(f"{line.name:<{NAME_WIDTH}}", "bold"),
        one_line(shown),
        Content.styled(f"  · {line.origin}", "dim"),
    )
