"""The doctor inside the app: each link of the chain, as it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from fluffy_tui.core.health import Check, Health
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from fluffy_tui.tui.session.context import Context

_TONES = {
    Health.OK: "$text-success",
    Health.WARN: "$text-warning",
    Health.FAIL: "$text-error",
    Health.SKIP: "dim",
}


class DoctorScreen(FrameScreen):
    """Runs the checks of `--doctor` on the services that are open, and can be left while they run.

    Args:
        context: The world.
    """

    PLACE = Place.DOCTOR
    BINDINGS = bindings(Place.DOCTOR)
    DEFAULT_CSS = """
    DoctorScreen {
        #body { align: center top; padding: 0 1; }
        #checks { width: 1fr; max-width: 110; height: auto; max-height: 1fr; }
        #checks-words { width: 1fr; max-width: 110; height: 1; padding: 0 2; color: $text-muted; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._found: list[Check] = []

    def compose_body(self) -> ComposeResult:
        """Lay out checks and words."""
        checks = VimList(id="checks", classes="box")
        checks.border_title = "doctor"
        yield checks
        yield Static(id="checks-words", markup=False)

    def on_mount(self) -> None:
        """Begin at once."""
        self.query_one(VimList).focus()
        self._check()

    def action_again(self) -> None:
        """Try everything again."""
        self._check()

    async def action_back(self) -> None:
        """Go back; checks that still run are given up."""
        await self.run_action("app.back")

    @work(group="doctor", exclusive=True, exit_on_error=False, description="checking each link of the chain")
    async def _check(self) -> None:
        self._found = []
        listing = self.query_one(VimList)
        listing.clear_options()
        words = self.query_one("#checks-words", Static)
        words.update(self.context.with_keys("… checking; {doctor.back} leaves at any time"))
        async for check in self.context.setup.checks():
            self._found.append(check)
            listing.add_option(Option(_prompt(check)))
        listing.highlighted = next(
            (number for number, check in enumerate(self._found) if check.status is Health.FAIL), 0
        )
        words.update(_result(self._found))


def _result(found: list[Check]) -> str:
    failed = sum(check.status is Health.FAIL for check in found)
    warned = sum(check.status is Health.WARN for check in found)
    if not failed and not warned:
        return "✓ All is well."
    parts = [f"✗ {failed} to mend"] if failed else []
    parts += [f"! {warned} to look at"] if warned else []
    return ", ".join(parts)


def _prompt(check: Check) -> Content:
    tone = _TONES[check.status]
    lines = [
        Content.assemble(
            Content.styled(f"{check.status.sign} ", tone),
            Content.styled(check.name, "bold"),
            f"  {one_line(check.detail)}",
        )
    ]
    if check.remedy:
        lines.append(Content.styled(f"  → {one_line(check.remedy)}", "dim"))
    return Content("\n").join(lines)
