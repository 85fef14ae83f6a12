"""Keywords of several photos in one line, and what was changed in it."""

from __future__ import annotations

import pytest

from fluffy_tui.photos import Keyword, KeywordSource
from fluffy_tui.tui.keywords.keyword_list import KeywordChanges, changes, line_of


def keywords(*words: str) -> tuple[Keyword, ...]:
    return tuple(Keyword(word, (KeywordSource.HAND,)) for word in words)


def test_a_line_has_every_keyword_once_and_marks_those_of_some() -> None:
    assert line_of({}, 2) == ""
    assert line_of({1: keywords("Fog", "pier")}, 1) == "Fog, pier"
    assert line_of({1: keywords("Fog", "pier"), 2: keywords("fog", "a\x1bb")}, 2) == "a�b*, fog, pier*"
    assert line_of({1: keywords("fog"), 2: keywords("fog")}, 3) == "fog*"
    assert line_of({1: keywords("Vík, Iceland", "five*")}, 1) == '"five*", "Vík, Iceland"'
    assert line_of({1: keywords("Vík, Iceland", "five*")}, 2) == '"five*"*, "Vík, Iceland"*'


@pytest.mark.parametrize(
    ("before", "after", "added", "removed"),
    [
        ("", "fog, black sand,", ("fog", "black sand"), ()),
        ("fog, pier", "fog, pier, ", (), ()),
        ("fog, pier", "pier, boat", ("boat",), ("fog",)),
        ("fog, pier", "", (), ("fog", "pier")),
        ("fog*, pier", "fog*, pier", (), ()),
        ("fog*, pier", "fog, pier", ("fog",), ()),
        ("fog*, pier", "pier", (), ("fog",)),
        ("fog", "FOG,, #Sea , sea", ("sea",), ()),
        ("fog", "fog, boat*", (), ()),
        ("", " , #, *", (), ()),
        ('"five*", "Vík, Iceland"', '"five*", "Vík, Iceland", fog', ("fog",), ()),
        ('"five*", "Vík, Iceland"', "", (), ("five*", "Vík, Iceland")),
        ('"five*"*, "a, b"*', '"five*", "a, b"*', ("five*",), ()),
        ("", 'say "hi", "a, b"', ('say "hi"', "a, b"), ()),
        ("", '"', ('"',), ()),
    ],
)
def test_what_was_changed(before: str, after: str, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    assert changes(before, after) == KeywordChanges(added, removed)
