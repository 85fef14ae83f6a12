"""What the tests of the library look at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.tui.library.index_progress import IndexProgress
from fluffy_tui.tui.library.photo_list import PhotoList

if TYPE_CHECKING:
    from tui.conftest import Driver
    from tui.fakes import FakeServices

SARAHS = 30
"""Photos of sarah without a post: 12 to 40."""


def photos(driver: Driver) -> PhotoList:
    """Return the list."""
    found: PhotoList = driver.screen.query_one(PhotoList)
    return found


def title(driver: Driver) -> str:
    """Return the list's title."""
    return str(driver.screen._view.title)


def shown(driver: Driver) -> list[int]:
    """Return the ids in the list."""
    return photos(driver).rows.ids.tolist()


def line(driver: Driver, index: int) -> str:
    """Return a line of the list with single blanks."""
    return " ".join(photos(driver).render_line(index).text.split())


def details(driver: Driver) -> str:
    """Return what is shown below the picture."""
    return driver.text(".details")


def toasts(driver: Driver) -> str:
    """Return the text of all toasts."""
    return " ".join(driver.notices())


def progress(driver: Driver) -> str:
    """Return the index progress; empty while it is hidden."""
    widget = driver.screen.query_one(IndexProgress)
    return str(widget.render()) if widget.display else ""


def verdict(services: FakeServices, id_: int) -> str | None:
    """Return the stored verdict of a photo."""
    return services.photos.photos[id_].verdict


def stack(services: FakeServices, *ids: int) -> None:
    """Make photos duplicates of each other, the first one the largest, and so on."""
    services.photos.copies |= dict.fromkeys(ids, ids[0])
    for nth, id_ in enumerate(reversed(ids)):
        photo, scale = services.photos.photos[id_], 4**nth
        larger = replace(photo, width=photo.width * scale, height=photo.height * scale)
        services.photos.photos[id_] = larger
