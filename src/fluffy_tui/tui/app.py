"""The application: theme, keys, which screen comes first, and who hears what. The rest is in the screens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.app import App, SystemCommand
from textual.signal import Signal
from textual.worker import Worker

from fluffy_tui.tui.commands import KeyCommands
from fluffy_tui.tui.context import Context, SystemZone, system_clock
from fluffy_tui.tui.failures import TellsFailures
from fluffy_tui.tui.following import Following
from fluffy_tui.tui.import_run import ImportRun
from fluffy_tui.tui.kept_texts import KeptTexts
from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.messages import (
    DatabaseAway,
    DatabaseBack,
    Happening,
    ImportMoved,
    ImportStopWanted,
    ImportWanted,
    OverviewChanged,
    PersonaChanged,
    PersonaChosen,
)
from fluffy_tui.tui.screens.startup import StartupScreen
from fluffy_tui.tui.serving import Serving
from fluffy_tui.tui.state import StateFile
from fluffy_tui.tui.themes import FLUFFY
from fluffy_tui.tui.widgets.small_notice import SMALLEST

if TYPE_CHECKING:
    from textual.screen import Screen

    from fluffy_tui.paths import Paths
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.overview import Overview
    from fluffy_tui.tui.ports import OpenServices

log = logging.getLogger(__name__)

WORKER_AGE_SECONDS = 10.0
"""How often the worker's silence is measured: silence sends no event, so this alone is asked by the clock."""

WIDTHS = [(0, "-tiny"), (SMALLEST[0], "-narrow"), (80, "-normal"), (120, "-wide")]
"""Columns from which a screen has a class of that name; style sheets lay out by it."""
HEIGHTS = [(0, "-low"), (SMALLEST[1], "-high")]
"""The same for rows."""


