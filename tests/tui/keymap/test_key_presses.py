"""How many key presses everyday work takes; a change that needs more has to say why."""

from __future__ import annotations

from fluffy_tui.buffer import ShareMode
from fluffy_tui.tui.batch import BatchScreen
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas import PersonasScreen
from tui.conftest import Driver, Running

MOST_FOR_ONE_PHOTO = 8
MOST_FOR_A_WEEK = 25
"""For seven photos, from the personas until all are submitted."""
FOR_ONE_HERE, AT_A_TIME_HERE, FOR_A_WEEK_HERE = 2, 5, 16
"""From the photo under the cursor, without what is typed into a caption or as a time."""
CAPTION = "fog until noon"


class KeyCounter:
    """Presses keys and counts them, except those typed into a caption."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.presses = 0

    async def press(self, *keys: str) -> None:
        """Press keys and count them."""
        self.presses += len(keys)
        await self._driver.press(*keys)

    async def type(self, text: str) -> None:
        """Type a caption without counting."""
        await self._driver.press(*("space" if char == " " else char for char in text))


async def test_one_photo_from_the_personas(running: Running) -> None:
    """Neither the first persona nor the first photo: the usual case, not the shortest one."""
    async with running() as driver:
        counter = KeyCounter(driver)
        assert isinstance(driver.screen, PersonasScreen)
        await counter.press("j", "enter")
        assert isinstance(driver.screen, LibraryScreen)
        await counter.press("j", "enter")
        assert isinstance(driver.screen, ComposeScreen)
        await counter.type(CAPTION)
        await counter.press("ctrl+s")
        (submitted,) = driver.services.scheduling.submitted
        assert submitted["caption"] == CAPTION
        assert isinstance(driver.screen, LibraryScreen)
        assert counter.presses <= MOST_FOR_ONE_PHOTO


async def test_a_week_of_selected_photos_from_the_personas(running: Running) -> None:
    """Seven photos selected in the library."""
    async with running() as driver:
        counter = KeyCounter(driver)
        await counter.press("G", "enter", *["space"] * 7)
        await counter.press("f")
        await write_and_submit(counter, driver)


async def test_a_week_of_the_next_photos_from_the_personas(running: Running) -> None:
    """Seven photos that the plan chooses."""
    async with running() as driver:
        counter = KeyCounter(driver)
        await counter.press("G", "enter", "3", "f")
        await write_and_submit(counter, driver)


async def test_the_photo_under_the_cursor(running: Running) -> None:
    async with running(persona="sarah") as driver:
        counter = KeyCounter(driver)
        await counter.press("enter")
        await counter.type(CAPTION)
        await counter.press("ctrl+s")
        assert [given["caption"] for given in driver.services.scheduling.submitted] == [CAPTION]
        assert isinstance(driver.screen, LibraryScreen)
        assert counter.presses <= FOR_ONE_HERE


async def test_the_photo_under_the_cursor_at_a_set_time(running: Running) -> None:
    async with running(persona="sarah") as driver:
        counter = KeyCounter(driver)
        await counter.press("enter")
        await counter.type(CAPTION)
        await counter.press("ctrl+t", "left")
        await counter.type("tomorrow 18:30")
        await counter.press("ctrl+s")
        [given] = driver.services.scheduling.submitted
        assert given["share_mode"] is ShareMode.CUSTOM_SCHEDULED
        assert counter.presses <= AT_A_TIME_HERE


async def test_a_week_of_selected_photos_from_the_library(running: Running) -> None:
    async with running(persona="sarah") as driver:
        counter = KeyCounter(driver)
        await counter.press(*["space"] * 7, "f")
        await write_and_submit(counter, driver, FOR_A_WEEK_HERE)


async def write_and_submit(counter: KeyCounter, driver: Driver, most: int = MOST_FOR_A_WEEK) -> None:
    """Write seven captions, review and submit them, within the allowed number of keys."""
    assert isinstance(driver.screen, BatchScreen)
    for number in range(7):
        await counter.type(f"{CAPTION} {number}")
        await counter.press("ctrl+n")
    assert driver.screen.panel.is_reviewing
    await counter.press("ctrl+s")
    submitted = [given["caption"] for given in driver.services.scheduling.submitted]
    assert submitted == [f"{CAPTION} {number}" for number in range(7)]
    assert counter.presses <= most
