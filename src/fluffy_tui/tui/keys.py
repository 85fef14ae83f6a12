"""Every key once: footer, help, command palette, the README's table and a person's own keys all come from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Place(StrEnum):
    """Where an action can be used; the value is how help and README name the place."""

    EVERYWHERE = "everywhere"
    LIST = "every list"
    STARTUP = "when starting failed"
    PERSONAS = "personas"
    CHANNELS = "choosing a channel"
    LIBRARY = "library"
    COMPOSE = "composer"
    POSTS = "posts"
    IMPORT = "import"
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
    "slash": "/",
    "escape": "esc",
    "down": "↓",
    "up": "↑",
    "delete": "del",
    "G": "G",
    "pagedown": "page down",
    "pageup": "page up",
}


def written_key(key: str) -> str:
    """Return a key as people write it: `?` for `question_mark`, `esc` for `escape`."""
    return _WRITTEN.get(key.strip(), key.strip())


_APP = (
    Action(
        "app.help", "question_mark,f1", "keys", "Show every key of this place.", Place.EVERYWHERE, footer=True
    ),
    Action(
        "app.palette",
        "ctrl+p",
        "palette",
        "Find any action by typing its name.",
        Place.EVERYWHERE,
        method="command_palette",
        palette=False,
    ),
    Action(
        "app.library",
        "1",
        "Library",
        "Go to the photos without a post.",
        Place.EVERYWHERE,
        method="tab('library')",
    ),
    Action("app.posts", "2", "Posts", "Go to the persona's posts.", Place.EVERYWHERE, method="tab('posts')"),
    Action("app.personas", "at", "persona", "Change the persona.", Place.EVERYWHERE),
    Action("app.reload", "ctrl+r", "reload", "Read everything anew.", Place.EVERYWHERE),
    Action(
        "app.back",
        "escape",
        "back",
        "Go one step back; text that was typed is kept.",
        Place.EVERYWHERE,
        palette=False,
    ),
    Action(
        "app.quit",
        "q,ctrl+q",
        "quit",
        "Leave; the worker finishes posts on their way.",
        Place.EVERYWHERE,
        method="leave",
    ),
)

_LIST = (
    Action("list.down", "j,down", "down", "Next line.", Place.LIST, method="cursor_down", palette=False),
    Action("list.up", "k,up", "up", "Previous line.", Place.LIST, method="cursor_up", palette=False),
    Action("list.first", "g,home", "first", "First line.", Place.LIST, palette=False),
    Action("list.last", "G,end", "last", "Last line.", Place.LIST, palette=False),
    Action("list.page_down", "ctrl+d,pagedown", "page down", "A page down.", Place.LIST, palette=False),
    Action("list.page_up", "ctrl+u,pageup", "page up", "A page up.", Place.LIST, palette=False),
)

_START = (
    Action("startup.retry", "r,enter", "try again", "Open everything again.", Place.STARTUP, footer=True),
    Action("startup.quit", "q,escape", "quit", "Leave.", Place.STARTUP, footer=True, method="leave"),
)

_PERSONAS = (
    Action("personas.open", "enter", "open", "Open the persona's library.", Place.PERSONAS, footer=True),
    Action("personas.new", "n", "new", "Make a persona.", Place.PERSONAS, footer=True),
    Action("personas.rename", "r", "rename", "Give the persona another name.", Place.PERSONAS, footer=True),
    Action(
        "personas.channel",
        "c",
        "channel",
        "Choose the Buffer channel that the persona speaks through.",
        Place.PERSONAS,
        footer=True,
    ),
    Action(
        "personas.import_photos",
        "i",
        "import",
        "Import folders of photos for the persona.",
        Place.PERSONAS,
        footer=True,
    ),
    Action("channels.choose", "enter", "choose", "Take this channel.", Place.CHANNELS, footer=True),
    Action(
        "channels.retry", "r", "ask again", "Ask Buffer for the channels again.", Place.CHANNELS, footer=True
    ),
    Action("channels.back", "escape", "back", "Keep the channel as it was.", Place.CHANNELS, footer=True),
)

_LIBRARY = (
    Action(
        "library.caption", "enter", "caption", "Write a caption for the photo.", Place.LIBRARY, footer=True
    ),
    Action(
        "library.import_photos",
        "i",
        "import",
        "Import folders of photos for the persona.",
        Place.LIBRARY,
        footer=True,
    ),
    Action(
        "library.swap",
        "tab",
        "list or picture",
        "Show the picture in place of the list, or the list again, where there is no room for both.",
        Place.LIBRARY,
    ),
)

_COMPOSE = (
    Action(
        "compose.submit",
        "ctrl+s,ctrl+j",
        "submit",
        "Send the post on its way and go back to the list.",
        Place.COMPOSE,
        footer=True,
    ),
    Action(
        "compose.when",
        "ctrl+t",
        "when",
        "Choose when it goes out: next slot, at a time, now.",
        Place.COMPOSE,
        footer=True,
    ),
    Action(
        "compose.editor",
        "ctrl+e",
        "editor",
        "Write the caption in $VISUAL or $EDITOR.",
        Place.COMPOSE,
        priority=True,
        footer=True,
    ),
    Action(
        "compose.fit",
        "ctrl+f",
        "fit",
        "Pad or crop a picture whose shape the network does not take.",
        Place.COMPOSE,
        priority=True,
    ),
    Action(
        "compose.choose_next",
        "right,l,space",
        "next choice",
        "Take the next of the choices on the line.",
        Place.COMPOSE,
        palette=False,
    ),
    Action(
        "compose.choose_previous",
        "left,h",
        "choice before",
        "Take the choice before on the line.",
        Place.COMPOSE,
        palette=False,
    ),
    Action(
        "compose.back",
        "escape",
        "back, text kept",
        "Go back to the list; what was typed is kept with the photo.",
        Place.COMPOSE,
        footer=True,
    ),
)

_POSTS = (
    Action(
        "posts.open", "enter", "details", "Show everything known about the post.", Place.POSTS, footer=True
    ),
    Action(
        "posts.retry",
        "r",
        "try again",
        "Send a failed, held or kept post again.",
        Place.POSTS,
        footer=True,
    ),
    Action(
        "posts.let_go",
        "delete,x",
        "let go",
        "Delete a post that is not in Buffer and free its photo.",
        Place.POSTS,
        footer=True,
    ),
    Action(
        "posts.copy_link",
        "y",
        "copy link",
        "Copy the link to the post on its network.",
        Place.POSTS,
        footer=True,
    ),
)

_IMPORT = (
    Action(
        "import.start",
        "enter",
        "start",
        "Import the folders named.",
        Place.IMPORT,
        footer=True,
        method="screen.start",
    ),
    Action(
        "import.another",
        "ctrl+n",
        "one more",
        "Note this folder and name another one.",
        Place.IMPORT,
        footer=True,
    ),
    Action(
        "import.stop",
        "ctrl+x",
        "stop",
        "Stop the import; what was imported is kept.",
        Place.IMPORT,
        footer=True,
        priority=True,
    ),
    Action(
        "import.back",
        "escape",
        "back",
        "Go back; a running import goes on.",
        Place.IMPORT,
        footer=True,
    ),
)

_DIALOG = (
    Action("dialog.yes", "y", "yes", "Do it.", Place.DIALOG, palette=False),
    Action("dialog.no", "n,escape", "no", "Leave it as it is.", Place.DIALOG, palette=False),
    Action("dialog.cancel", "escape", "cancel", "Close without a change.", Place.DIALOG, palette=False),
)

_HELP = (
    Action("help.close", "escape,q,question_mark", "close", "Close the help.", Place.HELP, palette=False),
)

ACTIONS: tuple[Action, ...] = (
    *_APP,
    *_LIST,
    *_START,
    *_PERSONAS,
    *_LIBRARY,
    *_COMPOSE,
    *_POSTS,
    *_IMPORT,
    *_DIALOG,
    *_HELP,
)
"""The table of all keys."""


def actions_of(*places: Place) -> tuple[Action, ...]:
    """Return the actions of these places, in the table's order."""
    return tuple(action for action in ACTIONS if action.place in places)


def bindings(place: Place, *, only: Iterable[str] | None = None) -> list[BindingType]:
    """Return a place's actions as Textual bindings.

    Args:
        place: Where they are to work.
        only: Ids to take; all of the place when not given.

    Raises:
        KeyError: an id in `only` is not an action of this place.
    """
    found = {action.id: action for action in actions_of(place)}
    chosen = found.values() if only is None else [found[id_] for id_ in only]
    return [_binding(action) for action in chosen]


def _binding(action: Action) -> Binding:
    return Binding(
        key=action.keys,
        action=action.name,
        description=action.label,
        show=action.footer,
        key_display=action.display or action.written_keys[0],
        priority=action.priority,
        tooltip=action.tooltip,
        id=action.id,
    )


def keys_table() -> str:
    """Return the README's table of keys, in Markdown."""
    rows = ["| where | keys | what |", "|---|---|---|"]
    for place in Place:
        rows += [
            f"| {place} | {' '.join(f'`{key}`' for key in action.written_keys)} | {action.tooltip} |"
            for action in actions_of(place)
        ]
    return "\n".join(rows) + "\n"
