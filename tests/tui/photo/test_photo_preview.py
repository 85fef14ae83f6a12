"""The preview: late pictures are refused, and unreadable ones are explained."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from textual.app import App, ComposeResult
from textual.widgets import Static

from fluffy_tui.images import PhotoUnreadable, Unreadable
from fluffy_tui.photos import Photo
from fluffy_tui.tui.photo import photo_preview
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.painted_picture import PaintedPicture
from fluffy_tui.tui.photo.painter import Painting, PictureArea
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.photo.picture_cache import CAPACITY
from settling import settle, settle_frame_by_frame
from textual_internals import screen_lines

if TYPE_CHECKING:
    from rich.console import Console
    from textual.geometry import Region
    from textual.strip import Strip

NOW = datetime(2027, 1, 12, tzinfo=UTC)


def photo(name: str) -> Photo:
    """Return a photo that exists in memory only."""
    return Photo(
        1, 1, Path(f"/photos/{name}"), name.ljust(64, "0"), 1, 4, 5, "JPEG", NOW, NOW, None, None, NOW
    )


class Decoder:
    """Makes thumbnails; some wait until the test releases them."""

    def __init__(self) -> None:
        self.held: dict[str, threading.Event] = {}
        self.started: dict[str, threading.Event] = {}
        self.calls: list[tuple[str, int, int]] = []
        self.errors: dict[str, Exception] = {}

    def hold(self, name: str) -> None:
        """Make this picture wait."""
        self.held[name] = threading.Event()
        self.started[name] = threading.Event()

    def thumbnail(self, photo: Photo, width: int, height: int) -> object:
        """Return a picture, or raise what `errors` holds."""
        name = photo.name
        self.calls.append((name, width, height))
        if name in self.held:
            self.started[name].set()
            assert self.held[name].wait(20)
        if name in self.errors:
            raise self.errors[name]
        picture = Image.new("RGB", (40, 50))
        picture.info["name"] = name
        return picture

    @property
    def names(self) -> list[str]:
        """What was decoded, in order."""
        return [name for name, _, _ in self.calls]


class PreviewApp(App[None]):
    """Nothing but a preview."""

    def __init__(self, decoder: Decoder, *, pictures: bool = True) -> None:
        super().__init__()
        renderer = renderer_named("half-cell") if pictures else None
        self.preview = PhotoPreview(renderer, decoder.thumbnail)

    def compose(self) -> ComposeResult:
        """Yield the preview."""
        yield self.preview

    @property
    def shown(self) -> str | None:
        """The name of the picture on the screen."""
        picture = self.preview.shown
        return picture.info["name"] if isinstance(picture, Image.Image) else None


async def opened(app: PreviewApp) -> None:
    """Wait until nothing is being decoded."""
    await settle(app, endless=())


@pytest.fixture(autouse=True)
def no_repeating_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat no key as held down, except in the tests of that."""
    monkeypatch.setattr(photo_preview, "KEYS_REPEAT_WITHIN", 0.0)
    monkeypatch.setattr(photo_preview, "SETTLE", 0.001)


async def test_it_shows_the_picture_and_decodes_the_neighbours_ahead() -> None:
    decoder = Decoder()
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)):
        app.preview.show(photo("a.jpg"), "120×150", [photo("b.jpg"), photo("c.jpg")])
        await opened(app)
        assert app.shown == "a.jpg"
        assert decoder.names == ["a.jpg", "b.jpg", "c.jpg"]
        assert all(width <= 600 and height <= 600 for _, width, height in decoder.calls)
        app.preview.show(photo("b.jpg"))
        assert app.shown == "b.jpg", "a neighbour is shown at once"
        await opened(app)
        assert decoder.names == ["a.jpg", "b.jpg", "c.jpg"]
        assert len({id(widget) for widget in app.query(".picture")}) == 1


async def test_without_colours_a_picture_is_grey(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    decoder = Decoder()
    monkeypatch.setattr(decoder, "thumbnail", lambda *_: Image.new("RGB", (40, 30), "red"))
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)):
        await opened(app)
        app.preview.show(photo("a.jpg"))
        await app.preview.drawn()
        assert app.preview.painting is not None
        styles = [segment.style for strip in app.preview.painting.strips for segment in strip]
        colours = {
            colour.triplet for style in styles if style for colour in (style.color, style.bgcolor) if colour
        }
        assert len(colours) > 1
        assert all(triplet and len(set(triplet)) == 1 for triplet in colours)


