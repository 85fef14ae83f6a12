"""The setup wizard, which tests each step before it saves anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from fluffy_tui.buffer import BufferError, Code, NextStep
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import MediaHostError
from fluffy_tui.paths import Paths
from fluffy_tui.settings import InvalidSetting, Secret
from fluffy_tui.tui.library import LibraryScreen
from fluffy_tui.tui.personas import PersonasScreen
from fluffy_tui.tui.setup import FirstRunScreen
from fluffy_tui.tui.setup.wizard import SetupWizard, form_words
from tui.fakes import CHANNELS, KEY, MARKUP, FakeServices, FakeSetup, with_channels
from tui.setup.conftest import seen

if TYPE_CHECKING:
    from pathlib import Path

    from tui.conftest import Driver, Running
    from tui.fakes import Opening
    from tui.setup.conftest import Fresh

PASTED = "1/abc-def"
"""A pasted key, which must never be shown."""


def words(driver: Driver) -> str:
    return driver.text("#wizard-words")


def step(driver: Driver) -> str:
    return str(driver.screen.query_one("#wizard").border_title)


async def fill(driver: Driver, **fields: str) -> None:
    for variable, text in fields.items():
        driver.screen.query_one(f"#field-{variable} Input", Input).value = text
    await driver.settle()


async def to_the_host(driver: Driver) -> None:
    await driver.press("b")
    await fill(driver, BUFFER_API_KEY=PASTED)
    await driver.press("enter", "enter")
    assert "3 of 3" in step(driver)


@pytest.mark.parametrize("keys", [("b",), ("j", "enter")])
async def test_the_whole_wizard(
    fresh: Fresh, bare_setup: FakeSetup, opening: Opening, keys: tuple[str, ...]
) -> None:
    """Key, channel, folder; then the app restarts with the channel's persona."""
    async with fresh() as driver:
        await driver.press(*keys)
        await fill(driver, BUFFER_API_KEY=f"  {PASTED}\t")
        await driver.press("enter")
        assert bare_setup.asked == [Secret(PASTED)]
        assert "2 of 3" in step(driver)
        await driver.press("enter")
        await fill(driver, FLUFFY_MEDIA_DIRECTORY="/srv/pictures", FLUFFY_MEDIA_BASE_URL="https://p.example")
        assert bare_setup.saved == []
        await driver.press("enter")
        host = {
            "FLUFFY_MEDIA_HOST": "directory",
            "FLUFFY_MEDIA_DIRECTORY": "/srv/pictures",
            "FLUFFY_MEDIA_BASE_URL": "https://p.example",
        }
        assert bare_setup.proved == [host]
        assert bare_setup.saved == [{"BUFFER_API_KEY": PASTED, **host}]
        assert opening.calls == 2
        assert isinstance(driver.screen, LibraryScreen)
        assert driver.screen.persona.name == "sarah.ig"
        assert driver.screen.persona.buffer_channel_id == "channel-1"


async def test_the_whole_wizard_in_a_single_write(fresh: Fresh, bare_setup: FakeSetup) -> None:
    async with fresh() as driver:
        await driver.send(f"b{PASTED}\r\r\t/srv/pictures\thttps://p.example\r")
        assert bare_setup.asked == [Secret(PASTED)]
        assert {*bare_setup.saved[0].values()} == {PASTED, "directory", "/srv/pictures", "https://p.example"}
        assert isinstance(driver.screen, LibraryScreen)


async def test_what_is_typed_behind_a_key_that_is_refused_gets_into_no_field(
    fresh: Fresh, bare_setup: FakeSetup
) -> None:
    bare_setup.error = BufferError(Code.KEY_REFUSED, NextStep.FINAL)
    async with fresh() as driver:
        await driver.send(f"b{PASTED}\r\r/srv/pictures\r")
        assert bare_setup.asked == [Secret(PASTED)]
        assert words(driver).startswith("! Buffer rejected the key.")
        assert driver.screen.query_one("#field-BUFFER_API_KEY Input", Input).value == PASTED


async def test_several_channels_lead_to_the_personas(fresh: Fresh, bare_setup: FakeSetup) -> None:
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter", "space", "j", "space", "enter", "left", "enter")
        assert bare_setup.saved == [{"BUFFER_API_KEY": PASTED, "FLUFFY_MEDIA_HOST": ""}]
        assert bare_setup.proved == []
        assert isinstance(driver.screen, PersonasScreen)
        assert {persona.name for persona in driver.services.personas.personas.values()} == {
            "sarah.ig",
            "northlight",
        }


