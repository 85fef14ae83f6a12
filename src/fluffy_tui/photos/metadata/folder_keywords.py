"""Keywords from the names of the folders in which a photo was found."""

from __future__ import annotations

import calendar
import os
import re
from collections.abc import Iterable
from functools import lru_cache

from fluffy_tui.name_key import name_key

_CAMERA_FOLDER = re.compile(r"[1-9]\d\d[A-Z0-9_]{5}|\d{6}[a-z_]{2}")
"""As cameras name folders by the standard DCF, and as phones do by month."""
_DATE = r"(?:19|20)\d\d(?:[-_. ]?\d\d){0,2}"
_AROUND = re.compile(rf"^{_DATE}(?!\d)[-_., ]*|[-_., (]*(?<!\d){_DATE}\)?$")
"""A date before or after the words of a name."""
_WORDS = re.compile(r"[^\W_]+")
_MEANINGLESS = frozenset(
    [
        "camera",
        "camera",
        "roll",
        "cameraroll",
        "dcim",
        "export",
        "exported",
        "exports",
        "download",
        "downloads",
        "edited",
        "edits",
        "final",
        "finals",
        "google",
        "photos",
        "icloud",
        "image",
        "images",
        "img",
        "jpeg",
        "jpg",
        "jpegs",
        "jpgs",
        "heic",
        "png",
        "pngs",
        "lightroom",
        "misc",
        "my",
        "new",
        "folder",
        "original",
        "originals",
        "pic",
        "pics",
        "photo",
        "photos",
        "picture",
        "pictures",
        "private",
        "raw",
        "raws",
        "takeout",
        "temp",
        "tmp",
        "to",
        "from",
        "of",
        "untitled",
        "web",
        "bilder",
        "fotos",
        "foto",
        "kamera",
        "neu",
        "neuer",
        "ordner",
    ]
) | frozenset(map(str.lower, (*calendar.month_name[1:], *calendar.month_abbr[1:])))
"""Words that alone say nothing about what a photo shows."""


def folder_keywords(path: str, roots: Iterable[str]) -> tuple[str, ...]:
    """Return the keywords of a file: the names of its folders below the one of `roots` that is imported, from the top.

    Dates, and names that say nothing of the photos, such as `DCIM` or `Photos from 2023`, are left out.
    """
    return _words_below(os.path.dirname(path), tuple(roots))  # noqa: PTH120 - a Path costs ten times as much


@lru_cache  # an import asks for the same folder a thousand times
def _words_below(folder: str, roots: tuple[str, ...]) -> tuple[str, ...]:
    root = next((root for root in roots if f"{folder}/".startswith(root.rstrip("/") + "/")), None)
    if root is None:
        return ()
    folders = folder[len(root.rstrip("/")) + 1 :].split("/")
    return tuple(filter(None, map(_word, folders)))


def _word(folder: str) -> str:
    if _CAMERA_FOLDER.fullmatch(folder):
        return ""
    word = _AROUND.sub("", folder).replace("_", " ").strip()
    parts = _WORDS.findall(name_key(word))
    if all(part.isdecimal() or part in _MEANINGLESS for part in parts):
        return ""
    return word
