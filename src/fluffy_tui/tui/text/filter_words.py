"""What a filter of the library understands: shown in its help, suggested while it is typed, and listed in the docs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilterWord:
    """One kind of filter, or several words that are alike."""

    written: tuple[str, ...]
    """As it is typed: words with a meaning of their own, or examples."""
    finds: str
    """Which photos that finds."""
    is_example: bool = False
    """Whether it is an example for any such word."""


FILTER_WORDS = (
    FilterWord(
        ("pier",),
        "with `pier` in the file name, or with a keyword or a word in the picture that begins like this",
        is_example=True,
    ),
    FilterWord(("#pier", '#"black sand"'), "with a keyword that begins like this", is_example=True),
    FilterWord(
        ("text:invoice", 'text:"total due"'),
        "with words in the picture that begin like this",
        is_example=True,
    ),
    FilterWord(("picked", "rejected", "unflagged"), "flagged like this, or not at all"),
    FilterWord(
        ("stars>=3", "★3"), "with three stars or more; also `stars=3`, `stars<=2`, `stars=0`", is_example=True
    ),
    FilterWord(
        ("may 2023", "2025..2026-03", "last week"), "taken on this day or in this time", is_example=True
    ),
    FilterWord(("portrait", "landscape", "square"), "of this shape"),
    FilterWord(("soft", "dark", "bright", "eyes-closed"), "with this flaw"),
    FilterWord(("faces",), "that show faces"),
    FilterWord(("screenshot",), "that are screenshots"),
    FilterWord(("draft",), "with text that you have not submitted"),
    FilterWord(("missing",), "whose file is gone"),
    FilterWord(("never",), "that never had a post"),
    FilterWord(("all",), "with a post as well"),
    FilterWord(('"square"',), "with the word in quotes, whatever it means elsewhere", is_example=True),
    FilterWord(("@best",), "that the saved filter `best` finds", is_example=True),
)
"""In the order in which they are shown."""

COMPLETED = (*(word for one in FILTER_WORDS if not one.is_example for word in one.written), "text:")
"""The words whose rest is suggested."""
