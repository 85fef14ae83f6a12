"""Dates in the names of files, as phones, messengers and screenshots write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from fluffy_tui.photos.model import DateSource

_DATE = r"(?<!\d)(?P<year>19[89]\d|20\d\d)(?P<gap>[-_.]?)(?P<month>\d\d)(?P=gap)(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d)[-_.:]?(?P<minute>\d\d)[-_.:]?(?P<second>\d\d)(?P<rest>\d{3}|)(?!\d)"
_HALF = r"(?:[ \u202f](?P<half>[AP]M)\b)?"
_NAMED = re.compile(f"{_DATE}(?:(?:[-_ T.,]| at |, )*{_TIME}{_HALF}|(?!\\d))", re.IGNORECASE)
_MAC = re.compile(
    r" [^\W\d_][^\d/]{0,9} (?P<hour>\d{1,2})\.(?P<minute>\d\d)\.(?P<second>\d\d)" + _HALF, re.IGNORECASE
)
"""A Mac's screenshot writes "at" in its language, hours of one digit, and the blank before AM as a narrow one."""
_IN_UTC = "PXL_"
"""What Pixel phones begin names with, whose times are Greenwich's."""


def date_in_name(name: str) -> tuple[datetime, DateSource] | None:
    """Return when a file was made, by its name: such as `IMG_20231105_143000.jpg` or `Screenshot 2023-11-05 ….png`.

    The time is that of the place, without a zone; of Pixel phones, it is in UTC. Where a name has a day alone, such as
    `IMG-20231105-WA0001.jpg`, it is noon.
    """
    found = _NAMED.search(name)
    if found is None:
        return None
    parts = found.groupdict()
    if parts["hour"] is None and (clock := _MAC.match(name, found.end())):
        parts |= clock.groupdict()
    try:
        moment = datetime(
            int(parts["year"]), int(parts["month"]), int(parts["day"]), _hour(parts), *_rest(parts)
        )
    except ValueError:
        return None
    if parts["hour"] is None:
        return moment, DateSource.NAME_OF_DAY
    if name.startswith(_IN_UTC):
        return moment.replace(tzinfo=UTC), DateSource.NAME_IN_UTC
    return moment, DateSource.NAME


def _hour(parts: dict[str, str | None]) -> int:
    hour, half = parts["hour"], (parts["half"] or "").upper()
    if hour is None:
        return 12
    return int(hour) % 12 + 12 * (half == "PM") if half else int(hour)


def _rest(parts: dict[str, str | None]) -> tuple[int, int]:
    return int(parts["minute"] or 0), int(parts["second"] or 0)
