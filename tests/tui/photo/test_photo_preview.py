"""The preview: late pictures are refused, bad ones become sentences, and the terminal is asked only when it may be."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
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
from fluffy_tui.tui.photo.photo_preview import KEPT_PICTURES, PhotoPreview
from fluffy_tui.tui.photo.picture import Picture
from settling import settle

if TYPE_CHECKING:
    from textual.geometry import Region
    from textual.strip import Strip

NOW = datetime(2027, 1, 12, tzinfo=UTC)


def photo(name: str) -> Photo:
    """Return a photo that exists in memory only."""
    return Photo(
        1, 1, Path(f"/photos/{name}"), name.ljust(64, "0"), 1, 4, 5, "JPEG", NOW, NOW, None, None, NOW
    )


class Decoder:
    """Makes thumbnails; some wait until they are let go."""

    def __init__(self) -> None:
        self.held: dict[str, threading.Event] = {}
        self.begun: dict[str, threading.Event] = {}
        self.calls: list[tuple[str, int, int]] = []
        self.errors: dict[str, Exception] = {}

    def hold(self, name: str) -> None:
        """Let this picture wait."""
        self.held[name] = threading.Event()
        self.begun[name] = threading.Event()

    def thumbnail(self, photo: Photo, width: int, height: int) -> object:
        """Return a picture, or raise what `errors` holds."""
        name = photo.name
        self.calls.append((name, width, height))
        if name in self.held:
            self.begun[name].set()
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
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no key for a repeated one; the tests that are about that say so."""
    monkeypatch.setattr(photo_preview, "KEYS_REPEAT_WITHIN", 0.0)
    monkeypatch.setattr(photo_preview, "SETTLE", 0.001)


async def test_shows_the_picture_and_decodes_the_neighbours_ahead() -> None:
    decoder = Decoder()
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)):
        app.preview.show(photo("a.jpg"), "120×150", [photo("b.jpg"), photo("c.jpg")])
        await opened(app)
        assert app.shown == "a.jpg"
        assert decoder.names == ["a.jpg", "b.jpg", "c.jpg"]
        assert all(width <= 600 and height <= 600 for _, width, height in decoder.calls)
        app.preview.show(photo("b.jpg"))
        assert app.shown == "b.jpg", "a neighbour is there at once"
        await opened(app)
        assert decoder.names == ["a.jpg", "b.jpg", "c.jpg"]
        assert len({id(widget) for widget in app.query(".picture")}) == 1


