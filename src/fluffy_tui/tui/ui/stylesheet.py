"""Style sheets that are parsed once, and not again for each screen that is shown for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from textual.css.model import RuleSet

_SOURCES = 1_024
"""More than there are widgets with styles of their own; Textual's 64 are fewer."""


class LastingStylesheet(Stylesheet):
    """Keeps what was parsed for as long as the theme's variables stay as they are.

    Textual parses all styles up to three times anew in the event loop when a screen is shown for the first time: it
    takes each for one that has not seen the theme yet.

    Args:
        variables: The theme's, by name.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache: LRUCache[tuple[object, ...], list[RuleSet]] = LRUCache(_SOURCES)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take a theme's variables; only others than before make parsing necessary."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new, or everything when the variables have changed."""
        self.parse()
