"""How programs name an edited photo that they save beside its original."""

from __future__ import annotations

import re
from itertools import product
from pathlib import PurePosixPath

TAKEOUT_WORDS = ("bearbeitet", "modifié", "editado", "editada", "modificato", "bewerkt", "edytowane")
"""What Google Photos says for "edited" in other languages: `beach-bearbeitet.jpg`."""

EDITED = rf"^img_e\d+\.|([-_ ]\(?edit(ed)?\)?|-({'|'.join(TAKEOUT_WORDS)}))\.[^.]+$"
"""Matches an edited photo's name in small letters; for Postgres as well."""

_SUFFIXES = ("-edited", "-Edited", "-edit", "-Edit", "_edited", "_edit", " (edited)", " (Edited)", " edited")
_TAKEOUT_SUFFIXES = tuple(f"-{word}" for word in TAKEOUT_WORDS)
_FORMATS = ("jpg", "JPG", "heic", "HEIC", "tif")
_APPLE = re.compile(r"(IMG_)(E?)(\d+)", re.IGNORECASE)


def is_edited(name: str) -> bool:
    """Return whether a file is named like an edited photo."""
    return re.search(EDITED, name.lower()) is not None


def counterparts(path: str) -> list[str]:
    """Return where the original of an edited photo may be, or the edited version of an original one."""
    file = PurePosixPath(path)
    stem, format_ = file.stem, file.suffix[1:]
    suffix = next((suffix for suffix in (*_SUFFIXES, *_TAKEOUT_SUFFIXES) if stem.endswith(suffix)), "")
    stems = [stem.removesuffix(suffix)] if suffix else [stem + suffix for suffix in _SUFFIXES]
    if apple := _APPLE.fullmatch(stem):
        start, edited, number = apple.groups()
        stems = [f"{start}{number}"] if edited else [*stems, f"{start}E{number}"]
    formats = dict.fromkeys((format_, *_FORMATS))
    names = [f"{one}.{kind}" for one, kind in product(stems, formats) if kind]
    if not suffix:  # Google Photos keeps the format
        names += [f"{stem}{one}{file.suffix}" for one in _TAKEOUT_SUFFIXES]
    return [str(file.with_name(name)) for name in names]
