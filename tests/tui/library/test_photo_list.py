"""The photo list: any number of rows, few fetches, and a cursor that never waits."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from fluffy_tui.photos import Photo
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.library.photo_rows import CAPACITY, PhotoRows, index_after_change
from tui.conftest import settle

NOW = datetime(2027, 1, 12, tzinfo=UTC)


def photo(id_: int, **changes: object) -> Photo:
    """Return a photo that exists in memory only."""
    facts: dict[str, object] = {
        "id": id_,
        "persona_id": 1,
        "path": Path(f"/photos/IMG_{id_}.JPG"),
        "sha256": f"{id_:064x}",
        "byte_size": 1,
        "width": 1080,
        "height": 1350,
        "format": "JPEG",
        "taken_at": NOW,
        "modified_at": NOW,
        "missing_since": None,
        "verdict": None,
        "created_at": NOW,
    }
    return Photo(**{**facts, **changes})  # type: ignore[arg-type]


class Library:
    """Answers fetches and counts them; answers can be held back."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.changes: dict[int, dict[str, object]] = {}
        self.gone: set[int] = set()
        self.error: Exception | None = None

    async def by_ids(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos as they are now, once the gate is open."""
        self.calls.append(list(ids))
        answer = {id_: photo(id_, **self.changes.get(id_, {})) for id_ in ids if id_ not in self.gone}
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return answer


class ListApp(App[None]):
    """Nothing but a list, and what it reports."""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self.photos = PhotoList(library.by_ids, lambda: NOW)
        self.current: list[Photo | None] = []
        self.selected: list[int] = []
        self.failed: list[Exception] = []

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield self.photos

    def on_mount(self) -> None:
        """Follow the cursor."""
        self.watch(self.photos, "current", self.note_current, init=False)

    def note_current(self, photo: Photo | None) -> None:
        """Note it."""
        self.current.append(photo)

    def on_photo_list_selected(self, message: PhotoList.Selected) -> None:
        """Remember."""
        self.selected.append(message.photo_id)

    def on_photo_list_failed(self, message: PhotoList.Failed) -> None:
        """Remember."""
        self.failed.append(message.error)


def line(photos: PhotoList, y: int) -> str:
    """Return the text of one line."""
    return photos.render_line(y).text


def ids_down_from(count: int) -> array[int]:
    """Return descending ids."""
    return array("q", range(count, 0, -1))


@pytest.fixture
def library() -> Library:
    """Return a library that answers at once."""
    return Library()


async def test_a_row_shows_name_shape_date_and_marks(library: Library) -> None:
    library.changes = {
        3: {"missing_since": NOW},
        2: {"verdict": "pick", "width": 1920, "height": 1080},
        1: {"taken_at": datetime(2024, 5, 6, tzinfo=UTC), "path": Path("/photos/a\x1b[31m\nb.JPG")},
    }
    app = ListApp(library)
    async with app.run_test(size=(60, 10)):
        app.photos.replace_ids(ids_down_from(3))
        await settle(app)
        assert line(app.photos, 0).split() == ["▌", "IMG_3.JPG", "4:5", "12", "Jan", "00:00", "?"]
        assert line(app.photos, 1).split() == ["IMG_2.JPG", "16:9", "12", "Jan", "00:00", "✓"]
        assert line(app.photos, 2).split() == ["a�[31m", "b.JPG", "4:5", "6", "May", "2024"]
        assert app.photos.border_subtitle == "1–3 of 3"
        assert {app.photos.render_line(y).cell_length for y in range(3)} == {57}


@pytest.mark.parametrize("count", [100_000, 1_000_000])
async def test_any_number_of_rows_costs_a_few_fetches(library: Library, count: int) -> None:
    app = ListApp(library)
    async with app.run_test(size=(60, 42)) as pilot:
        app.photos.replace_ids(ids_down_from(count))
        await settle(app)
        assert len(library.calls) == 1
        await pilot.press("G")
        await settle(app)
        assert app.photos.highlighted_id == 1
        assert "IMG_1.JPG" in line(app.photos, 39)
        assert app.photos.border_subtitle == f"{count - 39:,}–{count:,} of {count:,}"
        await pilot.press("g", *["ctrl+d"] * 60)
        await settle(app)
        assert app.photos.cursor == 60 * 40
        assert app.photos.highlighted == photo(count - 2400)
        assert len(library.calls) <= 64
        assert max(len(call) for call in library.calls) <= 120
        assert app.photos.rows.cached <= CAPACITY


async def test_every_key_moves(library: Library) -> None:
    app = ListApp(library)
    async with app.run_test(size=(60, 12)) as pilot:
        app.photos.replace_ids(ids_down_from(100))
        for key, cursor in (
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("up", 0),
            ("up", 0),
            ("ctrl+d", 10),
            ("pagedown", 20),
            ("ctrl+u", 10),
            ("pageup", 0),
            ("G", 99),
            ("j", 99),
            ("g", 0),
            ("end", 99),
            ("home", 0),
        ):
            await pilot.press(key)
            assert app.photos.cursor == cursor, key
            top = round(app.photos.scroll_y)
            assert top <= cursor < top + 10, key
        await settle(app)


async def test_the_cursor_never_waits_for_a_fetch(library: Library) -> None:
    library.gate.clear()
    app = ListApp(library)
    async with app.run_test(size=(60, 12)) as pilot:
        app.photos.replace_ids(ids_down_from(1000))
        await pilot.press("j", "j", *["ctrl+d"] * 20)
        assert app.photos.cursor == 202
        assert "····" in line(app.photos, 9)
        assert app.photos.highlighted is None
        assert len(library.calls) == 1
        library.gate.set()
        await settle(app)
        assert len(library.calls) == 2
        assert "IMG_798.JPG" in line(app.photos, 9)
        assert app.current[-1] == photo(798)


async def test_an_answer_from_before_a_change_is_refused(library: Library) -> None:
    library.gate.clear()
    app = ListApp(library)
    async with app.run_test(size=(60, 12)) as pilot:
        app.photos.replace_ids(ids_down_from(5))
        await pilot.pause()
        library.changes = {5: {"path": Path("/photos/renamed.JPG")}}
        app.photos.reload()
        library.gate.set()
        await settle(app)
        assert len(library.calls) == 2
        assert "renamed.JPG" in line(app.photos, 0)


async def test_a_reload_keeps_photos_visible_until_the_answer_arrives(library: Library) -> None:
    app = ListApp(library)
    async with app.run_test(size=(60, 12)) as pilot:
        app.photos.replace_ids(ids_down_from(5))
        await settle(app)
        library.gate.clear()
        app.photos.reload()
        await pilot.pause()
        assert "IMG_5.JPG" in line(app.photos, 0)
        library.gone.add(4)
        library.gate.set()
        await settle(app)


async def test_the_cursor_stays_on_its_photo_when_others_appear_and_disappear(library: Library) -> None:
    app = ListApp(library)
    async with app.run_test(size=(60, 12)):
        app.photos.replace_ids(ids_down_from(1000))
        app.photos.move_to(500)
        await settle(app)
        seen_at = app.photos.cursor - round(app.photos.scroll_y)
        app.photos.replace_ids(array("q", range(5000, 0, -1)))
        await settle(app)
        assert app.photos.highlighted_id == 500
        assert app.photos.cursor - round(app.photos.scroll_y) == seen_at
        app.photos.replace_ids(array("q", (id_ for id_ in range(5000, 0, -1) if id_ != 500)))
        await settle(app)
        assert app.photos.highlighted_id == 499
        app.photos.replace_ids(array("q"))
        await settle(app)
        assert app.photos.highlighted_id is None
        assert app.photos.border_subtitle == ""


async def test_a_deleted_photo_is_marked_as_such(library: Library) -> None:
    library.gone.add(2)
    app = ListApp(library)
    async with app.run_test(size=(60, 12)):
        app.photos.replace_ids(ids_down_from(3))
        await settle(app)
        assert "no longer in the library" in line(app.photos, 1)
        assert len(library.calls) == 1


async def test_a_failed_fetch_is_reported_and_can_be_repeated(library: Library) -> None:
    library.error = OSError("away")
    app = ListApp(library)
    async with app.run_test(size=(60, 12)):
        app.photos.replace_ids(ids_down_from(3))
        await settle(app)
        assert [str(error) for error in app.failed] == ["away"]
        library.error = None
        app.photos.reload()
        await settle(app)
        assert "IMG_3.JPG" in line(app.photos, 0)


async def test_mouse(library: Library) -> None:
    app = ListApp(library)
    async with app.run_test(size=(60, 12)) as pilot:
        app.photos.replace_ids(ids_down_from(100))
        await settle(app)
        await pilot.click(PhotoList, offset=(5, 4))
        assert app.photos.cursor == 3
        assert app.selected == []
        await pilot.click(PhotoList, offset=(5, 4), times=2)
        assert app.selected == [97]
        app.photos.scroll_to(y=50, animate=False, immediate=True)
        await settle(app)
        assert app.photos.cursor == 3, "the wheel and the scrollbar leave the cursor where it is"
        assert "IMG_50.JPG" in line(app.photos, 0)


def test_the_cache_drops_what_was_fetched_first() -> None:
    rows = PhotoRows(capacity=3)
    rows.replace([1, 2, 3, 4, 5])
    for asked in ([1, 2, 3], [4], [5]):
        assert rows.store(rows.token, asked, {id_: photo(id_) for id_ in asked})
    assert rows.cached == 3
    assert rows.missing(0, 5) == [1, 2]
    old = rows.token
    rows.invalidate()
    assert not rows.store(old, [1], {1: photo(1)})
    assert rows.missing(0, 5) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("old", "cursor", "new", "expected"),
    [
        ([3, 2, 1], 1, [3, 2, 1], 1),
        ([3, 2, 1], 1, [3, 1], 1),
        ([3, 2, 1], 2, [3, 2], 1),
        ([3, 2, 1], 1, [], 0),
        ([], 0, [3, 2, 1], 0),
        ([2, 1], 0, list(range(5000, 0, -1)), 4998),
        (list(range(5000, 0, -1)), 4000, list(range(1000, 0, -1)), 0),
        ([9, 8, 7], 0, [6, 5], 0),
    ],
)
def test_where_the_cursor_belongs(old: list[int], cursor: int, new: list[int], expected: int) -> None:
    assert index_after_change(old, cursor, array("q", new)) == expected
