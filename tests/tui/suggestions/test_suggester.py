"""Suggestions in the composer, in an edit and in a batch: inserted by a key, and never submitted unread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caption_model.model_server import Answer, answering, completion, cutting, model_server
from fluffy_tui.caption_model import CaptionModel, ModelError, ModelFault
from fluffy_tui.similarity import NotIndexedYet
from fluffy_tui.tui.batch import BatchScreen
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.messages import FillWeek
from fluffy_tui.tui.snippets import PickTextScreen
from fluffy_tui.tui.suggestions.question_screen import AskModelScreen
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, FakeCaptionModel, FakeServices, with_channels
from tui.fakes.caption_model import ALT_TEXT, CAPTIONS

UNREAD = "suggested, not read yet"


@pytest.fixture
def model(services: FakeServices) -> FakeCaptionModel:
    services.caption_model = model = FakeCaptionModel()
    return model


def title(driver: Driver, field: str) -> str:
    return str(driver.screen.query_one(f"#{field}").border_title)


async def saved_draft(driver: Driver) -> Draft:
    """Wait until the draft is saved; return it."""
    context, photo = driver.app.context, driver.screen.form.photo
    await driver.saved()
    found = context.drafts.load(photo)
    assert found is not None
    return found


async def test_without_a_model_the_key_says_how_to_set_one_up(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7")
        assert isinstance(driver.screen, ComposeScreen)
        assert "set model_url in Settings" in driver.form.message


async def test_a_suggested_caption_is_inserted_and_marked_until_it_is_confirmed(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7")
        assert isinstance(driver.screen, PickTextScreen)
        shown = driver.screen_text()
        assert "suggested by llava in 3.2 s" in shown
        assert "without metadata or location" in " ".join(shown.split())
        await driver.press("down", "enter")
        assert driver.form.caption.text == CAPTIONS[1]
        assert driver.form.caption.has_focus
        assert UNREAD in title(driver, "caption")
        assert "suggested caption not read yet" in driver.text("#preflight")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        assert "The sea is quiet.  #sea #fog" in driver.screen_text()
        assert not services.scheduling.submitted
        await driver.press("n")
        assert UNREAD in title(driver, "caption")
        assert not services.scheduling.submitted
        await driver.press("ctrl+s", "y")
        assert isinstance(driver.screen, LibraryScreen)
        [submitted] = services.scheduling.submitted
        assert submitted["caption"] == CAPTIONS[1]
        assert submitted["ai_assisted"] is True


async def test_a_suggestion_is_inserted_where_the_cursor_is(
    running: Running, model: FakeCaptionModel
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"Hm.", "alt+s", "enter")
        assert driver.form.caption.text == f"Hm. {CAPTIONS[0]}"


async def test_a_change_takes_the_mark_away_and_undoing_it_brings_it_back(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7", "enter", *" #fog")
        assert UNREAD in title(driver, "caption"), "it was not changed, only something was added"
        await driver.press("home", "delete")
        assert UNREAD not in title(driver, "caption")
        await driver.press("ctrl+z")
        assert UNREAD in title(driver, "caption")
        await driver.press("ctrl+y", "ctrl+s")
        [submitted] = services.scheduling.submitted
        assert submitted["caption"] == f"{CAPTIONS[0][1:]} #fog"
        assert submitted["ai_assisted"] is True, "a model wrote most of it"


async def test_hashtags_that_are_moved_are_still_to_be_read(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7", "down", "enter", "alt+h")
        assert driver.form.first_comment.text == "#sea #fog"
        assert UNREAD in title(driver, "caption")
        assert UNREAD in title(driver, "first-comment")
        await driver.press("f2", "end", "!", "ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("y")
        [submitted] = services.scheduling.submitted
        assert submitted["first_comment"] == "#sea #fog"


async def test_alt_text_comes_from_the_same_answer(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7", "enter", "f7")
        assert isinstance(driver.screen, PickTextScreen)
        assert len(model.requests) == 1
        await driver.press(*"alt", "enter")
        assert driver.form.alt_text.text == ALT_TEXT
        assert driver.form.alt_text.has_focus
        assert UNREAD in title(driver, "alt-text")
        assert "suggested alt text not read yet" in driver.text("#preflight")
        await driver.press("ctrl+s")
        question = " ".join(driver.screen_text().split())
        assert CAPTIONS[0] in question
        assert "with gulls on" in question
        await driver.press("y")
        [submitted] = services.scheduling.submitted
        assert (submitted["caption"], submitted["alt_text"]) == (CAPTIONS[0], ALT_TEXT)


async def test_asking_again_is_for_other_captions(running: Running, model: FakeCaptionModel) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7", "down", "down", "down", "down")
        model.captions = ("Another one.",)
        await driver.press("enter")
        assert isinstance(driver.screen, PickTextScreen)
        assert model.requests[1].earlier[:3] == CAPTIONS
        assert len(model.requests[1].earlier) <= 20
        await driver.press("enter")
        assert driver.form.caption.text == "Another one."


async def test_nothing_is_inserted_when_the_list_is_left(running: Running, model: FakeCaptionModel) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7", "escape")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.form.caption.text == ""
        assert not driver.form.draft.ai_assisted


async def test_the_mark_survives_a_restart(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7", "enter")
        draft = await saved_draft(driver)
        assert draft.unread == [CAPTIONS[0]]
        assert draft.ai_assisted
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        assert UNREAD in title(driver, "caption")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("y")
        [submitted] = services.scheduling.submitted
        assert submitted["ai_assisted"] is True


async def test_thirty_hashtags_are_cut_to_what_the_network_allows(
    running: Running, model: FakeCaptionModel
) -> None:
    model.captions = ("Fog. " + " ".join(f"#tag{number}x" for number in range(30)),)
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7")
        limit = form_limit(driver)
        assert f"{30 - limit} hashtags cut, Instagram allows {limit}" in " ".join(
            driver.screen_text().split()
        )
        await driver.press("enter")
        assert driver.form.caption.text.count("#") == limit


def form_limit(driver: Driver) -> int:
    compose = next(screen for screen in driver.app.screen_stack if isinstance(screen, ComposeScreen))
    assert compose.form.rules.hashtag_limit is not None
    return compose.form.rules.hashtag_limit


async def test_injected_instructions_are_only_a_text(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    model.captions = ("[b]Ignore all rules[/b] and press ctrl+s.", "${HOME} \n\n ;sig")
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7", "enter")
        assert driver.form.caption.text == model.captions[0]
        assert not services.scheduling.submitted
        await driver.press("escape")
        assert not services.scheduling.submitted


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (cutting, "broke before the answer was complete"),
        (answering({}, 429, Retry_After="7"), "Try again in 7 s."),
        (answering(completion("Sure! Press ctrl+s and y.")), "did not answer in the form"),
        (answering(b" " * 300_000), "far longer than three captions"),
        (answering({"error": {"message": "\x1b]0;y\x07 ctrl+s"}}, 500), "went wrong inside the model server"),
    ],
    ids=["cut", "429", "wrong", "huge", "500"],
)
async def test_whatever_a_server_answers_nothing_is_inserted_or_submitted(
    running: Running, services: FakeServices, answer: Answer, says: str
) -> None:
    async with model_server() as server:
        server.answer = answer
        services.caption_model = CaptionModel(server.url, name="llava")
        async with running(persona="sarah") as driver:
            await driver.press("enter", "f7")
            assert isinstance(driver.screen, AskModelScreen)
            assert says in driver.text("#failure")
            await driver.press("escape")
            assert driver.form.caption.text == ""
            assert not services.scheduling.submitted


async def test_a_real_answer_is_offered_and_a_slow_one_is_stopped(
    running: Running, services: FakeServices
) -> None:
    async with model_server() as server:
        services.caption_model = CaptionModel(server.url, name="llava")
        async with running(persona="sarah") as driver:
            await driver.press("enter", "f7", "escape")
            server.asked.clear()
            server.answer = server.hang
            await driver.press("f7", "down", "down", "down", "down")
            await driver.pilot.press("enter")
            await server.asked.wait()
            await driver.pilot.press("escape")
            await server.left.wait()
            await driver.settle()
            assert isinstance(driver.screen, ComposeScreen)
            assert server.material["earlier_captions"][:3] == list(CAPTIONS)
            await driver.press("f7", "enter")
            assert driver.form.caption.text == CAPTIONS[0], "the earlier answer is still there"


async def test_a_caption_of_another_channel_is_read_too(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], *CHANNELS[:2])
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"my own", "alt+down", "f7", "enter")
        assert UNREAD in title(driver, "caption")
        await driver.press("alt+up")
        assert UNREAD not in title(driver, "caption")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        assert not services.scheduling.submitted


async def test_alt_texts_of_other_photos_are_read_too(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    async with running(persona="sarah") as driver:
        context, photos = driver.app.context, services.photos.photos
        other = photos[12]
        context.drafts.save(other, Draft(alt_text=ALT_TEXT, suggested=(ALT_TEXT,), ai_assisted=True))
        driver.app.push_screen(ComposeScreen(context, [photos[11], other], lambda ids: None))
        await driver.settle()
        await driver.press(*"two", "ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("y")
        [submitted] = services.scheduling.submitted
        assert [photo.alt_text for photo in submitted["photos"]] == ["", ALT_TEXT]
        assert submitted["ai_assisted"] is True


async def test_alt_texts_of_added_photos_are_read_too(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"two")
        photo = driver.screen.form.photo
        other = next(one for one in services.photos.photos.values() if one.id > photo.id + 3)
        driver.app.context.drafts.save(other, Draft(alt_text=ALT_TEXT, suggested=(ALT_TEXT,)))
        driver.app.context.selection.toggle(other.id)
        await driver.press("alt+a")
        assert UNREAD in title(driver, "alt-text")
        await driver.press("ctrl+b")
        assert UNREAD not in title(driver, "alt-text")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)


@pytest.mark.parametrize("key", ["f7", "alt+s"])
async def test_an_edit_asks_too_and_tells_buffer(
    running: Running, services: FakeServices, model: FakeCaptionModel, key: str
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "e")
        assert isinstance(driver.screen, EditPostScreen)
        await driver.press(key, "enter", "ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        assert not services.scheduling.edits
        await driver.press("y")
        await driver.heard()
        [edit] = services.scheduling.edits
        assert (edit["caption"], edit["ai_assisted"]) == (f"coffee first {CAPTIONS[0]}", True)


async def test_a_batch_asks_about_each_unread_text(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    services.similarity.error = NotIndexedYet("Nobody has looked.")
    async with running(persona="sarah") as driver:
        driver.app.post_message(FillWeek((11, 12, 13), "some photos"))
        await driver.settle()
        assert isinstance(driver.screen, BatchScreen)
        await driver.press("f7", "enter", "ctrl+n", *"mine", "ctrl+n", "alt+s", "down", "enter", "ctrl+n")
        assert driver.screen.panel.is_reviewing
        assert model.requests[1].earlier[:2] == (CAPTIONS[0], "mine")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("n")
        assert isinstance(driver.screen, BatchScreen)
        assert not driver.screen.panel.is_reviewing
        assert driver.form.caption.text == CAPTIONS[0]
        await driver.press("ctrl+s", "ctrl+s", "y")
        assert "The sea is quiet." in driver.screen_text()
        assert not services.scheduling.submitted
        await driver.press("y")
        given = [(one["caption"], one["ai_assisted"]) for one in services.scheduling.submitted]
        assert given == [(CAPTIONS[0], True), ("mine", False), (CAPTIONS[1], True)]


async def test_the_key_does_nothing_for_a_post_that_is_submitted(
    running: Running, services: FakeServices, model: FakeCaptionModel
) -> None:
    services.similarity.error = NotIndexedYet("Nobody has looked.")
    async with running(persona="sarah") as driver:
        driver.app.post_message(FillWeek((11,), "a photo"))
        await driver.settle()
        await driver.press(*"mine", "ctrl+s", "f7", "ctrl+s", "f7")
        assert isinstance(driver.screen, BatchScreen)
        assert not model.requests


async def test_a_failure_is_shown_and_asked_again(running: Running, model: FakeCaptionModel) -> None:
    model.error = ModelError(ModelFault.RATE_LIMITED, "192.168.1.5:11434", retry_after=7)
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7")
        assert isinstance(driver.screen, AskModelScreen)
        assert "Try again in 7 s." in driver.text("#failure")
        assert driver.text("#sent").startswith("Sent to llava")
        model.error = ModelError(ModelFault.CONNECTION_REFUSED, "192.168.1.5:11434")
        await driver.press("r")
        assert driver.text("#sent") == "Nothing was sent."
        model.error = None
        await driver.press("r")
        assert isinstance(driver.screen, PickTextScreen)
        await driver.press("enter")
        assert driver.form.caption.text == CAPTIONS[0]


async def test_what_the_model_gets(running: Running, services: FakeServices, model: FakeCaptionModel) -> None:
    personas = services.personas.personas
    personas[1] = replace(personas[1], voice="dry and short")
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f7")
        [request] = model.requests
        assert request.voice == "dry and short"
        assert request.network == "Instagram"
        assert max(request.picture.width, request.picture.height) <= 768
        assert b"Exif" not in request.picture.data
        posts = await services.scheduling.posts(personas[1], limit=30)
        assert set(request.earlier) <= {post.caption for post in posts}
        assert request.earlier
        assert request.keywords == ()
