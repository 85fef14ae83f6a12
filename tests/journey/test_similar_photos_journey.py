"""Duplicates and similar photos in the app, while a worker indexes the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Step
from fluffy_tui.similarity import BuiltinModel, IndexWorker
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.photo.same_picture import SamePictureScreen
from similarity.similarity_place import save, scene
from textual_internals import toasts

if TYPE_CHECKING:
    from pathlib import Path

    from journey.installation import Installation
    from journey.real_app import RealApp


def save_pictures(folder: Path) -> None:
    """Save three pictures: one in three versions, one in two identical files."""
    save(scene(1), folder / "fog.jpg", quality=92)
    save(scene(1).resize((480, 360)), folder / "fog-small.jpg", quality=80)
    save(scene(1).convert("L").convert("RGB"), folder / "fog-grey.jpg", quality=90)
    save(scene(2), folder / "cat.jpg", quality=92)
    save(scene(3), folder / "sea.jpg", quality=92)
    (folder / "again.jpg").write_bytes((folder / "sea.jpg").read_bytes())


async def index(real: RealApp) -> None:
    """Index all photos, as a worker does."""
    library = IndexWorker(real.services.database, real.services.photos, BuiltinModel(), None)
    try:
        while await library.scan():
            pass
    finally:
        library.close()


def toast_text(real: RealApp) -> str:
    """Return the text of all toasts."""
    return " ".join(message for message, _ in toasts(real.app))


async def test_duplicates_similar_photos_and_the_earlier_post(installation: Installation) -> None:
    save_pictures(installation.photos)
    async with installation.running() as real:
        await real.to_library(5)
        await real.until(lambda: real.shows("indexing photos: 0 of 5"))
        await real.pilot.press("m")
        await real.until(lambda: "Photos are still being indexed: 0 of 5." in toast_text(real))
        await index(real)
        await real.until(lambda: real.shows("2 collapsed") and real.shows("▸ 2"))
        await real.until(lambda: not real.shows("indexing photos"))
        await real.pilot.press("s", "s", "g")  # by name: again or sea, cat, one of the fogs
        await real.until(lambda: real.shows("by name") and real.shows("same file also at"))
        await real.pilot.press("j", "j", "c")
        await real.until(lambda: real.shows("▾ 2") and real.shows("└ fog"))
        await real.pilot.press("m")
        await real.until(lambda: real.shows("esc back") and real.shows(" same picture"))
        await real.pilot.press("escape")
        await real.until(lambda: real.shows("▾ 2"))
        await real.schedule("noon")
        await real.until(lambda: real.shows("in Buffer for"))
        [post] = await real.services.scheduling.posts()
        assert post.step is Step.ACCEPTED
        await real.until(lambda: real.shows("▾ 1"))
        await real.pilot.press("enter")
        await real.on(ComposeScreen)
        await real.until(lambda: real.shows("same picture scheduled"))
        await real.pilot.press("f8")
        await real.on(SamePictureScreen)
        await real.until(lambda: real.shows("another file of the same picture") and real.shows("“noon”"))
