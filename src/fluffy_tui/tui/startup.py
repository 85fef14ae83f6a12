"""The first screen: drawn at once, it opens the services and shows the progress or the error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Button, Static

from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.settings import InvalidSetting, place_in_file, with_own_names
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.error_toasts import log
from fluffy_tui.tui.text.words import error_words
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.too_small_notice import TooSmallNotice

if TYPE_CHECKING:
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.ports import Services, SetupPort

    Open = Callable[[Callable[[str], None]], Awaitable[Services]]


class StartupScreen(Screen[None]):
    """Nothing that needs a service exists before this screen has posted `Opened`.

    Args:
        setup: The settings; they are read again before another try, since an error may be about them.
    """

    PLACE = Place.STARTUP
    BINDINGS = bindings(Place.STARTUP)
    DEFAULT_CSS = """
    StartupScreen {
        align: center middle;
        #startup { width: 62; max-width: 94%; height: auto; padding: 1 3; border: round $border-blurred; }
        #startup-name { text-style: bold; color: $primary; }
        #startup-steps { margin-top: 1; color: $text-muted; }
        #startup-failure { display: none; margin-top: 1; }
        #startup-buttons { display: none; height: auto; margin-top: 1; }
        #startup-buttons Button { margin-right: 2; }
        &.-failed #startup { border: round $error; }
        &.-failed #startup-failure, &.-failed #startup-buttons { display: block; }
    }
    """

    @dataclass
    class Opened(Message):
        """The services are open."""

        services: Services
        personas: list[Persona]

    @dataclass
    class StepBegan(Message, bubble=False):
        """A step of opening began."""

        step: str

    steps: reactive[tuple[str, ...]] = reactive((), init=False)
    failure: reactive[FluffyError | None] = reactive(None, init=False)

    def __init__(self, open_services: Open, setup: SetupPort, *, demo: bool) -> None:
        super().__init__()
        self._open_services, self._setup = open_services, setup
        self._demo = demo

    @property
    def is_opening(self) -> bool:
        """Whether another screen follows as soon as the services are open."""
        return self.failure is None

    def compose(self) -> ComposeResult:
        with Vertical(id="startup"):
            yield Static("fluffy-tui demo" if self._demo else "fluffy-tui", id="startup-name", markup=False)
            yield Static(id="startup-steps", markup=False)
            yield Static(id="startup-failure", markup=False)
            with Horizontal(id="startup-buttons", classes="buttons"):
                yield Button("Retry", action="screen.retry", compact=True)
                yield Button("Quit", action="screen.leave", compact=True)
        yield KeysFooter()
        yield TooSmallNotice()

    def on_mount(self) -> None:
        self._draw_steps()
        self._open()

    def open(self) -> None:
        """Open the services from the start, for the first time or again."""
        self.failure = None
        self.steps = ()
        self._open()

    @work(group="services", exclusive=True, exit_on_error=False, description="opening the services")
    async def _open(self) -> None:
        """Open the services after the first frame is drawn; keys wait for this from the start."""
        drawn = asyncio.Event()
        self.call_after_refresh(drawn.set)
        await drawn.wait()
        try:
            services = await self._open_services(self._report)
            self._report("loading personas")
            personas = await services.personas.list()
        except FluffyError as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 - any failure is shown, and the user may retry
            log.error("opening the services failed", exc_info=error)
            self.failure = FluffyError(error_words(error))
        else:
            self.post_message(self.Opened(services, personas))

    def _report(self, step: str) -> None:
        self.post_message(self.StepBegan(step))  # may be called in any thread

    def on_startup_screen_step_began(self, message: StepBegan) -> None:
        self.steps = (*self.steps, message.step)

    def watch_steps(self) -> None:
        self._draw_steps()

    def watch_failure(self, failure: FluffyError | None) -> None:
        self.set_class(failure is not None, "-failed")
        self._draw_steps()
        if failure is not None:
            message, hint = self._in_own_words(failure)
            shown = Content.assemble(
                message, Content.styled(f"\n\n{hint}" if hint else "", "$foreground-muted")
            )
            self.query_one("#startup-failure", Static).update(shown)
            self.query_one(Button).focus()
        self.refresh_bindings()

    def _in_own_words(self, failure: FluffyError) -> tuple[str, str]:
        """Return what happened and what to do, with the place of a database's address that can be changed."""
        settings = self._setup.settings
        message, hint = (with_own_names(text, settings.origins) for text in (failure.message, failure.hint))
        place = place_in_file(settings, "DATABASE_URL")
        if place and isinstance(failure, DatabaseUnavailable):
            hint += f"\n\ndatabase_url is in {place}. Change or remove it there, then retry."
        return message, hint.strip()

    def _draw_steps(self) -> None:
        done = Content.styled("✓ ", "$text-success")
        now = Content.styled("✗ ", "$text-error") if self.failure else Content.styled("… ", "$text-primary")
        steps = self.steps or ("starting",)
        lines = [
            Content.assemble(now if number == len(steps) else done, step.rstrip("… ."))
            for number, step in enumerate(steps, 1)
        ]
        self.query_one("#startup-steps", Static).update(Content("\n").join(lines))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to retry only after a failure."""
        return self.failure is not None if action == "retry" else True

    def action_retry(self) -> None:
        try:
            self._setup.reload()
        except InvalidSetting as error:
            self.failure = FluffyError(str(error))
        else:
            self.open()

    async def action_leave(self) -> None:
        await self.run_action("app.leave")
