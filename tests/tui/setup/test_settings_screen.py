"""The settings screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.modes.setup_service import SetupService
from fluffy_tui.settings import SETTINGS, Notify, Secret, load_settings
from fluffy_tui.tui.personas import PersonasScreen
from fluffy_tui.tui.session.import_run import ImportState
from fluffy_tui.tui.setup import SettingsScreen
from fluffy_tui.tui.setup.wizard import SetupWizard
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from fluffy_tui.tui.ui.vim_list import VimList
from tui.conftest import Driver, Running
from tui.fakes import KEY, FakeSetup, Opening

if TYPE_CHECKING:
    from pathlib import Path


async def test_every_setting_is_listed_with_value_and_origin(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("comma")
        assert isinstance(driver.screen, SettingsScreen)
        found = {line.split()[0]: line for line in driver.lines()}
        assert {setting.key or setting.variable for setting in SETTINGS} <= set(found)
        assert found["buffer_api_key"].split() == ["buffer_api_key", "set", "·", "given"]
        assert found["aws_access_key_id"].split() == ["aws_access_key_id", "not", "set", "·", "default"]
        assert "half-cell" in found["preview"]
        assert found["theme"].split()[1] == "fluffy"
        assert "defaults" in found["[keys]"]
        assert KEY not in "\n".join(found.values())


@pytest.mark.usefixtures("home")
async def test_the_setting_under_the_cursor_is_explained(running: Running, setup: FakeSetup) -> None:
    async with running(setup=setup) as driver:
        await driver.press("comma")
        assert "embedded server is used" in driver.text("#setting")
        await driver.press("j", "j")
        file = setup.settings.paths.config_file
        assert f"A change here is saved in ~/{file.name} and" in driver.text("#setting")
        await driver.press("G", "k")
        assert "ansi themes" in driver.text("#setting")


async def test_a_value_from_the_environment_says_where_to_change_it(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "j", "j", "j", "j")
        assert "The environment overrides" in driver.text("#setting")
        await driver.press("enter", "x")
        assert isinstance(driver.screen, SettingsScreen)


WRITTEN = """\
# mine
undo_seconds = 30  # I am slow
buffer_api_key = "hush"
media_base_url = "https://sarah:hush@example.org"

