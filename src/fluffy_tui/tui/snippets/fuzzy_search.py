"""Finds texts by a few letters, typed from memory."""

from __future__ import annotations

from collections.abc import Sequence

from fluffy_tui.name_key import name_key

LEAST_SCORE = 75.0
"""Similarity in percent from which a text is found; allows for a wrong letter or two."""
_SEARCHED = 3_000
"""Characters of each text that are searched."""
_IN_NAME, _LETTERS_IN_ORDER, _IN_TEXT = 120.0, 110.0, 100.0


def best_matches(query: str, texts: Sequence[tuple[str, str]]) -> list[int]:
    """Return the indexes of the matching texts (name and content), best first; all of them for an empty query.

    A query is a few letters, words, or an abbreviation such as `sf` for “sea and fog”.
    """
    wanted = " ".join(name_key(query).split())
    if not wanted:
        return list(range(len(texts)))
    scores = [_score(wanted, name_key(name), name_key(text[:_SEARCHED])) for name, text in texts]
    found = [index for index, score in enumerate(scores) if score >= LEAST_SCORE]
    return sorted(found, key=lambda index: -scores[index])


def _score(wanted: str, name: str, text: str) -> float:
    if wanted in name:
        return _IN_NAME
    if _in_order(wanted, name):
        return _LETTERS_IN_ORDER
    if wanted in text:
        return _IN_TEXT
    from rapidfuzz import fuzz  # not for the first frame

    longer = [part for part in (name, text) if len(part) >= len(wanted) > 2]
    return max((fuzz.partial_ratio(wanted, part) for part in longer), default=0.0)


def _in_order(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters if not letter.isspace())
