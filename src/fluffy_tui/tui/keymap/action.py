"""What a key does, and where: the words of the key table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where an action can be used; the value is how help and README name the place."""

    EVERYWHERE = "everywhere"
    LIST = "every list"
    STARTUP = "when starting failed"
    FIRST_RUN = "first run"
    PERSONAS = "personas"
    CHANNELS = "choosing a channel"
    LIBRARY = "library"
    FILTER = "filtering the library"
    COMPOSE = "composer"
    COMPLETING = "offers while writing"
    PICKING = "choosing a text"
    SNIPPETS = "hashtag sets and snippets"
    SNIPPET = "writing a set or a snippet"
    FIT = "fit"
    COMPARE = "comparing with an earlier post"
    PLAN = "plan"
    MOVING = "moving a post"
    FILL = "filling the week"
    POSTS = "posts"
    TROUBLE = "trouble"
    EDITING = "changing a post"
    IMPORT = "import"
    SETTINGS = "settings"
    SETUP = "setting up Buffer"
    DOCTOR = "doctor"
    DIALOG = "dialogs"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a key does."""

    id: str
    """`place.verb`: what a person names in `[keys]` of config.toml to give it other keys."""
    keys: str
    """Default keys, separated by commas, as Textual names them."""
    label: str
    """One or two words, for footer and palette."""
    tooltip: str
    """One sentence, for help, palette and README."""
    place: Place
    footer: bool = False
    """Whether the footer shows it; a screen shows six keys at most, `?` among them."""
    method: str = ""
    """The action as the screen calls it, where it is not the verb of the id."""
    display: str | None = None
    """How the keys are written, where Textual's own way is not the plainest."""
    priority: bool = False
    """Whether the key works even where a field has a use of its own for it.

    Textual acts on such a key before the field has seen the keys typed just before it, so nothing may have
    one without need.
    """
    palette: bool = True
    """Whether the command palette offers it."""

    @property
    def name(self) -> str:
        """The name of the action method, without its `action_`."""
        return self.method or self.id.partition(".")[2]

    @property
    def written_keys(self) -> tuple[str, ...]:
        """The default keys as people write them."""
        return tuple(written_key(key) for key in self.keys.split(","))


_WRITTEN = {
    "question_mark": "?",
    "at": "@",
    "comma": ",",
    "exclamation_mark": "!",
    "full_stop": ".",
    "slash": "/",
    "escape": "esc",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "delete": "del",
    "G": "G",
    "pagedown": "page down",
    "pageup": "page up",
}


def written_key(key: str) -> str:
    """Return a key as people write it: `?` for `question_mark`, `esc` for `escape`."""
    return _WRITTEN.get(key.strip(), key.strip())
