"""The saved filters while the library is open: `@best` stands for one, and the prompt saves or deletes one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.name_key import name_key
from fluffy_tui.tui.text.filter_query import written_out
from fluffy_tui.tui.text.words import quoted
from fluffy_tui.tui.ui.dialogs import AskTextScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.ui.frame_screen import FrameScreen

SIGN = "@"
SAVES = "Saves the filter {filter}. Type {sign}name in a filter to use it again."
DELETES = "The filter is empty: this deletes the saved filter of that name."


class FilterMemory:
    """The saved filters."""

    def __init__(self, screen: FrameScreen, context: Context) -> None:
        self._screen = screen
        self._filters = context.services.filters
        self._own = context.keys
        self._texts: dict[str, str] = {}

    def load(self) -> None:
        """Load them, again if they were loaded before."""
        self._screen.run_worker(
            self._load(),
            group="saved-filters",
            exit_on_error=False,
            description="loading saved filters",
        )

    async def _load(self) -> None:
        self._texts = await self._filters.all()

    def expand(self, text: str) -> str:
        """Return a filter with the saved ones that it names written out; other names stay as they are."""
        return written_out(text, self._texts)

    async def complete(self, beginning: str) -> Sequence[str]:
        """Return the names that begin like this."""
        start = name_key(beginning)
        return [name for name in self._texts if name_key(name).startswith(start)]

    def ask(self, text: str) -> None:
        """Ask for a name, and save a filter under it; with an empty filter, delete the one of that name."""
        text = self.expand(text).strip()
        about = SAVES.format(filter=quoted(text, 60), sign=SIGN) if text else DELETES
        self._screen.app.push_screen(
            AskTextScreen(
                "save filter" if text else "delete saved filter",
                "name",
                partial(self._keep, text),
                verb="save" if text else "delete",
                own=self._own,
                about=about,
            ),
            self._report,
        )

    async def _keep(self, text: str, name: str) -> str:
        if text:
            name = await self._filters.save(name, text)
            done = f"Saved as {SIGN}{_quoted(name)}."
        else:
            name = await self._filters.delete(name)
            done = f"Deleted the saved filter {name}."
        await self._load()
        return done

    def _report(self, done: str | None) -> None:
        if done:
            self._screen.notify(done, markup=False)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
