"""The keys of writing and planning: composer, fit, plan, filling the week."""

from __future__ import annotations

from fluffy_tui.tui.keymap.action import Action, Place
from fluffy_tui.tui.keymap.writing_keys import helping

COMPOSE = (
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
        "compose.fit",
        "ctrl+f",
        "fit",
        "Choose shape, crop or padding, and turn the picture, with before and after side by side.",
        Place.COMPOSE,
        footer=True,
    ),
    Action(
        "compose.editor",
        "ctrl+e",
        "editor",
        "Write the caption in $VISUAL or $EDITOR.",
        Place.COMPOSE,
        footer=True,
    ),
    *helping("compose", Place.COMPOSE),
    Action(
        "compose.same_picture",
        "f8",
        "same picture",
        "See the picture beside the earlier post of it.",
        Place.COMPOSE,
    ),
    Action("compose.caption", "f2", "caption", "Go to the caption.", Place.COMPOSE),
    Action("compose.alt_text", "f3", "alt text", "Go to the alt text.", Place.COMPOSE),
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
        "back, kept",
        "Go back to the list; what was typed is kept with the photo.",
        Place.COMPOSE,
        footer=True,
    ),
)

FIT = (
    Action("fit.take", "enter,ctrl+s", "take it", "Take this fit, and remember it.", Place.FIT, footer=True),
    Action("fit.turn", "r", "turn", "Turn the picture by a quarter, clockwise.", Place.FIT, footer=True),
    Action("fit.next_row", "j,down,tab", "row below", "Go to the choice below.", Place.FIT, palette=False),
    Action(
        "fit.previous_row", "k,up,shift+tab", "row above", "Go to the choice above.", Place.FIT, palette=False
    ),
    Action("fit.back", "escape", "back", "Leave the fit as it was.", Place.FIT, footer=True),
    Action("compare.back", "escape,f8", "back", "Go back to the caption.", Place.COMPARE, footer=True),
)

PLAN = (
    Action(
        "plan.open",
        "enter",
        "open",
        "Open the post in this slot, or write one for the empty slot.",
        Place.PLAN,
        footer=True,
    ),
    Action(
        "plan.earlier", "k,up", "earlier", "Go to the slot before, on this day.", Place.PLAN, palette=False
    ),
    Action("plan.later", "j,down", "later", "Go to the next slot on this day.", Place.PLAN, palette=False),
    Action("plan.day_before", "h,left", "day before", "Go to the day before.", Place.PLAN, palette=False),
    Action("plan.day_after", "l,right", "day after", "Go to the day after.", Place.PLAN, palette=False),
    Action(
        "plan.move",
        "M",
        "move",
        "Take up the post, to put it down in another slot.",
        Place.PLAN,
        footer=True,
    ),
    Action(
        "plan.swap",
        "S",
        "swap",
        "Take up the post, to let it change places with another one.",
        Place.PLAN,
        footer=True,
    ),
    Action(
        "plan.fill",
        "f",
        "fill",
        "Fill the coming empty slots: with the marked photos, else with picked and then undecided ones.",
        Place.PLAN,
        footer=True,
    ),
    Action("plan.back", "escape", "back", "Go back to the library.", Place.PLAN),
)

MOVING = (
    Action(
        "moving.put_down",
        "enter",
        "put down here",
        "Put the post that was taken up down in this slot, or let it change places with the post there.",
        Place.MOVING,
        footer=True,
        method="drop",
        palette=False,
    ),
    Action(
        "moving.let_be",
        "escape",
        "let it be",
        "Leave the post that was taken up where it is.",
        Place.MOVING,
        footer=True,
        method="cancel_move",
        palette=False,
    ),
)
"""A post is taken up; these stand before those of the plan while it is."""

FILL = (
    Action(
        "fill.next",
        "ctrl+j,ctrl+n",
        "next",
        "Keep this caption and write the next one; the table comes after the last.",
        Place.FILL,
        footer=True,
    ),
    Action("fill.before", "ctrl+b", "before", "Go back to the caption before.", Place.FILL, footer=True),
    Action("fill.caption", "f2", "caption", "Go to the caption, of the table's line too.", Place.FILL),
    Action("fill.alt_text", "f3", "alt text", "Go to the alt text, of the table's line too.", Place.FILL),
    Action("fill.editor", "ctrl+e", "editor", "Write the caption in $VISUAL or $EDITOR.", Place.FILL),
    *helping("fill", Place.FILL),
    Action(
        "fill.same_picture",
        "f8",
        "same picture",
        "See the picture beside the earlier post of it.",
        Place.FILL,
    ),
    Action(
        "fill.fit",
        "ctrl+f",
        "fit",
        "Choose shape, crop or padding of this picture.",
        Place.FILL,
    ),
    Action(
        "fill.open",
        "enter",
        "write",
        "In the table: go to the caption of the line.",
        Place.FILL,
        palette=False,
    ),
    Action(
        "fill.leave_out",
        "ctrl+o",
        "leave out",
        "Leave this photo out of the week; its text is kept with it.",
        Place.FILL,
    ),
    Action(
        "fill.submit",
        "ctrl+s",
        "submit all",
        "Look all of them over; from the table, send them on their way.",
        Place.FILL,
        footer=True,
    ),
    Action(
        "fill.undo", "z", "undo", "Take back every post of this week that can be.", Place.FILL, footer=True
    ),
    Action("fill.back", "escape", "back, kept", "Go one step back.", Place.FILL, footer=True),
)