async def test_neighbours_are_painted_only_after_the_photo_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A busy thread would keep the event loop from drawing."""
    decoder = Decoder()
    app = PreviewApp(decoder)
    decoded_by_then: dict[str | None, list[str]] = {}
    draw = PaintedPicture.render_lines

    def drawing(picture: PaintedPicture, crop: Region) -> list[Strip]:
        decoded_by_then.setdefault(app.shown, decoder.names)
        return draw(picture, crop)

    monkeypatch.setattr(PaintedPicture, "render_lines", drawing)
    async with app.run_test(size=(60, 20)):
        app.preview.show(photo("a.jpg"), "120×150", [photo("b.jpg")])
        await settle_frame_by_frame(app, endless=())
        app.preview.show(photo("b.jpg"), "120×150", [photo("c.jpg")])
        await settle_frame_by_frame(app, endless=())
    assert decoder.names == ["a.jpg", "b.jpg", "c.jpg"]
    assert decoded_by_then == {"a.jpg": ["a.jpg"], "b.jpg": ["a.jpg", "b.jpg"]}


async def test_a_picture_that_is_finished_for_an_earlier_wish_is_shown() -> None:
    """It is in the cache before the worker begins that was started because it was not."""
    app = PreviewApp(Decoder())
    async with app.run_test() as pilot:
        app.preview.show(photo("a"))
        await opened(app)
        area = app.preview.area
        assert area is not None
        paint = renderer_named("half-cell")
        assert paint is not None
        finished = await asyncio.to_thread(paint, Image.new("RGB", (40, 50)), area, app.console)
        app.preview.show(photo("b"))
        app.preview.cache.add(photo("b").sha256, finished)
        await app.preview.drawn()
        await pilot.pause()
        assert app.preview.painting is finished


async def test_a_late_picture_is_not_shown() -> None:
    decoder = Decoder()
    decoder.hold("slow.jpg")
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)) as pilot:
        app.preview.show(photo("slow.jpg"))
        while not decoder.started["slow.jpg"].is_set():
            await pilot.pause()
        app.preview.show(photo("fast.jpg"))
        await opened(app)
        assert app.shown == "fast.jpg"
        decoder.held["slow.jpg"].set()
        await pilot.pause()
        await opened(app)
        assert app.shown == "fast.jpg"


async def test_only_the_last_picture_is_decoded_while_a_key_is_held_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(photo_preview, "KEYS_REPEAT_WITHIN", 1e9)
    monkeypatch.setattr(photo_preview, "SETTLE", 0.05)
    decoder = Decoder()
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        for number in range(30):
            app.preview.show(photo(f"{number}.jpg"))
        await opened(app)
        assert app.shown == "29.jpg"
        assert decoder.names == ["29.jpg"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            PhotoUnreadable(Unreadable.TOO_LARGE, "250", name="[/b][red.jpg"),
            "[/b][red.jpg cannot be read: the picture has more than 250 megapixels. Export it in a smaller size.",
        ),
        (ValueError("secret detail"), "Cannot show this picture; see the log file."),
    ],
)
async def test_an_unreadable_photo_is_explained(error: Exception, sentence: str) -> None:
    decoder = Decoder()
    decoder.errors["bad.jpg"] = error
    app = PreviewApp(decoder)
    async with app.run_test(size=(70, 20)):
        app.preview.show(photo("good.jpg"))
        await opened(app)
        app.preview.show(photo("bad.jpg"))
        await opened(app)
        assert app.shown is None
        assert app.preview.sentence == sentence
        app.preview.show(photo("good.jpg"))
        await opened(app)
        assert app.shown == "good.jpg"
        assert app.preview.sentence == ""


async def test_a_slow_picture_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_preview, "SLOW_AFTER", 0.01)
    decoder = Decoder()
    decoder.hold("slow.jpg")
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)) as pilot:
        app.preview.show(photo("slow.jpg"))
        while "loading slow.jpg" not in app.preview.sentence:
            await pilot.pause(0.01)
        decoder.held["slow.jpg"].set()
        await opened(app)
        assert app.shown == "slow.jpg"


async def test_more_lines_of_details_make_the_picture_smaller() -> None:
    app = PreviewApp(Decoder())
    async with app.run_test(size=(30, 20)):
        app.preview.show(photo("a.jpg"), "one line")
        await opened(app)
        tall = painted_lines(app)
        app.preview.query_one(".details", Static).update("four\nlines\nto\nread")
        await opened(app)
        assert painted_lines(app) == tall - 3


async def test_a_photo_chosen_without_room_is_shown_once_there_is_some() -> None:
    app = PreviewApp(Decoder())
    async with app.run_test(size=(30, 12)) as pilot:
        app.preview.show(photo("a.jpg"))
        await opened(app)
        await pilot.resize_terminal(30, 2)
        await opened(app)
        app.preview.show(photo("b.jpg"))
        await opened(app)
        await pilot.resize_terminal(30, 12)
        await opened(app)
        assert app.shown == "b.jpg"


def painted_lines(app: PreviewApp) -> int:
    """Return the height that the picture on the screen was painted for."""
    painting = app.query_one(PaintedPicture).painting
    assert painting is not None
    return painting.area.height


async def test_a_resize_refits_the_picture() -> None:
    decoder = Decoder()
    app = PreviewApp(decoder)
    async with app.run_test(size=(30, 12)) as pilot:
        app.preview.show(photo("a.jpg"))
        await opened(app)
        await pilot.resize_terminal(60, 20)
        await opened(app)
        (_, first, _), (_, second, _) = decoder.calls
        assert first < second
        assert app.shown == "a.jpg"


def fits(preview: PhotoPreview) -> bool:
    """Return whether the picture was painted for the room it has."""
    assert preview.painting is not None
    return preview.painting.area == preview.area


async def test_details_of_another_height_refit_the_picture() -> None:
    """Except for half cells, a painting that does not fit exactly would not be shown at all."""
    decoder = Decoder()
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)):
        app.preview.show(photo("a.jpg"), "one line")
        await opened(app)
        app.preview.show(photo("b.jpg"), "three\nlines\nhere")
        await opened(app)
        assert fits(app.preview)
        app.preview.set_details("two\nlines")
        await opened(app)
        assert fits(app.preview)
        assert app.shown == "b.jpg"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (Path("/photos/short.jpg"), "/photos/short.jpg"),
        (Path("/photos/a\nb.jpg"), "/photos/a b.jpg"),
        (Path("/photos/a long folder/of another/IMG_2041.HEIC"), "…/of another/IMG_2041.HEIC"),
        (Path("/photos/海辺の写真の長いフォルダー/夏の海.jpg"), "…長いフォルダー/夏の海.jpg"),
    ],
)
async def test_the_end_of_a_path_is_always_shown(path: Path, words: str) -> None:
    app = PreviewApp(Decoder())
    app.preview = PhotoPreview(renderer_named("half-cell"), Decoder().thumbnail, with_path=True)
    async with app.run_test(size=(30, 14)):
        app.preview.show(replace(photo("a.jpg"), path=path), "more\nlines\nthan\nthere\nis\nroom\nfor")
        await opened(app)
        *_, last, _ = screen_lines(app.screen)
        assert last.strip("│ ") == words


async def test_memory_is_bounded() -> None:
    decoder = Decoder()
    app = PreviewApp(decoder)
    async with app.run_test(size=(30, 12)):
        for number in range(CAPACITY + 5):
            app.preview.show(photo(f"{number}.jpg"))
            await opened(app)
        assert len(app.preview.cache) == CAPACITY


async def test_without_pictures_the_details_remain() -> None:
    decoder = Decoder()
    app = PreviewApp(decoder, pictures=False)
    async with app.run_test(size=(60, 20)) as pilot:
        app.preview.show(photo("a.jpg"), "120×150")
        await pilot.pause()
        assert app.preview.sentence == "Pictures are off in this terminal."
        assert decoder.calls == []
        app.preview.show_sentence("Nothing here.")
        assert app.preview.photo is None
        assert app.preview.sentence == "Nothing here."


def test_a_moved_file_is_the_same_picture() -> None:
    assert replace(photo("a.jpg"), path=Path("/elsewhere/b.jpg")).sha256 == photo("a.jpg").sha256


async def test_a_picture_that_is_late_for_another_way_of_drawing_is_released() -> None:
    decoder, half_cells = Decoder(), renderer_named("half-cell")
    started, may_end, released = threading.Event(), threading.Event(), asyncio.Event()
    app = PreviewApp(decoder)
    loop = asyncio.get_running_loop()

    def release() -> None:
        loop.call_soon_threadsafe(released.set)

    def draw_slowly(image: Image.Image, area: PictureArea, console: Console) -> Painting:
        del console
        started.set()
        assert may_end.wait(20)
        return Painting(image, area, [], is_text=False, release=release)

    async with app.run_test(size=(60, 20)):
        app.preview.draw_with(draw_slowly)
        app.preview.show(photo("a.jpg"))
        await asyncio.to_thread(started.wait, 20)
        app.preview.draw_with(half_cells)
        may_end.set()
        await released.wait()
        await opened(app)
        assert app.shown == "a.jpg"
