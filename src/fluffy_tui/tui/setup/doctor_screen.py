"""The health checks inside the app, each shown as it ends."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from fluffy_tui.core.health import Check, Health
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.vim_list import VimList

_TONES = {
    Health.OK: "$text-success",
    Health.WARN: "$text-warning",
    Health.FAIL: "$text-error",
    Health.SKIP: "dim",
}


class DoctorScreen(FrameScreen):
    """Runs the checks of `--doctor` on the open services; the user may leave while they run."""

    PLACE = Place.DOCTOR
    BINDINGS = bindings(Place.DOCTOR)
    DEFAULT_CSS = """
    DoctorScreen {
        #body { align: center top; padding: 0 1; }
        #checks { width: 1fr; max-width: 110; height: auto; max-height: 1fr; scrollbar-gutter: stable; }
        #checks-words { width: 1fr; max-width: 110; height: 1; padding: 0 2; color: $text-muted; }
    }
    """

    def compose_body(self) -> ComposeResult:
        checks = VimList(id="checks", classes="box")
        checks.border_title = "Health checks"
        yield checks
        yield Static(id="checks-words", markup=False)

    def on_mount(self) -> None:
        self.query_one(VimList).focus()
        self._check()

    def action_rerun(self) -> None:
        self._check()

    @work(group="doctor", exclusive=True, exit_on_error=False, description="running health checks")
    async def _check(self) -> None:
        found: list[Check] = []
        listing = self.query_one(VimList)
        listing.clear_options()
        words = self.query_one("#checks-words", Static)
        words.update(self.context.with_keys("Checking… ({doctor.back} cancels)"))
        async for check in self.context.setup.checks():
            found.append(check)
            listing.add_option(Option(_prompt(check)))
        listing.highlighted = next(
            (number for number, check in enumerate(found) if check.status is Health.FAIL), 0
        )
        words.update(_summary(found))


def _summary(found: list[Check]) -> str:
    failed = sum(check.status is Health.FAIL for check in found)
    warned = sum(check.status is Health.WARN for check in found)
    parts = [f"✗ {failed} failed"] if failed else []
    parts += [f"! {warned} {plural(warned, 'warning')}"] if warned else []
    return ", ".join(parts) or "✓ All checks passed"


def _prompt(check: Check) -> Content:
    lines = [
        Content.assemble(
            Content.styled(f"{check.status.sign} ", _TONES[check.status]),
            Content.styled(check.name, "bold"),
            f"  {one_line(check.detail)}",
        )
    ]
    if check.remedy:
        lines.append(Content.styled(f"  → {one_line(check.remedy)}", "dim"))
    return Content("\n").join(lines)
