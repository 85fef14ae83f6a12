"""What was deleted on a screen, and is restored by its undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from fluffy_tui.tui.ui.keys_footer import dimmed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from textual.binding import ActiveBinding

    from fluffy_tui.tui.ui.frame_screen import FrameScreen

Item = TypeVar("Item")


class DeletedItems(Generic[Item]):
    """Deletes what a screen lists, and restores it while the screen is open, the last one first.

    `restore` creates an item that was deleted, and returns it as it is now.
    """

    def __init__(
        self,
        screen: FrameScreen,
        delete: Callable[[Item], Awaitable[None]],
        restore: Callable[[Item], Awaitable[Item]],
    ) -> None:
        self._screen, self._delete, self._restore = screen, delete, restore
        self._undo = f"{screen.PLACE}.undo"
        self._items: list[Item] = []

    def dimmed(self, active: Mapping[str, ActiveBinding]) -> dict[str, ActiveBinding]:
        """Dim undo while nothing is deleted; the key then says so, and undoes no submit."""
        return dimmed(active, () if self._items else (self._undo,))

    async def delete(self, item: Item, name: str) -> None:
        """Delete an item, and say which key undoes that."""
        await self._delete(item)
        self._items.append(item)
        undo = self._screen.context.with_keys(f"Press {{{self._undo}}} to undo.")
        self._screen.notify(f"Deleted {name}. {undo}", markup=False)

    async def undo(self) -> Item | None:
        """Restore the item that was deleted last; where that fails, it can be tried again."""
        if not self._items:
            self._screen.notify("Nothing to undo here.")
            return None
        restored = await self._restore(self._items[-1])
        self._items.pop()
        return restored
