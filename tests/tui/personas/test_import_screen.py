"""The import screen: folders, progress, failures, leaving and stopping."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, ProgressBar

from fluffy_tui.photos import FolderNotFound
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas import ImportScreen
from fluffy_tui.tui.session.import_run import ImportState
from textual_internals import suggestion
from tui.conftest import Driver, Running
from tui.fakes import MARKUP, FakeServices


async def paste_folder(driver: Driver, folder: Path) -> None:
    """Paste a folder into the field."""
    driver.screen.query_one(Input).value = str(folder)
    await driver.settle()


async def test_an_import_lists_the_failures(running: Running, services: FakeServices, tmp_path: Path) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("i")
        assert isinstance(driver.screen, ImportScreen)
        await paste_folder(driver, tmp_path)
        await driver.press("enter")
        await driver.settle()
        assert services.photos.imported == [((tmp_path,), services.personas.personas[1])]
        assert driver.text("#import-words") == "✓ 1,198 imported · 1 already there · 1 failed · in 7 s"
        assert driver.text("#import-failures Static") == f"! /photos/{MARKUP}.jpg  The file is empty."


async def test_several_folders(running: Running, services: FakeServices, tmp_path: Path) -> None:
    (tmp_path / MARKUP).mkdir(parents=True)
    async with running(persona="sarah") as driver:
        await driver.press("i")
        await paste_folder(driver, tmp_path)
        await driver.press("ctrl+n")
        await paste_folder(driver, tmp_path / MARKUP)
        await driver.press("ctrl+n")
        assert driver.text("#import-folders") == f"{tmp_path}\n{tmp_path / MARKUP}"
        await driver.press("enter")
        assert services.photos.imported[0][0] == (tmp_path, tmp_path / MARKUP)


async def test_folders_are_listed_and_completed(
    running: Running, services: FakeServices, tmp_path: Path
) -> None:
    for name in ("norway", f"nor{MARKUP.replace('/', '')}", "oslo"):
        (tmp_path / name).mkdir()
    for number in range(3):
        (tmp_path / "norway" / f"{number}.jpg").touch()
    async with running(persona="sarah") as driver:
        await driver.press("i")
        driver.screen.query_one(Input).value = f"{tmp_path}/n"
        await driver.settle()
        assert driver.text("#import-choices") == "nor[b][red/   no photos\nnorway/   3 photos"
        await driver.press("tab")
        assert driver.screen.query_one(Input).value == f"{tmp_path}/nor"
        await driver.press("w", "tab")
        assert driver.screen.query_one(Input).value == f"{tmp_path}/norway/"
        assert driver.text("#import-choices") == "this folder   3 photos"
        await driver.press("backspace")
        assert driver.text("#import-choices") == "this folder   3 photos"
        (tmp_path / "norway" / "oslo").mkdir()
        await driver.press("slash")
        assert driver.text("#import-choices") == "this folder   3 photos · 1 folder\noslo/   no photos"
        await driver.press(*"bergen")
        assert not driver.screen.query_one("#import-choices").display
        await driver.press("ctrl+u", *f"{tmp_path}/norway")
        await driver.press("enter")
        assert services.photos.imported[0][0] == (tmp_path / "norway",)
        await driver.press("tab")
        assert not isinstance(driver.screen.focused, Input)


async def test_a_path_that_is_not_a_folder_is_reported(
    running: Running, services: FakeServices, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    async with running(persona="sarah") as driver:
        await driver.press("i", "enter")
        assert driver.text("#import-problem") == "! Enter a folder first."
        await paste_folder(driver, tmp_path / MARKUP)
        await driver.press("enter")
        assert driver.text("#import-problem") == f"! {tmp_path / MARKUP} does not exist."
        await paste_folder(driver, tmp_path / "file")
        await driver.press("enter")
        assert driver.text("#import-problem") == f"! {tmp_path / 'file'} is a file, not a folder."
        await paste_folder(driver, tmp_path / ("y" * 300))
        await driver.press("enter")
        assert driver.text("#import-problem").endswith("cannot be read: File name too long.")
        assert services.photos.imported == []


async def test_the_import_continues_while_the_user_browses(
    running: Running, services: FakeServices, tmp_path: Path
) -> None:
    services.photos.import_gate.clear()
    async with running(persona="sarah") as driver:
        await driver.press("i")
        await paste_folder(driver, tmp_path)
        await driver.press("enter")
        assert driver.text("#import-words") == "340 of 1,200 · 170 per second · 5 s left · 1 failed"
        assert driver.screen.query_one(ProgressBar).progress == 340
        await driver.press("enter")
        assert "An import is already running" in driver.text("#import-problem")
        await driver.press("escape")
        assert isinstance(driver.screen, LibraryScreen)
        assert driver.text("#status-strip").startswith("● importing 340 of 1,200 · 170 per second · 5 s left")
        await driver.press("q")
        assert "The import stops. Photos imported so far are kept." in str(
            driver.screen.query_one("#dialog Static").render()
        )
        await driver.press("n", "i")
        assert driver.text("#import-words").startswith("340 of 1,200")
        await driver.press("escape")
        services.photos.import_gate.set()
        while driver.app.context.import_run.is_running:
            await driver.pilot.pause()
        await driver.settle()
        assert "1,198 photos imported, 1 failed." in driver.notices()
        assert "importing" not in driver.text("#status-strip")


async def test_a_stopped_import_keeps_the_imported_photos(
    running: Running, services: FakeServices, tmp_path: Path
) -> None:
    services.photos.import_gate.clear()
    async with running(persona="sarah") as driver:
        await driver.press("i", "ctrl+x")
        await paste_folder(driver, tmp_path)
        await driver.press("enter", "ctrl+x")
        while driver.app.context.import_run.is_running:
            await driver.pilot.pause()
        await driver.settle()
        assert driver.app.context.import_run.state is ImportState.STOPPED
        assert driver.text("#import-words") == "Stopped after 340 files. Photos imported so far are kept."
        services.photos.import_gate.set()
        await paste_folder(driver, tmp_path)
        await driver.press("enter")
        assert len(services.photos.imported) == 2


async def test_a_failed_import_shows_the_error(
    running: Running, services: FakeServices, tmp_path: Path
) -> None:
    services.photos.import_error = FolderNotFound(f"There is no {MARKUP}.", "Look again.")
    async with running(persona="sarah") as driver:
        await driver.press("i")
        await paste_folder(driver, tmp_path)
        await driver.press("enter")
        await driver.settle()
        assert driver.text("#import-words") == f"! There is no {MARKUP}. Look again."


async def test_right_accepts_the_suggestion(running: Running, tmp_path: Path) -> None:
    (tmp_path / "november").mkdir(parents=True)
    async with running(persona="sarah") as driver:
        await driver.press("i")
        await paste_folder(driver, tmp_path / "nov")
        driver.screen.query_one(Input).cursor_position = 10_000
        while not suggestion(driver.screen.query_one(Input)):
            await driver.pilot.pause()
        await driver.press("right")
        assert driver.screen.query_one(Input).value == str(tmp_path / "november")
