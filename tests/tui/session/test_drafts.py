"""Drafts and state that outlive the app, however it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import termios
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.modes.app_mode import _leaving_on_signals
from fluffy_tui.photos import Photo
from fluffy_tui.scheduling import ChannelChoice, PostPhoto, TaggedPerson
from fluffy_tui.tui.session import drafts as module
from fluffy_tui.tui.session.drafts import Draft, Drafts, DraftWriter
from tui.conftest import Running
from tui.fakes import MARKUP, make_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

DRAFT = Draft(
    caption=f"{MARKUP} 😀 \u202eשלום\r\nsecond\tline\0\ud800" + "x" * 100_000,
    alt_text="a",
    share_mode=ShareMode.CUSTOM_SCHEDULED,
    at=datetime(2027, 1, 13, 9, tzinfo=UTC),
    framing=Framing(Fit.CROP_TOP, Shape.SQUARE, 90),
    photos=(PostPhoto(1, "a", MARKUP, Framing(Fit.CROP)), PostPhoto(2, "b", accept_damaged=True)),
    first_comment=f"#first {MARKUP}",
    ai_label=False,
    channels=(
        ChannelChoice(
            "c2",
            "other",
            ShareMode.CUSTOM_SCHEDULED,
            datetime(2027, 1, 14, tzinfo=UTC),
            Framing(Fit.CROP),
            "",
        ),
        ChannelChoice("c3", first_comment="#own"),
    ),
    off=("c3",),
    suggested=(f"from {MARKUP}\na model",),
    ai_assisted=True,
)


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    return make_photo(tmp_path / "photos", 1, 1)


def test_a_draft_is_loaded_exactly_as_it_was_saved(tmp_path: Path, photo: Photo) -> None:
    """Every character, even those that no network accepts; in a second process as well."""
    assert Drafts(tmp_path / "drafts").load(photo) is None
    Drafts(tmp_path / "drafts").save(photo, DRAFT)
    assert Drafts(tmp_path / "drafts").load(photo) == DRAFT


def test_a_suggested_text_is_unread_wherever_it_is_until_it_is_changed() -> None:
    draft = Draft(suggested=("fog here",))
    assert not draft.unread, "it was inserted and removed"
    for there in (
        replace(draft, caption="well, fog here."),
        replace(draft, alt_text="fog here"),
        replace(draft, first_comment="fog here"),
        replace(draft, photos=(PostPhoto(1, "a", "fog here"),)),
        replace(draft, channels=(ChannelChoice("c2", "fog here"),)),
    ):
        assert there.unread == ["fog here"]
    assert not replace(draft, caption="fog there").unread


def test_a_draft_takes_over_what_is_to_be_read_of_others() -> None:
    other = Draft(suggested=("b", "a"), ai_assisted=True)
    taken = Draft("mine", suggested=("a",)).with_suggestions_of([other, Draft()])
    assert taken == Draft("mine", suggested=("a", "b"), ai_assisted=True)


def test_a_moved_photo_keeps_its_draft_and_another_persona_does_not_see_it(
    tmp_path: Path, photo: Photo
) -> None:
    drafts = Drafts(tmp_path / "drafts")
    drafts.save(photo, DRAFT)
    assert drafts.load(replace(photo, id=9, path=Path("/elsewhere.jpg"))) == DRAFT
    assert drafts.load(replace(photo, persona_id=2)) is None
    assert drafts.photos_with_drafts(1) == {photo.sha256}
    assert drafts.photos_with_drafts(2) == frozenset()
    assert drafts.photos_with_drafts(11) == frozenset()


def test_deleted_and_empty_drafts_leave_no_file(tmp_path: Path, photo: Photo) -> None:
    drafts = Drafts(tmp_path / "drafts")
    drafts.delete(photo)
    drafts.save(photo, DRAFT)
    drafts.save(photo, Draft(caption=" \n"))
    assert drafts.load(photo) is None
    drafts.save(photo, DRAFT)
    drafts.delete(photo)
    drafts.save(photo, Draft(photos=(PostPhoto(1, "a"), PostPhoto(2, "b"))))
    assert list((tmp_path / "drafts").iterdir()) == []
    drafts.save(photo, Draft(photos=(PostPhoto(1, "a"), PostPhoto(2, "b", "a pier"))))
    assert drafts.load(photo) is not None, "an alt text would be missed"
    for draft in (
        Draft(first_comment="#sea"),
        Draft(channels=(ChannelChoice("c2", "other"),)),
        Draft(channels=(ChannelChoice("c2", first_comment="#sea"),)),
    ):
        drafts.save(photo, draft)
        assert drafts.load(photo) == draft
    drafts.save(photo, Draft(ai_label=True, channels=(ChannelChoice("c2", framing=Framing()),), off=("c3",)))
    assert drafts.load(photo) is None, "nothing was written"


def test_each_unsaved_edit_has_a_draft_of_its_own_until_the_photo_is_free(
    tmp_path: Path, photo: Photo
) -> None:
    drafts = Drafts(tmp_path / "drafts")
    drafts.save(photo, Draft(caption="on Instagram"), "of c1")
    drafts.save(photo, Draft(caption="on Bluesky"), "of c2")
    bluesky = next(path for path in (tmp_path / "drafts").iterdir() if "Bluesky" in path.read_text())
    os.utime(bluesky, (1, 1))
    assert drafts.photos_with_drafts(1) == {photo.sha256}
    shown = {edit: drafts.load(photo, edit) for edit in ("of c1", "of c2", "of c1 c2")}
    assert [draft and draft.caption for draft in shown.values()] == ["on Instagram", "on Bluesky", None]
    assert drafts.load(photo) == Draft(caption="on Instagram"), "the latest, once the photo is free"
    drafts.save(photo, DRAFT)
    assert drafts.load(photo) == DRAFT
    drafts.delete(photo)
    drafts.delete(photo, "of c1")
    assert drafts.load(photo) == Draft(caption="on Bluesky")
    drafts.delete_all(photo)
    assert list((tmp_path / "drafts").iterdir()) == []


def test_a_draft_without_words_is_kept_for_the_people_in_it(tmp_path: Path, photo: Photo) -> None:
    drafts = Drafts(tmp_path / "drafts")
    draft = Draft(photos=(PostPhoto(photo.id, photo.sha256, tags=(TaggedPerson("anna", 0.5, 0.25),)),))
    drafts.save(photo, draft)
    assert drafts.load(photo) == draft


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        pytest.param("[" * 100_000, id="endless"),
        '{"caption": 1}',
        '{"at": "tomorrow"}',
        '{"at": 5}',
        '{"photos": [{}]}',
        '{"photos": 5}',
        '{"first_comment": 5}',
        '{"ai_label": "yes"}',
        '{"channels": ["c2"]}',
        '{"channels": [{"channel_id": "c2"}]}',
        '{"off": 5}',
    ],
)
def test_a_damaged_file_is_renamed(tmp_path: Path, photo: Photo, content: str) -> None:
    drafts = Drafts(tmp_path / "drafts")
    drafts.save(photo, DRAFT)
    (file,) = (tmp_path / "drafts").iterdir()
    file.write_text(content)
    assert drafts.load(photo) is None
    assert file.with_suffix(".damaged").read_text() == content
    assert drafts.photos_with_drafts(1) == frozenset()


@pytest.mark.parametrize(
    ("content", "draft"),
    [
        ('{"caption": "old", "share_mode": "", "at": null, "fit": ""}', Draft("old")),
        ('{"caption": "old", "fit": "crop"}', Draft("old", framing=Framing(Fit.CROP))),
        (
            '{"caption": "old", "fit": "pad-plain 4:5 90"}',
            Draft("old", framing=Framing(Fit.PAD_PLAIN, Shape.PORTRAIT, 90)),
        ),
        ('{"caption": "old", "share_mode": "shareNow"}', Draft("old", share_mode=ShareMode.SHARE_NOW)),
        ('{"caption": "old", "share_mode": "from a newer version"}', Draft("old")),
    ],
)
def test_drafts_of_older_versions_are_loaded(
    tmp_path: Path, photo: Photo, content: str, draft: Draft
) -> None:
    drafts = Drafts(tmp_path / "drafts")
    drafts.save(photo, DRAFT)
    (file,) = (tmp_path / "drafts").iterdir()
    file.write_text(content)
    assert drafts.load(photo) == draft


class FakeScreen:
    """Keeps what the writer starts, for the test to run."""

    def __init__(self) -> None:
        self.timers: list[Callable[[], None]] = []
        self.workers: list[Coroutine[Any, Any, None]] = []

    def set_timer(self, delay: float, callback: Callable[[], None]) -> None:
        """Keep a timer."""
        self.timers.append(callback)

    def run_worker(self, work: Coroutine[Any, Any, None], **_: object) -> None:
        """Keep a worker."""
        self.workers.append(work)

    async def run(self) -> None:
        """Let all timers go off, and all workers end."""
        while self.timers:
            self.timers.pop()()
        while self.workers:
            await self.workers.pop()


def make_writer(tmp_path: Path) -> tuple[DraftWriter, Drafts, Any, list[str]]:
    """Return a writer, its drafts, its screen and what it reports."""
    drafts, screen, reports = Drafts(tmp_path / "drafts"), FakeScreen(), list[str]()
    writer = DraftWriter(drafts, screen, reports.append)  # type: ignore[arg-type]
    return writer, drafts, screen, reports


def test_a_new_draft_never_replaces_one(tmp_path: Path, photo: Photo) -> None:
    drafts = Drafts(tmp_path)
    assert drafts.save_new(photo, Draft("adopted"))
    assert not drafts.save_new(photo, Draft("adopted again"))
    assert drafts.load(photo) == Draft("adopted")


async def test_what_is_typed_is_saved_once_after_a_pause(tmp_path: Path, photo: Photo) -> None:
    writer, drafts, screen, _ = make_writer(tmp_path)
    for text in ("f", "fo", "fog"):
        writer.save_soon(photo, Draft(text))
    assert len(screen.timers) == 1
    assert writer.has_unsaved
    await screen.run()
    assert drafts.load(photo) == Draft("fog")
    assert not writer.has_unsaved
    writer.save_soon(photo, Draft("fog!"))
    assert len(screen.timers) == 1


async def test_an_older_text_never_overwrites_a_newer_one(tmp_path: Path, photo: Photo) -> None:
    writer, drafts, screen, _ = make_writer(tmp_path)
    writer.save_soon(photo, Draft("old"))
    screen.timers.pop()()
    writer.save_soon(photo, Draft("new"))
    writer.save_now()
    await screen.run()
    assert drafts.load(photo) == Draft("new")


def test_what_is_typed_on_any_screen_is_saved_at_once_before_the_process_ends(
    tmp_path: Path, photo: Photo
) -> None:
    writer, drafts, screen, _ = make_writer(tmp_path)
    other = make_photo(tmp_path / "photos", 2, 1)
    below = DraftWriter(drafts, screen, lambda _: None)
    writer.save_soon(photo, Draft("fog"))
    below.save_soon(other, Draft("rain"))
    drafts.save_now()
    assert (drafts.load(photo), drafts.load(other)) == (Draft("fog"), Draft("rain"))


async def test_after_the_submission_nothing_is_saved_until_the_draft_is_loaded_again(
    tmp_path: Path, photo: Photo
) -> None:
    writer, drafts, screen, _ = make_writer(tmp_path)
    writer.save_soon(photo, Draft("submitted"))
    writer.save_now()
    writer.save_soon(photo, Draft("submitted"))
    writer.discard(photo)
    writer.save_soon(photo, Draft("too late"))
    await screen.run()
    writer.save_now()
    assert drafts.load(photo) is None
    assert writer.load(photo) is None
    writer.save_soon(photo, Draft("undone"))
    writer.save_now()
    assert drafts.load(photo) == Draft("undone")


async def test_a_disk_that_refuses_is_reported_and_tried_again(
    tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its screen may be left meanwhile: the text is kept until the app closes."""
    writer, drafts, screen, reports = make_writer(tmp_path)
    other = make_photo(tmp_path / "photos", 2, 1)

    def refuse(path: Path, content: str) -> None:
        if photo.sha256 in path.name:
            raise OSError(28, "No space left on device")
        write_atomically(path, content)

    monkeypatch.setattr(module, "write_atomically", refuse)
    writer.save_soon(photo, Draft("x"))
    writer.save_soon(other, Draft("y"))
    await screen.run()
    assert reports == ["Draft could not be saved (No space left on device). It is kept only until you quit."]
    assert drafts.load(other) == Draft("y"), "one that fails does not stop the others"
    assert (drafts.load(photo), len(drafts.refusals)) == (Draft("x"), 1)
    assert drafts.photos_with_drafts(1) == {photo.sha256, other.sha256}
    assert not drafts.save_new(photo, Draft("z"))
    with pytest.raises(OSError, match="No space"):
        drafts.save(photo, Draft("of an edit"), "c2")
    assert drafts.load(photo, "c2") == Draft("of an edit")
    monkeypatch.undo()
    drafts.save_now()
    saved = Drafts(tmp_path / "drafts")
    assert (saved.load(photo), saved.load(photo, "c2")) == (Draft("x"), Draft("of an edit"))
    assert drafts.refusals == []


