"""The keys around writing: what is offered while one types, hashtag sets and snippets, earlier captions."""

from __future__ import annotations

from fluffy_tui.tui.keymap.action import Action, Place

COMPLETING = (
    Action("completion.take", "tab,enter", "take", "Take what is offered.", Place.COMPLETING, palette=False),
    Action("completion.next", "down", "next offer", "Go to the next offer.", Place.COMPLETING, palette=False),
    Action(
        "completion.previous",
        "up",
        "offer before",
        "Go to the offer before.",
        Place.COMPLETING,
        palette=False,
    ),
    Action(
        "completion.dismiss",
        "escape",
        "no, thanks",
        "Close what is offered for this word.",
        Place.COMPLETING,
        palette=False,
    ),
)


def helping(prefix: str, place: Place) -> tuple[Action, ...]:
    """Return what helps to write a caption, under the ids of the place where it is written."""
    return (
        Action(
            f"{prefix}.insert",
            "ctrl+g",
            "insert",
            "Find a hashtag set or a snippet by a few letters, and put it in.",
            place,
        ),
        Action(
            f"{prefix}.earlier",
            "ctrl+l",
            "earlier",
            "Read the persona's last captions, and put one in.",
            place,
        ),
        Action(f"{prefix}.snippets", "f4", "snippets", "Write and change hashtag sets and snippets.", place),
        Action(
            f"{prefix}.open_outside",
            "f5",
            "open",
            "Open the photo outside, as your desktop shows it.",
            place,
        ),
    )


PICKING = (
    Action(
        "picking.take",
        "enter",
        "insert",
        "Put it in where the cursor is.",
        Place.PICKING,
        footer=True,
        method="submit",
        palette=False,
    ),
    Action("picking.next", "down,ctrl+n", "next", "Go to the next text.", Place.PICKING, palette=False),
    Action("picking.previous", "up,ctrl+b", "before", "Go to the text before.", Place.PICKING, palette=False),
    Action(
        "picking.page_down", "pagedown", "read on", "Read on in the text shown.", Place.PICKING, palette=False
    ),
    Action(
        "picking.page_up", "pageup", "read back", "Read back in the text shown.", Place.PICKING, palette=False
    ),
    Action("picking.back", "escape", "back", "Go back and put nothing in.", Place.PICKING, footer=True),
)

SNIPPETS = (
    Action("snippets.edit", "enter,e", "edit", "Change the text.", Place.SNIPPETS, footer=True),
    Action("snippets.new_set", "n", "new set", "Make a set of hashtags.", Place.SNIPPETS, footer=True),
    Action(
        "snippets.new_snippet",
        "s",
        "new snippet",
        "Make a snippet, which typing ; and its name puts into a caption.",
        Place.SNIPPETS,
        footer=True,
    ),
    Action("snippets.rename", "r", "rename", "Give it another name.", Place.SNIPPETS),
    Action(
        "snippets.delete",
        "delete,x",
        "delete",
        "Delete it; undo brings it back.",
        Place.SNIPPETS,
        footer=True,
    ),
    Action("snippets.undo", "z", "undo", "Bring back what was deleted last.", Place.SNIPPETS),
    Action("snippets.back", "escape", "back", "Go back.", Place.SNIPPETS, footer=True),
    Action("snippet.save", "ctrl+s,ctrl+j", "save", "Keep it as it is now.", Place.SNIPPET, footer=True),
    Action(
        "snippet.back",
        "escape",
        "back",
        "Leave it as it was; what was typed is asked about.",
        Place.SNIPPET,
        footer=True,
    ),
)
