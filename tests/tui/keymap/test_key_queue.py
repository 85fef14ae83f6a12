"""Keys that arrive faster than screens open go where a slow typist would send them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Key
from textual.widgets import Input, TextArea

import textual_internals
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.scheduling import PostPhoto
from fluffy_tui.tui.batch import BatchScreen
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.library import LibraryScreen
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.personas.channel_picker import ChannelPickerScreen
from fluffy_tui.tui.plan.screen import PlanScreen
from fluffy_tui.tui.posts import PostDetailScreen, PostsScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.problems import ProblemsScreen
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.snippets.snippet_editor import SnippetEditorScreen
from fluffy_tui.tui.startup import StartupScreen
from fluffy_tui.tui.themes.theme_editor import ThemeEditorScreen
from fluffy_tui.tui.ui.dialogs import AskTextScreen, ConfirmScreen
from fluffy_tui.tui.ui.help import HelpScreen
from tui.conftest import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from fluffy_tui.tui.app import FluffyApp
    from tui.conftest import Running
    from tui.fakes import FakeServices, Opening

ENTER, SUBMIT, NEXT = "\r", "\x13", "\n"
DOWN, RECENT = "\x1b[B", "\x0c"


async def test_a_caption_typed_ahead_is_whole(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.send(f"{ENTER}fog on the pier #fog")
        assert driver.screen.query_one(TextArea).text == "fog on the pier #fog"
        await driver.send(f"{SUBMIT}{ENTER}then rain")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.screen.query_one(TextArea).text == "then rain"
    [post] = driver.services.scheduling.submitted
    assert post["caption"] == "fog on the pier #fog"


async def test_a_whole_journey_in_a_single_write(running: Running) -> None:
    async with running() as driver:
        await driver.send(f"j{ENTER}{ENTER}one{SUBMIT}{ENTER}two\x1b[200~ and\nthree\x1b[201~!{SUBMIT}")
        captions = [post["caption"] for post in driver.services.scheduling.submitted]
        assert captions == ["one", "two and\nthree!"]
        assert isinstance(driver.screen, LibraryScreen)


async def test_a_week_in_a_single_write(running: Running, services: FakeServices) -> None:
    captions = ["fog", "rain", "sun", "snow", "wind"]
    async with running(persona="sarah") as driver:
        await driver.send("3f" + NEXT.join(captions) + SUBMIT + SUBMIT)
        assert isinstance(driver.screen, BatchScreen)
        assert [entry.draft.caption for entry in driver.screen.model.posts][: len(captions)] == captions


async def test_a_post_of_several_photos_in_a_single_write(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.send(f"   {ENTER}three of them{SUBMIT}")
        [post] = driver.services.scheduling.submitted
        assert post["caption"] == "three of them"
        assert isinstance(driver.screen, LibraryScreen)


async def test_keywords_in_a_single_write(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.send(f"#beach, pier{ENTER}j")
        [words] = (await services.keywords.of([40])).values()
        assert {word.word for word in words} >= {"beach", "pier"}
        assert isinstance(driver.screen, LibraryScreen)


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        ("2e", EditPostScreen),
        (f"2{ENTER}", PostDetailScreen),
        ("2x", ConfirmScreen),
        ("3M", PlanScreen),
        ("@R", AskTextScreen),
        ("@tn", ThemeEditorScreen),
        (f"@tnfog\t20\t3{SUBMIT}n", ThemeEditorScreen),
        ("@sn", SnippetEditorScreen),
    ],
)
async def test_a_key_after_the_one_that_opens_a_screen_acts_on_what_that_shows(
    running: Running, keys: str, screen: type[Screen[Any]]
) -> None:
    async with running(persona="sarah") as driver:
        for event in textual_internals.typed_events(keys):
            driver.app.post_message(event)
        for _ in range(100):  # a question is not answered, so its worker never ends
            await driver.pilot.pause()
        assert type(driver.screen) is screen
        assert driver.notices() == []


async def test_a_tab_takes_the_keys_that_follow(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.send("2")
        assert isinstance(driver.screen, PostsScreen)
        await driver.send("4?")
        assert isinstance(driver.screen, HelpScreen)
        await driver.press("escape")
        assert isinstance(driver.screen, ProblemsScreen)


@pytest.mark.parametrize("count", [1, 400])
async def test_every_character_of_a_burst_arrives(running: Running, count: int) -> None:
    words = "".join(chr(ord("a") + number % 26) for number in range(count))
    async with running(persona="sarah") as driver:
        await driver.send(f"{ENTER}{words}")
        assert driver.screen.query_one(TextArea).text == words


async def test_a_filter_typed_ahead_is_whole(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.send("/0007")
        assert driver.screen.query_one(Input).value == "0007"


async def test_keys_after_a_search_or_an_addition_act_on_it(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.send(f"{ENTER}{RECENT}{ENTER}")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.screen.query_one(TextArea).text == services.scheduling.all_posts[11].caption
        driver.app.post_message(Key("alt+a", None))
        await driver.send(f"203{DOWN}{ENTER}{SUBMIT}")
        assert [photo.photo_id for photo in services.scheduling.submitted[-1]["photos"]] == [40, 38]


async def test_keys_after_the_one_that_shows_similar_photos_act_on_these(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "j", "m", "j", "p")
        [slow] = [photo.id for photo in services.photos.photos.values() if photo.verdict]
        await driver.press("z", "escape", "g")
        await driver.send("jjmjp")
        assert [photo.id for photo in services.photos.photos.values() if photo.verdict] == [slow]


async def test_what_is_typed_ahead_is_written_into_the_draft_of_several_photos_and_of_an_edit(
    running: Running, services: FakeServices
) -> None:
    photos = [services.photos.photos[number] for number in (40, 39)]
    draft = Draft("fog", photos=tuple(PostPhoto(photo.id, photo.sha256) for photo in photos))
    async with running(persona="sarah") as driver:
        driver.app.context.drafts.save(photos[0], draft)
        await driver.send(f"{ENTER}and rain")
        assert set("fog and rain") <= set(driver.screen.form.caption.text)
        await driver.press("escape", "2", "e", "N", "escape")
        await driver.send("eX")
        assert {"N", "X"} <= set(driver.screen.form.caption.text)


async def test_channels_are_ticked_in_a_single_write(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.send(f"@c{DOWN} ")
        assert isinstance(driver.screen, ChannelPickerScreen)
        assert "[2] " in driver.screen_text()


@pytest.fixture
def slow_library(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> tuple[asyncio.Event, asyncio.Event]:
    """A library that takes long to load: set when it is asked for, and to be set for its answer."""
    started, gate, load = asyncio.Event(), asyncio.Event(), services.photos.first_ids

    async def slow(*arguments: Any, **options: Any) -> Any:
        started.set()
        await gate.wait()
        return await load(*arguments, **options)

    monkeypatch.setattr(services.photos, "first_ids", slow)
    return started, gate


async def test_a_tab_is_opened_at_once_while_the_library_takes_long_to_load(
    running: Running, slow_library: tuple[asyncio.Event, asyncio.Event]
) -> None:
    started, gate = slow_library
    async with running() as driver:
        await driver.pilot.press("j", "enter")
        await started.wait()
        await driver.pilot.press("j", "4")
        assert isinstance(driver.screen, ProblemsScreen)
        gate.set()


async def test_keys_typed_while_the_app_opens_its_library_act_on_that(
    make_app: Callable[..., FluffyApp], slow_library: tuple[asyncio.Event, asyncio.Event]
) -> None:
    started, gate = slow_library
    app = make_app(persona="sarah")
    async with app.run_test() as pilot:
        await started.wait()
        for event in textual_internals.typed_events(f"j{ENTER}fog"):
            app.post_message(event)
        await pilot.pause()
        gate.set()
        await settle(app)
        assert isinstance(app.screen, ComposeScreen)
        assert app.screen.arrangement.file.id == 39
        assert app.screen.form.caption.text == "fog"


@pytest.mark.parametrize("enter", [ENTER, NEXT], ids=["enter", "enter before the terminal is set up"])
async def test_keys_typed_while_the_services_open_act_on_the_first_screen(
    make_app: Callable[..., FluffyApp], opening: Opening, enter: str
) -> None:
    opening.gate.clear()
    app = make_app(persona="sarah")
    async with app.run_test() as pilot:
        for event in textual_internals.typed_events(f"{enter}quick fog{enter}bank"):
            app.post_message(event)
        while opening.calls == 0:
            await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, StartupScreen)
        opening.gate.set()
        await settle(app)
        assert isinstance(app.screen, ComposeScreen)
        assert app.screen.form.caption.text == "quick fog\nbank"


@pytest.mark.parametrize("typed", ["q", "\x11", "2j q", f"2{ENTER}fog\x11"])
async def test_quitting_waits_for_nothing_while_the_services_open(
    make_app: Callable[..., FluffyApp], opening: Opening, typed: str
) -> None:
    opening.gate.clear()
    app = make_app(persona="sarah")
    async with app.run_test() as pilot:
        while opening.calls == 0:
            await pilot.pause()
        for event in textual_internals.typed_events(typed):
            app.post_message(event)
        while app.return_code is None:
            await pilot.pause()
        opening.gate.set()


async def test_what_was_typed_for_a_first_screen_that_does_not_open_is_no_command(
    make_app: Callable[..., FluffyApp], opening: Opening
) -> None:
    opening.gate.clear()
    opening.error = DatabaseUnavailable("Away.")
    app = make_app(persona="sarah")
    async with app.run_test() as pilot:
        while opening.calls == 0:
            await pilot.pause()
        for event in textual_internals.typed_events(f"2{ENTER}r"):
            app.post_message(event)
        await pilot.pause()
        opening.gate.set()
        await settle(app)
        assert isinstance(app.screen, StartupScreen)
        assert (opening.calls, app.screen.failure) == (1, opening.error)
        opening.error = None
        for event in textual_internals.typed_events("r2"):
            app.post_message(event)
        await settle(app)
        assert isinstance(app.screen, PostsScreen)


async def test_keys_do_not_wait_for_what_is_loaded_behind_the_screen(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(*_arguments: object, **_options: object) -> None:
        await asyncio.Event().wait()

    async with running(persona="sarah") as driver:
        await driver.press("2")
        monkeypatch.setattr(services.scheduling, "posts_by_time", wait)
        await driver.pilot.press("l", "1")
        assert isinstance(driver.screen, LibraryScreen)
        before = driver.screen.query_one(PhotoList).cursor
        await driver.pilot.press("j")
        assert driver.screen.query_one(PhotoList).cursor == before + 1
        await driver.pilot.press("enter", "a", "b", "left", "c")
        assert driver.screen.query_one(TextArea).text == "acb"


@pytest.mark.parametrize(("keys", "silent"), [("2q", "posts_by_time"), ("  \r\x11", "by_ids")])
async def test_a_key_that_quits_after_what_never_loads_or_opens_leads_out(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch, keys: str, silent: str
) -> None:
    async def wait(*_arguments: object, **_options: object) -> None:
        await asyncio.Event().wait()

    async with running(persona="sarah") as driver:
        monkeypatch.setattr(
            services.scheduling if silent == "posts_by_time" else services.photos, silent, wait
        )
        for event in textual_internals.typed_events(keys):
            driver.app.post_message(event)
        for _ in range(100):
            await driver.pilot.pause()
        assert isinstance(driver.screen, ConfirmScreen), "posts are on their way"


async def test_escape_after_a_text_in_a_single_write_waits_for_its_turn(
    running: Running, services: FakeServices
) -> None:
    """Also where it could clear a selection at once: the text is for the screen that opens, and no command."""
    async with running(persona="sarah") as driver:
        await driver.press("space", "space")
        for event in (*textual_internals.typed_events(f"{ENTER}xp"), Key("escape", None)):
            driver.app.post_message(event)
        await driver.settle()
        assert isinstance(driver.screen, LibraryScreen)
        assert "✎" in driver.screen_text()
        assert not [photo for photo in services.photos.photos.values() if photo.verdict]
        await driver.press("enter")
        assert driver.screen.query_one(TextArea).text == "xp"


async def test_what_was_typed_for_a_screen_that_never_opens_is_no_command(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(*_arguments: object, **_options: object) -> None:
        await asyncio.Event().wait()

    async with running(persona="sarah") as driver:
        await driver.press("space", "space")
        with monkeypatch.context() as patch:
            patch.setattr(services.photos, "by_ids", wait)
            await driver.pilot.press("enter", "x", "p", "escape")
        await driver.pilot.press("j")
        assert isinstance(driver.screen, LibraryScreen)
        assert not [photo for photo in services.photos.photos.values() if photo.verdict]


async def test_keys_after_an_undo_act_on_the_photo_that_is_back(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.grace = timedelta(seconds=10)
    async with running(persona="sarah") as driver:
        await driver.send(f"{ENTER}fog{SUBMIT}z{ENTER} bank")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.screen.arrangement.file.id == 40
        assert driver.screen.query_one(TextArea).text == "fog bank"
