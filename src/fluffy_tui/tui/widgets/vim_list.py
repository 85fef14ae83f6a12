"""A list that moves by vim's keys as well as by arrows."""

from __future__ import annotations

from textual.widgets import OptionList

from fluffy_tui.tui.keys import Place, bindings


class VimList(OptionList, inherit_bindings=False):
    """Textual's option list with `j k g G ctrl+d ctrl+u`; prompts are never read as markup.

    It has no `enter` of its own: what that does is said, and shown in the footer, by the screen.
    """

    BINDINGS = bindings(Place.LIST)

    def __init__(self, *, id: str, classes: str = "") -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes, markup=False)
