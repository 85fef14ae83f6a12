"""The picture as posted, with its size in the title."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from PIL import Image
from textual.app import App, ComposeResult

from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.photo.rendition_preview import RenditionPreview
from settling import settle
from tui.fakes import make_photo

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.media import Rendition


class PreviewApp(App[None]):
    """Nothing but a preview."""

    def __init__(self) -> None:
        super().__init__()
        self.rendition_preview = RenditionPreview("half-cell")

    def compose(self) -> ComposeResult:
        """Yield the preview."""
        yield self.rendition_preview


def rendition(width: int, height: int) -> Rendition:
    """Return a grey rendition of this size."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "grey").save(stream, "JPEG")
    made = SimpleNamespace(data=stream.getvalue(), sha256=f"{width:064x}", width=width, height=height)
    return cast("Rendition", made)


async def test_it_shows_the_rendition_under_a_title_that_fits(tmp_path: Path) -> None:
    app = PreviewApp()
    photo = make_photo(tmp_path, 1, 1)
    async with app.run_test(size=(60, 20)) as pilot:
        inner = app.query_one(PhotoPreview)
        app.rendition_preview.show_progress()
        assert inner.border_title == "as posted · rendering …"
        app.rendition_preview.show_rendition(photo, rendition(80, 100), "details")
        await settle(app, endless=())
        assert inner.painting is not None
        assert inner.painting.image.size == (80, 100)
        assert str(inner.border_title).startswith("as posted · 80×100 JPEG · ")
        await pilot.resize_terminal(25, 20)
        await settle(app, endless=())
        assert str(inner.border_title).startswith("80×100 JPEG · ")
        app.rendition_preview.show_sentence("The file is gone.")
        assert (inner.sentence, inner.border_title) == ("The file is gone.", "")
