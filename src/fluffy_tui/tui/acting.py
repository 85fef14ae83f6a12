"""What can be done in every place: go to a tab, one step back, help, settings, doctor, leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from textual import work

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.hearing import HearingApp
from fluffy_tui.tui.session.messages import DatabaseBack
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from textual.screen import Screen

    from fluffy_tui.tui.ports import SetupPort

NOTHING_WAITS = (
    "Nothing waits to go out; a post further on is cancelled among the posts, with {posts.cancel}."
)


class ActingApp(HearingApp):
    """The actions whose place is everywhere in the key table.

    Args:
        setup: The settings.
        clock: Tells the present moment.
    """

    def __init__(self, setup: SetupPort, clock: Callable[[], datetime]) -> None:
        super().__init__(setup, clock)
        self._came_from = "library"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing that needs services before they are open, and no tab before a persona is chosen."""
        if action in ("personas", "reload", "settings", "doctor"):
            return self._world is not None
        if action in ("tab", "take_back"):
            return self._world is not None and self._world.overview.persona is not None
        return super().check_action(action, parameters)

    @work(group="take-back", exit_on_error=False, description="taking the post back")
    async def action_take_back(self) -> None:
        """Take back the post that was submitted last, before it leaves; its text is kept with the photo."""
        from fluffy_tui.tui.session.undo import in_grace, take_back

        post = in_grace(self.context.overview.strip, self._clock())
        if post is None:
            self.notify(self.context.with_keys(NOTHING_WAITS), markup=False)
            return
        try:
            await take_back(self.context, post)
        except FluffyError as error:
            self.notify(one_line(str(error)), severity="warning", timeout=10, markup=False)
        else:
            self.notify("Taken back: the photo is in the library again, with its text.", markup=False)

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
        elif self.current_mode in ("posts", "problems"):
            await self.switch_mode("library")

    def action_reload(self) -> None:
        """Read everything anew."""
        if self._following is not None:
            self._following.read_anew()
            self._start_following()
            self.changes.publish(DatabaseBack())

    async def action_help(self) -> None:
        """Show the keys of this place."""
        from fluffy_tui.tui.ui.help import HelpScreen

        await self.push_screen(
            HelpScreen(getattr(self.screen, "PLACE", None), dict(self.setup.settings.keys))
        )

    async def action_settings(self) -> None:
        """Show every setting."""
        from fluffy_tui.tui.setup import SettingsScreen

        await self._show_above(SettingsScreen(self.context))

    async def action_doctor(self) -> None:
        """Try each link of the chain."""
        from fluffy_tui.tui.setup import DoctorScreen

        await self._show_above(DoctorScreen(self.context))

    async def _show_above(self, screen: Screen[None]) -> None:
        """Push a screen, but not a second one of its kind."""
        if not any(type(shown) is type(screen) for shown in self.screen_stack):
            await self.push_screen(screen)

    @work(group="leaving", exclusive=True, exit_on_error=False, description="leaving")
    async def action_leave(self) -> None:
        """Leave; when something is still on its way it is said first."""
        from fluffy_tui.tui.ui.confirm import ConfirmScreen

        question = self._before_leaving()
        if not question or await self.push_screen_wait(
            ConfirmScreen("Leave?", question, yes="leave", no="stay", own=self.setup.settings.keys)
        ):
            self.exit()

    def _before_leaving(self) -> str:
        if self._world is None:
            return ""
        parts, overview = [], self.context.overview
        for count, words in (
            (overview.under_way, "on the way to Buffer; the worker finishes that without this window."),
            (overview.held, "held, and tried again only while fluffy-tui or a worker runs."),
        ):
            if count:
                parts.append(f"1 post is {words}" if count == 1 else f"{count} posts are {words}")
        if self.context.import_run.is_running:
            parts.append("The import stops; what it has imported so far is kept.")
        return "\n".join(parts)
