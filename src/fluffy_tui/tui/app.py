"""The application: theme, keys, modes, which screen comes first. The rest is in the screens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App, SystemCommand

from fluffy_tui.tui.acting import ActingApp
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.keymap.command_palette import KeyCommands
from fluffy_tui.tui.keymap.user_keys import key_problems
from fluffy_tui.tui.session.context import Context, SystemZone, system_clock
from fluffy_tui.tui.session.drafts import Drafts
from fluffy_tui.tui.session.import_run import ImportRun
from fluffy_tui.tui.session.messages import FillWeek, PersonaChanged, PersonaChosen, SettingsSaved
from fluffy_tui.tui.session.saved_state import StateFile
from fluffy_tui.tui.session.service_lifetime import ServiceLifetime
from fluffy_tui.tui.startup import StartupScreen
from fluffy_tui.tui.ui.small_notice import SMALLEST
from fluffy_tui.tui.ui.stylesheet import LastingStylesheet
from fluffy_tui.tui.ui.theme import FLUFFY, with_quiet_borders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.await_complete import AwaitComplete
    from textual.screen import Screen

    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.ports import OpenServices, Services, SetupPort

WIDTHS = [(0, "-tiny"), (SMALLEST[0], "-narrow"), (80, "-normal"), (120, "-wide")]
"""Columns from which a screen has a class of that name; style sheets lay out by it."""
HEIGHTS = [(0, "-low"), (SMALLEST[1], "-high")]
"""The same for rows."""

CHOOSE_OR_MAKE = "Choose one, or make it with {personas.new}."


class FluffyApp(ActingApp):
    """The app, from first paint to goodbye.

    Args:
        open_services: Opens everything behind the screens.
        setup: The settings, among them where state and kept texts are, and a person's own keys.
        persona: Name of the persona to open first; the one of last time when not given.
        preview: How pictures are drawn, a value of `settings.Preview` that was chosen for this terminal.
        demo: Whether nothing of this is real.
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
        setup: SetupPort,
        persona: str | None = None,
        preview: str = "auto",
        demo: bool = False,
        clock: Callable[[], datetime] = system_clock,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(setup, clock)
        self.stylesheet = LastingStylesheet(variables=self.get_css_variables())
        self._serving = ServiceLifetime(open_services)
        self._state = StateFile(setup.settings.paths.state_file)
        self._drafts = Drafts(setup.settings.paths.drafts)
        self._wanted_channels: Sequence[Channel] = ()
        self._own_modes: list[str] = []
        self._starts = 0
        self._first_persona = persona
        self._preview = preview
        self._demo = demo
        self._zone = zone or SystemZone()
        self.register_theme(FLUFFY)
        wanted = self._state.state.theme
        self.theme = wanted if wanted in self.available_themes else FLUFFY.name
        self.set_keymap(dict(setup.settings.keys))

    def get_default_screen(self) -> Screen[None]:
        """Start with the screen that paints at once and opens the services."""
        return StartupScreen(self._open_services, demo=self._demo)

    async def on_unmount(self) -> None:
        """Close the services, whatever way the app ended."""
        await self._serving.close()

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's variables, with borders that can be seen where the theme hides quiet ones."""
        return with_quiet_borders(super().get_css_variables())

    def watch_theme(self, theme: str) -> None:
        """Remember the theme."""
        if self.is_running:
            self._state.remember(theme=theme if theme != FLUFFY.name else "")

    # The services open, the first screen

    @on(StartupScreen.Opened)
    async def _services_opened(self, message: StartupScreen.Opened) -> None:
        self.hear(
            Context(
                services=message.services,
                changes=self.changes,
                drafts=self._drafts,
                import_run=ImportRun(),
                state_file=self._state,
                setup=self.setup,
                clock=self._clock,
                zone=self._zone,
                preview=self._preview,
                demo=self._demo,
            )
        )
        self.add_mode("first-run", self._first_run_screen)
        self.add_mode("personas", self._personas_screen)
        self._tell_key_troubles()
        await self._open_first(message.personas)

    async def _open_services(self, report: Callable[[str], None]) -> Services:
        """Open the services, then make what was wished for while setting up."""
        services = await self._serving.open(report)
        if self._wanted_channels:
            from fluffy_tui.tui.setup import personas_for

            made = await personas_for(self._wanted_channels, services.personas, report)
            self._wanted_channels = ()
            self._first_persona = made[0].name if len(made) == 1 else None
        return services

    def _tell_key_troubles(self) -> None:
        if troubles := key_problems(self.setup.settings.keys):
            self.notify(
                "\n".join(troubles), title="your own keys", severity="warning", timeout=15, markup=False
            )

    @on(SettingsSaved)
    async def _settings_saved(self, message: SettingsSaved) -> None:
        """Start over with the new settings, without leaving the terminal."""
        self._wanted_channels = message.channels
        self._starts += 1
        self.hear_nothing()
        before = [mode for mode in self._own_modes if mode != self.current_mode]
        for mode in before:
            await self.remove_mode(mode)
        leaving = self.current_mode
        self.add_mode(f"startup-{self._starts}", self.get_default_screen)
        await self.switch_mode(self._own_modes[-1])
        await self.remove_mode(leaving)

    def add_mode(self, mode: str, base_screen: str | Callable[[], Screen[Any]]) -> None:
        """Add a mode, and note it for starting over."""
        super().add_mode(mode, base_screen)
        self._own_modes.append(mode)

    def remove_mode(self, mode: str) -> AwaitComplete:
        """Remove a mode."""
        removed = super().remove_mode(mode)
        self._own_modes.remove(mode)
        return removed

    async def _open_first(self, personas: list[Persona]) -> None:
        name = self._first_persona or self._state.state.persona
        found = next((persona for persona in personas if persona.name.casefold() == name.casefold()), None)
        if found is not None:
            await self._open_persona(found)
            return
        if not personas and not self._demo and is_bare(self.setup.settings):
            await self.switch_mode("first-run")
            return
        await self.switch_mode("personas")
        if self._first_persona:
            self.notify(
                f"There is no persona named {self._first_persona}. {self.context.with_keys(CHOOSE_OR_MAKE)}",
                severity="warning",
                markup=False,
            )

    @on(PersonaChosen)
    async def _persona_chosen(self, message: PersonaChosen) -> None:
        await self._open_persona(message.persona)
        if message.to_import:
            from fluffy_tui.tui.personas import ImportScreen

            await self.push_screen(ImportScreen(self.context, message.persona))

    async def _open_persona(self, persona: Persona) -> None:
        before = self.context.overview.persona
        self._show_overview(replace(self.context.overview, persona=persona))
        self._state.remember(persona=persona.name)
        if before is None or before.id != persona.id:
            self.context.marks.clear()
            for mode, screen in (
                ("library", self._library_screen),
                ("posts", self._posts_screen),
                ("plan", self._plan_screen),
                ("problems", self._trouble_screen),
            ):
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

    @on(FillWeek)
    async def _fill_week(self, message: FillWeek) -> None:
        from fluffy_tui.tui.batch import BatchScreen

        await self.push_screen(BatchScreen(self.context, message.photo_ids, message.chosen))

    def _plan_screen(self) -> Screen[None]:
        from fluffy_tui.tui.plan import PlanScreen

        return PlanScreen(self.context)

    def _first_run_screen(self) -> Screen[None]:
        from fluffy_tui.tui.setup import FirstRunScreen

        return FirstRunScreen(self.context)

    def _personas_screen(self) -> Screen[None]:
        from fluffy_tui.tui.personas import PersonasScreen

        return PersonasScreen(self.context)

    def _library_screen(self) -> Screen[None]:
        from fluffy_tui.tui.library import LibraryScreen  # after the first paint: it knows Pillow

        return LibraryScreen(self.context)

    def _posts_screen(self) -> Screen[None]:
        from fluffy_tui.tui.posts import PostsScreen

        return PostsScreen(self.context)

    def _trouble_screen(self) -> Screen[None]:
        from fluffy_tui.tui.posts import ProblemsScreen

        return ProblemsScreen(self.context)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer Textual's own commands, but for those that the key table has."""
        ours = {"Keys", "Quit"}
        return (command for command in super().get_system_commands(screen) if command.title not in ours)


def is_bare(settings: Settings) -> bool:
    """Tell whether nothing at all was configured yet: no key, and no place for pictures."""
    return settings.buffer_api_key is None and settings.media_host is None
