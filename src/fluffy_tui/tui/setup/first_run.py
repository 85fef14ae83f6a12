"""The first screen of a new installation: open the demo, connect Buffer, or import photos."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.personas import ask_new_persona
from fluffy_tui.tui.session.exit_guard import AfterExit
from fluffy_tui.tui.session.messages import PersonaChosen
from fluffy_tui.tui.setup.wizard import SetupWizard
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.vim_list import VimList

STARTS = (
    ("demo", "Open the demo", "Sample photos and a simulated Buffer. Nothing is published."),
    (
        "connect_buffer",
        "Connect Buffer",
        "Paste your API key, choose channels and a place for your pictures. Each step is tested first.",
    ),
    (
        "import_photos",
        "Import photos first",
        "Create a persona and import its photos. Captions are kept as drafts until Buffer is connected.",
    ),
)
"""Action, title and description of each way to start."""


class FirstRunScreen(FrameScreen):
    """Welcomes the user and offers three ways to start."""

    PLACE = Place.FIRST_RUN
    BINDINGS = bindings(Place.FIRST_RUN)
    DEFAULT_CSS = """
    FirstRunScreen {
        #body { align: center middle; padding: 0 2; }
        #welcome { width: 1fr; max-width: 76; height: auto; color: $text-muted; padding: 0 2; }
        #starts { width: 1fr; max-width: 76; height: auto; max-height: 1fr; padding: 0 1; }
        &.-high #welcome { margin-bottom: 1; }
    }
    """

    def compose_body(self) -> ComposeResult:
        yield Static(
            Content.assemble(
                Content.styled("Welcome to fluffy-tui. ", "bold $text"),
                "Schedule your photos through Buffer. How do you want to start?",
            ),
            id="welcome",
        )
        starts = VimList(id="starts", classes="box")
        starts.border_title = "Get started"
        for action, title, description in STARTS:
            key = self.context.with_keys(f"{{first_run.{action}}}")
            prompt = Content.assemble(
                (f"{key}  ", "bold $primary"), (title, "bold"), "\n", (description, "dim")
            )
            starts.add_option(Option(prompt, id=action))
        yield starts

    def on_mount(self) -> None:
        starts = self.query_one(VimList)
        starts.highlighted = 0
        starts.focus()

    @on(OptionList.OptionSelected, "#starts")
    async def action_select(self) -> None:
        index = self.query_one(VimList).highlighted
        if index is not None:
            await self.run_action(f"screen.{STARTS[index][0]}")

    def action_demo(self) -> None:
        """Leave for the demo, which opens in the same terminal."""
        if problem := self.context.setup.demo_problem():
            self.notify(problem, severity="warning", timeout=10, markup=False)
        else:
            self.app.exit(AfterExit.DEMO)

    def action_connect_buffer(self) -> None:
        self.app.push_screen(SetupWizard(self.context))

    @work(group="persona-dialog", exclusive=True, exit_on_error=False, description="creating a persona")
    async def action_import_photos(self) -> None:
        persona = await ask_new_persona(self.context, self.app)
        if persona is not None:
            self.post_message(PersonaChosen(persona, to_import=True))
