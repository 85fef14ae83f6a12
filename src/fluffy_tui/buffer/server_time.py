"""Buffer's clock, as the `Date` of its replies shows it.

Buffer's times (when a post was created, when it is due) are only compared with this clock: this computer's may be
hours off, and may be set at any moment.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from fluffy_tui.core.clocks import elapsed_seconds
from fluffy_tui.outgoing_http import aware

_PLAUSIBLE = range(2020, 2200)
"""Years that a `Date` may name; anything else is not the time."""

_PRECISION = timedelta(seconds=1)
"""How exact a `Date` is. Within it the clock runs on as it was, so that what is done later also has a later time."""


class ServerTime:
    """What time it is at the server: read from each reply, carried on in between by a clock that nobody sets."""

    def __init__(self) -> None:
        self._read: tuple[datetime, float] | None = None

    def read(self, date: str | None) -> None:
        """Take over the `Date` header of a reply that has just arrived; a missing or absurd one changes nothing."""
        try:
            moment = parsedate_to_datetime(date or "")
        except ValueError:
            return
        if moment.year not in _PLAUSIBLE:
            return
        second = aware(moment)
        if self._read is None or not second <= self.now() < second + _PRECISION:
            self._read = second, elapsed_seconds()

    @property
    def is_known(self) -> bool:
        """Whether any reply has shown the time."""
        return self._read is not None

    def now(self) -> datetime:
        """Return the time at the server, to the second; this computer's until a reply has shown it."""
        if self._read is None:
            return datetime.now(UTC)
        moment, at = self._read
        return moment + timedelta(seconds=elapsed_seconds() - at)

    @property
    def local_lead(self) -> timedelta:
        """How far this computer's clock is ahead of the server's; negative if it is behind, zero if not known."""
        return datetime.now(UTC) - self.now() if self.is_known else timedelta(0)
