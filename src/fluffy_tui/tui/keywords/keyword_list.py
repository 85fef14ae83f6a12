"""The keywords of several photos as one line that can be edited, as in Lightroom: `fog, pier, boat*`."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class KeywordChanges:
    """What an edited line asks for."""

    added: tuple[str, ...]
    """For every one of the photos."""
    removed: tuple[str, ...]
    """From every one of them."""


def line_of(keywords: Mapping[int, Sequence[Keyword]], photos: int) -> str:
    """Return the keywords of some photos in one line, in alphabetical order.

    Args:
        keywords: By photo id.
        photos: How many photos there are, those without keywords too.
    """
    words = {name_key(one.word): one_line(one.word) for mine in keywords.values() for one in mine}
    uses = Counter(name_key(one.word) for mine in keywords.values() for one in mine)
    return f"{SEPARATOR} ".join(
        words[key] if uses[key] == photos else f"{words[key]}{ON_SOME}" for key in sorted(words)
    )


def changes(before: str, after: str) -> KeywordChanges:
    """Return what the user has changed in a line: a keyword that is still marked `*` stays where it is."""
    old, new = _parsed(before), _parsed(after)
    added = [word for key, (word, on_some) in new.items() if not on_some and old.get(key, ("", True))[1]]
    return KeywordChanges(tuple(added), tuple(word for key, (word, _) in old.items() if key not in new))


def _parsed(line: str) -> dict[str, tuple[str, bool]]:
    """Return each keyword by what it is compared by, and whether it is marked."""
    found = {}
    for part in line.split(SEPARATOR):
        word = part.strip()
        if plain := word.rstrip(ON_SOME).strip().lstrip("#＃"):
            found[name_key(plain)] = plain, word.endswith(ON_SOME)
    return found
