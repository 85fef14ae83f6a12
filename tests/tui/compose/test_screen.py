"""The composer: no text is ever lost, and a post is submitted once or the screen says why not."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import PersonaEdited
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.media import Fit, Framing
from fluffy_tui.photos import Photo
from fluffy_tui.scheduling import PostPhoto, Reason, ScheduleResult, Step
from fluffy_tui.tui.caption import caption_editor
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.compose.when.time_picker import TimePicker
from fluffy_tui.tui.compose.when.when_picker import TimeField
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.platform.external_editor import edit_outside
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.text.channel_words import channel_name
from fluffy_tui.tui.ui.choice import Choice
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, MARKUP, NOW, FakeServices, make_post

AWKWARD = [MARKUP, "👩‍👩‍👧‍👦 family", "שלום עולם", "two\nlines\n", "tab\there", "  spaces  "]


async def paste(driver: Driver, text: str) -> None:
    """Paste into the focused field."""
    driver.app.post_message(Paste(text))
    await driver.settle()


async def saved_draft(driver: Driver) -> Draft | None:
    """Wait until the draft is saved; return it."""
    context, photo = driver.app.context, driver.screen.form.photo
    await driver.saved()
    return context.drafts.load(photo)


@pytest.mark.parametrize("caption", AWKWARD)
async def test_a_caption_is_submitted_exactly_as_written(
    running: Running, services: FakeServices, caption: str
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        await paste(driver, caption)
        assert driver.form.caption.text == caption
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, LibraryScreen)
        (submitted,) = services.scheduling.submitted
        assert submitted["caption"] == caption
        assert submitted["share_mode"] is ShareMode.ADD_TO_QUEUE
        assert submitted["framing"] == Framing()


async def test_after_submitting_the_next_photo_is_one_enter_away(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "enter", *"hello")
        photo = driver.screen.form.photo
        assert await saved_draft(driver) == Draft("hello", framing=Framing())
        await driver.press("ctrl+j")
        assert driver.screen.query_one(PhotoList).highlighted_id == 38
        assert driver.app.context.drafts.load(photo) is None
        await driver.heard()
        assert "“hello”" in driver.text("#status-strip")
        await driver.press("enter")
        assert driver.screen.form.photo.id == 38


async def test_the_count_is_the_networks_and_says_how_much_is_too_many(running: Running) -> None:
    async with running(persona="northern light") as driver:  # Bluesky counts graphemes, up to 300
        await driver.press("enter")
        await paste(driver, "👩‍👩‍👧‍👦" * 12)
        caption = driver.form.caption
        assert caption.border_subtitle == "12/300"
        await paste(driver, "x" * 300)
        assert caption.border_subtitle == "12 too many · 312/300"
        assert caption.has_class("-wrong")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ComposeScreen)
        assert "312 characters" in driver.form.message
        assert driver.app.focused is caption


async def test_an_empty_caption_is_refused_before_anything_is_submitted(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "tab", *"alt", "ctrl+s")
        assert services.scheduling.submitted == []
        assert driver.form.message == "! The caption is empty. Write a few words."
        assert driver.app.focused is driver.form.caption
        await driver.press("x")
        assert driver.form.message == ""
        assert not driver.form.caption.has_class("-wrong")


@pytest.mark.parametrize(
    ("code", "reason", "focused"),
    [
        (Reason.CAPTION_TOO_LONG, "The caption is too long.", "caption"),
        (Reason.ALT_TEXT_TOO_LONG, "The alt text is too long.", "alt-text"),
        (Reason.TIME_PAST, "That time has passed.", "when"),
        (Reason.PHOTO_CHANGED, f"The file {MARKUP}.jpg has changed since it was imported.", "caption"),
        (Reason.ALREADY_SCHEDULED, "IMG_2040.JPG has a post already.", "caption"),
        (Reason.NO_CHANNEL, "sarah has no channel yet.", "caption"),
    ],
)
async def test_a_refusal_is_shown_where_it_can_be_fixed_and_the_text_stays(
    running: Running, services: FakeServices, code: Reason, reason: str, focused: str
) -> None:
    services.scheduling.refusal = ScheduleResult(False, reason=reason, code=code)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello", "ctrl+s")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.form.message == f"! {reason}"
        assert driver.form.caption.text == "hello"
        assert driver.app.focused in driver.form.query_one(f"#{focused}").walk_children(with_self=True)
        services.scheduling.refusal = None
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, LibraryScreen)


async def test_a_damaged_photo_is_posted_only_after_a_yes(running: Running, services: FakeServices) -> None:
    reason = "IMG_2040.JPG cannot be read: the picture is damaged. Copy it again from its source."
    services.scheduling.refusal = ScheduleResult(False, reason=reason, code=Reason.PHOTO_DAMAGED)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello", "ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("n")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.form.message == f"! {reason}"
        assert driver.form.caption.text == "hello"
        await driver.press("ctrl+s", "y")
        assert isinstance(driver.screen, LibraryScreen)
    assert len(services.scheduling.all_posts) > 0


@pytest.mark.parametrize("refused", [False, True])
async def test_escape_leaves_a_submission_that_takes_long_and_the_result_is_told(
    running: Running, services: FakeServices, refused: bool
) -> None:
    submit, started, may_go = services.scheduling.schedule_post, asyncio.Event(), asyncio.Event()

    async def slow(photo: Photo | PostPhoto, caption: str, **options: Any) -> ScheduleResult:
        started.set()
        await may_go.wait()
        return await submit(photo, caption, **options)

    services.scheduling.schedule_post = slow  # type: ignore[method-assign]
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello")
        photo = services.photos.photos[40]
        await driver.pilot.press("ctrl+s")
        await started.wait()
        await driver.pilot.press("escape")
        assert isinstance(driver.screen, LibraryScreen)
        assert f"Still submitting {photo.name}; its draft is kept until then." in driver.notices()
        if refused:
            services.scheduling.refusal = ScheduleResult(False, None, "The disk is full.", Reason.NO_CHANNEL)
        may_go.set()
        await driver.settle()
        kept = driver.app.context.drafts.load(photo)
        if refused:
            assert "The disk is full." in driver.notices()
            assert kept is not None and kept.caption == "hello"
        else:
            assert kept is None


async def test_a_channel_that_is_changed_elsewhere_is_announced_and_nothing_goes_there(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello")
        sarah = services.personas.personas[1]
        await services.personas.set_channels(sarah, {CHANNELS[1].id: None})
        services.tell(PersonaEdited(1))
        await driver.heard()
        assert f"sarah now posts to {channel_name(CHANNELS[1])}." in driver.notices()
        assert channel_name(CHANNELS[1]) in driver.text("#frame-header")
        before = len(services.scheduling.all_posts)
        await driver.press("ctrl+s")
        assert "the channel was changed elsewhere" in driver.form.message
        assert len(services.scheduling.all_posts) == before
        await driver.press("escape", "enter")
        assert driver.form.caption.text == "hello"
        await driver.press("ctrl+s")
        assert len(services.scheduling.all_posts) == before + 1


async def test_a_post_saved_as_a_draft_says_what_is_missing(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        photo = services.photos.photos[40]
        post = make_post(99, photo, "hello", None)
        reason = "Kept as a draft, not submitted: No Buffer key is set."
        services.scheduling.refusal = ScheduleResult(False, post, reason, Reason.KEPT_AS_DRAFT)
        await driver.press("enter", *"hello", "ctrl+s")
        assert isinstance(driver.screen, LibraryScreen)
        assert reason in driver.notices()
        assert driver.app.context.drafts.load(photo) is None


async def test_a_lost_database_is_reported_and_the_text_stays(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello")
        services.lose_database()
        services.scheduling.error = DatabaseUnavailable("The database does not answer.", "It is tried again.")
        await driver.heard()
        assert "Database unavailable" in driver.text("#banner")
        await driver.press("ctrl+s")
        assert "Not submitted, the draft is kept. The database does not answer." in driver.form.message
        assert driver.form.caption.text == "hello"
        assert not driver.form.disabled
        kept = await saved_draft(driver)
        assert kept is not None and kept.caption == "hello"
        services.scheduling.error = None
        services.find_database()
        await driver.heard()
        await driver.press("ctrl+s")
        assert len(services.scheduling.submitted) == 1


async def test_an_unexpected_error_keeps_the_text_too(running: Running, services: FakeServices) -> None:
    services.scheduling.error = None
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello")
        services.scheduling.error = RuntimeError("password=hunter2")
        await driver.press("ctrl+s")
        assert driver.form.message.startswith("! Not submitted, the draft is kept.")
        assert "hunter2" not in driver.form.message
        services.scheduling.error = None


async def test_a_second_submit_does_nothing_while_one_is_running(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, calls = asyncio.Event(), []
    schedule_post = services.scheduling.schedule_post

    async def slow(*args: Any, **options: Any) -> ScheduleResult:
        calls.append(args)
        await gate.wait()
        return await schedule_post(*args, **options)

    monkeypatch.setattr(services.scheduling, "schedule_post", slow)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello")
        await driver.pilot.press("ctrl+s", "ctrl+s", "ctrl+j", "x")
        assert isinstance(driver.screen, ComposeScreen)
        assert len(calls) == 1
        assert driver.form.caption.text == "hello"
        gate.set()
        await driver.settle()
        assert isinstance(driver.screen, LibraryScreen)
        assert len(services.scheduling.submitted) == 1


async def test_the_draft_is_kept_and_shown_when_the_photo_is_opened_again(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "enter", *"hello", "tab", *"alt")
        await driver.press("ctrl+t", "left", *"18:30", "ctrl+f", "j", "l", "l", "enter", "escape")
        await driver.press("j", "enter")
        assert driver.form.caption.text == ""
        await driver.press("escape", "k", "enter")
        here = driver.form
        assert (here.caption.text, here.alt_text.text) == ("hello", "alt")
        assert here.when.share_mode is ShareMode.CUSTOM_SCHEDULED
        assert here.when.at is not None
        assert f"{here.when.at:%Y-%m-%d %H:%M}" == "2027-01-12 18:30"
        assert here.framing == Framing(Fit.CROP)


async def test_the_text_of_a_failed_post_is_there_again_and_nothing_is_sent_by_itself(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        photo = driver.screen.form.photo
        await driver.press("escape")
        shown = PostPhoto(photo.id, photo.sha256, "a lamp")
        soon = {"share_mode": ShareMode.CUSTOM_SCHEDULED, "requested_at_time": NOW}
        first = make_post(101, photo, "an older try", Step.FAILED, error_message="No.")
        last = make_post(102, photo, "fog", Step.FAILED, error_message="No.", first_comment="#fog", **soon)
        for post in (first, last):
            services.scheduling._store(replace(post, photos=(shown,)))
        await driver.settle()
        await driver.press("enter")
        here = driver.form
        assert (here.caption.text, here.alt_text.text) == ("fog", "a lamp")
        assert here.draft.first_comment == "#fog"
        assert here.when.share_mode is ShareMode.ADD_TO_QUEUE, "its time may be past"
        assert "failed post" in here.message
        await driver.press("escape")
        assert driver.app.context.drafts.load(photo) is None
        assert services.scheduling.submitted == []
        await driver.press("enter", *" again", "escape", "enter")
        assert driver.form.caption.text == "fog again"


async def test_a_crash_loses_nothing_that_was_typed_before_the_pause(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hel")
        kept = await saved_draft(driver)
        assert kept is not None and kept.caption == "hel"
        assert driver.app.context.drafts.load(driver.screen.form.photo) == kept
    async with running(persona="sarah") as driver:  # a new app on the same folder, as after a crash
        await driver.press("enter")
        assert driver.form.caption.text == "hel"


async def test_quitting_within_the_pause_loses_nothing(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.pilot.press("enter", *"hello", "ctrl+q")
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        assert driver.form.caption.text == "hello"


async def test_a_full_disk_is_reported(running: Running, tmp_path: Path) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter")

        def refuse(*_: object) -> None:
            raise OSError(28, "No space left on device")

        driver.screen.drafts._drafts = type("Full", (), {"save": staticmethod(refuse)})()
        await driver.press("x")
        while not driver.form.message:
            await driver.pilot.pause(0.02)
        assert "No space left on device" in driver.form.message
        driver.screen.drafts._unsaved.clear()


async def test_control_characters_are_removed_with_a_notice(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        await paste(driver, "a\0b\x1b[31mc\r\nd")
        assert driver.form.caption.text == "ab[31mc\nd"
        assert any("Removed 2 characters" in notice for notice in driver.notices())


async def test_a_text_of_100_kilobytes_stays_responsive(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(persona="northern light") as driver:
        await driver.press("enter")
        await paste(driver, "word and 👩‍👩‍👧‍👦 more\n" * 4_000)
        while "too many" not in str(driver.form.caption.border_subtitle):
            await driver.pilot.pause(0.02)
        monkeypatch.setattr(caption_editor, "PAUSE", 3600.0)
        counted: list[int] = []
        caption = driver.form.caption
        count = caption._count
        caption._count = lambda text: counted.append(len(text)) or count(text)  # type: ignore[func-returns-value]
        before = time.process_time()
        await driver.pilot.press(*"abcdefghij")
        per_key = (time.process_time() - before) / 10
        assert counted == [], "counting waits for a pause"
        assert per_key < 1.0, "guards against quadratic time; the benchmark has the figures"
        caption.update_count()
        assert counted == [len(caption.text)]
        kept = await saved_draft(driver)
        assert kept is not None and kept.caption == caption.text


async def test_a_date_that_does_not_exist_is_refused_and_one_of_another_year_shows_it(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello", "ctrl+t", "left", *"31 nov 10:00")
        assert driver.form.when.meaning == "! There is no such date as “31 nov”."
        await driver.press("ctrl+s")
        assert services.scheduling.submitted == []
        assert "no such date" in driver.form.message
        await driver.press("ctrl+u", *"10 jan 9:00")
        assert driver.form.when.meaning.startswith("Mon 10 Jan 2028 09:00")


async def test_every_way_to_schedule_can_be_chosen(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello", "ctrl+t")
        when = driver.form.when
        assert when.meaning.startswith("next slot · ")
        for keys, mode in (
            (["right"], ShareMode.SHARE_NEXT),
            (["l"], ShareMode.SHARE_NOW),
            (["h", "left", "space", "l", "right"], ShareMode.CUSTOM_SCHEDULED),
        ):
            await driver.press(*keys)
            assert when.share_mode is mode
        await driver.press("ctrl+s")
        assert services.scheduling.submitted == []
        await driver.press(*"25:00")
        assert when.meaning == "! No such day or time."
        await driver.press("ctrl+s")
        assert services.scheduling.submitted == []
        assert "No such day" in driver.form.message
        await driver.press("ctrl+u")
        await paste(driver, "2027-01-01 10:00")
        assert when.meaning == "! That time has passed."
        await driver.press("ctrl+u")
        await paste(driver, "2027-01-19 18:30")
        assert when.meaning == "Tue 19 Jan 18:30 New York (your Wed 00:30) · in 7 d"
        await driver.press("ctrl+s")
        (submitted,) = services.scheduling.submitted
        assert submitted["share_mode"] is ShareMode.CUSTOM_SCHEDULED
        assert str(submitted["at"]) == "2027-01-19 18:30:00-05:00"


@pytest.mark.parametrize(
    ("keys", "mode"),
    [
        (["right"], ShareMode.ADD_TO_QUEUE),
        (["left"], ShareMode.SHARE_NOW),
        (["up"], ShareMode.CUSTOM_SCHEDULED),
        (["ctrl+t"], ShareMode.CUSTOM_SCHEDULED),
        ([*"18:30", "ctrl+t", "left"], ShareMode.SHARE_NOW),
        ([*"18:30", "up", "right"], ShareMode.ADD_TO_QUEUE),
        ([*"18:30", "right", "left", "left"], ShareMode.CUSTOM_SCHEDULED),
    ],
)
async def test_the_keys_that_lead_to_a_time_lead_out_again(
    running: Running, keys: list[str], mode: ShareMode
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "ctrl+t", "left")
        assert isinstance(driver.screen.focused, TimeField)
        await driver.press(*keys)
        assert driver.form.when.share_mode is mode
        is_typing = keys[-2:] == ["left", "left"]
        assert isinstance(driver.screen.focused, TimeField if is_typing else Choice)
        await driver.press("ctrl+t", "ctrl+t")
        assert isinstance(driver.screen.focused, TimeField if is_typing else Choice)


@pytest.mark.parametrize("typed", ["", "18:30"])
async def test_down_leads_from_the_options_to_a_time_and_on_to_the_calendar(
    running: Running, typed: str
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "ctrl+t", "down")
        assert isinstance(driver.screen.focused, Choice)  # the next slot has no time
        await driver.press("left", *typed, "up")
        assert isinstance(driver.screen.focused, Choice)
        await driver.press("down")
        assert isinstance(driver.screen.focused, TimeField)
        await driver.press("down")
        assert isinstance(driver.screen, TimePicker)


async def test_the_schedule_can_be_chosen_with_the_mouse(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        for column, mode in (
            (1, ShareMode.ADD_TO_QUEUE),
            (14, ShareMode.SHARE_NEXT),
            (30, ShareMode.SHARE_NOW),
            (38, ShareMode.CUSTOM_SCHEDULED),
        ):
            await driver.pilot.click("WhenPicker Choice", offset=(column, 0))
            await driver.settle()
            assert driver.form.when.share_mode is mode


async def test_the_fit_is_chosen_on_its_own_screen_and_remembered_for_the_persona(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"tall", "ctrl+f", "j", "l", "l", "r", "enter")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.form.framing == Framing(Fit.CROP, turn=90)
        assert "rotated 90° · location and metadata removed" in driver.screen_text()
        kept = await saved_draft(driver)
        assert kept is not None and kept.framing == Framing(Fit.CROP, turn=90)
        await driver.press("ctrl+s")
        (submitted,) = services.scheduling.submitted
        assert submitted["framing"] == Framing(Fit.CROP, turn=90)
        await driver.press("enter")
        assert driver.form.framing == Framing(Fit.CROP), (
            "a turn is one photo's, the rest is the persona's habit"
        )


async def test_marks_name_the_users_own_keys(running: Running) -> None:
    async with running(persona="sarah", keymap={"compose.caption": "f9,f10"}) as driver:
        await driver.press("enter", "f3")
        assert "✗ no caption f9" in driver.text("#preflight")
        await driver.press("f9")
        assert driver.app.focused is driver.form.caption


async def test_an_edit_in_the_external_editor_can_be_undone(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(_: object, text: str) -> str:
        return f"{text}\nanother\0 line"

    monkeypatch.setattr("fluffy_tui.tui.compose.caption_tools.edit_outside", edit)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"mine", "ctrl+e")
        assert driver.form.caption.text == "mine\nanother line"
        await driver.press("ctrl+z")
        assert driver.form.caption.text == "mine"


async def test_a_missing_editor_is_reported(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", "")
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello", "ctrl+e")
        assert driver.form.message == "! No editor found. Set $VISUAL or $EDITOR to the one that you use."
        assert driver.form.caption.text == "hello"


async def test_a_terminal_that_cannot_be_suspended_is_reported(
    running: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VISUAL", "true")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello", "ctrl+e")
        assert "cannot run an editor" in driver.form.message
        assert driver.form.caption.text == "hello"
        assert list(tmp_path.glob("caption-*")) == []


class Suspendable:
    """An app in a terminal that can be suspended."""

    def suspend(self) -> Any:
        """Do nothing."""
        from contextlib import nullcontext

        return nullcontext()


@pytest.mark.parametrize("ends", ["", "\n"])
def test_the_editor_gets_the_text_and_its_result_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ends: str
) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(texts))
    script = tmp_path / "edit.py"
    script.write_text(
        "import sys, pathlib, os\np = pathlib.Path(sys.argv[1])\n"
        "assert os.stat(p).st_mode & 0o77 == 0\n"
        "p.write_text(p.read_text().rstrip('\\n') + ' édité\\n')\n"
    )
    environment = {"VISUAL": f"{sys.executable} {script}", "EDITOR": "false"}
    app: Any = Suspendable()
    assert edit_outside(app, f"hello{ends}", environment) == f"hello édité{ends}"
    assert list(texts.iterdir()) == []


@pytest.mark.parametrize(
    ("editor", "message"),
    [
        ("false", "exited with status 1"),
        ("/nowhere/vi", "could not be started: No such file or directory"),
        ("'unbalanced", "could not be started"),
    ],
)
def test_an_editor_that_fails_is_reported_and_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, editor: str, message: str
) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(texts))
    app: Any = Suspendable()
    with pytest.raises(Exception, match=message):
        edit_outside(app, "hello", {"EDITOR": editor})
    assert list(texts.iterdir()) == []


async def test_a_persona_without_a_channel_can_write_but_not_submit(
    running: Running, services: FakeServices
) -> None:
    for known in (services.photos.photos, services.scheduling._photos):
        for id_, photo in known.items():
            known[id_] = replace(photo, persona_id=3)
    async with running(persona=MARKUP) as driver:
        await driver.press("enter", *"hello", "ctrl+s")
        assert isinstance(driver.screen, ComposeScreen)
        assert "no channel" in driver.form.message