async def test_neighbours_are_made_ready_only_when_the_photo_has_been_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thread that computes would keep the event loop from drawing."""
    decoder = Decoder()
    app = PreviewApp(decoder)
    decoded_by_then: dict[str | None, list[str]] = {}
    draw = Picture.render_lines

    def drawing(picture: Picture, crop: Region) -> list[Strip]:
        decoded_by_then.setdefault(app.shown, decoder.names)
        return draw(picture, crop)

    monkeypatch.setattr(Picture, "render_lines", drawing)
    async with app.run_test(size=(60, 20)):
        app.preview.show(photo("a.jpg"), "120×150", [photo("b.jpg")])
        await opened(app)
        app.preview.show(photo("b.jpg"), "120×150", [photo("c.jpg")])
        await opened(app)
    assert decoder.names == ["a.jpg", "b.jpg", "c.jpg"]
    assert decoded_by_then == {"a.jpg": ["a.jpg"], "b.jpg": ["a.jpg", "b.jpg"]}


async def test_a_picture_that_comes_late_is_not_shown() -> None:
    decoder = Decoder()
    decoder.hold("slow.jpg")
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)) as pilot:
        app.preview.show(photo("slow.jpg"))
        while not decoder.begun["slow.jpg"].is_set():
            await pilot.pause()
        app.preview.show(photo("fast.jpg"))
        await opened(app)
        assert app.shown == "fast.jpg"
        decoder.held["slow.jpg"].set()
        await pilot.pause()
        await opened(app)
        assert app.shown == "fast.jpg"


async def test_while_keys_repeat_only_the_first_and_the_last_are_decoded(
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
        (ValueError("secret detail"), "This picture cannot be shown; the log file says why."),
    ],
)
async def test_an_unreadable_photo_is_a_sentence(error: Exception, sentence: str) -> None:
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


async def test_a_slow_picture_is_announced_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_preview, "SAY_SO_AFTER", 0.01)
    decoder = Decoder()
    decoder.hold("slow.jpg")
    app = PreviewApp(decoder)
    async with app.run_test(size=(60, 20)) as pilot:
        app.preview.show(photo("slow.jpg"))
        while "opening slow.jpg" not in app.preview.sentence:
            await pilot.pause(0.01)
        decoder.held["slow.jpg"].set()
        await opened(app)
        assert app.shown == "slow.jpg"


async def test_more_to_say_below_fits_the_picture_anew_whenever_its_place_is_laid_out() -> None:
    app = PreviewApp(Decoder())
    async with app.run_test(size=(30, 20)):
        app.preview.show(photo("a.jpg"), "one line")
        await opened(app)
        tall = painted_lines(app)
        app.preview.query_one(".details", Static).update("four\nlines\nto\nread")
        await opened(app)
        assert painted_lines(app) == tall - 3


async def test_a_photo_chosen_while_there_was_no_room_is_shown_when_there_is() -> None:
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
    """Return how many lines the picture on the screen was painted for."""
    painting = app.query_one(Picture).painting
    assert painting is not None
    return painting.canvas.height


async def test_a_resize_fits_the_picture_anew() -> None:
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
    """Tell whether what is shown was painted for the place it has."""
    painting = preview._picture.painting if preview._picture else None
    assert painting is not None
    return (painting.canvas.width, painting.canvas.height) == tuple(preview._place.content_size)


async def test_words_that_take_more_lines_fit_the_picture_anew() -> None:
    """A painting of another size than its place would not be shown at all, but for half cells."""
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


async def test_memory_is_bounded() -> None:
    decoder = Decoder()
    app = PreviewApp(decoder)
    async with app.run_test(size=(30, 12)):
        for number in range(KEPT_PICTURES + 5):
            app.preview.show(photo(f"{number}.jpg"))
            await opened(app)
        assert len(app.preview._paintings) == KEPT_PICTURES


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


def test_a_moved_copy_is_the_same_picture() -> None:
    assert replace(photo("a.jpg"), path=Path("/elsewhere/b.jpg")).sha256 == photo("a.jpg").sha256


SCRIPT = """
import sys
from fluffy_tui.settings import Preview
from fluffy_tui.tui.photo.picture import Picture
from fluffy_tui.tui.photo.graphics_protocol import choose_renderer
choice = choose_renderer(Preview({preview!r}))
print()
print("CHOICE", choice.name, "PIL" in sys.modules, "textual_image" in sys.modules)
print("REASON", choice.reason)
"""


def run_in_terminal(preview: str, *, columns: int, stdin_is_terminal: bool = True) -> str:
    """Run `choose_renderer` in a terminal that never answers; return what it printed."""
    controller, terminal = pty.openpty()
    if columns:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(preview=preview)],
        stdin=terminal if stdin_is_terminal else subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    output = b""
    while True:
        try:
            chunk = os.read(controller, 4096)
        except OSError:  # Linux says so when the last writer has gone
            break
        if not chunk:
            break
        output += chunk
    os.close(controller)
    assert process.wait(30) == 0, output
    return output.decode()


@pytest.mark.parametrize(
    ("preview", "columns", "stdin", "expected", "asks"),
    [
        ("off", 80, True, "CHOICE off False False", False),
        ("half-cell", 80, True, "CHOICE half-cell False False", False),
        ("half-cell", 0, True, "CHOICE half-cell False False", False),
        ("auto", 0, True, "CHOICE off False False", False),
        ("auto", 80, False, "CHOICE off False False", False),
        ("auto", 80, True, "CHOICE half-cell False False", True),
        ("kitty", 80, True, "CHOICE kitty False False", True),
        ("sixel", 80, True, "CHOICE sixel False False", True),
    ],
)
def test_the_terminal_is_asked_only_when_it_may_be(
    preview: str, columns: int, stdin: bool, expected: str, asks: bool
) -> None:
    output = run_in_terminal(preview, columns=columns, stdin_is_terminal=stdin)
    assert expected in output
    assert ("\x1b" in output) is asks
    assert "Traceback" not in output


def test_without_a_terminal_there_are_no_pictures_and_a_reason() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(preview="auto")], capture_output=True, text=True, check=True
    )
    assert "CHOICE off False False" in ended.stdout
    assert "REASON There are no pictures without a terminal" in ended.stdout
    assert ended.stderr == ""


def test_names_that_were_not_chosen_draw_nothing() -> None:
    assert renderer_named("off") is None
    assert renderer_named("auto") is None
    assert renderer_named("half-cell") is not None
