"""The keys of posts: the table, the trouble inbox, one post, and changing it."""

from __future__ import annotations

from fluffy_tui.tui.keymap.action import Action, Place
from fluffy_tui.tui.keymap.writing_keys import helping

_FILTERS = (
    ("all", "a", "all", "Show all posts."),
    ("on_the_way", "w", "on the way", "Show only posts on their way to Buffer, and kept drafts."),
    ("in_buffer", "i", "in Buffer", "Show only posts that wait in Buffer or are being published."),
    ("failed", "f", "failed", "Show only posts that failed."),
    ("live", "l", "live", "Show only posts that are live."),
)


def _acting(place: Place, prefix: str) -> tuple[Action, ...]:
    """Return what can be done with posts, under the ids of the place where they are shown."""
    return (
        Action(
            f"{prefix}.edit",
            "e",
            "edit",
            "Change caption, alt text or time, in Buffer too; a failed post is sent again.",
            place,
            footer=True,
            method="act_on_posts('edit')",
        ),
        Action(
            f"{prefix}.change_time",
            "t",
            "time",
            "Change only when it goes out.",
            place,
            footer=prefix == "trouble",
            method="act_on_posts('change_time')",
        ),
        Action(
            f"{prefix}.retry",
            "r",
            "try again",
            "Send a failed, held or kept post again; Buffer is looked at first, so nothing goes out twice.",
            place,
            footer=True,
            method="act_on_posts('retry')",
        ),
        Action(
            f"{prefix}.cancel_post",
            "delete,x",
            "cancel",
            "Take a post back, out of Buffer too; its photo goes back to the library, its text stays with it.",
            place,
            footer=True,
            method="act_on_posts('cancel_post')",
        ),
        Action(
            f"{prefix}.rehost",
            "h",
            "host anew",
            "Render and host the picture anew, and send the post again where it needs that.",
            place,
            method="act_on_posts('rehost')",
        ),
        Action(
            f"{prefix}.move_up",
            "M",
            "move up",
            "Let a waiting post go before the one in front of it.",
            place,
            method="act_on_posts('move_up')",
        ),
        Action(
            f"{prefix}.open_in_buffer",
            "b",
            "open in Buffer",
            "Open the channel in Buffer's web app; where no browser can be seen, copy its address.",
            place,
            method="act_on_posts('open_in_buffer')",
        ),
        Action(
            f"{prefix}.copy_link",
            "y",
            "copy link",
            "Copy the link to the post on its network.",
            place,
            method="act_on_posts('copy_link')",
        ),
    )


POSTS = (
    Action(
        "posts.open", "enter", "details", "Show everything known about the post.", Place.POSTS, footer=True
    ),
    Action(
        "posts.mark",
        "space",
        "mark",
        "Mark the post, or unmark it; keys then act on all marked posts.",
        Place.POSTS,
        footer=True,
    ),
    *_acting(Place.POSTS, "posts"),
    *(
        Action(f"posts.{name}", key, label, tooltip, Place.POSTS, method=f"show_only('{name}')")
        for name, key, label, tooltip in _FILTERS
    ),
)
"""The table of posts and the post's own screen."""

TROUBLE = (
    Action("trouble.open", "enter", "details", "Show everything known about the post.", Place.TROUBLE),
    Action(
        "trouble.mark",
        "space",
        "mark",
        "Mark the line, or unmark it; keys then act on all marked posts.",
        Place.TROUBLE,
        footer=True,
    ),
    *_acting(Place.TROUBLE, "trouble"),
)
"""The trouble inbox."""

EDITING = (
    Action(
        "edit.save",
        "ctrl+s,ctrl+j",
        "save",
        "Change the post, in Buffer too; a failed one is sent again.",
        Place.EDITING,
        footer=True,
    ),
    Action(
        "edit.fit",
        "ctrl+f",
        "fit",
        "Choose how the picture is fitted; it is rendered and hosted anew, in Buffer too.",
        Place.EDITING,
        footer=True,
    ),
    Action("edit.when", "ctrl+t", "when", "Choose when it goes out.", Place.EDITING, footer=True),
    Action(
        "edit.editor",
        "ctrl+e",
        "editor",
        "Write the caption in $VISUAL or $EDITOR.",
        Place.EDITING,
        footer=True,
    ),
    *helping("edit", Place.EDITING),
    Action("edit.caption", "f2", "caption", "Go to the caption.", Place.EDITING),
    Action("edit.alt_text", "f3", "alt text", "Go to the alt text.", Place.EDITING),
    Action(
        "edit.back",
        "escape",
        "back, kept",
        "Go back; what was typed is kept and shown when the post is edited again.",
        Place.EDITING,
        footer=True,
    ),
)
"""Changing a post."""
