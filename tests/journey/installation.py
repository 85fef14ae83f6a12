"""An installation for journeys inside this process: settings, a folder of photos, real services and the app.

Only Buffer is replaced by a stand-in, over real HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.settings import Settings
from journey.real_app import RealApp, running
from scheduling.quick_programs import QUICK
from scheduling.workplace import stand_in_settings, write_photo

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from fluffy_tui.demo import StandIn
    from fluffy_tui.scheduling import Timings


TIMINGS = replace(
    QUICK,
    dead_after=20.0,
    request_timeout=30.0,
    send_limit=5.0,
    settle=60.0,
    shutdown_grace=10.0,
    shutdown_limit=40.0,
)
"""Retries are quick, but timeouts are as long as in production, because the test machine may be slow."""


@dataclass(frozen=True)
class Installation:
    """The settings and files of an installation before the app is opened."""

    stand_in: StandIn
    settings: Settings
    photos: Path
    """Imported for the persona sarah at the first start."""

    def with_photos(self, count: int) -> Installation:
        """Write small photos named `IMG_0000.jpg`, `IMG_0001.jpg` and so on."""
        for number in range(count):
            write_photo(self.photos / f"IMG_{number:04}.jpg", number)
        return self

    def with_settings(self, **changes: Any) -> Installation:
        """Return the same installation with other settings."""
        return replace(self, settings=replace(self.settings, **changes))

    def running(self, *, timings: Timings = TIMINGS, **options: Any) -> AbstractAsyncContextManager[RealApp]:
        """Run the app and a worker on it; `options` are those of `real_app.running`."""
        return running(self.settings, self.photos, timings=timings, **options)


def installed(place: Path, stand_in: StandIn, database_url: str | None) -> Installation:
    """Return an installation in `place`; without a URL it has an embedded Postgres."""
    return Installation(stand_in, stand_in_settings(stand_in, database_url, place), place / "photos")
