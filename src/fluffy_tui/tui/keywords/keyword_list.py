"""The keywords of several photos as one line that can be edited, as in Lightroom: `fog, pier, boat*`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.name_key import name_key
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fluffy_tui.photos import Keyword

SEPARATOR = ","
ON_SOME = "*"
"""Follows a keyword that not all of the photos have."""
_KEYWORD = re.compile(r'\s*(?:"(?P<quoted>[^"]+)"|(?P<plain>[^,]*?))\s*(?P<mark>\**)\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class KeywordChanges:
    """What an edited line asks for."""

    added: tuple[str, ...]
    """Keywords that every photo gets."""
    removed: tuple[str, ...]
    """Keywords that every photo loses."""


def line_of(keywords: Mapping[int, Sequence[Keyword]], photos: int) -> str:
    """Return the keywords of so many photos, those without any too, by photo id, in one line in alphabetical order."""
    words = {name_key(one.word): one_line(one.word) for mine in keywords.values() for one in mine}
    uses = Counter(name_key(one.word) for mine in keywords.values() for one in mine)
    return f"{SEPARATOR} ".join(
        f"{_shown(words[key])}{'' if uses[key] == photos else ON_SOME}" for key in sorted(words)
    )


def _shown(word: str) -> str:
    """Return a keyword as it is written in a line: in quotes if it would be taken for something else."""
    return f'"{word}"' if SEPARATOR in word or word.endswith(ON_SOME) else word


def changes(before: str, after: str) -> KeywordChanges:
    """Return what the user has changed in a line: a keyword that is still marked `*` stays where it is."""
    old, new = _parsed(before), _parsed(after)
    added = [word for key, (word, on_some) in new.items() if not on_some and old.get(key, ("", True))[1]]
    return KeywordChanges(tuple(added), tuple(word for key, (word, _) in old.items() if key not in new))


def _parsed(line: str) -> dict[str, tuple[str, bool]]:
    """Return each keyword by what it is compared by, and whether it is marked."""
    found = {}
    for part in _KEYWORD.finditer(line):
        if word := part["quoted"] or part["plain"].lstrip("#＃").strip():
            found[name_key(word)] = word, bool(part["mark"])
    return found
