"""The library's part of the key table."""

from __future__ import annotations

from fluffy_tui.tui.keymap.action import Action, Place

LIBRARY = (
    Action(
        "library.caption", "enter", "caption", "Write a caption for the photo.", Place.LIBRARY, footer=True
    ),
    Action("library.pick", "p", "pick", "Pick the photo and go on.", Place.LIBRARY, footer=True),
    Action(
        "library.reject",
        "x",
        "reject",
        "Reject the photo and go on; nothing is ever deleted.",
        Place.LIBRARY,
        footer=True,
    ),
    Action("library.undecide", "u", "undecided", "Leave the photo undecided and go on.", Place.LIBRARY),
    Action(
        "library.undo",
        "z",
        "undo",
        "Undo the last decision, or take back the post that was submitted after it.",
        Place.LIBRARY,
    ),
    Action(
        "library.filter",
        "slash",
        "filter",
        "Show only some photos: words of the name, picked, portrait, missing, never, all, 2026-11 …",
        Place.LIBRARY,
        footer=True,
    ),
    Action(
        "library.next_verdict",
        "v",
        "verdicts",
        "Show only undecided, then only picked, then only rejected, then all again.",
        Place.LIBRARY,
    ),
    Action(
        "library.next_sort",
        "s",
        "sort",
        "Sort by time taken, by import, by name, by shape.",
        Place.LIBRARY,
    ),
    Action("library.turn_round", "S", "turn round", "Turn the order round.", Place.LIBRARY),
    Action("library.jump", "d", "jump to date", "Go to the photos of a date.", Place.LIBRARY),
    Action(
        "library.copies",
        "c",
        "copies",
        "Open the stack of copies under the cursor, or fold it again; verdicts are about the photo shown only.",
        Place.LIBRARY,
    ),
    Action(
        "library.fold",
        "C",
        "fold all",
        "Show every copy as a line of its own, or fold all stacks again.",
        Place.LIBRARY,
    ),
    Action(
        "library.more_like",
        "m",
        "more like this",
        "Show the photos without a post that are most like this one, with their distance.",
        Place.LIBRARY,
    ),
    Action(
        "library.least_like",
        "L",
        "least like",
        "Show the photos without a post that are least like the last nine posts.",
        Place.LIBRARY,
    ),
    Action(
        "library.mark",
        "space",
        "mark",
        "Mark the photo and go on, or take its mark away; marks stay while the list changes.",
        Place.LIBRARY,
    ),
    Action(
        "library.fill_week",
        "f",
        "fill slots",
        "Give the marked photos the coming free slots, in the order in which they were marked.",
        Place.LIBRARY,
    ),
    Action(
        "library.open_outside",
        "o",
        "open outside",
        "Open the photo outside, as your desktop shows it.",
        Place.LIBRARY,
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
        "filmstrip",
        "Show the neighbours as a filmstrip; where there is no room, swap list and picture.",
        Place.LIBRARY,
    ),
    Action(
        "library.clear",
        "escape",
        "back",
        "Go back from what is alike, else take the filter away, else the marks.",
        Place.LIBRARY,
        palette=False,
    ),
)

FILTER = (
    Action(
        "filter.forget",
        "escape",
        "all again",
        "Show every photo again.",
        Place.FILTER,
        footer=True,
        method="leave(True)",
        palette=False,
    ),
    Action(
        "filter.keep",
        "enter,down",
        "to the list",
        "Go to the photos that are left.",
        Place.FILTER,
        footer=True,
        method="leave(False)",
        palette=False,
    ),
)