[keys]
"personas.new" = "w"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that somebody has written."""
    found = tmp_path / "config.toml"
    found.write_text(WRITTEN)
    found.chmod(0o600)
    return found


@pytest.fixture
def written(file: Path, tmp_path: Path) -> SetupService:
    """The settings in it, as the program reads and writes them."""
    environment = {"FLUFFY_CONFIG": str(file), "FLUFFY_DATA_DIR": str(tmp_path / "data")}
    return SetupService(load_settings(environment), environment)


def at(driver: Driver) -> str:
    """Return the line under the cursor."""
    listing = driver.screen.query_one(VimList)
    return " ".join(str(listing.get_option_at_index(listing.highlighted or 0).prompt).split())


async def go_to(driver: Driver, name: str) -> None:
    """Move the cursor to a setting."""
    await driver.press("g")
    names = [line.split()[0] for line in driver.lines()]
    await driver.press(*["j"] * names.index(name))


async def test_paths_are_listed_from_the_home_folder_on(
    running: Running, written: SetupService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with running(setup=written, persona="sarah") as driver:
        await driver.press("comma")
        await go_to(driver, "data_dir")
        assert at(driver) == "data_dir ~/data · environment"


async def test_a_setting_is_edited_and_the_app_goes_on_with_it(
    running: Running, written: SetupService, file: Path, opening: Opening
) -> None:
    async with running(setup=written, persona="sarah") as driver:
        await driver.press("comma")
        await go_to(driver, "undo_seconds")
        assert at(driver) == "undo_seconds 30 · config.toml"
        await driver.press("enter")
        assert "A change takes effect at once: the app opens everything again." in driver.text("#about")
        await driver.press("ctrl+u", *"soon", "enter")
        refusal = "undo_seconds must be a number of seconds from 0 to 3600, not 'soon'."
        assert driver.text("#problem") == f"! {refusal}"
        assert file.read_text() == WRITTEN
        assert opening.calls == 1
        await driver.press("ctrl+u", "5", "enter")
        assert isinstance(driver.screen, SettingsScreen)
        assert at(driver) == "undo_seconds 5 · config.toml"
        assert opening.calls == 2
        assert written.settings.undo_seconds == 5
        assert file.read_text() == WRITTEN.replace("30 ", "5 ")
        assert file.stat().st_mode & 0o777 == 0o600
        await driver.press("x")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("n", "delete", "y")
        assert at(driver) == "undo_seconds 10 · default"
        assert "undo_seconds" not in file.read_text()
        assert opening.calls == 3


async def test_a_secret_is_replaced_unseen(running: Running, written: SetupService, file: Path) -> None:
    async with running(setup=written, persona="sarah") as driver:
        for name in ("media_base_url", "buffer_api_key"):
            await driver.press("comma")
            await go_to(driver, name)
            await driver.press("enter", "enter")  # nothing typed: it stays
            assert file.read_text() == WRITTEN
            await driver.press("enter", *"sesame")
            assert "already set" not in driver.screen_text()
            assert not {"hush", "sesame"} & set(driver.screen_text().split())
            await driver.press("escape", "escape")
        await driver.press("comma")
        await go_to(driver, "buffer_api_key")
        await driver.press("enter", *"sesame", "enter")
        assert at(driver) == "buffer_api_key set · config.toml"
        assert written.settings.buffer_api_key == Secret("sesame")
        assert "sesame" not in "\n".join(driver.notices()) + driver.screen_text()


async def test_what_needs_a_restart_says_so_and_the_rest_is_used_at_once(
    running: Running, written: SetupService, opening: Opening
) -> None:
    async with running(setup=written, persona="sarah") as driver:
        await driver.press("comma")
        await go_to(driver, "notify")
        await driver.press("enter", *"off", "enter")
        assert written.settings.notify is Notify.OFF
        await driver.press("k", "enter", *"off", "enter")
        assert at(driver) == "preview off · config.toml"
        assert driver.notices() == [
            "Saved notify. It takes effect at once.",
            "Saved preview. It takes effect after a restart.",
        ]
        await go_to(driver, "mcp_writes")
        await driver.press("enter", *"true", "enter")
        assert written.settings.mcp_writes
        assert driver.notices()[-1] == "Saved mcp_writes. It takes effect when the assistant connects again."
        driver.app.context.import_run.state = ImportState.RUNNING
        await go_to(driver, "buffer_url")
        await driver.press("enter", *"https://example.org", "enter")
        driver.app.context.import_run.state = ImportState.DONE
        assert "after a restart, since an import is running" in driver.notices()[-1]
        assert opening.calls == 1
        await driver.press("G", "k", "enter")
        assert "Search for themes" in driver.screen_text()


async def test_a_file_that_cannot_be_written_is_reported(
    running: Running, written: SetupService, file: Path
) -> None:
    async with running(setup=written, persona="sarah") as driver:
        await driver.press("comma")
        await go_to(driver, "undo_seconds")
        file.write_text("undo_seconds = ")
        await driver.press("enter", "ctrl+u", "5", "enter")
        assert "Cannot read the configuration file" in driver.text("#problem")
        await driver.press("escape", "x", "y")
        assert "Cannot read the configuration file" in driver.notices()[-1]
        assert at(driver) == "undo_seconds 30 · config.toml"
        file.write_text("undo_seconds = 30")
        await driver.press("x", "y")
        assert driver.notices()[-1].startswith("Removed undo_seconds. It takes effect ")
        assert file.read_text() == ""


async def test_copy_gives_a_line_for_the_file_without_the_secret(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "j", "j", "y")
        assert driver.app.clipboard == 'buffer_api_key = ""'
        assert "Copied buffer_api_key without its value, which is secret." in driver.notices()
        await driver.press("j", "y")
        assert driver.app.clipboard == 'buffer_url = "https://api.buffer.com"'
        toasts = driver.notices()
        assert toasts[-1] == 'Copied to the clipboard: buffer_url = "https://api.buffer.com"'


async def test_copy_gives_numbers_without_marks_and_no_password_of_an_address(
    running: Running, written: SetupService
) -> None:
    async with running(setup=written, persona="sarah") as driver:
        await driver.press("comma")
        await go_to(driver, "undo_seconds")
        await driver.press("y")
        assert driver.app.clipboard == "undo_seconds = 30"
        await go_to(driver, "media_base_url")
        await driver.press("y")
        assert driver.app.clipboard == 'media_base_url = ""'
        assert "Copied media_base_url without its value, which is secret." in driver.notices()


@pytest.mark.parametrize(
    ("name", "typed", "refusal"),
    [
        ("image_embed_url", "localhost:8000", "image_embed_url must be an https or http address"),
        ("media_host", "s3", "media_base_url may not hold a name or password"),
        ("database_url", "postgresql://host:port/x", "database_url has a port that is not a number"),
    ],
)
async def test_a_refusal_names_settings_as_they_are_listed(
    running: Running, written: SetupService, file: Path, name: str, typed: str, refusal: str
) -> None:
    async with running(setup=written, persona="sarah") as driver:
        await driver.press("comma")
        await go_to(driver, name)
        await driver.press("enter", *typed, "enter")
        assert refusal in driver.text("#problem")
        assert file.read_text() == WRITTEN


async def test_copy_is_dim_if_there_is_nothing_to_copy(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "G", "y")
        assert driver.app.clipboard == ""


async def test_b_opens_the_wizard_and_esc_goes_back(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "b")
        assert isinstance(driver.screen, SetupWizard)
        await driver.press("escape")
        assert isinstance(driver.screen, SettingsScreen)
        await driver.press("comma")
        assert len(driver.app.screen_stack) == 2
        await driver.press("escape")
        assert isinstance(driver.screen, PersonasScreen)


async def test_problems_with_user_keys_are_shown_at_startup_and_here(running: Running) -> None:
    async with running(keymap={"personas.new": "R", "personas.nope": "x"}) as driver:
        toasts = driver.notices()
        assert len(toasts) == 1
        assert "There is no action personas.nope." in toasts[0]
        assert "R is set for both personas.new and personas.rename" in toasts[0]
        await driver.press("comma", "G")
        assert "! 2 changed, 2 problems" in driver.lines()[-1]
        assert "There is no action personas.nope." in driver.text("#setting")
