"""A fresh installation: three ways in, and setting up Buffer with each step tried before anything is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from fluffy_tui.buffer import BufferError, Code, NextStep
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import MediaHostError
from fluffy_tui.paths import Paths
from fluffy_tui.settings import InvalidSetting, Secret
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas.import_screen import ImportScreen
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.session.exit_guard import AfterExit
from fluffy_tui.tui.setup.first_run import FirstRunScreen
from fluffy_tui.tui.setup.wizard import SetUpScreen
from tui.conftest import Driver, Running
from tui.fake_setup import KEY, FakeSetup
from tui.fakes import MARKUP, FakeServices, Opening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

Fresh = Callable[..., AbstractAsyncContextManager[Driver]]
PASTED = "1/abc-def"
"""A key as it is pasted; not one character of it may be seen again."""


@pytest.fixture
def setup(tmp_path: Path) -> FakeSetup:
    return FakeSetup(Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data"), bare=True)


@pytest.fixture
def fresh(running: Running, services: FakeServices, setup: FakeSetup) -> Fresh:
    @asynccontextmanager
    async def run(size: tuple[int, int] = (80, 24), **options: Any) -> AsyncIterator[Driver]:
        services.personas.personas.clear()
        async with running(size=size, setup=setup, **options) as driver:
            yield driver

    return run


def words(driver: Driver) -> str:
    return driver.text("#set-up-words")


def step(driver: Driver) -> str:
    return str(driver.screen.query_one("#set-up").border_title)


def seen(driver: Driver) -> str:
    return "\n".join(strip.text for strip in driver.screen._compositor.render_strips())


async def fill(driver: Driver, **fields: str) -> None:
    for variable, text in fields.items():
        driver.screen.query_one(f"#field-{variable} Input", Input).value = text
    await driver.settle()


async def to_the_host(driver: Driver) -> None:
    await driver.press("b")
    await fill(driver, BUFFER_API_KEY=PASTED)
    await driver.press("enter", "enter")
    assert "3 of 3" in step(driver)


async def test_a_bare_start_greets_with_three_ways(fresh: Fresh) -> None:
    async with fresh() as driver:
        assert isinstance(driver.screen, FirstRunScreen)
        shown = seen(driver)
        assert all(way in shown for way in ("Look around", "Set up Buffer", "Import photos first"))


async def test_whoever_has_personas_is_not_greeted(running: Running, setup: FakeSetup) -> None:
    async with running(setup=setup) as driver:
        assert isinstance(driver.screen, PersonasScreen)


async def test_whoever_has_a_key_is_not_greeted(running: Running, services: FakeServices) -> None:
    services.personas.personas.clear()
    async with running() as driver:
        assert isinstance(driver.screen, PersonasScreen)


@pytest.mark.parametrize("keys", [("d",), ("enter",)])
async def test_look_around_leaves_with_that_wish(fresh: Fresh, keys: tuple[str, ...]) -> None:
    async with fresh() as driver:
        await driver.pilot.press(*keys)
        await driver.pilot.pause()
        assert driver.app._exit
        assert driver.app.return_value is AfterExit.DEMO


async def test_without_the_extra_the_demo_says_how_to_get_it(fresh: Fresh, setup: FakeSetup) -> None:
    setup.trouble = f"The demo is not installed {MARKUP}."
    async with fresh() as driver:
        await driver.press("d")
        assert isinstance(driver.screen, FirstRunScreen)
        assert [toast.message for toast in driver.app._notifications] == [setup.trouble]


@pytest.mark.parametrize("keys", [("i",), ("j", "j", "enter"), ("G", "enter")])
async def test_import_first_makes_a_persona_and_asks_for_folders(fresh: Fresh, keys: tuple[str, ...]) -> None:
    async with fresh() as driver:
        await driver.press(*keys, *"leo", "enter")
        assert isinstance(driver.screen, ImportScreen)
        assert [persona.name for persona in driver.services.personas.personas.values()] == ["leo"]
        await driver.press("escape")
        assert isinstance(driver.screen, LibraryScreen)


@pytest.mark.parametrize("keys", [("b",), ("j", "enter")])
async def test_setting_up_all_the_way(
    fresh: Fresh, setup: FakeSetup, opening: Opening, keys: tuple[str, ...]
) -> None:
    """Key, channel, folder; then everything is open anew, and the channel's persona is there."""
    async with fresh() as driver:
        await driver.press(*keys)
        await fill(driver, BUFFER_API_KEY=f"  {PASTED}\t")
        await driver.press("enter")
        assert setup.asked == [Secret(PASTED)]
        assert "2 of 3" in step(driver)
        await driver.press("enter")
        await fill(driver, FLUFFY_MEDIA_DIRECTORY="/srv/pictures", FLUFFY_MEDIA_BASE_URL="https://p.example")
        assert setup.saved == []
        await driver.press("enter")
        host = {
            "FLUFFY_MEDIA_HOST": "directory",
            "FLUFFY_MEDIA_DIRECTORY": "/srv/pictures",
            "FLUFFY_MEDIA_BASE_URL": "https://p.example",
        }
        assert setup.proved == [host]
        assert setup.saved == [{"BUFFER_API_KEY": PASTED, **host}]
        assert opening.calls == 2
        assert isinstance(driver.screen, LibraryScreen)
        assert driver.screen.persona.name == "sarah.ig"
        assert driver.screen.persona.buffer_channel_id == "channel-1"


