"""How programs name an edited photo that they save beside its original, and another version or copy of one."""

from __future__ import annotations

import re
from itertools import product
from pathlib import PurePosixPath
from unicodedata import normalize

_WORDS = (
    *("bearbeitet", "modifié", "ha editado", "editado", "editada", "editat", "modificato", "bewerkt", "edytowane"),
    *("redigeret", "redigert", "redigerad", "muokattu", "upravené", "編集済み", "编辑", "편집됨"),
)  # fmt: skip
TAKEOUT_WORDS = tuple(dict.fromkeys(normalize(form, word) for form in ("NFC", "NFD") for word in _WORDS))
"""What Google Photos says for "edited" in other languages: `beach-bearbeitet.jpg`. macOS writes é as two characters."""

EDITED = rf"^img_e\d+\.|(~[2-9]|[-_ ]\(?edit(ed)?\)?|-({'|'.join(TAKEOUT_WORDS)}))(\(\d+\))?\.[^.]+$"
"""Matches an edited photo's name in small letters; for Postgres as well."""

_SUFFIXES = ("-edited", "-Edited", "-edit", "-Edit", "_edited", "_edit", " (edited)", " (Edited)", " edited")
_TAKEOUT_SUFFIXES = tuple(f"-{word}" for word in TAKEOUT_WORDS)
_FORMATS = ("jpg", "JPG", "heic", "HEIC", "tif")
_APPLE = re.compile(r"(IMG_)(E?)(\d+)", re.IGNORECASE)
NUMBERED = re.compile(r"(.+)(\(\d+\))")
"""Takeout numbers all but one of several photos with the same name, and their edited versions likewise."""

_VERSION = re.compile(  # Windows once cut long names to `IMAGE~1.JPG`
    r"(.+?)(?:~[2-9]| (?:copy|kopie)(?: \d+)?| - (?:copy|kopie)(?: \(\d+\))?| ?\(\d+\))", re.IGNORECASE
)
_VERSIONS = (
    *("~2", "~3", "~4", " copy", " copy 2", " Kopie", " Kopie 2"),
    *(" - Copy", " - Copy (2)", " - Kopie", " - Kopie (2)", " (1)", " (2)", "(1)", "(2)"),
)
"""Phones save an edited version as `a~2.jpg`; the Finder, Windows and browsers name copies."""


def is_edited(name: str) -> bool:
    """Return whether a file is named like an edited photo."""
    return re.search(EDITED, name.lower()) is not None


def counterparts(name: str) -> list[str]:
    """Return the names that the original of an edited photo may have, or the edited version of an original."""
    file = PurePosixPath(name)
    names = _counterparts(file.stem, "", file.suffix)
    if numbered := NUMBERED.fullmatch(file.stem):
        names += _counterparts(numbered[1], numbered[2], file.suffix)
    return names


def _counterparts(stem: str, number: str, ending: str) -> list[str]:
    suffix = next((suffix for suffix in (*_SUFFIXES, *_TAKEOUT_SUFFIXES) if stem.endswith(suffix)), "")
    stems = [stem.removesuffix(suffix)] if suffix else [stem + suffix for suffix in _SUFFIXES]
    if apple := _APPLE.fullmatch(stem):
        start, edited, digits = apple.groups()
        stems = [f"{start}{digits}"] if edited else [*stems, f"{start}E{digits}"]
    formats = dict.fromkeys((ending[1:], *_FORMATS))
    names = [f"{one}{number}.{kind}" for one, kind in product(stems, formats) if kind]
    if not suffix:  # Google Photos keeps the format
        names += [f"{stem}{one}{number}{ending}" for one in _TAKEOUT_SUFFIXES]
    return names


def versions(name: str) -> list[str]:
    """Return the names of photos of which this may be another version or a copy, or that may be one of this photo.

    Other photos are named so as well: only what looks alike belongs together.
    """
    file = PurePosixPath(name)
    version = _VERSION.fullmatch(file.stem)
    stems = [version[1]] if version else [f"{file.stem}{one}" for one in _VERSIONS]
    return [f"{stem}{file.suffix}" for stem in stems]
