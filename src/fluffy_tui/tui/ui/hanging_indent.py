"""Lines that are too long for their place, broken so that what belongs together stays in its column."""

from __future__ import annotations

from textual.content import Content

LEAST_ROOM = 16
"""Columns below which words are left to break as they will: a narrower column could not be read."""


def hanging(head: Content, words: Content, room: int | None) -> Content:
    """Return head and words as one text whose further lines begin below the first word.

    Args:
        head: what the first line begins with.
        words: what may be too long.
        room: columns of a whole line; None where that is not known, and nothing is broken.
    """
    indent = head.cell_length
    if room is None or room - indent < LEAST_ROOM:
        return Content.assemble(head, words)
    first, *others = words.wrap(room - indent) or [words]
    lines = [Content.assemble(head, first), *(Content.assemble(" " * indent, line) for line in others)]
    return Content("\n").join(lines)