async def test_several_channels_lead_to_the_picker(fresh: Fresh, setup: FakeSetup) -> None:
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter", "space", "j", "space", "enter", "left", "enter")
        assert setup.saved == [{"BUFFER_API_KEY": PASTED, "FLUFFY_MEDIA_HOST": ""}]
        assert setup.proved == []
        assert isinstance(driver.screen, PersonasScreen)
        assert {persona.name for persona in driver.services.personas.personas.values()} == {
            "sarah.ig",
            "northlight",
        }


async def test_another_organisation_has_other_channels(fresh: Fresh) -> None:
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter", "shift+tab", "right")
        assert "oldpage" in seen(driver)
        assert "sarah.ig" not in seen(driver)
        await driver.press("enter", "left", "enter")
        assert [persona.name for persona in driver.services.personas.personas.values()] == ["oldpage"]


async def test_a_tick_can_be_taken_back(fresh: Fresh) -> None:
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter", "space")
        assert "[✓] @sarah.ig" in seen(driver)
        await driver.press("space")
        assert "[✓]" not in seen(driver)


async def test_the_key_is_never_seen(
    fresh: Fresh, setup: FakeSetup, caplog: pytest.LogCaptureFixture
) -> None:
    setup.error = BufferError(Code.KEY_REFUSED, NextStep.FINAL)
    async with fresh() as driver:
        await driver.press("b")
        await driver.press(*"secretkey")
        assert driver.screen.query_one("#field-BUFFER_API_KEY Input", Input).value == "secretkey"
        await driver.press("enter")
        assert "secretkey" not in seen(driver)
        assert "secretkey" not in caplog.text
        assert "secretkey" not in repr(driver.app.context)


async def test_a_refused_key_is_told_in_the_forms_own_words_and_stays(fresh: Fresh, setup: FakeSetup) -> None:
    setup.error = BufferError(Code.KEY_REFUSED, NextStep.FINAL)
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter")
        assert words(driver).startswith("! Buffer does not accept the key. Make a new one at https://")
        assert words(driver).endswith("and paste it here.")
        assert "BUFFER_API_KEY" not in words(driver)
        setup.error = None
        await driver.press("enter")
        assert setup.asked == [Secret(PASTED), Secret(PASTED)]
        assert "2 of 3" in step(driver)


async def test_without_a_key_nothing_is_asked(fresh: Fresh, setup: FakeSetup) -> None:
    async with fresh() as driver:
        await driver.press("b", "enter")
        assert words(driver) == "! Paste your key first."
        assert setup.asked == []