async def test_channels_of_one_name_share_a_persona(
    fresh: Fresh, bare_setup: FakeSetup, services: FakeServices
) -> None:
    """An Instagram channel and a Bluesky channel are one identity, two Instagram channels are two."""
    ours = CHANNELS[0]
    twins = [ours, replace(CHANNELS[1], name="Sarah.IG"), replace(ours, id="channel-9")]
    bare_setup.offered = [(bare_setup.offered[0][0], twins)]
    services.personas.channels = [*twins]
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter", "space", "j", "space", "j", "space", "enter", "left", "enter")
        found = {one.name: [*one.board_by_channel] for one in driver.services.personas.personas.values()}
        assert found == {"sarah.ig": ["channel-1", "channel-2"], "sarah.ig Instagram": ["channel-9"]}


async def test_channels_that_have_a_persona_are_marked_and_get_no_other(
    running: Running, tmp_path: Path, services: FakeServices
) -> None:
    services.personas.personas[2] = with_channels(services.personas.personas[2], *CHANNELS[1::-1])
    setup = FakeSetup(Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"))
    async with running(setup=setup) as driver:
        await driver.press("comma", "b", "enter")
        assert "[ ] @sarah.ig Instagram  used by northern light, sarah" in driver.screen_text()
        await driver.press("space", "j", "space", "enter", "left", "enter")
        assert len(driver.services.personas.personas) == 3


async def test_another_organization_has_other_channels(fresh: Fresh) -> None:
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter", "shift+tab", "right")
        assert "oldpage" in seen(driver)
        assert "sarah.ig" not in seen(driver)
        await driver.press("enter", "left", "enter")
        assert [persona.name for persona in driver.services.personas.personas.values()] == ["oldpage"]


async def test_a_channel_can_be_deselected(fresh: Fresh) -> None:
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter", "space")
        assert "[✓] @sarah.ig" in seen(driver)
        await driver.press("space")
        assert "[✓]" not in seen(driver)


async def test_the_key_is_never_shown(
    fresh: Fresh, bare_setup: FakeSetup, caplog: pytest.LogCaptureFixture
) -> None:
    bare_setup.error = BufferError(Code.KEY_REFUSED, NextStep.FINAL)
    async with fresh() as driver:
        await driver.press("b")
        await driver.press(*"secretkey")
        assert driver.screen.query_one("#field-BUFFER_API_KEY Input", Input).value == "secretkey"
        await driver.press("enter")
        assert "secretkey" not in seen(driver)
        assert "secretkey" not in caplog.text
        assert "secretkey" not in repr(driver.app.context)


async def test_a_refused_key_is_reported_and_stays_in_the_field(fresh: Fresh, bare_setup: FakeSetup) -> None:
    bare_setup.error = BufferError(Code.KEY_REFUSED, NextStep.FINAL)
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter")
        assert words(driver).startswith("! Buffer rejected the key. Create a new one at https://")
        assert words(driver).endswith("and paste it here.")
        assert "BUFFER_API_KEY" not in words(driver)
        bare_setup.error = None
        await driver.press("enter")
        assert bare_setup.asked == [Secret(PASTED), Secret(PASTED)]
        assert "2 of 3" in step(driver)


async def test_without_a_key_buffer_is_not_asked(fresh: Fresh, bare_setup: FakeSetup) -> None:
    async with fresh() as driver:
        await driver.press("b", "enter")
        assert words(driver) == "! Paste your key first."
        assert bare_setup.asked == []


async def test_a_key_that_is_already_set_can_be_kept(running: Running, tmp_path: Path) -> None:
    setup = FakeSetup(Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"))
    async with running(setup=setup) as driver:
        await driver.press("comma", "b", "enter", "enter", "left", "enter")
        assert setup.asked == [Secret(KEY)]
        assert setup.saved == [{"FLUFFY_MEDIA_HOST": ""}]


async def test_esc_stops_the_running_check(fresh: Fresh, bare_setup: FakeSetup) -> None:
    bare_setup.gate.clear()
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.pilot.press("enter")
        await driver.pilot.pause()
        assert words(driver).startswith("Checking the key")
        await driver.pilot.press("enter")  # does not start a second check
        await driver.pilot.press("escape")
        await driver.settle()
        assert words(driver) == "Stopped. Nothing was saved."
        assert len(bare_setup.asked) == 1


async def test_esc_goes_back_step_by_step_and_input_is_kept(fresh: Fresh) -> None:
    async with fresh() as driver:
        await to_the_host(driver)
        await fill(driver, FLUFFY_MEDIA_DIRECTORY="/srv/pictures")
        await driver.press("enter")  # refused: the address is missing
        await driver.press("escape")
        assert "2 of 3" in step(driver)
        await driver.press("escape", "escape")
        assert isinstance(driver.screen, FirstRunScreen)
        await to_the_host(driver)
        field = driver.screen.query_one("#field-FLUFFY_MEDIA_DIRECTORY Input", Input)
        assert field.value == "/srv/pictures"


async def test_text_typed_right_after_tab_goes_to_the_next_field(fresh: Fresh) -> None:
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


async def test_an_empty_required_field_is_named_and_focused(fresh: Fresh, bare_setup: FakeSetup) -> None:
    async with fresh() as driver:
        await to_the_host(driver)
        await driver.press("right")
        await fill(driver, FLUFFY_S3_BUCKET="pictures")
        await driver.press("enter")
        assert words(driver) == "! Fill in “Access key ID”."
        assert driver.app.focused is driver.screen.query_one("#field-AWS_ACCESS_KEY_ID Input")
        assert bare_setup.proved == []


async def test_a_bucket_is_tested_with_its_fields(fresh: Fresh, bare_setup: FakeSetup) -> None:
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
        assert bare_setup.proved == [{"FLUFFY_MEDIA_HOST": "s3", **fields, **rest}]
        assert bare_setup.saved == [{"BUFFER_API_KEY": PASTED, **bare_setup.proved[0]}]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            InvalidSetting("FLUFFY_MEDIA_BASE_URL must be an https address.", "FLUFFY_MEDIA_BASE_URL"),
            "! “Public address” must be an https address. Nothing was saved.",
        ),
        (
            MediaHostError(
                f"Not found {MARKUP}.", "Check that FLUFFY_MEDIA_BASE_URL is right.", temporary=False
            ),
            f"! Not found {MARKUP}. Check that “Public address” is right. Nothing was saved.",
        ),
        (FluffyError("The disk is full."), "! The disk is full. Nothing was saved."),
    ],
)
async def test_a_host_that_does_not_work_is_not_saved(
    fresh: Fresh, bare_setup: FakeSetup, error: Exception, says: str
) -> None:
    async with fresh() as driver:
        await to_the_host(driver)
        await fill(driver, FLUFFY_MEDIA_DIRECTORY="/srv/p", FLUFFY_MEDIA_BASE_URL="http://p.example")
        bare_setup.error = error
        await driver.press("enter")
        assert words(driver) == says
        assert bare_setup.saved == []
        assert driver.screen.query_one("#field-FLUFFY_MEDIA_DIRECTORY Input", Input).value == "/srv/p"


