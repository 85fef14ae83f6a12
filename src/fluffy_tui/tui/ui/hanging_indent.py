"""Wrapping of long lines with a hanging indent."""

from __future__ import annotations

from textual.content import Content

LEAST_ROOM = 16
"""Columns of text below which lines are not indented: a narrower column would be unreadable."""


def hanging(head: Content, words: Content, room: int | None) -> Content:
    """Return head and words as one text whose further lines start below the first word.

    Nothing is wrapped while the room, the width of a line, is not known yet.
    """
    indent = head.cell_length
    if room is None or room - indent < LEAST_ROOM:
        return Content.assemble(head, words)
    first, *others = words.wrap(room - indent) or [words]
    lines = [Content.assemble(head, first), *(Content.assemble(" " * indent, line) for line in others)]
    return Content("\n").join(lines)
