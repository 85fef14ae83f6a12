"""Which posts of a persona are shown: all, or those in one state."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from fluffy_tui.scheduling import IN_BUFFER, ON_THE_WAY, PersonaCounts, Post, Step
from fluffy_tui.tui.keymap.bindings import Place, actions_of
from fluffy_tui.tui.keymap.key_hints import key_of

FILTERS: dict[str, tuple[Step | None, ...] | None] = {
    "all": None,
    "drafts": (None,),
    "queued": ON_THE_WAY,
    "in_buffer": IN_BUFFER,
    "failed": (Step.FAILED,),
    "live": (Step.LIVE,),
    "outside": (),
}
"""Steps by the verb of the key table; no step is that of a draft, and no steps those of posts from elsewhere."""
OUTSIDE_FROM = 76
"""Columns from which all filters have room; below, that for posts from elsewhere is left to the help."""
ALL_SPACED_FROM = 84
SPACED_FROM, COUNT_FROM, HINT_FROM = 66, 112, 140
"""Columns from which there is room between the filters, for counts and `1 selected`, and to say what that is for."""


class PostFilter(Static):
    """The line of filters above the table, with the current one highlighted and the size of the selection."""

    DEFAULT_CSS = """
    PostFilter { height: 1; text-wrap: nowrap; link-style: none; link-color: $foreground-muted; }
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        super().__init__("", id="post-filter", markup=False)
        self._keys = keys
        self._selected = 0
        self._counts: Mapping[str, int] = {}
        self._typed: int | None = None
        self.chosen = "all"
        self.text = ""
        """The words that are searched for."""

    @property
    def is_outside(self) -> bool:
        """Whether posts from elsewhere are shown instead."""
        return self.chosen == "outside"

    @property
    def steps(self) -> tuple[Step | None, ...] | None:
        """The steps shown; None for all."""
        return FILTERS[self.chosen]

    def admits(self, post: Post) -> bool:
        return self.steps is None or post.step in self.steps

    def choose(self, name: str) -> bool:
        """Choose one of `FILTERS`; return whether it was another one before."""
        is_new, self.chosen = name != self.chosen, name
        self.refresh()
        return is_new

    @property
    def is_counting(self) -> bool:
        """Whether it is not known yet how many texts have no post."""
        return self._typed is None

    def count_posts(self, counts: PersonaCounts) -> bool:
        """Show how many posts each filter has; return whether it was another number before."""
        before, self._counts = (
            self._counts,
            {
                "drafts": counts.drafts,
                "queued": counts.queued,
                "in_buffer": counts.scheduled,
                "failed": counts.failed,
                "live": counts.posted,
            },
        )
        self.refresh()
        return self._counts != before

    def count_texts(self, typed: int) -> None:
        """Count texts that have no post among the drafts."""
        self._typed = typed
        self.refresh()

    def count_selected(self, selected: int) -> None:
        self._selected = selected
        self.refresh()

    def render(self) -> Content:
        """Draw the line as wide as the terminal allows."""
        width, labels = self.size.width, {action.id: action.label for action in actions_of(Place.POSTS)}
        parts = []
        names = list(FILTERS)
        if width < OUTSIDE_FROM:
            names = ["all", "outside"] if self.is_outside else names[:-1]
        for name in names:
            id_ = f"posts.{name}"
            typed = self._typed or 0 if name == "drafts" else 0
            count = self._counts.get(name, 0) + typed if width >= COUNT_FROM else 0
            words = f" {key_of(id_, self._keys)} {labels[id_]} {f'{count:,} ' if count else ''}"
            if name == self.chosen:  # no link, which would have the colour of links on whatever is behind it
                here = "bold underline" if self.app.native_ansi_color else "bold $foreground on $primary 25%"
                parts.append(Content.styled(words, here))
            else:
                click = Style.from_meta({"@click": f"screen.show_only('{name}')"})
                parts.append(Content(words).stylize(click))
        if self._selected:
            words = f" {self._selected} selected" if width >= COUNT_FROM else f"▪{self._selected}"
            hint = ": keys act on the selection" if width >= HINT_FROM else ""
            parts.append(Content.styled(f"{words}{hint}", "$text-accent"))
        is_spaced = width >= (SPACED_FROM if width < OUTSIDE_FROM else ALL_SPACED_FROM)
        return Content(" " if is_spaced else "").join(parts)
