"""Photos side by side, and the best of a stack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fluffy_tui.photos import PhotoScores
from fluffy_tui.tui.compare import CompareScreen
from tui.library.library_driver import details, photos, shown, stack, toasts, verdict

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


def panes(driver: Driver) -> list[Any]:
    """Return the photos that are on the screen."""
    return [pane for pane in driver.screen.query("ZoomedPhoto") if pane.display]


def titles(driver: Driver) -> list[str]:
    return [str(pane.border_title) for pane in panes(driver)]


def current(driver: Driver) -> str:
    (pane,) = driver.screen.query("ZoomedPhoto.-current")
    return str(pane.border_title)


def large(services: FakeServices, *sizes: tuple[int, int]) -> None:
    """Give the first photos pictures of these sizes."""
    for id_, size in zip((40, 39, 38), sizes, strict=False):
        photo = services.photos.photos[id_]
        path = photo.path.with_suffix(".png")
        Image.linear_gradient("L").resize(size).convert("RGB").save(path)
        services.photos.photos[id_] = replace(photo, path=path, width=size[0], height=size[1])


async def test_the_selected_photos_are_side_by_side(running: Running, services: FakeServices) -> None:
    photo = services.photos.photos[39]
    services.photos.photos[39] = replace(photo, verdict="pick", scores=PhotoScores(20, 0, 0.31))
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "vertical_line")
        assert isinstance(driver.screen, CompareScreen)
        assert titles(driver) == [
            "1/2 IMG_2040.JPG",
            "2/2 IMG_2039.JPG · ✓ picked · soft · dark (31 % black)",
        ]
        assert current(driver).startswith("1/2")
        await driver.press("tab")
        assert current(driver).startswith("2/2")
        await driver.press("shift+tab")
        assert current(driver).startswith("1/2")
        await driver.press("escape")
        assert photos(driver).highlighted_id == 38


async def test_without_a_choice_of_photos_it_says_what_can_be_compared(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("vertical_line")
        assert "Select two to four photos with space, or go to a stack, to compare them." in toasts(driver)
        await driver.press(*["space"] * 5, "vertical_line")
        assert not isinstance(driver.screen, CompareScreen)


async def test_photos_are_zoomed_and_panned_together_whatever_their_size(
    running: Running, services: FakeServices
) -> None:
    """The same part of each is shown, of one with twice the pixels at half the scale."""
    large(services, (1000, 750), (2000, 1500))
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "vertical_line")
        await driver.settle()
        first, second = panes(driver)
        assert first._view.shows_all
        assert second._view.shows_all
        await driver.press("plus", "equals_sign", "plus", "plus", "l", "down", "h", "up", "right", "j")
        await driver.settle()
        assert not first._view.shows_all
        assert second._view.scale == first._view.scale / 2
        assert [2 * edge for edge in first._view.window] == list(second._view.window)
        await driver.press("minus", "k", "left")
        await driver.settle()
        assert second._view.scale == first._view.scale / 2


async def test_each_is_flagged_and_undone(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "space", "vertical_line", "p", "x", "x", "u")
        assert [verdict(services, id_) for id_ in (40, 39, 38)] == ["pick", "reject", None]
        assert [title.partition(" · ")[2] for title in titles(driver)] == ["✓ picked", "✗ rejected", ""]
        await driver.press("z", "z", "z")
        assert [verdict(services, id_) for id_ in (40, 39, 38)] == ["pick", None, None]
        assert current(driver).startswith("2/3")
        await driver.press("B")
        assert [verdict(services, id_) for id_ in (40, 39, 38)] == ["reject", "pick", "reject"]
        await driver.press("z")
        assert [verdict(services, id_) for id_ in (40, 39, 38)] == ["pick", None, None]
        await driver.press("z", "z")
        assert "Nothing to undo here." in toasts(driver)
        await driver.press("escape")
        assert verdict(services, 40) is None


async def test_a_small_terminal_shows_two_at_a_time(running: Running) -> None:
    async with running(persona="sarah", size=(60, 18)) as driver:
        await driver.press("space", "space", "space", "vertical_line")
        await driver.settle()
        assert [title[:3] for title in titles(driver)] == ["1/3", "2/3"]
        await driver.press("tab", "tab")
        assert [title[:3] for title in titles(driver)] == ["2/3", "3/3"]


async def test_the_best_of_a_stack_in_two_keys_and_back_in_one(
    running: Running, services: FakeServices
) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("B")
        assert "This photo is in no stack." in toasts(driver)
        await driver.press("j", "B")
        assert "IMG_2039.JPG is the largest of 3. Pick it, and reject the other photos?" in driver.text(
            "#dialog Static"
        )
        await driver.press("escape")
        assert [verdict(services, id_) for id_ in (39, 37, 20)] == [None, None, None]
        await driver.press("B", "enter")
        assert [verdict(services, id_) for id_ in (39, 37, 20)] == ["pick", "reject", "reject"]
        await driver.press("z")
        assert [verdict(services, id_) for id_ in (39, 37, 20)] == [None, None, None]
        assert photos(driver).highlighted_id == 39
        assert shown(driver)[:3] == [40, 39, 38]


@pytest.mark.parametrize(
    ("eyes", "reason"),
    [
        ((0.3, 0.1, 0.1), "only one without closed eyes of 3"),
        ((0.3, 0.1, 0.3), "sharpest of those without closed eyes, 3 in all"),
    ],
)
async def test_the_reason_may_be_that_eyes_are_open(
    running: Running, services: FakeServices, eyes: tuple[float, ...], reason: str
) -> None:
    """Though the photo in which they are closed is sharper."""
    stack(services, 39, 37, 20)
    for id_, sharpness, opening in zip((39, 37, 20), (50, 60, 40), eyes, strict=True):
        photo = services.photos.photos[id_]
        scores = PhotoScores(sharpness, 0, 0, 1, opening)
        services.photos.photos[id_] = replace(photo, width=4000, height=3000, scores=scores)
    async with running(persona="sarah") as driver:
        await driver.press("j")
        assert reason in details(driver)
        assert "fairly sharp · 1 face, eyes open" in details(driver)
        await driver.press("B")
        assert f"IMG_2039.JPG is the {reason}." in driver.text("#dialog Static")
        await driver.press("escape", "slash", *"eyes-closed all", "enter")
        assert shown(driver) == [37]


async def test_the_stack_under_the_cursor_is_compared(running: Running, services: FakeServices) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("j", "vertical_line")
        assert [title[4:] for title in titles(driver)] == ["IMG_2039.JPG", "IMG_2037.JPG", "IMG_2020.JPG"]
