"""The last line: as many keys of the current screen as fit, and always the one that lists all keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from fluffy_tui.tui.keymap.action import written_key
from fluffy_tui.tui.keymap.user_keys import typed_character

HELP = "app.help"
"""Id of the action whose key is always shown."""
_PADDING = 3
"""Cells around key and label."""


def relabelled(active: Mapping[str, ActiveBinding], labels: Mapping[str, str]) -> dict[str, ActiveBinding]:
    """Return a screen's active bindings with other labels, by action id, in the footer.

    Those actions are shown, except where the label is empty.
    """
    changed = {}
    for key, one in active.items():
        label = labels.get(one.binding.id or "")
        if label is not None:
            words = label or one.binding.description
            one = one._replace(binding=replace(one.binding, description=words, show=bool(label)))
        changed[key] = one
    return changed


def dimmed(active: Mapping[str, ActiveBinding], ids: Collection[str]) -> dict[str, ActiveBinding]:
    """Return a screen's active bindings with some dimmed; pressed all the same, such a key says why.

    So it does not what it does elsewhere, as it would where `check_action` dims it.
    """
    return {
        key: one._replace(enabled=one.enabled and one.binding.id not in ids) for key, one in active.items()
    }


@dataclass(frozen=True, slots=True)
class FooterKey:
    """A key in the footer."""

    key: str
    words: str
    """What it does."""
    action: str
    enabled: bool
    """Whether it can be used now; dimmed if not."""
    tooltip: str
    is_help: bool

    @property
    def text(self) -> str:
        """Key and words as they are shown."""
        return f"{written_key(self.key)} {self.words}"

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return cell_len(written_key(self.key)) + cell_len(self.words) + _PADDING

    def drawn(self, *, pointed_at: bool) -> Content:
        """Return key and words in their colours."""
        dim = "" if self.enabled else " dim"
        words = Content.assemble(
            (f" {written_key(self.key)} ", f"bold $footer-key-foreground on $footer-key-background{dim}"),
            (
                f"{self.words} ",
                f"$footer-description-foreground on $footer-description-background{dim}",
            ),
        )
        return words.stylize("on $block-hover-background") if pointed_at else words


class KeysFooter(Widget):
    """Never cuts a key off, and shows none that the focused field would take for a letter.

    It draws the keys itself: Textual's footer has a widget for each, which are mounted, styled and laid out once the
    first frame of a screen is drawn, and again whenever another widget with other keys is focused.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeysFooter {
        dock: bottom;
        height: 1;
        text-wrap: nowrap;
        color: $footer-foreground;
        background: $footer-background;
    }
    """

    _pointed_at: reactive[FooterKey | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__()
        self.known: list[FooterKey] = []
        """Every key, as they were when the screen was mounted, or when they were last told to have changed."""
        self._shown: list[FooterKey] = []

    @property
    def every_key(self) -> list[FooterKey]:
        """The first key of each action that works where the focus is."""
        focused, found = self.screen.focused, dict[str, FooterKey]()
        for key, (_, binding, enabled, tooltip) in self.screen.active_bindings.items():
            if not binding.show or binding.action in found or is_typed(focused, key):
                continue
            found[binding.action] = FooterKey(
                key, binding.description, binding.action, enabled, tooltip, is_help=binding.id == HELP
            )
        return list(found.values())

    @property
    def keys(self) -> list[FooterKey]:
        """The keys from the left, as many as fit beside the help key."""
        last = [key for key in self.known if key.is_help]
        room = self.size.width - sum(key.width for key in last)
        fitting = []
        for key in self.known:
            if key.is_help:
                continue
            room -= key.width
            if room < 0:
                break
            fitting.append(key)
        return fitting + last

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self.bindings_changed)
        self.call_next(self.bindings_changed, self.screen)

    def bindings_changed(self, _screen: Screen[object]) -> None:
        """Redraw if the keys have changed; Textual says only that they may have, at every change of focus.

        While the terminal has lost the focus, and with it the focused field, those from before stay.
        """
        if self.app.app_focus or not self.known:
            self.known = self.every_key
            if self.keys != self._shown:
                self.refresh()

    def render(self) -> Content:
        """Draw the keys."""
        self.known = self.known or self.every_key  # the first frame may come first
        self._shown = self.keys
        return Content("").join(key.drawn(pointed_at=key == self._pointed_at) for key in self._shown)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._pointed_at = key = self._key_at(event.x)
        self.tooltip = key.tooltip if key else None

    def on_leave(self) -> None:
        self._pointed_at = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key that was clicked; a dimmed one may say why."""
        if (key := self._key_at(event.x)) is None:
            return
        if not key.enabled:
            self.app.bell()
        self.app.simulate_key(key.key)

    def _key_at(self, column: int) -> FooterKey | None:
        for key in self._shown:
            column -= key.width
            if column < 0:
                return key
        return None


def is_typed(focused: Widget | None, key: str) -> bool:
    """Return whether the focused widget takes a key for a letter of its text."""
    return focused is not None and focused.check_consume_key(key, typed_character(key))