async def test_a_key_that_is_set_already_need_not_be_typed_again(running: Running, tmp_path: Path) -> None:
    setup = FakeSetup(Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"))
    async with running(setup=setup) as driver:
        await driver.press("comma", "b", "enter", "enter", "left", "enter")
        assert setup.asked == [Secret(KEY)]
        assert setup.saved == [{"FLUFFY_MEDIA_HOST": ""}]


async def test_esc_stops_what_is_being_tried(fresh: Fresh, setup: FakeSetup) -> None:
    setup.gate.clear()
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.pilot.press("enter")
        await driver.pilot.pause()
        assert words(driver).startswith("… asking Buffer")
        await driver.pilot.press("enter")  # asks no second time
        await driver.pilot.press("escape")
        await driver.settle()
        assert words(driver) == "Stopped. Nothing was saved."
        assert len(setup.asked) == 1


async def test_esc_goes_back_step_by_step_and_what_was_typed_is_there_again(fresh: Fresh) -> None:
    async with fresh() as driver:
        await to_the_host(driver)
        await fill(driver, FLUFFY_MEDIA_DIRECTORY="/srv/pictures")
        await driver.press("enter")  # refused, for there is no address yet
        await driver.press("escape")
        assert "2 of 3" in step(driver)
        await driver.press("escape", "escape")
        assert isinstance(driver.screen, FirstRunScreen)
        await to_the_host(driver)
        field = driver.screen.query_one("#field-FLUFFY_MEDIA_DIRECTORY Input", Input)
        assert field.value == "/srv/pictures"


async def test_what_is_typed_right_after_tab_is_for_the_next_field(fresh: Fresh) -> None:
    async with fresh() as driver:
        await to_the_host(driver)
        for key in ("tab", *"/srv", "tab", *"https"):  # as from a terminal, in one burst
            driver.app.simulate_key(key)
        await driver.settle()
        assert driver.screen.query_one("#field-FLUFFY_MEDIA_DIRECTORY Input", Input).value == "/srv"
        assert driver.screen.query_one("#field-FLUFFY_MEDIA_BASE_URL Input", Input).value == "https"
        for key in ("shift+tab", "end", *"/pictures"):
            driver.app.simulate_key(key)
        await driver.settle()
        assert driver.screen.query_one("#field-FLUFFY_MEDIA_DIRECTORY Input", Input).value == "/srv/pictures"


async def test_a_field_that_is_missing_is_named_and_gets_the_cursor(fresh: Fresh, setup: FakeSetup) -> None:
    async with fresh() as driver:
        await to_the_host(driver)
        await driver.press("right")
        await fill(driver, FLUFFY_S3_BUCKET="pictures")
        await driver.press("enter")
        assert words(driver) == "! Fill in the access key id."
        assert driver.app.focused is driver.screen.query_one("#field-AWS_ACCESS_KEY_ID Input")
        assert setup.proved == []


async def test_a_bucket_is_proved_with_its_fields(fresh: Fresh, setup: FakeSetup) -> None:
    fields = {
        "FLUFFY_S3_BUCKET": "pictures",
        "AWS_ACCESS_KEY_ID": "hush-id",
        "AWS_SECRET_ACCESS_KEY": "hush-secret",
        "FLUFFY_MEDIA_BASE_URL": "https://p.example",
    }
    async with fresh(size=(60, 18)) as driver:
        await to_the_host(driver)
        await driver.press("right")
        await fill(driver, **fields)
        assert "hush" not in seen(driver)
        await driver.press("enter")
        rest = {"FLUFFY_S3_ENDPOINT": "", "FLUFFY_S3_REGION": ""}
        assert setup.proved == [{"FLUFFY_MEDIA_HOST": "s3", **fields, **rest}]
        assert setup.saved == [{"BUFFER_API_KEY": PASTED, **setup.proved[0]}]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            InvalidSetting("FLUFFY_MEDIA_BASE_URL has to be an https address.", "FLUFFY_MEDIA_BASE_URL"),
            "! The public address has to be an https address. Nothing was saved.",
        ),
        (
            MediaHostError(
                f"Not found {MARKUP}.", "Check that FLUFFY_MEDIA_BASE_URL is right.", temporary=False
            ),
            f"! Not found {MARKUP}. Check that the public address is right. Nothing was saved.",
        ),
        (FluffyError("The disk is full."), "! The disk is full. Nothing was saved."),
    ],
)
async def test_a_host_that_does_not_work_is_not_saved(
    fresh: Fresh, setup: FakeSetup, error: Exception, says: str
) -> None:
    async with fresh() as driver:
        await to_the_host(driver)
        await fill(driver, FLUFFY_MEDIA_DIRECTORY="/srv/p", FLUFFY_MEDIA_BASE_URL="http://p.example")
        setup.error = error
        await driver.press("enter")
        assert words(driver) == says
        assert setup.saved == []
        assert driver.screen.query_one("#field-FLUFFY_MEDIA_DIRECTORY Input", Input).value == "/srv/p"


async def test_what_the_environment_outranks_is_told(fresh: Fresh, setup: FakeSetup) -> None:
    setup.outranked = ["FLUFFY_MEDIA_HOST"]
    async with fresh() as driver:
        await to_the_host(driver)
        await driver.press("left", "enter")
        toasts = [toast.message for toast in driver.app._notifications]
        assert any("The environment sets FLUFFY_MEDIA_HOST to something else" in toast for toast in toasts)


async def test_no_channel_at_all_is_said_and_no_obstacle(fresh: Fresh, setup: FakeSetup) -> None:
    setup.offered = [(setup.offered[0][0], [])]
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter")
        assert "Buffer has no channel here yet" in driver.text("#channels-none")
        await driver.press("enter", "left", "enter")
        assert setup.saved
        assert isinstance(driver.screen, PersonasScreen)


async def test_set_up_is_for_the_real_thing_only(running: Running) -> None:
    async with running(demo=True) as driver:
        await driver.press("comma", "b")
        assert not isinstance(driver.screen, SetUpScreen)
