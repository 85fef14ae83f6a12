"""The keys of the frame: everywhere, lists, first run, personas, import, settings, doctor, dialogs."""

from __future__ import annotations

from fluffy_tui.tui.keymap.action import Action, Place

_APP = (
    Action(
        "app.help",
        "question_mark,f1",
        "keys",
        "Show every key of this place.",
        Place.EVERYWHERE,
        footer=True,
        method="app.help",
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
    Action(
        "app.plan",
        "3",
        "Plan",
        "Go to the coming two weeks of the channel's slots.",
        Place.EVERYWHERE,
        method="tab('plan')",
    ),
    Action(
        "app.trouble",
        "4",
        "Problems",
        "Problems: posts that need attention.",
        Place.EVERYWHERE,
        method="tab('trouble')",
    ),
    Action(
        "app.take_back",
        "z",
        "undo submit",
        "Take back the post that was submitted last, before it leaves; its text is kept with the photo.",
        Place.EVERYWHERE,
    ),
    Action("app.personas", "at", "persona", "Change the persona.", Place.EVERYWHERE),
    Action(
        "app.settings",
        "comma",
        "settings",
        "Show every setting, and where its value comes from.",
        Place.EVERYWHERE,
    ),
    Action(
        "app.doctor",
        "exclamation_mark",
        "doctor",
        "Try each link of the chain: database, worker, Buffer, media host, terminal.",
        Place.EVERYWHERE,
    ),
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
        "personas.snippets",
        "s",
        "snippets",
        "Write and change the persona's hashtag sets and snippets.",
        Place.PERSONAS,
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

_FIRST_RUN = (
    Action(
        "first_run.choose", "enter", "choose", "Go the way under the cursor.", Place.FIRST_RUN, footer=True
    ),
    Action(
        "first_run.demo",
        "d",
        "demo",
        "Open the demo: sample photos and a stand-in for Buffer; nothing is published.",
        Place.FIRST_RUN,
        footer=True,
    ),
    Action(
        "first_run.set_up",
        "b",
        "Buffer",
        "Give your Buffer key, choose channels and where pictures are hosted.",
        Place.FIRST_RUN,
        footer=True,
    ),
    Action(
        "first_run.import_photos",
        "i",
        "import",
        "Make a persona and import its photos; Buffer can come later.",
        Place.FIRST_RUN,
        footer=True,
    ),
)

_SETTINGS = (
    Action(
        "settings.set_up",
        "b",
        "set up Buffer",
        "Give your Buffer key, choose channels and where pictures are hosted.",
        Place.SETTINGS,
        footer=True,
    ),
    Action(
        "settings.copy",
        "y",
        "copy",
        "Copy the line that sets this in config.toml.",
        Place.SETTINGS,
        footer=True,
    ),
    Action("settings.back", "escape", "back", "Go back.", Place.SETTINGS, footer=True),
    Action(
        "setup.next",
        "enter",
        "next",
        "Check this step and go on.",
        Place.SETUP,
        footer=True,
        method="screen.next",
    ),
    Action(
        "setup.take",
        "space",
        "take",
        "Take the channel, or leave it.",
        Place.SETUP,
        footer=True,
        palette=False,
    ),
    Action(
        "setup.next_field",
        "tab",
        "next field",
        "Go to the next field; what is typed right after it is for that one.",
        Place.SETUP,
        method="app.focus_next",
        priority=True,
        palette=False,
    ),
    Action(
        "setup.field_before",
        "shift+tab",
        "field before",
        "Go to the field before.",
        Place.SETUP,
        method="app.focus_previous",
        priority=True,
        palette=False,
    ),
    Action(
        "setup.back",
        "escape",
        "back",
        "Stop the check that runs, or go one step back; what was typed stays.",
        Place.SETUP,
        footer=True,
    ),
    Action(
        "doctor.again", "r", "check again", "Try each link of the chain again.", Place.DOCTOR, footer=True
    ),
    Action("doctor.back", "escape", "back", "Go back.", Place.DOCTOR, footer=True),
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

BEFORE_THE_TABS = (*_APP, *_LIST, *_START, *_FIRST_RUN, *_PERSONAS)
"""What comes first in the table."""

AFTER_THE_TABS = (*_IMPORT, *_SETTINGS, *_DIALOG, *_HELP)
"""What comes last in it."""
