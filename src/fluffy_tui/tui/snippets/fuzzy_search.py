"""Finds texts by a few letters, typed from memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR_ENOUGH = 75.0
"""Likeness in percent from which a text is found; a letter or two may be wrong."""
_LOOKED_THROUGH = 3_000
"""Characters of each text that are looked through."""
_IN_NAME, _LETTERS_IN_ORDER, _IN_TEXT = 120.0, 110.0, 100.0


def best_matches(query: str, texts: Sequence[tuple[str, str]]) -> list[int]:
    """Return the numbers of the texts that a query may mean, the best first; all of them for an empty one.

    Args:
        query: a few letters, words or an abbreviation such as `sf` for “sea and fog”.
        texts: name and content of each.
    """
    wanted = " ".join(query.casefold().split())
    if not wanted:
        return list(range(len(texts)))
    scores = [_score(wanted, name.casefold(), text[:_LOOKED_THROUGH].casefold()) for name, text in texts]
    found = [index for index, score in enumerate(scores) if score >= NEAR_ENOUGH]
    return sorted(found, key=lambda index: -scores[index])


def _score(wanted: str, name: str, text: str) -> float:
    if wanted in name:
        return _IN_NAME
    if _in_order(wanted, name):
        return _LETTERS_IN_ORDER
    if wanted in text:
        return _IN_TEXT
    from rapidfuzz import fuzz  # its import is not for the first frame

    return max(_near(fuzz.partial_ratio(wanted, part), wanted, part) for part in (name, text))


def _near(ratio: float, wanted: str, part: str) -> float:
    """Return a likeness; what is shorter than what was typed cannot hold it."""
    return ratio if len(part) >= len(wanted) > 2 else 0.0


def _in_order(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters if not letter.isspace())
