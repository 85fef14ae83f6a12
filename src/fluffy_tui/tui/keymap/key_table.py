"""Every key of the app, one row each: id, default keys, label, tooltip, traits."""
# ruff: noqa: E501 - a row is one line

from __future__ import annotations

from dataclasses import replace

from fluffy_tui.tui.keymap.action import Action, Place, Trait

FOOTER, NOT_IN_PALETTE, PRIORITY = Trait.FOOTER, Trait.NOT_IN_PALETTE, Trait.PRIORITY


def _shared(place: Place, rows: tuple[Action, ...], *, footer: str = "") -> tuple[Action, ...]:
    """Return rows under the ids of a place, with those verbs in its footer."""
    shown = footer.split()
    return tuple(
        replace(row, id=f"{place}.{row.id}", traits=FOOTER if row.id in shown else row.traits) for row in rows
    )


def _on_posts(place: Place, *, footer: str) -> tuple[Action, ...]:
    """Return what can be done with posts, wherever they are shown."""
    rows = tuple(replace(row, method=f"act_on_posts('{row.id}')") for row in _POST)
    return _shared(place, rows, footer=footer)


def _on_form(place: Place, *, footer: str = "") -> tuple[Action, ...]:
    """Return what is done with a caption form, wherever one is."""
    rows = tuple(replace(row, method=f"write('{row.id}')") for row in _CAPTION)
    return _shared(place, rows, footer=footer)


_META_DIGITS = ("º", "inverted_exclamation_mark", "trade_mark_sign", "pound_sign", "cent_sign", "infinity")
"""What Textual takes escape with a digit for, which is alt in most terminals: what a Mac's option key types."""

# fmt: off
_CAPTION = (
    Action("editor",          "ctrl+e",      "Editor",          "Edit the caption in $VISUAL or $EDITOR, else in nano or vi"),
    Action("insert",          "ctrl+g",      "Insert",          "Insert a hashtag set or snippet"),
    Action("recent_captions", "ctrl+l",      "Recent captions", "Insert one of the persona's recent captions"),
    Action("suggest",         "f7,alt+s",    "Suggest",         "Suggest three captions and an alt text, by your own model (nothing of it is submitted unread)"),
    Action("snippets",        "f4",          "Snippets",        "Edit hashtag sets and snippets"),
    Action("open_in_viewer",  "f5",          "Open image",      "Open in image viewer"),
    Action("caption",         "f2",          "Caption",         "Go to the caption"),
    Action("alt_text",        "f3",          "Alt text",        "Go to the alt text"),
    Action("first_comment",   "f6",          "First comment",   "Go to the first comment (Instagram, Facebook, LinkedIn)"),
    Action("hashtags",        "alt+h",       "Move hashtags",   "Move the hashtags at the end of the caption to the first comment, or the comment back to the caption"),
    Action("ai_label",        "f12",         "AI label",        "Tell the networks that the pictures were made with AI, or not (Instagram, X)"),
)
"""Wherever a caption is written."""

_CHANNELS = (
    Action("next_channel",    "alt+down",    "Next channel",    "Show what the next channel gets (what is changed there counts only there)", method="channel('next')"),
    Action("previous_channel", "alt+up",     "Previous channel", "Show what the previous channel gets", method="channel('previous')"),
    Action("toggle_channel",  "f9",          "Toggle channel",   "Switch the channel that is shown on or off for this post", method="channel('toggle')"),
)
"""Where a post is written for several channels."""

_PHOTOS = (
    Action("next_photo",      "ctrl+n",      "Next photo",      "Go to the next photo of the post", method="arrange('next')"),
    Action("previous_photo",  "ctrl+b",      "Previous photo",  "Go to the previous photo of the post", method="arrange('previous')"),
    Action("photo_left",      "alt+left",    "Photo left",      "Move the photo towards the cover (the first photo is the cover)", method="arrange('left')"),
    Action("photo_right",     "alt+right",   "Photo right",     "Move the photo towards the end", method="arrange('right')"),
    Action("people",          "f10,alt+p",   "People",          "Tag people in the picture (on networks that have such tags)", method="arrange('people')"),
    Action("add_photo",       "alt+a",       "Add photo",       "Add the photos selected in the library to the post, or else one from a list"),
    Action("take_out_photo",  "ctrl+o",      "Take out photo",  "Take the photo out of the post (it stays in the library)", method="arrange('out')"),
)
"""Wherever a post may have several photos."""