class FluffyApp(TellsFailures, App[None]):
    """The app, from first paint to goodbye.

    Args:
        open_services: Opens everything behind the screens.
        paths: Where state and kept texts are.
        persona: Name of the persona to open first; the one of last time when not given.
        preview: How pictures are drawn, a value of `settings.Preview` that was chosen for this terminal.
        demo: Whether nothing of this is real.
        keymap: A person's own keys by action id.
        clock: Tells the present moment.
        zone: The person's time zone.
    """

    TITLE = "fluffy-tui"
    CSS_PATH = "app.tcss"
    BINDINGS = bindings(Place.EVERYWHERE)
    COMMANDS = App.COMMANDS | {KeyCommands}
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(
        self,
        open_services: OpenServices,
        *,
        paths: Paths,
        persona: str | None = None,
        preview: str = "auto",
        demo: bool = False,
        keymap: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = system_clock,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self._serving = Serving(open_services)
        self._state = StateFile(paths.state_file)
        self._kept_texts = KeptTexts(paths.kept_texts)
        self._first_persona = persona
        self._preview = preview
        self._demo = demo
        self._clock = clock
        self._zone = zone or SystemZone()
        self._changes: Signal[Happening] = Signal(self, "changes")
        self._world: Context | None = None
        self._following: Following | None = None
        self.register_theme(FLUFFY)
        wanted = self._state.state.theme
        self.theme = wanted if wanted in self.available_themes else FLUFFY.name
        self._came_from = "library"
        self._keys = dict(keymap or {})
        self.set_keymap(self._keys)

    @property
    def context(self) -> Context:
        """The world of the screens; there is none before the services are open."""
        if self._world is None:
            raise RuntimeError("the services are not open yet")
        return self._world

    def get_default_screen(self) -> Screen[None]:
        """Start with the screen that paints at once and opens the services."""
        return StartupScreen(self._serving.open, demo=self._demo)

    async def on_unmount(self) -> None:
        """Close the services, whatever way the app ended."""
        await self._serving.close()

    def watch_theme(self, theme: str) -> None:
        """Remember the theme."""
        if self.is_running:
            self._state.remember(theme=theme if theme != FLUFFY.name else "")

    # The services open, the first screen

    @on(StartupScreen.Opened)
    async def _services_opened(self, message: StartupScreen.Opened) -> None:
        self._world = Context(
            services=message.services,
            changes=self._changes,
            kept_texts=self._kept_texts,
            import_run=ImportRun(),
            state_file=self._state,
            clock=self._clock,
            zone=self._zone,
            preview=self._preview,
            demo=self._demo,
        )
        self._following = Following(
            message.services, lambda: self.context.overview, self._show_overview, self._publish
        )
        self.add_mode("personas", self._personas_screen)
        self._following.read_anew()
        self._start_following()
        self.set_interval(WORKER_AGE_SECONDS, self._measure_worker_age)
        await self._open_first(message.personas)

    async def _open_first(self, personas: list[Persona]) -> None:
        name = self._first_persona or self._state.state.persona
        found = next((persona for persona in personas if persona.name.casefold() == name.casefold()), None)
        if found is not None:
            await self._open_persona(found)
            return
        await self.switch_mode("personas")
        if self._first_persona:
            self.notify(
                f"There is no persona named {self._first_persona}. Choose one, or make it with n.",
                severity="warning",
                markup=False,
            )

    @on(PersonaChosen)
    async def _persona_chosen(self, message: PersonaChosen) -> None:
        await self._open_persona(message.persona)

    async def _open_persona(self, persona: Persona) -> None:
        before = self.context.overview.persona
        self._show_overview(replace(self.context.overview, persona=persona))
        self._state.remember(persona=persona.name)
        if before is None or before.id != persona.id:
            for mode, screen in (("library", self._library_screen), ("posts", self._posts_screen)):
                if before is not None:
                    await self.remove_mode(mode)
                self.add_mode(mode, screen)
        await self.switch_mode("library")

    @on(PersonaChanged)
    def _persona_changed(self, message: PersonaChanged) -> None:
        overview = self.context.overview
        if overview.persona is not None and overview.persona.id == message.persona.id:
            self._show_overview(replace(overview, persona=message.persona))
            self._state.remember(persona=message.persona.name)

    def _personas_screen(self) -> Screen[None]:
        from fluffy_tui.tui.screens.personas import PersonasScreen

        return PersonasScreen(self.context)

    def _library_screen(self) -> Screen[None]:
        from fluffy_tui.tui.screens.library import LibraryScreen  # after the first paint: it knows Pillow

        return LibraryScreen(self.context)

    def _posts_screen(self) -> Screen[None]:
        from fluffy_tui.tui.screens.posts import PostsScreen

        return PostsScreen(self.context)

    # What changes is heard and told

    def _start_following(self) -> None:
        running = {worker.group for worker in self.workers if worker.is_running and worker.node is self}
        if "events" not in running:
            self._follow_events()
        if "overview" not in running:
            self._keep_overview()

    @work(group="events", exclusive=True, exit_on_error=False, description="following what changes")
    async def _follow_events(self) -> None:
        if self._following is not None:
            await self._following.follow()

    @work(group="overview", exclusive=True, exit_on_error=False, description="reading where things stand")
    async def _keep_overview(self) -> None:
        if self._following is not None:
            await self._following.keep_overview()

    @work(group="worker-age", exclusive=True, exit_on_error=False, description="asking for the worker")
    async def _measure_worker_age(self) -> None:
        if not self.context.overview.away:
            age = await self.context.services.workers.heartbeat_age()
            self._show_overview(replace(self.context.overview, worker_age=age))

    def _show_overview(self, overview: Overview) -> None:
        self.context.overview = overview
        self._changes.publish(OverviewChanged(overview))

    def _publish(self, happening: Happening) -> None:
        match happening:
            case DatabaseAway(reason):
                self._show_overview(replace(self.context.overview, away=reason))
            case DatabaseBack():
                self._show_overview(replace(self.context.overview, away=""))
                self._start_following()
        self._changes.publish(happening)

    # The import, which no screen owns

    @on(ImportWanted)
    def _import_wanted(self, message: ImportWanted) -> None:
        self.context.import_run.begin(message.folders, message.persona)
        self._import()
        self._import_moved()

    @on(ImportStopWanted)
    def _import_stop_wanted(self) -> None:
        self.workers.cancel_group(self, "import")

    @work(group="import", exit_on_error=False, description="importing photos")
    async def _import(self) -> None:
        await self.context.import_run.run(self.context.services.photos, self._import_moved)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell all screens that the import has ended, however it did."""
        if event.worker.group != "import" or not event.worker.is_finished:
            return
        self._import_moved()
        if getattr(self.screen, "PLACE", None) is not Place.IMPORT:
            self.notify(self.context.import_run.result_words, title="import", markup=False)
        if self._following is not None:
            self._following.read_anew()

    def _import_moved(self) -> None:
        run = self.context.import_run
        importing = run.progress if run.is_running else None
        self._show_overview(replace(self.context.overview, importing=importing))
        self._changes.publish(ImportMoved())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer Textual's own commands, but for those that the key table has."""
        ours = {"Keys", "Quit"}
        return (command for command in super().get_system_commands(screen) if command.title not in ours)

    # Actions of every place

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing that needs services before they are open, and no tab before a persona is chosen."""
        if action in ("personas", "reload"):
            return self._world is not None
        if action == "tab":
            return self._world is not None and self._world.overview.persona is not None
        return super().check_action(action, parameters)

    async def action_tab(self, name: str) -> None:
        """Go to a tab; it is found as it was left."""
        await self.switch_mode(name)

    async def action_personas(self) -> None:
        """Go to the persona picker; `esc` leads back."""
        if self.current_mode != "personas":
            self._came_from = self.current_mode
        await self.switch_mode("personas")

    async def action_back(self) -> None:
        """Go one step back: out of the screen on top, or out of the picker to the tab one came from."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        elif self.current_mode == "personas" and self.context.overview.persona is not None:
            await self.switch_mode(self._came_from)
        elif self.current_mode == "posts":
            await self.switch_mode("library")

    def action_reload(self) -> None:
        """Read everything anew."""
        if self._following is not None:
            self._following.read_anew()
            self._start_following()
            self._changes.publish(DatabaseBack())

    async def action_help(self) -> None:
        """Show the keys of this place."""
        from fluffy_tui.tui.screens.help import HelpScreen

        await self.push_screen(HelpScreen(getattr(self.screen, "PLACE", None), self._keys))

    @work(group="leaving", exclusive=True, exit_on_error=False, description="leaving")
    async def action_leave(self) -> None:
        """Leave; when something is still on its way it is said first."""
        from fluffy_tui.tui.screens.confirm import ConfirmScreen

        question = self._before_leaving()
        if not question or await self.push_screen_wait(
            ConfirmScreen("Leave?", question, yes="leave", no="stay")
        ):
            self.exit()

    def _before_leaving(self) -> str:
        if self._world is None:
            return ""
        parts = []
        if moving := self.context.overview.on_their_way:
            posts = "1 post is" if moving == 1 else f"{moving} posts are"
            parts.append(f"{posts} on the way to Buffer; the worker finishes that without this window.")
        if self.context.import_run.is_running:
            parts.append("The import stops; what it has imported so far is kept.")
        return "\n".join(parts)
