"""A text area that offers to complete hashtags and snippets, and leaves a few keys to its screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding
from textual.geometry import Offset
from textual.widgets import TextArea

from fluffy_tui.networks import hashtags
from fluffy_tui.tui.caption.completion_list import CompletionList
from fluffy_tui.tui.caption.completions import begun
from fluffy_tui.tui.keymap.bindings import Place, actions_of, bindings
from fluffy_tui.tui.keymap.user_keys import LEFT_TO_SCREENS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.binding import BindingType

    from fluffy_tui.tui.caption.completions import Completion, Completions

LOOKED_THROUGH = 5_000
"""Characters up to which the whole text is looked through for hashtags that it has already."""
_OF_OFFERS = frozenset(action.name for action in actions_of(Place.AUTOCOMPLETE))


def _without(binding: BindingType, keys: frozenset[str]) -> Iterator[Binding]:
    """Yield a field's own key, but for those keys that mean something to our screens."""
    if isinstance(binding, Binding) and (left := [key for key in binding.key.split(",") if key not in keys]):
        yield replace(binding, key=",".join(left))


class CompletingArea(TextArea, inherit_bindings=False):
    """A text area; while a word is typed that begins with `#` or `;`, what may complete it is offered below.

    The form that it stands in lays out `offered` too. Nothing is offered before `completions` is set.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.AUTOCOMPLETE),
        *(key for binding in TextArea.BINDINGS for key in _without(binding, LEFT_TO_SCREENS)),
    ]

    def __init__(self, **options: Any) -> None:
        self.completions: Completions | None = None
        """What may complete a word."""
        self.offered = CompletionList(self._complete)
        """Where it is offered."""
        self._declined: tuple[tuple[int, int], str] | None = None
        """Where a word starts that nothing is to be offered for, and how far it was written."""
        super().__init__(**options)

    def update_suggestion(self) -> None:
        """Offer what completes the word at the cursor; Textual calls this after each change, before the next key."""
        if self.completions is None or not self.is_mounted:
            return
        row, column = self.cursor_location
        line = self.document.get_line(row)
        word = begun(line[:column]) if self.selection.is_empty else ""
        start = (row, column - len(word))
        if self._declined and not (start == self._declined[0] and word.startswith(self._declined[1])):
            self._declined = None
        if not word or self._declined:
            self.offered.close()
            return
        used = hashtags("\n".join((*self._lines_but(row), line[: start[1]], line[column:])))
        below = self.cursor_screen_offset + Offset(-len(word) - 2, 1)
        self.offered.offer(self.completions.offers(word, used), below)

    def _lines_but(self, row: int) -> Iterator[str]:
        """Yield the other lines, unless there are so many that this would be felt."""
        if len(self.text) < LOOKED_THROUGH:
            yield from (line for index, line in enumerate(self.document.lines) if index != row)

    def on_text_area_selection_changed(self) -> None:
        """Close what is offered when the cursor has left the word."""
        self.update_suggestion()

    def on_resize(self) -> None:
        """Let what is offered follow the word."""
        self.update_suggestion()

    def on_blur(self) -> None:
        """Offer nothing while something else has the keyboard."""
        self.offered.close()

    def on_key(self, event: events.Key) -> None:
        """Act on the keys of what is offered at once, so that no key typed after them overtakes them."""
        if not self.offered.is_open:
            return
        active = self.screen.active_bindings.get(event.key)
        if (
            active is None
            or active.node is not self
            or not (active.binding.id or "").startswith("completion.")
        ):
            return
        if event.key == "enter" and self._is_written_out:
            self.offered.close()  # and the line ends
            return
        event.stop()
        event.prevent_default()
        getattr(self, f"action_{active.binding.action}")()

    @property
    def _is_written_out(self) -> bool:
        """Whether the word at the cursor is the offer already, and no other was chosen."""
        row, column = self.cursor_location
        word = begun(self.document.get_line(row)[:column])
        return self.offered.chosen.text.casefold() == word.casefold()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys of what is offered to the field and the screen while nothing is."""
        if action in _OF_OFFERS:
            return self.offered.is_open
        return super().check_action(action, parameters)

    def action_take(self) -> None:
        """Take what is under the cursor of the list."""
        self._complete(self.offered.chosen)

    def action_next(self) -> None:
        """Go to the next offer."""
        self.offered.step(+1)

    def action_previous(self) -> None:
        """Go to the offer before."""
        self.offered.step(-1)

    def action_dismiss(self) -> None:
        """Offer nothing for this word any more."""
        row, column = self.cursor_location
        word = begun(self.document.get_line(row)[:column])
        self._declined = ((row, column - len(word)), word) if word else None
        self.offered.close()

    def _complete(self, completion: Completion) -> None:
        row, column = self.cursor_location
        word = begun(self.document.get_line(row)[:column])
        self.put(completion.text, (row, column - len(word)), (row, column))

    def put_apart(self, text: str) -> None:
        """Put a text where the cursor is, or in place of what is selected, apart from the word before."""
        row, column = min(self.selection)
        before = self.document.get_line(row)[:column][-1:]
        self.put(text if not before or before.isspace() else f" {text}")

    def put(
        self, text: str, start: tuple[int, int] | None = None, end: tuple[int, int] | None = None
    ) -> None:
        """Put a text where the cursor is, or in place of what is selected or given; one undo takes it back."""
        self.history.checkpoint()
        chosen = sorted(self.selection)
        put = self.replace(text, start or chosen[0], end or chosen[1], maintain_selection_offset=False)
        self.move_cursor(put.end_location)
        self.history.checkpoint()
        self.action_dismiss()
