"""How many keys the everyday job takes; a change that makes it longer has to say why."""

from __future__ import annotations

from fluffy_tui.tui.batch import BatchScreen
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas.screen import PersonasScreen
from tui.conftest import Driver, Running

MOST_FOR_ONE_PHOTO = 8
MOST_FOR_A_WEEK = 25
"""For seven photos, from the picker until all of them are submitted."""
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

    async def type(self, text: str) -> None:
        """Type a caption, which does not count."""
        await self._driver.press(*("space" if char == " " else char for char in text))


async def test_one_photo_from_the_picker(running: Running) -> None:
    """Another persona than the first, another photo than the first: the usual way, not the shortest one."""
    async with running() as driver:
        counting = Counting(driver)
        assert isinstance(driver.screen, PersonasScreen)
        await counting.press("j", "enter")
        assert isinstance(driver.screen, LibraryScreen)
        await counting.press("j", "enter")
        assert isinstance(driver.screen, ComposeScreen)
        await counting.type(CAPTION)
        await counting.press("ctrl+s")
        (submitted,) = driver.services.scheduling.submitted
        assert submitted["caption"] == CAPTION
        assert isinstance(driver.screen, LibraryScreen)
        assert counting.presses <= MOST_FOR_ONE_PHOTO


async def test_a_week_of_marked_photos_from_the_picker(running: Running) -> None:
    """Seven photos of one's own choice, marked in the library."""
    async with running() as driver:
        counting = Counting(driver)
        await counting.press("G", "enter", *["space"] * 7)
        await counting.press("f")
        await write_and_submit(counting, driver)


async def test_a_week_of_the_next_photos_from_the_picker(running: Running) -> None:
    """Seven photos as they come, chosen by the plan."""
    async with running() as driver:
        counting = Counting(driver)
        await counting.press("G", "enter", "3", "f")
        await write_and_submit(counting, driver)


async def write_and_submit(counting: Counting, driver: Driver) -> None:
    """Write seven captions, look them over and submit them; all of it within the keys allowed."""
    assert isinstance(driver.screen, BatchScreen)
    for number in range(7):
        await counting.type(f"{CAPTION} {number}")
        await counting.press("ctrl+n")
    assert driver.screen.panel.is_reviewing
    await counting.press("ctrl+s")
    submitted = [given["caption"] for given in driver.services.scheduling.submitted]
    assert submitted == [f"{CAPTION} {number}" for number in range(7)]
    assert counting.presses <= MOST_FOR_A_WEEK
