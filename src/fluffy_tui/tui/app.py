"""The application: composes the session, opens screens, and answers the keys that work everywhere."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events, on, work
from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.signal import Signal

from fluffy_tui.core.clocks import SystemZone, system_clock
from fluffy_tui.core.terminal_text import visible_lines
from fluffy_tui.name_key import name_key
from fluffy_tui.tui.keymap.bindings import Place, bindings, written_key
from fluffy_tui.tui.keymap.key_queue import KeyQueue
from fluffy_tui.tui.keymap.user_keys import key_problems
from fluffy_tui.tui.photo.graphics_watch import GraphicsWatch
from fluffy_tui.tui.platform.clipboard import copied_words, copy_beyond_terminal
from fluffy_tui.tui.platform.garbage_collection import GarbageCollection
from fluffy_tui.tui.platform.terminal_gate import TerminalGate
from fluffy_tui.tui.platform.terminal_input import TerminalAnswered
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.session.exit_guard import AfterExit, exit_question
from fluffy_tui.tui.session.messages import (
    FillWeek,
    ImportProgressed,
    ImportStopWanted,
    ImportWanted,
    PersonaChanged,
    PersonaChosen,
    ProfileWanted,
    SettingsSaved,
)
from fluffy_tui.tui.session.saved_state import StateFile
from fluffy_tui.tui.session.service_lifetime import ServiceLifetime
from fluffy_tui.tui.startup import StartupScreen
from fluffy_tui.tui.ui.keys_footer import is_typed
from fluffy_tui.tui.ui.textual_fixes import (
    CachedStylesheet,
    CrashLog,
    TerminalInput,
    all_screens,
    write_to_terminal,
)
from fluffy_tui.tui.ui.theme import FLUFFY, with_quiet_borders
from fluffy_tui.tui.ui.too_small_notice import SMALLEST, is_hidden

if TYPE_CHECKING:
    from pathlib import Path

    from textual.screen import Screen

    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.photo.graphics_protocol import DrawsPictures, RendererChoice
    from fluffy_tui.tui.ports import OpenServices, Services, SetupPort
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.live_updates import LiveUpdates
    from fluffy_tui.tui.session.messages import AppEvent

WIDTHS = [(0, "-tiny"), (SMALLEST[0], "-narrow"), (80, "-normal"), (120, "-wide")]
"""Number of columns from which a screen has a class, for its style sheet."""
HEIGHTS = [(0, "-low"), (SMALLEST[1], "-short"), (24, "-high")]
"""The same for rows."""

ON_HIDDEN_SCREENS = frozenset({"app.help", "app.quit", "app.suspend", "startup.quit"})
"""IDs of the actions whose keys work while the terminal is too small for what they would act on."""

TABS = ("library", "posts", "plan", "problems", "results")


class FluffyApp(ReportsErrors, App[AfterExit]):
    """The app from the first frame until it quits.

    Args:
        open_services: Opens everything behind the screens.
        persona: Name of the persona to open; the last one if not given.
        preview: How pictures are drawn: the value of `settings.Preview` that suits this terminal.
    """

    TITLE = "fluffy-tui"
    CSS_PATH = "app.tcss"
    BINDINGS = bindings(Place.EVERYWHERE)
    DEFAULT_MODE = "startup"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(
        self,
        open_services: OpenServices,
        *,
        setup: SetupPort,
        persona: str | None = None,
        preview: str = "auto",
        demo: bool = False,
        clock: Callable[[], datetime] = system_clock,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(driver_class=TerminalInput)
        self.setup = setup
        self.changes: Signal[AppEvent] = Signal(self, "changes")
        self.live_updates: LiveUpdates | None = None
        self._services = ServiceLifetime(open_services)
        self._state = StateFile(setup.settings.paths.state_file)
        self._clock, self._zone = clock, zone or SystemZone()
        self._preview = preview
        self._graphics = GraphicsWatch(self, setup.settings.preview, preview, self._switch_pictures)
        self._shared: Context | None = None
        self._demo = demo
        self._gate = TerminalGate()
        self._typed = KeyQueue(self)
        self._garbage = GarbageCollection(self)
        self.crash = CrashLog(self)
        self.add_mode(self.DEFAULT_MODE, partial(StartupScreen, self._open_services, setup, demo=demo))
        self._first_persona = persona
        self._new_channels: Sequence[Channel] = ()
        self._edited_setting = ""
        self._open_modes: list[str] = []
        self._previous_mode = "library"
        self.register_theme(FLUFFY)
        wanted = self._state.state.theme
        self.theme = wanted if wanted in self.available_themes else FLUFFY.name
        self.stylesheet = CachedStylesheet(variables=self.get_css_variables())  # those of this theme
        self.set_keymap(dict(setup.settings.keys))

    @property
    def context(self) -> Context:
        """What the screens share; it exists only while the services are open."""
        if self._shared is None:
            raise RuntimeError("the services are not open yet")
        return self._shared

    async def on_unmount(self) -> None:
        """Close the services, however the app ends."""
        await self._services.close()

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's variables with visible borders."""
        return with_quiet_borders(super().get_css_variables())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every drawn line passes, the gate for text of others last."""
        return [*super().get_line_filters(), self._gate]

    def watch_theme(self, theme: str) -> None:
        if self.is_running:
            self._state.remember(theme=theme if theme != FLUFFY.name else "")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer Textual's own commands, except those in the key table."""
        ours = {"Keys", "Quit"}
        return (command for command in super().get_system_commands(screen) if command.title not in ours)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text with OSC 52 and every other way to the user's clipboard, and say which worked."""
        text = visible_lines(text)  # it may be pasted into a terminal
        super().copy_to_clipboard(text)
        self._copy_beyond_terminal(text)

    @work(group="clipboard", exclusive=True, exit_on_error=False, description="copying")
    async def _copy_beyond_terminal(self, text: str) -> None:
        how = "to the clipboard" if self.is_headless else await copy_beyond_terminal(text, os.environ)
        self.notify(copied_words(text, how), markup=False)

    # The terminal

    async def on_event(self, event: events.Event) -> None:
        """Answer an event, but a key or a pasted text only when it is its turn."""
        is_typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if is_typed:
            self._garbage.put_off()
        if not is_typed or (self._typed.admits(event) and acts_on_what_is_seen(self, event)):
            await super().on_event(event)

    @on(events.AppFocus)
    @on(events.Resize)
    def _look_at_terminal(self) -> None:
        self._graphics.look_again()

    @on(TerminalAnswered)
    def _terminal_answered(self, message: TerminalAnswered) -> None:
        self._graphics.answered(message.answers)

    def _switch_pictures(self, choice: RendererChoice) -> None:
        from fluffy_tui.tui.photo.graphics_protocol import renderer_named

        self.setup.pictures, self._preview = choice, choice.name
        if self._shared is not None:
            self._shared.preview = choice.name
        for screen in all_screens(self):
            for widget in screen.query(
                "PhotoPreview, Filmstrip, LibraryLayout, PlanGrid, ZoomedPhoto, BestPosts, PostTable"
            ):
                cast("DrawsPictures", widget).draw_with(renderer_named(choice.name))
        self.screen.refresh(layout=True)

    # Opening the services, and restarting with new settings

    async def _open_services(self, report: Callable[[str], None]) -> Services:
        from fluffy_tui.networks import all_rules

        await asyncio.to_thread(
            all_rules
        )  # reading the file takes too long for the key that needs them first
        services = await self._services.open(report)
        if self._new_channels:
            from fluffy_tui.tui.setup import personas_for

            personas = await personas_for(self._new_channels, services.personas, report)
            self._new_channels = ()
            self._first_persona = personas[0].name if len(personas) == 1 else None
        return services

    @on(StartupScreen.Opened)
    async def _services_opened(self, message: StartupScreen.Opened) -> None:
        # The first frame needs none of these, nor the packs that they import.
        from fluffy_tui.tui.session.context import Context
        from fluffy_tui.tui.session.drafts import Drafts
        from fluffy_tui.tui.session.live_updates import LiveUpdates
        from fluffy_tui.tui.session.notifications import Notifications

        self._shared = Context(
            message.services,
            self.changes,
            Drafts(self.setup.settings.paths.drafts),
            self._state,
            self.setup,
            clock=self._clock,
            zone=self._zone,
            preview=self._preview,
            demo=self._demo,
        )
        notifications = Notifications(self, self._shared, partial(write_to_terminal, self))
        self.live_updates = LiveUpdates(self, self._shared, notifications.announce)
        self.live_updates.start()
        await self._reset_modes("first-run", "personas")
        if problems := key_problems(self.setup.settings.keys):
            self.notify(
                "\n".join(problems), title="Your own keys", severity="warning", timeout=15, markup=False
            )
        await self._open_first(message.personas)
        if self._edited_setting:
            from fluffy_tui.tui.setup import SettingsScreen

            await self.push_screen(SettingsScreen(self.context, self._edited_setting))
            self._edited_setting = ""

    @on(SettingsSaved)
    async def _restart(self, message: SettingsSaved) -> None:
        """Open everything again with the new settings, without leaving the terminal."""
        self._new_channels, self._edited_setting = message.channels, message.edited
        if self.live_updates is not None:
            self.live_updates.stop()
        self.workers.cancel_group(self, "import")
        self._shared = self.live_updates = None
        await self.switch_mode(self.DEFAULT_MODE)
        for mode in self._open_modes:
            await self.remove_mode(mode)
        self._open_modes.clear()
        if isinstance(self.screen, StartupScreen):
            self.screen.open()

    # Screens

    async def _reset_modes(self, *modes: str) -> None:
        """Let each mode start with a new screen."""
        for mode in modes:
            if mode in self._open_modes:
                await self.remove_mode(mode)
            else:
                self._open_modes.append(mode)
            self.add_mode(mode, partial(_screen_of, mode, self.context))

    async def _open_first(self, personas: list[Persona]) -> None:
        wanted = self._first_persona or self._state.state.persona
        found = next((persona for persona in personas if name_key(persona.name) == name_key(wanted)), None)
        if found is not None:
            await self._open_persona(found)
        elif not personas and not self._demo and is_bare(self.setup.settings):
            await self.switch_mode("first-run")
        else:
            await self.switch_mode("personas")
            if self._first_persona:
                hint = self.context.with_keys("Choose one, or create it with {personas.new}.")
                message = f"There is no persona named {self._first_persona}. {hint}"
                self.notify(message, severity="warning", markup=False)

    async def _open_persona(self, persona: Persona) -> None:
        before = self.context.overview.persona
        self.context.update_overview(persona=persona)
        self._state.remember(persona=persona.name)
        if before is None or before.id != persona.id:
            self.context.selection.clear()
            await self._reset_modes(*TABS)
        await self.switch_mode("library")

    @on(PersonaChosen)
    async def _persona_chosen(self, message: PersonaChosen) -> None:
        await self._open_persona(message.persona)
        if message.to_import:
            from fluffy_tui.tui.personas import ImportScreen

            await self.push_screen(ImportScreen(self.context, message.persona))

    @on(PersonaChanged)
    def _persona_changed(self, message: PersonaChanged) -> None:
        persona = self.context.overview.persona
        if persona is not None and persona.id == message.persona.id:
            self.context.update_overview(persona=message.persona)
            self._state.remember(persona=message.persona.name)

    @on(FillWeek)
    @on(ProfileWanted)
    async def _open_wanted(self, message: FillWeek | ProfileWanted) -> None:
        if isinstance(message, FillWeek):
            from fluffy_tui.tui.batch import BatchScreen

            await self.push_screen(BatchScreen(self.context, message))
        else:
            from fluffy_tui.tui.profile import ProfileScreen

            await self.push_screen(ProfileScreen(self.context, message.channel_id))

    async def _push_once(self, screen: Screen[None]) -> None:
        """Push a screen unless one of its class is open."""
        if not any(type(shown) is type(screen) for shown in self.screen_stack):
            await self.push_screen(screen)

    # The import, which belongs to no screen

    @on(ImportWanted)
    def _start_import(self, message: ImportWanted) -> None:
        self._import(message.folders, message.persona)

    @on(ImportStopWanted)
    def _stop_import(self) -> None:
        self.workers.cancel_group(self, "import")

    @work(group="import", exit_on_error=False, description="importing photos")
    async def _import(self, folders: Sequence[Path], persona: Persona) -> None:
        run = self.context.import_run
        await run.run(self.context.services.photos, folders, persona, self._import_changed)

    def _import_changed(self) -> None:
        if self._shared is None or not self.is_running:
            return
        run = self._shared.import_run
        self._shared.update_overview(importing=run.progress if run.is_running else None)
        self.changes.publish(ImportProgressed())
        if not run.is_running:
            if getattr(self.screen, "PLACE", None) is not Place.IMPORT:
                self.notify(run.result_words, title="Import", markup=False)
            if self.live_updates is not None:
                self.live_updates.refresh_overview()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing that needs services before they are open, and no tab before a persona is chosen."""
        if action in ("personas", "reload", "settings", "doctor"):
            return self._shared is not None
        if action in ("tab", "undo_submit"):
            return self._shared is not None and self._shared.overview.persona is not None
        if action == "help" and getattr(self.screen, "is_opening", False):
            return None  # what is typed now is for the screen that follows
        return super().check_action(action, parameters)

    @work(group="undo", exit_on_error=False, description="undoing the last submit")
    async def action_undo_submit(self) -> None:
        from fluffy_tui.tui.session.submit_undo import undo_last_submit

        await undo_last_submit(self, self.context)

    async def action_tab(self, name: str) -> None:
        await self.switch_mode(name)

    async def action_personas(self) -> None:
        if self.current_mode != "personas":
            self._previous_mode = self.current_mode
        await self.switch_mode("personas")

    async def action_back(self) -> None:
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        elif self.current_mode == "personas" and self.context.overview.persona is not None:
            await self.switch_mode(self._previous_mode)
        elif self.current_mode in ("posts", "problems", "results"):
            await self.switch_mode("library")

    def action_reload(self) -> None:
        if self.live_updates is not None:
            self.live_updates.reload()

    def action_command_palette(self) -> None:
        """Offer everything that can be done now."""
        from fluffy_tui.tui.palette import PaletteScreen

        self.push_screen(PaletteScreen(self.screen, self.setup.settings.keys))

    async def action_help(self) -> None:
        from fluffy_tui.tui.ui.help import HelpScreen

        place = getattr(self.screen, "PLACE", None)
        idle = [one.binding.id or "" for one in self.active_bindings.values() if not one.enabled]
        await self.push_screen(HelpScreen(place, dict(self.setup.settings.keys), idle))

    def action_help_quit(self) -> None:
        """Answer the key that quits other programs, where nothing is selected that it could copy."""
        active = self.active_bindings.items()
        keys = [
            key for key, one in active if one.binding.id == "app.quit" and not is_typed(self.focused, key)
        ]
        if keys:
            self.notify(f"Nothing is selected to copy. Press {written_key(keys[0])} to quit.", markup=False)

    async def action_settings(self) -> None:
        from fluffy_tui.tui.setup import SettingsScreen

        await self._push_once(SettingsScreen(self.context))

    async def action_doctor(self) -> None:
        from fluffy_tui.tui.setup import DoctorScreen

        await self._push_once(DoctorScreen(self.context))

    @work(group="leaving", exclusive=True, exit_on_error=False, description="quitting")
    async def action_leave(self) -> None:
        """Quit; ask first if something is unfinished."""
        from fluffy_tui.tui.ui.dialogs import ConfirmScreen

        question = "" if self._shared is None else exit_question(self._shared)
        if not question or await self.push_screen_wait(
            ConfirmScreen("Quit?", question, yes="Quit", no="Stay", own=self.setup.settings.keys)
        ):
            self.exit()


def _screen_of(mode: str, context: Context) -> Screen[None]:
    """Import a mode's screen when it is first shown: the first frame must not wait for Pillow."""
    match mode:
        case "library":
            from fluffy_tui.tui.library import LibraryScreen

            return LibraryScreen(context)
        case "posts":
            from fluffy_tui.tui.posts import PostsScreen

            return PostsScreen(context)
        case "plan":
            from fluffy_tui.tui.plan import PlanScreen

            return PlanScreen(context)
        case "problems":
            from fluffy_tui.tui.problems import ProblemsScreen

            return ProblemsScreen(context)
        case "results":
            from fluffy_tui.tui.results import ResultsScreen

            return ResultsScreen(context)
        case "personas":
            from fluffy_tui.tui.personas import PersonasScreen

            return PersonasScreen(context)
        case "first-run":
            from fluffy_tui.tui.setup import FirstRunScreen

            return FirstRunScreen(context)
    raise ValueError(f"no screen for the mode {mode}")


def is_bare(settings: Settings) -> bool:
    """Return whether neither a Buffer key nor a place for uploads is configured yet."""
    return settings.buffer_api_key is None and settings.media_host is None


def acts_on_what_is_seen(app: App[Any], event: events.Event) -> bool:
    """Return whether the user can see what a key or a pasted text acts on, or need not."""
    if not is_hidden(app.screen):
        return True
    if not isinstance(event, events.Key) or is_typed(app.focused, event.key):
        return False
    active = app.active_bindings.get(event.key)
    return active is not None and active.binding.id in ON_HIDDEN_SCREENS
