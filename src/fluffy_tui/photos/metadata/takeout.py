"""What Google Takeout writes beside a photo: a JSON file with the time it was taken, under a name that is often cut.

Of such a file only that time is read. Its location is in the file as well, and is never read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from fluffy_tui.images import PhotoUnreadable, open_regular
from fluffy_tui.photos.edited_names import NUMBERED, TAKEOUT_WORDS

_LONGEST = 46
"""Characters of a name before `.json`; Takeout cuts what is longer."""
_SUPPLEMENT = ".supplemental-metadata"
_WORDS = ("edited", *TAKEOUT_WORDS)
_EDITED = re.compile(rf"(.+)-(?:{'|'.join(_WORDS)})", re.IGNORECASE)
_LONGEST_PHOTO = 51
"""Characters of a photo's name without its number; Takeout cuts what is longer before the suffix."""
_CUT = re.compile(rf"(.+)-(?:{'|'.join(sorted({word[:n] for word in _WORDS for n in range(1, len(word))}))})")
_VERSION = re.compile(r"(.+)~[2-9]")
_ORIGINALS = (".heic", ".jpg", ".png", ".dng")
"""Suffixes of originals, where an edited photo has another one."""
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
    if numbered := NUMBERED.fullmatch(stem):
        stem, number = numbered[1], numbered[2]
    yield from _cut(name, "", "")
    if number:
        yield from _cut(f"{stem}{suffix}", number, "")
    if original := _original(stem, len(suffix)):
        if not number and (numbered := NUMBERED.fullmatch(original)):
            original, number = numbered[1], numbered[2]
        for one in dict.fromkeys((suffix, *_ORIGINALS)):
            yield from _cut(f"{original}{one}", number, "")
        stem = original
    if number:
        yield from _cut(f"{stem}{suffix}", "", f"{stem}{suffix}")
    else:
        yield from _cut(name, "(1)", f"{stem}(1){suffix}")


def _original(stem: str, suffix_length: int) -> str:
    """Return the stem of the original of an edited photo, or of one of which it is another version; else nothing."""
    found = _EDITED.fullmatch(stem) or _VERSION.fullmatch(stem)
    if found is None and len(stem) + suffix_length == _LONGEST_PHOTO:
        found = _CUT.fullmatch(stem)
    return found[1] if found else ""


def _cut(name: str, number: str, owner: str) -> Iterator[tuple[str, str]]:
    for ending in ("", _SUPPLEMENT):
        yield f"{(name + ending)[:_LONGEST]}{number}.json", owner


def takeout_time(path: str) -> datetime | None:
    """Read the moment at which a photo was taken from its JSON file; None if it is none of Takeout's."""
    try:
        with open_regular(path) as file:
            content = json.loads(file.read(_MOST_BYTES))
        taken = content["photoTakenTime"]["timestamp"]
        moment = datetime.fromtimestamp(int(taken), UTC)
    except (OSError, PhotoUnreadable, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return moment if moment.year in _YEARS and int(taken) != 0 else None
