"""How many keys the everyday job takes; a change that makes it longer has to say why."""

from __future__ import annotations

from fluffy_tui.tui.screens.compose import ComposeScreen
from fluffy_tui.tui.screens.library import LibraryScreen
from fluffy_tui.tui.screens.personas import PersonasScreen

from .conftest import Driver, Running

MOST_FOR_ONE_PHOTO = 8
CAPTION = "fog until noon"


class Counting:
    """Presses keys and counts them; what is typed into the caption is not counted."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.presses = 0

    async def press(self, *keys: str) -> None:
        """Press keys that count."""
        self.presses += len(keys)
        await self._driver.press(*keys)


async def test_one_photo_from_the_picker(running: Running) -> None:
    """Another persona than the first, another photo than the first: the usual way, not the shortest one."""
    async with running() as driver:
        counting = Counting(driver)
        assert isinstance(driver.screen, PersonasScreen)
        await counting.press("j", "enter")
        assert isinstance(driver.screen, LibraryScreen)
        await counting.press("j", "enter")
        assert isinstance(driver.screen, ComposeScreen)
        await driver.press(*("space" if char == " " else char for char in CAPTION))
        await counting.press("ctrl+s")
        (submitted,) = driver.services.scheduling.submitted
        assert submitted["caption"] == CAPTION
        assert isinstance(driver.screen, LibraryScreen)
        assert counting.presses <= MOST_FOR_ONE_PHOTO