def test_a_draft_that_cannot_be_read_is_reported(
    tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, drafts, _, reports = make_writer(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(drafts, "load", refuse)
    assert writer.load(photo) is None
    assert reports == ["The draft of this photo could not be read (Permission denied)."]


def test_drafts_are_private(tmp_path: Path, photo: Photo) -> None:
    Drafts(tmp_path / "drafts").save(photo, DRAFT)
    (file,) = (tmp_path / "drafts").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "drafts").stat().st_mode) == 0o700


async def test_what_is_typed_is_kept_when_the_terminal_is_gone(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: int) -> None:
        raise termios.error

    ended: list[int] = []
    before = signal.getsignal(signal.SIGHUP)
    monkeypatch.setattr("fluffy_tui.tui.session.drafts.SAVED_WITHIN", 3_600)
    monkeypatch.setattr(termios, "tcgetattr", gone)
    monkeypatch.setattr(signal, "raise_signal", ended.append)
    async with running(persona="sarah") as driver:
        with _leaving_on_signals(driver.app):
            await driver.press("enter", *"fog")
            screen = driver.screen
            assert screen.drafts.has_unsaved
            os.kill(os.getpid(), signal.SIGHUP)
            while not ended:
                await asyncio.sleep(0)
            assert not screen.drafts.has_unsaved
    signal.signal(signal.SIGHUP, before)
    assert ended == [signal.SIGHUP]


def test_photos_with_drafts_are_listed_that_of_the_latest_draft_first(tmp_path: Path) -> None:
    folder, drafts = tmp_path / "drafts", Drafts(tmp_path / "drafts")
    one, two, three = (make_photo(tmp_path / "photos", number, 1) for number in (1, 2, 3))
    assert drafts.latest_first(1) == []
    for seconds, (photo, edit) in enumerate(((one, ""), (two, ""), (three, ""), (one, "an edit"))):
        drafts.save(photo, DRAFT, edit)
        for path in folder.glob(f"1-{photo.sha256}*"):
            os.utime(path, (seconds, seconds))
    (folder / "1-notes.json").write_text("of somebody else")
    (folder / f"1-{three.sha256}.json~").write_text("of an editor")
    assert drafts.latest_first(1) == [one.sha256, three.sha256, two.sha256]
    assert drafts.photos_with_drafts(1) == {one.sha256, two.sha256, three.sha256}
    assert drafts.latest_first(2) == []
