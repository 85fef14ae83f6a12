"""What Google Takeout writes beside a photo: a JSON file with the time it was taken, under a name that is often cut.

Of such a file only that time is read. Where the photo was taken stands in it as well, and is never kept.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from typing import TYPE_CHECKING

from fluffy_tui.images import PhotoUnreadable, open_regular
from fluffy_tui.photos.edited_names import TAKEOUT_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 46
"""Characters of a name before `.json`; Takeout cuts what is longer."""
_SUPPLEMENT = ".supplemental-metadata"
_NUMBERED = re.compile(r"(.+)(\(\d+\))")
_EDITED = re.compile(rf"(.+)-(?:edited|{'|'.join(TAKEOUT_WORDS)})", re.IGNORECASE)
_MOST_BYTES = 1 << 20
_YEARS = range(1800, 2200)


def takeout_names(name: str) -> Iterator[tuple[str, str]]:
    """Yield the names that the JSON file of a photo may have, the likeliest first.

    A photo of the same name as another is numbered before its suffix, its JSON file before `.json`, and sometimes only
    one of them is.

    Yields:
        The name, and that of another photo which it belongs to if that is there; empty if there is none.
    """
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a Path costs ten times as much
    number = ""
    if numbered := _NUMBERED.fullmatch(stem):
        stem, number = numbered[1], numbered[2]
    yield from _cut(name, "", "")
    if number:
        yield from _cut(f"{stem}{suffix}", number, "")
    if edited := _EDITED.fullmatch(stem):
        yield from _cut(f"{edited[1]}{suffix}", number, "")
    if number:
        yield from _cut(f"{stem}{suffix}", "", f"{stem}{suffix}")
    else:
        yield from _cut(name, "(1)", f"{stem}(1){suffix}")


def _cut(name: str, number: str, owner: str) -> Iterator[tuple[str, str]]:
    for ending in ("", _SUPPLEMENT):
        yield f"{(name + ending)[:_LONGEST]}{number}.json", owner


def takeout_time(path: str) -> datetime | None:
    """Read when a photo was taken, by this machine's clock, from its JSON file; None if it is none of Takeout's."""
    try:
        with open_regular(path) as file:
            content = json.loads(file.read(_MOST_BYTES))
        taken = content["photoTakenTime"]["timestamp"]
        moment = datetime.fromtimestamp(int(taken)).astimezone().replace(tzinfo=None)
    except (OSError, PhotoUnreadable, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return moment if moment.year in _YEARS and int(taken) != 0 else None