_POST = (
    Action("edit",            "e",           "Edit",            "Edit caption, photos, alt texts or time, also in Buffer (a failed post is sent again)"),
    Action("reschedule",      "t",           "Reschedule",      "Change the scheduled time"),
    Action("retry",           "r",           "Retry",           "Retry (Buffer is checked first, so nothing is posted twice)"),
    Action("cancel",          "x,delete",    "Cancel",          "Cancel the post, also in Buffer (photo and text go back to the library)"),
    Action("duplicate",       "D",           "Duplicate",       "Duplicate as a new draft: caption, alt text, fit, first comment and channels for another photo"),
    Action("post_again",      "A",           "Post again",      "Post a live post again, some months after it went out: its photos, caption, alt texts and fit as a new draft"),
    Action("upload_again",    "U",           "Upload again",    "Re-render and upload again"),
    Action("move_up",         "K",           "Move up",         "Move up in the queue"),
    Action("open_in_buffer",  "b",           "Open in Buffer",  "Open the channel in Buffer (copies the address if there is no browser)"),
    Action("copy_link",       "y",           "Copy link",       "Copy the link to the live post"),
)
"""Wherever posts are shown."""

ACTIONS: tuple[Action, ...] = (
    Action("app.help",                 "question_mark,f1",       "Keys",            "Show all keys for this screen", FOOTER, "app.help"),
    Action("app.palette",              "ctrl+p,alt+x",           "Palette",         "Find any action by name", NOT_IN_PALETTE, "command_palette"),
    Action("app.library",              "1",                      "Library",         "Library: photos without a post", method="tab('library')"),
    Action("app.posts",                "2",                      "Posts",           "Posts: every post of this persona", method="tab('posts')"),
    Action("app.plan",                 "3",                      "Plan",            "Plan: the channel's slots of this week and the next, or a month", method="tab('plan')"),
    Action("app.problems",             "4",                      "Problems",        "Problems: posts that need attention", method="tab('problems')"),
    Action("app.results",              "5",                      "Results",         "Results: how the live posts did, compared with their channel's median", method="tab('results')"),
    Action("app.undo_submit",          "z",                      "Undo submit",     "Undo the last submit (the text is kept)"),
    Action("app.personas",             "at",                     "Personas",        "Switch persona"),
    Action("app.settings",             "comma",                  "Settings",        "Show and edit all settings"),
    Action("app.doctor",               "exclamation_mark",       "Health checks",   "Run health checks"),
    Action("app.reload",               "ctrl+r",                 "Reload",          "Reload"),
    Action("app.back",                 "escape",                 "Back",            "Go back (typed text is kept)", NOT_IN_PALETTE),
    Action("app.quit",                 "q,ctrl+q",               "Quit",            "Quit (the worker finishes sending)", method="leave"),
    Action("app.suspend",              "ctrl+z",                 "Suspend",         "Suspend the app, where the terminal allows it (fg in the shell brings it back)", method="suspend_process"),

    Action("list.down",                "j,down",                 "Down",            "Next row", NOT_IN_PALETTE, "cursor_down"),
    Action("list.up",                  "k,up",                   "Up",              "Previous row", NOT_IN_PALETTE, "cursor_up"),
    Action("list.first",               "g,home",                 "First",           "First row", NOT_IN_PALETTE),
    Action("list.last",                "G,end",                  "Last",            "Last row", NOT_IN_PALETTE),
    Action("list.page_down",           "ctrl+d,pagedown",        "Page down",       "Page down", NOT_IN_PALETTE),
    Action("list.page_up",             "ctrl+u,pageup",          "Page up",         "Page up", NOT_IN_PALETTE),

    Action("startup.retry",            "r,enter",                "Retry",           "Retry", FOOTER),
    Action("startup.quit",             "q,escape",               "Quit",            "Quit", FOOTER, "leave"),

    Action("first_run.select",         "enter",                  "Select",          "Select", FOOTER),
    Action("first_run.demo",           "d",                      "Demo",            "Open the demo (sample photos, simulated Buffer, nothing is published)", FOOTER),
    Action("first_run.connect_buffer", "b",                      "Connect Buffer",  "Connect Buffer", FOOTER),
    Action("first_run.import_photos",  "i",                      "Import",          "Create a persona and import photos (connect Buffer later)", FOOTER),

    Action("setup.next",               "enter",                  "Next",            "Check this step and continue", FOOTER, "screen.next"),
    Action("setup.toggle",             "space",                  "Toggle",          "Toggle channel", FOOTER | NOT_IN_PALETTE, "take"),
    # Text typed right after the key belongs to the next field.
    Action("setup.next_field",         "tab",                    "Next field",      "Go to the next field", PRIORITY | NOT_IN_PALETTE, "app.focus_next"),
    Action("setup.previous_field",     "shift+tab",              "Previous field",  "Go to the previous field", PRIORITY | NOT_IN_PALETTE, "app.focus_previous"),
    Action("setup.back",               "escape",                 "Back",            "Stop the running check, or go back (typed text is kept)", FOOTER),

    Action("personas.open",            "enter",                  "Open",            "Open the persona's library", FOOTER),
    Action("personas.new",             "n",                      "New",             "Create a persona", FOOTER),
    Action("personas.rename",          "R",                      "Rename",          "Rename the persona", FOOTER),
    Action("personas.channel",         "c",                      "Channels",        "Choose the persona's Buffer channels", FOOTER),
    Action("personas.ai_label",        "a",                      "AI label",        "Tell the networks that all of the persona's pictures are made with AI, or not (each post can differ)"),
    Action("personas.snippets",        "s",                      "Snippets",        "Edit the persona's hashtag sets and snippets"),
    Action("personas.voice",           "v",                      "Voice",           "Describe how the persona writes, for captions that your own model suggests"),
    Action("personas.themes",          "t",                      "Themes",          "Edit the persona's themes: keywords with a share of the posts and a rest"),
    Action("personas.import_photos",   "i",                      "Import",          "Import photos from folders", FOOTER),

    Action("voice.save",               "ctrl+s,ctrl+j",          "Save",            "Save the voice", FOOTER),
    Action("voice.back",               "escape",                 "Cancel",          "Go back without saving (asks first if there are changes)", FOOTER),

    Action("channels.save",            "enter",                  "Save",            "Use the ticked channels", FOOTER),
    Action("channels.toggle",          "space",                  "Toggle",          "Tick or untick the channel", FOOTER | NOT_IN_PALETTE, "tick"),
    Action("channels.move_up",         "K",                      "Move up",         "Move up in the persona's order (the first channel is the main one)", FOOTER),
    Action("channels.reload",          "r",                      "Reload",          "Reload the channels from Buffer", FOOTER),
    Action("channels.back",            "escape",                 "Cancel",          "Keep the channels as they were", FOOTER, "dismiss"),

    Action("import.start",             "enter",                  "Import",          "Import these folders", FOOTER, "screen.start"),
    Action("import.complete",          "tab",                    "Complete",        "Complete the folder's name, as a shell does", FOOTER | NOT_IN_PALETTE),
    Action("import.add_folder",        "ctrl+n",                 "Add",             "Add another folder", FOOTER),
    # The folder field has its own use for ctrl+x.
    Action("import.stop",              "ctrl+x",                 "Stop",            "Stop the import (imported photos are kept)", FOOTER | PRIORITY),
    Action("import.back",              "escape",                 "Back",            "Go back (the import keeps running)", FOOTER, "app.back"),

    Action("library.caption",          "enter",                  "Caption",         "Write a caption (with several photos selected: one post of all of them, in the order selected)", FOOTER),
    Action("library.pick",             "p",                      "Pick",            "Pick and go to the next photo", FOOTER, "decide('pick')"),
    Action("library.reject",           "x",                      "Reject",          "Reject and go to the next photo (the file is never deleted)", FOOTER, "decide('reject')"),
    Action("library.unflag",           "u",                      "Unflag",          "Unflag and go to the next photo", method="decide('undecided')"),
    Action("library.more_stars",       "right_square_bracket",   "More stars",      "Give the photo one star more", method="decide('stars +1')"),
    Action("library.fewer_stars",      "left_square_bracket",    "Fewer stars",     "Take one star from the photo", method="decide('stars -1')"),
    *(Action(f"library.stars_{n}",     f"alt+{n},{meta}",        f"Rate {n}",        f"Give the photo {n} star{'s' * (n != 1)}" if n else "Take all stars from the photo", method=f"decide('stars {n}')") for n, meta in enumerate(_META_DIGITS)),
    Action("library.keywords",         "number_sign",            "Keywords",        "Change the keywords of the selected photos, or else of this one", method="ask('keywords')"),
    Action("library.undo",             "z",                      "Undo",            "Undo the last flag or stars, or the submit that came after it"),
    Action("library.filter",           "slash",                  "Filter",          "Filter by part of the file name, #keyword, text:word, stars, date, flag, shape, … (the help lists all)", FOOTER),
    Action("library.cycle_flags",      "v",                      "Cycle flags",     "Show only unflagged, only picked, only rejected, or all photos", method="filter(True)"),
    Action("library.sort",             "s",                      "Sort",            "Sort by date taken, date imported, name, shape, sharpness or stars"),
    Action("library.reverse",          "S",                      "Reverse order",   "Reverse order", method="sort(True)"),
    Action("library.go_to_date",       "d",                      "Go to date",      "Go to the photos of a date", method="ask('date')"),
    Action("library.duplicates",       "c",                      "Stack",           "Expand or collapse the stack: duplicates, a burst, or an edited photo with its original (flags apply only to the photo shown)"),
    Action("library.all_duplicates",   "C",                      "All stacks",      "Expand or collapse all stacks", method="duplicates(True)"),
    Action("library.most_similar",     "m",                      "Most similar",    "Show the photos without a post that are most similar to this one", method="similar(False)"),
    Action("library.least_similar",    "L",                      "Least similar",   "Show the photos without a post that are least similar to the last nine posts", method="similar(True)"),
    Action("library.compare",          "vertical_line",          "Compare",         "Compare the two to four selected photos side by side, or else the stack under the cursor", method="review(False)"),
    Action("library.best",             "B",                      "Best of stack",   "Pick the best photo of the stack and reject the others, after a question", method="review(True)"),
    Action("library.select",           "space",                  "Select",          "Select / deselect (the selection is kept while the list changes)"),
    Action("library.fill_slots",       "f",                      "Fill slots",      "Fill the next free slots with the selected photos, one post each, in the order selected"),
    Action("library.open_in_viewer",   "o",                      "Open image",      "Open in image viewer"),
    Action("library.import_photos",    "i",                      "Import",          "Import photos from folders", FOOTER),
    Action("library.filmstrip",        "tab",                    "Filmstrip",       "Show the filmstrip (in a small terminal, switch between list and photo)", method="layout('filmstrip')"),
    Action("library.contact_sheet",    "T",                      "Contact sheet",   "Show the photos as a contact sheet, or as a list again (all keys work there too)", method="layout('contact_sheet')"),
    Action("library.previous_photo",   "h,left",                 "Previous photo",  "Previous photo (in the contact sheet, the one to the left)", NOT_IN_PALETTE, "screen.in_list('step(-1)')"),
    Action("library.next_photo",       "l,right",                "Next photo",      "Next photo (in the contact sheet, the one to the right)", NOT_IN_PALETTE, "screen.in_list('step(1)')"),
    Action("library.full_screen",      "Z",                      "Full screen",     "Show the photo as large as the terminal, or the library again (all keys work there too)", method="layout('full_screen')"),
    Action("library.zoom",             "plus,equals_sign",       "Zoom",            "Show the photo pixel by pixel, at 100 %", method="layout('zoom')"),
    Action("library.clear",            "escape",                 "Clear",           "Clear similar view, filter, selection", NOT_IN_PALETTE),

    Action("zoom.larger",              "plus,equals_sign",       "Larger",          "Twice as large, up to 800 %", FOOTER, "zoom(2.0)"),
    Action("zoom.smaller",             "minus",                  "Smaller",         "Half as large, down to the whole photo", FOOTER, "zoom(0.5)"),
    Action("zoom.left",                "h,left",                 "Left",            "Move to the left", NOT_IN_PALETTE, "pan(-1, 0)"),
    Action("zoom.right",               "l,right",                "Right",           "Move to the right", NOT_IN_PALETTE, "pan(1, 0)"),
    Action("zoom.up",                  "k,up",                   "Up",              "Move up", NOT_IN_PALETTE, "pan(0, -1)"),
    Action("zoom.down",                "j,down",                 "Down",            "Move down", NOT_IN_PALETTE, "pan(0, 1)"),
    Action("zoom.back",                "escape",                 "Back",            "Go back to the library", FOOTER, "dismiss"),

    Action("compare.next",             "tab",                    "Next photo",      "Go to the next photo", FOOTER, "step(1)"),
    Action("compare.previous",         "shift+tab",              "Previous photo",  "Go to the previous photo", NOT_IN_PALETTE, "step(-1)"),
    Action("compare.pick",             "p",                      "Pick",            "Pick and go to the next photo", FOOTER, "decide('pick')"),
    Action("compare.reject",           "x",                      "Reject",          "Reject and go to the next photo (the file is never deleted)", FOOTER, "decide('reject')"),
    Action("compare.unflag",           "u",                      "Unflag",          "Unflag and go to the next photo", method="decide('undecided')"),
    Action("compare.best",             "B",                      "Best",            "Pick this photo and reject the others", FOOTER),
    Action("compare.undo",             "z",                      "Undo",            "Undo the last flags that were given here"),
    Action("compare.larger",           "plus,equals_sign",       "Larger",          "All photos twice as large, up to 800 %", method="zoom(2.0)"),
    Action("compare.smaller",          "minus",                  "Smaller",         "All photos half as large, down to the whole photo", method="zoom(0.5)"),
    Action("compare.left",             "h,left",                 "Left",            "Move all to the left", NOT_IN_PALETTE, "pan(-1, 0)"),
    Action("compare.right",            "l,right",                "Right",           "Move all to the right", NOT_IN_PALETTE, "pan(1, 0)"),
    Action("compare.up",               "k,up",                   "Up",              "Move all up", NOT_IN_PALETTE, "pan(0, -1)"),
    Action("compare.down",             "j,down",                 "Down",            "Move all down", NOT_IN_PALETTE, "pan(0, 1)"),
    Action("compare.back",             "escape",                 "Back",            "Go back to the library", FOOTER, "dismiss"),

    Action("filter.clear",             "escape",                 "Clear",           "Clear the filter", FOOTER | NOT_IN_PALETTE, "leave(True)"),
    Action("filter.save",              "ctrl+s",                 "Save filter",     "In the library: save the filter under a name (@name uses it again); an empty one deletes a saved one"),
    Action("filter.apply",             "enter,down",             "Apply",           "Apply the filter and go to the list", FOOTER | NOT_IN_PALETTE, "leave(False)"),

    Action("compose.submit",           "ctrl+s,ctrl+j",          "Submit",          "Submit the post and go back to the list", FOOTER),
    Action("compose.when",             "ctrl+t",                 "Schedule",        "Choose when to post: next slot, at a time, or now", FOOTER, "write('when')"),
    Action("compose.fit",              "ctrl+f",                 "Fit",             "Crop, fit or rotate the picture, with before and after side by side", FOOTER, "write('fit')"),
    *_on_form(Place.COMPOSE, footer="editor"),
    *_shared(Place.COMPOSE, _CHANNELS),
    *_shared(Place.COMPOSE, _PHOTOS),
    Action("compose.same_picture",     "f8",                     "Same picture",    "Compare with the earlier post of the same picture"),
    Action("compose.next_option",      "right,l,space",          "Next option",     "Next option", NOT_IN_PALETTE, "choose_next"),
    Action("compose.previous_option",  "left,h",                 "Previous option", "Previous option", NOT_IN_PALETTE, "choose_previous"),
    Action("compose.options",          "up",                     "Options",         "From the time back to the options", NOT_IN_PALETTE),
    Action("compose.calendar",         "down",                   "Calendar",        "From the options to the time that is typed, from there to a calendar with the channel's slots", NOT_IN_PALETTE),
    Action("compose.back",             "escape",                 "Back",            "Go back (the draft is kept)", FOOTER),

    Action("time_picker.take",           "enter",                "Take",            "Take the slot, or the time that is typed", FOOTER | NOT_IN_PALETTE, "submit"),
    Action("time_picker.next_slot",      "tab",                  "Next slot",       "Next free slot, of this day or of a later one", FOOTER | NOT_IN_PALETTE),
    Action("time_picker.previous_slot",  "shift+tab",            "Previous slot",   "Previous free slot, of this day or of an earlier one", NOT_IN_PALETTE),
    Action("time_picker.previous_day",   "left",                 "Previous day",    "Previous day", NOT_IN_PALETTE, "move_days(-1)"),
    Action("time_picker.next_day",       "right",                "Next day",        "Next day", NOT_IN_PALETTE, "move_days(1)"),
    Action("time_picker.previous_week",  "up",                   "Previous week",   "Previous week", NOT_IN_PALETTE, "move_days(-7)"),
    Action("time_picker.next_week",      "down",                 "Next week",       "Next week", NOT_IN_PALETTE, "move_days(7)"),
    Action("time_picker.previous_month", "pageup",               "Previous month",  "Previous month", NOT_IN_PALETTE, "move_months(-1)"),
    Action("time_picker.next_month",     "pagedown",             "Next month",      "Next month", NOT_IN_PALETTE, "move_months(1)"),
    Action("time_picker.back",           "escape",               "Cancel",          "Go back to the time as it was", FOOTER, "dismiss"),

    Action("autocomplete.accept",      "tab,enter",              "Accept",          "Accept the suggestion", NOT_IN_PALETTE),
    Action("autocomplete.next",        "down",                   "Next",            "Next suggestion", NOT_IN_PALETTE),
    Action("autocomplete.previous",    "up",                     "Previous",        "Previous suggestion", NOT_IN_PALETTE),
    Action("autocomplete.dismiss",     "escape",                 "Dismiss",         "Dismiss the suggestions", NOT_IN_PALETTE, "end_suggestions"),

    Action("picker.insert",            "enter",                  "Insert",          "Insert at the cursor", FOOTER | NOT_IN_PALETTE, "submit"),
    Action("picker.next",              "down,ctrl+n",            "Next",            "Next text", NOT_IN_PALETTE),
    Action("picker.previous",          "up,ctrl+b",              "Previous",        "Previous text", NOT_IN_PALETTE),
    Action("picker.page_down",         "pagedown",               "Page down",       "Scroll the text down", NOT_IN_PALETTE),
    Action("picker.page_up",           "pageup",                 "Page up",         "Scroll the text up", NOT_IN_PALETTE),
    Action("picker.back",              "escape",                 "Cancel",          "Go back without inserting", FOOTER, "dismiss"),

    Action("suggestions.again",        "r",                      "Ask again",       "Ask the model again", FOOTER | NOT_IN_PALETTE),
    Action("suggestions.stop",         "escape",                 "Stop",            "Stop the model and go back", FOOTER),

    Action("photo_picker.add",         "enter",                  "Choose",          "Choose the photo", FOOTER | NOT_IN_PALETTE, "submit"),
    Action("photo_picker.next",        "down,ctrl+n",            "Next",            "Next photo", NOT_IN_PALETTE),
    Action("photo_picker.previous",    "up,ctrl+b",              "Previous",        "Previous photo", NOT_IN_PALETTE),
    Action("photo_picker.back",        "escape",                 "Cancel",          "Go back without choosing a photo", FOOTER, "dismiss"),

    Action("snippets.edit",            "enter,e",                "Edit",            "Edit", FOOTER),
    Action("snippets.new_set",         "n",                      "New set",         "Create a hashtag set", FOOTER),
    Action("snippets.new_snippet",     "N",                      "New snippet",     "Create a snippet (in a caption, type ; and its name to insert it)", FOOTER),
    Action("snippets.rename",          "R",                      "Rename",          "Rename"),
    Action("snippets.delete",          "x,delete",               "Delete",          "Delete (can be undone)", FOOTER),
    Action("snippets.undo",            "z",                      "Undo",            "Undo the last delete"),
    Action("snippets.back",            "escape",                 "Back",            "Go back", FOOTER, "dismiss"),

    Action("snippet.save",             "ctrl+s,ctrl+j",          "Save",            "Save", FOOTER),
    Action("snippet.back",             "escape",                 "Cancel",          "Go back without saving (asks first if there are changes)", FOOTER),

    Action("themes.edit",              "enter,e",                "Edit",            "Edit", FOOTER),
    Action("themes.new",               "n",                      "New",             "Create a theme", FOOTER),
    Action("themes.delete",            "x,delete",               "Delete",          "Delete (can be undone)", FOOTER),
    Action("themes.undo",              "z",                      "Undo",            "Undo the last delete", FOOTER),
    Action("themes.back",              "escape",                 "Back",            "Go back", FOOTER, "dismiss"),

    Action("theme.save",               "ctrl+s,ctrl+j",          "Save",            "Save", FOOTER),
    Action("theme.back",               "escape",                 "Cancel",          "Go back without saving (asks first if there are changes)", FOOTER),

    Action("fit.apply",                "enter,ctrl+s",           "Apply",           "Apply this fit and remember it", FOOTER),
    Action("fit.rotate",               "r",                      "Rotate",          "Rotate 90° clockwise", FOOTER),
    Action("fit.next_row",             "j,down,tab",             "Next row",        "Next row", NOT_IN_PALETTE),
    Action("fit.previous_row",         "k,up,shift+tab",         "Previous row",    "Previous row", NOT_IN_PALETTE),
    Action("fit.back",                 "escape",                 "Cancel",          "Go back without changing the fit", FOOTER, "dismiss"),

    Action("people.apply",             "enter,ctrl+s",           "Apply",           "Tag these people", FOOTER, "screen.apply"),
    Action("people.add",               "ctrl+n",                 "Add",             "Add a person in the middle of the picture", FOOTER, "screen.add"),
    Action("people.remove",            "ctrl+o",                 "Remove",          "Remove this person", FOOTER, "screen.remove"),
    Action("people.next",              "tab",                    "Next person",     "Next person", FOOTER | NOT_IN_PALETTE, "screen.step(1)"),
    Action("people.previous",          "shift+tab,ctrl+b",       "Previous person", "Previous person", NOT_IN_PALETTE, "screen.step(-1)"),
    Action("people.left",              "left",                   "Left",            "Move the person to the left", NOT_IN_PALETTE, "screen.move(-1, 0)"),
    Action("people.right",             "right",                  "Right",           "Move the person to the right", NOT_IN_PALETTE, "screen.move(1, 0)"),
    Action("people.up",                "up",                     "Up",              "Move the person up", NOT_IN_PALETTE, "screen.move(0, -1)"),
    Action("people.down",              "down",                   "Down",            "Move the person down", NOT_IN_PALETTE, "screen.move(0, 1)"),
    Action("people.far_left",          "shift+left",             "Far left",        "Move the person ten steps to the left", NOT_IN_PALETTE, "screen.move(-10, 0)"),
    Action("people.far_right",         "shift+right",            "Far right",       "Move the person ten steps to the right", NOT_IN_PALETTE, "screen.move(10, 0)"),
    Action("people.far_up",            "shift+up",               "Far up",          "Move the person ten steps up", NOT_IN_PALETTE, "screen.move(0, -10)"),
    Action("people.far_down",          "shift+down",             "Far down",        "Move the person ten steps down", NOT_IN_PALETTE, "screen.move(0, 10)"),
    Action("people.back",              "escape",                 "Cancel",          "Go back without changing the tags", FOOTER, "screen.dismiss"),

    Action("same_picture.back",        "escape,f8",              "Back",            "Go back to the caption", FOOTER, "dismiss"),

    Action("fill.next",                "ctrl+j,ctrl+n",          "Next",            "Save this caption and go to the next one (after the last: to the table)", FOOTER),
    Action("fill.previous",            "ctrl+b",                 "Previous",        "Go to the previous caption", FOOTER),
    *_on_form(Place.FILL),
    Action("fill.same_picture",        "f8",                     "Same picture",    "Compare with the earlier post of the same picture"),
    Action("fill.fit",                 "ctrl+f",                 "Fit",             "Crop or fit this picture", method="write('fit')"),
    Action("fill.edit",                "enter",                  "Edit",            "In the table: edit the caption of this row", NOT_IN_PALETTE),
    Action("fill.skip",                "ctrl+o",                 "Skip photo",      "Leave this photo out (its draft is kept)"),
    Action("fill.order",               "alt+o",                  "Order",           "Keep similar photos apart, or go back to the order selected"),
    Action("fill.submit",              "ctrl+s",                 "Submit all",      "Review, then submit all", FOOTER),
    Action("fill.undo",                "z",                      "Undo all",        "Undo all unsent posts", FOOTER),
    Action("fill.back",                "escape",                 "Back",            "Go back (drafts are kept)", FOOTER),

    Action("plan.open",                "enter",                  "Open",            "Open the post, or write one for a free slot (with the selected photos, else with the next one); from the month, show the day", FOOTER),
    Action("plan.previous_slot",       "k,up",                   "Previous slot",   "Previous slot of this day; in the month, the week before", NOT_IN_PALETTE),
    Action("plan.next_slot",           "j,down",                 "Next slot",       "Next slot of this day; in the month, the week after", NOT_IN_PALETTE),
    Action("plan.previous_day",        "h,left",                 "Previous day",    "Previous day", NOT_IN_PALETTE),
    Action("plan.next_day",            "l,right",                "Next day",        "Next day", NOT_IN_PALETTE),
    Action("plan.page_up",             "ctrl+u,pageup",          "Earlier",         "The two weeks before, or the month before", NOT_IN_PALETTE),
    Action("plan.page_down",           "ctrl+d,pagedown",        "Later",           "The two weeks after, or the month after", NOT_IN_PALETTE),
    Action("plan.today",               "g,home",                 "Today",           "Go to today", NOT_IN_PALETTE),
    Action("plan.view",                "tab",                    "Month",           "Show the month, or the two weeks again", FOOTER),
    Action("plan.move",                "M",                      "Move",            "Move post", FOOTER),
    Action("plan.swap",                "X",                      "Swap",            "Swap with another post", FOOTER),
    Action("plan.fill",                "f",                      "Fill slots",      "Fill the upcoming free slots with the selected photos (none selected: by your themes, else picked ones, then unflagged)", FOOTER),
    Action("plan.profile",             "P",                      "Profile grid",    "Show the channel's profile: planned and live posts as its followers see them"),
    Action("plan.next_channel",        "alt+down",               "Next channel",    "Show the plan of the persona's next channel", method="channel('next')"),
    Action("plan.previous_channel",    "alt+up",                 "Previous channel", "Show the plan of the previous channel", method="channel('previous')"),
    Action("plan.back",                "escape",                 "Back",            "Go back to the two weeks, then to the library"),

    Action("move.drop",                "enter",                  "Drop here",       "Drop the post in this slot, or swap it with the post there", FOOTER | NOT_IN_PALETTE),
    Action("move.cancel",              "escape",                 "Cancel",          "Leave the post where it is", FOOTER | NOT_IN_PALETTE, "cancel_move"),

    Action("profile.open",             "enter",                  "Open",            "Show post details (of a post from elsewhere, open its link)", FOOTER),
    Action("profile.swap",             "X",                      "Swap",            "Swap the planned post with another one", FOOTER),
    Action("profile.left",             "h,left",                 "Left",            "Tile to the left", NOT_IN_PALETTE, "step(-1)"),
    Action("profile.right",            "l,right",                "Right",           "Tile to the right", NOT_IN_PALETTE, "step(1)"),
    Action("profile.up",               "k,up",                   "Up",              "Tile above", NOT_IN_PALETTE, "row(-1)"),
    Action("profile.down",             "j,down",                 "Down",            "Tile below", NOT_IN_PALETTE, "row(1)"),
    Action("profile.page_up",          "ctrl+u,pageup",          "Page up",         "Page up", NOT_IN_PALETTE, "page(-1)"),
    Action("profile.page_down",        "ctrl+d,pagedown",        "Page down",       "Page down", NOT_IN_PALETTE, "page(1)"),
    Action("profile.first",            "g,home",                 "First",           "First tile", NOT_IN_PALETTE),
    Action("profile.next_channel",     "alt+down",               "Next channel",    "Show the profile of the persona's next channel", FOOTER, "channel('next')"),
    Action("profile.previous_channel", "alt+up",                 "Previous channel", "Show the profile of the previous channel", method="channel('previous')"),
    Action("profile.back",             "escape",                 "Back",            "Go back to the plan", FOOTER, "dismiss"),

    Action("posts.open",               "enter",                  "Details",         "Show post details", FOOTER),
    Action("posts.select",             "space",                  "Select",          "Select / deselect (keys then act on all selected posts)", FOOTER),
    Action("posts.select_group",       "asterisk",               "All channels",    "Select all channels of this post, or deselect them (keys then act on all of them)"),
    *_on_posts(Place.POSTS, footer="edit retry cancel"),
    Action("posts.search",             "slash",                  "Search",          "Search: words of the caption, or part of a photo's file name"),
    Action("posts.clear",              "escape",                 "Clear",           "Clear the search, or go back", NOT_IN_PALETTE),
    Action("posts.go_to_date",         "d",                      "Go to date",      "Go to the posts of a date"),
    Action("posts.all",                "a",                      "All",             "Show all posts", method="show_only('all')"),
    Action("posts.drafts",             "W",                      "Drafts",          "Show drafts: texts that were typed and not submitted, and posts that were saved", method="show_only('drafts')"),
    Action("posts.queued",             "w",                      "Queued",          "Show submitted posts that are not in Buffer yet", method="show_only('queued')"),
    Action("posts.in_buffer",          "I",                      "In Buffer",       "Show posts that are in Buffer", method="show_only('in_buffer')"),
    Action("posts.failed",             "F",                      "Failed",          "Show failed posts", method="show_only('failed')"),
    Action("posts.outside",            "O",                      "Elsewhere",       "Show what went out elsewhere: posts from the phone, or made in Buffer itself (enter opens the link)", method="show_only('outside')"),
    Action("posts.live",               "V",                      "Live",            "Show live posts", method="show_only('live')"),

    Action("problems.open",            "enter",                  "Details",         "Show post details"),
    Action("problems.select",          "space",                  "Select",          "Select / deselect (keys then act on all selected posts)", FOOTER),
    Action("problems.select_group",    "asterisk",               "All channels",    "Select the problems of this post on all channels, or deselect them"),
    *_on_posts(Place.PROBLEMS, footer="edit reschedule retry cancel"),

    Action("results.open",             "enter",                  "Details",         "Show post details", FOOTER),
    Action("results.measure",          "s",                      "Next number",     "Compare by the next number: reactions, comments, saves, reach and others, as the networks have them", FOOTER),
    Action("results.pane",             "tab",                    "Breakdown",       "Go to the breakdown by channel, weekday, hour, shape and hashtag, or back to the best posts", FOOTER),

    Action("edit.save",                "ctrl+s,ctrl+j",          "Save",            "Save, also in Buffer (a failed post is sent again)", FOOTER),
    Action("edit.fit",                 "ctrl+f",                 "Fit",             "Crop or fit the picture (it is rendered and uploaded again)", FOOTER, "write('fit')"),
    Action("edit.when",                "ctrl+t",                 "Schedule",        "Choose when to post", FOOTER, "write('when')"),
    *_on_form(Place.EDIT, footer="editor"),
    *_shared(Place.EDIT, _PHOTOS),
    Action("edit.back",                "escape",                 "Back",            "Go back (unsaved changes are kept for the next edit)", FOOTER),

    Action("settings.edit",            "enter",                  "Edit",            "Edit the setting in config.toml, or choose another theme", FOOTER),
    Action("settings.reset",           "x,delete",               "Reset",           "Remove the setting from config.toml, so that its default counts again", FOOTER),
    Action("settings.connect_buffer",  "b",                      "Connect Buffer",  "Connect Buffer", FOOTER),
    Action("settings.copy",            "y",                      "Copy",            "Copy the line for config.toml", FOOTER),
    Action("settings.back",            "escape",                 "Back",            "Go back", FOOTER, "app.back"),

    Action("doctor.rerun",             "r",                      "Run again",       "Run health checks again", FOOTER),
    Action("doctor.back",              "escape",                 "Back",            "Go back", FOOTER, "app.back"),

    Action("dialog.yes",               "y",                      "Yes",             "Yes", NOT_IN_PALETTE, "dismiss(True)"),
    Action("dialog.all",               "a",                      "All",             "On all channels", NOT_IN_PALETTE),
    Action("dialog.no",                "n,escape",               "No",              "No", NOT_IN_PALETTE, "dismiss(False)"),
    Action("dialog.cancel",            "escape",                 "Cancel",          "Cancel", NOT_IN_PALETTE, "dismiss"),

    Action("help.close",               "escape,q,question_mark", "Close",           "Close", NOT_IN_PALETTE, "dismiss"),
)
# fmt: on
