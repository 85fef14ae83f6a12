"""The first screen of a fresh installation: three ways in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.exit_guard import AfterExit
from fluffy_tui.tui.session.messages import PersonaChosen
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from fluffy_tui.tui.session.context import Context

WAYS = (
    (
        "demo",
        "Look around",
        "The whole app on sample photos, with a stand-in for Buffer. Nothing is published.",
    ),
    (
        "set_up",
        "Set up Buffer",
        "Paste your key, choose channels and where pictures are hosted. Each is tried before it is kept.",
    ),
    (
        "import_photos",
        "Import photos first",
        "Make a persona and bring in its photos. Captions are kept as drafts until Buffer is set up.",
    ),
)
"""Action, what it is called, and what it leads to."""


class FirstRunScreen(FrameScreen):
    """Greets, and offers the demo, the setup of Buffer, or an import.

    Args:
        context: The world.
    """

    PLACE = Place.FIRST_RUN
    BINDINGS = bindings(Place.FIRST_RUN)
    DEFAULT_CSS = """
    FirstRunScreen {
        #body { align: center middle; padding: 0 2; }
        #welcome { width: 1fr; max-width: 76; height: auto; color: $text-muted; padding: 0 2; }
        #ways { width: 1fr; max-width: 76; height: auto; max-height: 1fr; padding: 0 1; }
        &.-high #welcome { margin-bottom: 1; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)

    def compose_body(self) -> ComposeResult:
        """Lay out greeting and ways."""
        yield Static(
            Content.assemble(
                Content.styled("Welcome. ", "bold $text"),
                "Photos become posts in your Buffer queue, from here. How would you like to begin?",
            ),
            id="welcome",
        )
        ways = VimList(id="ways", classes="box")
        ways.border_title = "three ways in"
        for action, name, words in WAYS:
            key = self.context.with_keys(f"{{first_run.{action}}}")
            ways.add_option(Option(_prompt(key, name, words), id=action))
        yield ways

    def on_mount(self) -> None:
        """Put the cursor on the first way."""
        ways = self.query_one(VimList)
        ways.highlighted = 0
        ways.focus()

    @on(OptionList.OptionSelected, "#ways")
    async def action_choose(self) -> None:
        """Go the way under the cursor."""
        index = self.query_one(VimList).highlighted
        if index is not None:
            await self.run_action(f"screen.{WAYS[index][0]}")

    def action_demo(self) -> None:
        """Leave for the demo, which opens in the same terminal."""
        if trouble := self.context.setup.demo_trouble():
            self.notify(trouble, severity="warning", timeout=10, markup=False)
        else:
            self.app.exit(AfterExit.DEMO)

    def action_set_up(self) -> None:
        """Set up Buffer."""
        from fluffy_tui.tui.setup.wizard import SetUpScreen

        self.app.push_screen(SetUpScreen(self.context))

    @work(group="persona-dialog", exclusive=True, exit_on_error=False, description="making a persona")
    async def action_import_photos(self) -> None:
        """Make a persona, then ask for its folders."""
        personas = self.context.services.personas
        made = await self.app.push_screen_wait(
            AskTextScreen(
                "your first persona",
                "A name, such as the one you post under",
                personas.create,
                own=self.context.setup.settings.keys,
            )
        )
        if made is not None:
            self.post_message(PersonaChosen(made, to_import=True))


def _prompt(key: str, name: str, words: str) -> Content:
    return Content.assemble(
        Content.styled(f"{key}  ", "bold $primary"),
        Content.styled(name, "bold"),
        "\n",
        Content.styled(words, "dim"),
    )