async def test_values_overridden_by_the_environment_are_reported(fresh: Fresh, bare_setup: FakeSetup) -> None:
    bare_setup.outranked = ["FLUFFY_MEDIA_HOST"]
    async with fresh() as driver:
        await to_the_host(driver)
        await driver.press("left", "enter")
        toasts = driver.notices()
        assert any("The environment overrides FLUFFY_MEDIA_HOST" in toast for toast in toasts)


async def test_the_wizard_can_be_finished_without_channels(fresh: Fresh, bare_setup: FakeSetup) -> None:
    bare_setup.offered = [(bare_setup.offered[0][0], [])]
    async with fresh() as driver:
        await driver.press("b")
        await fill(driver, BUFFER_API_KEY=PASTED)
        await driver.press("enter")
        assert "This organization has no channels yet" in driver.text("#no-channels")
        await driver.press("enter", "left", "enter")
        assert bare_setup.saved
        assert isinstance(driver.screen, PersonasScreen)


async def test_the_demo_has_no_wizard(running: Running) -> None:
    async with running(demo=True) as driver:
        await driver.press("comma", "b")
        assert not isinstance(driver.screen, SetupWizard)


def test_an_error_about_another_setting_keeps_its_name() -> None:
    error = BufferError(Code.WRONG_ADDRESS, NextStep.FINAL)
    assert form_words(error) == str(error)
    assert "FLUFFY_BUFFER_URL" in form_words(error)
