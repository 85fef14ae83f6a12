"""A row of the key table: what a key does, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, StrEnum, auto


class Place(StrEnum):
    """Where an action can be used: its value is the prefix of the ids, its heading is what help and docs show."""

    heading: str

    def __new__(cls, prefix: str, heading: str = "") -> Place:
        """Make a place from both; looking one up takes the prefix alone."""
        place = str.__new__(cls, prefix)
        place._value_ = prefix
        place.heading = heading
        return place

    EVERYWHERE = "app", "everywhere"
    LIST = "list", "every list"
    STARTUP = "startup", "startup error"
    FIRST_RUN = "first_run", "first run"
    SETUP = "setup", "Buffer setup"
    PERSONAS = "personas", "personas"
    CHANNELS = "channels", "channel picker"
    IMPORT = "import", "import"
    LIBRARY = "library", "library"
    FILTER = "filter", "filter"
    ZOOM = "zoom", "zoom"
    COMPARE = "compare", "compare"
    COMPOSE = "compose", "composer"
    TIME_PICKER = "time_picker", "time picker"
    AUTOCOMPLETE = "autocomplete", "autocomplete"
    PICKER = "picker", "snippet picker"
    SUGGESTIONS = "suggestions", "caption suggestions"
    VOICE = "voice", "persona's voice"
    PHOTO_PICKER = "photo_picker", "photo picker"
    SNIPPETS = "snippets", "hashtag sets and snippets"
    SNIPPET = "snippet", "snippet editor"
    THEMES = "themes", "themes"
    THEME = "theme", "theme editor"
    FIT = "fit", "fit"
    PEOPLE = "people", "people tags"
    SAME_PICTURE = "same_picture", "same picture"
    FILL = "fill", "fill slots"
    PLAN = "plan", "plan"
    MOVE = "move", "move post"
    PROFILE = "profile", "profile grid"
    POSTS = "posts", "posts"
    PROBLEMS = "problems", "problems"
    RESULTS = "results", "results"
    EDIT = "edit", "edit post"
    SETTINGS = "settings", "settings"
    DOCTOR = "doctor", "health checks"
    DIALOG = "dialog", "dialogs"
    HELP = "help", "help"


class Trait(Flag):
    """How an action differs from most."""

    NONE = 0
    FOOTER = auto()
    """The footer shows it; a screen shows six keys at most, `?` among them."""
    NOT_IN_PALETTE = auto()
    PRIORITY = auto()
    """The key works even where a field has its own use for it.

    Textual acts on such a key before the field has seen the keys typed just before it: use it only where needed.
    """


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a key does."""

    id: str
    """`place.verb`: the name that `[keys]` in config.toml gives other keys."""
    keys: str
    """Default keys, separated by commas, as Textual names them."""
    label: str
    """One or two words, for footer and palette."""
    tooltip: str
    """One phrase without a full stop, for help, palette and docs."""
    traits: Trait = Trait.NONE
    method: str = ""
    """The action as the screen names it, where that is not the verb of the id."""

    @property
    def place(self) -> Place:
        return Place(self.id.partition(".")[0])

    @property
    def name(self) -> str:
        """The name of the action method, without its `action_`."""
        return self.method or self.id.partition(".")[2]

    @property
    def written_keys(self) -> tuple[str, ...]:
        """The default keys as they are written in text."""
        return tuple(written_key(key) for key in self.keys.split(","))


_WRITTEN = {
    "question_mark": "?",
    "at": "@",
    "comma": ",",
    "exclamation_mark": "!",
    "full_stop": ".",
    "slash": "/",
    "number_sign": "#",
    "inverted_exclamation_mark": "¡",
    "trade_mark_sign": "™",
    "pound_sign": "£",
    "cent_sign": "¢",
    "infinity": "∞",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "vertical_line": "|",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "asterisk": "*",
    "escape": "esc",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "delete": "del",
    "pagedown": "page down",
    "pageup": "page up",
}


def written_key(key: str) -> str:
    """Return a key as it is written in text: `?` for `question_mark`, `esc` for `escape`, `alt+↓` for `alt+down`."""
    modifiers, plus, last = key.strip().rpartition("+")
    return f"{modifiers}{plus}{_WRITTEN.get(last, last)}"
