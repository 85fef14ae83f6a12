"""The selection: in the order of selecting, whatever is removed."""

from __future__ import annotations

from fluffy_tui.tui.session.photo_selection import PhotoSelection


def test_photos_keep_the_order_in_which_they_were_selected() -> None:
    selection = PhotoSelection()
    for photo_id in (3, 1, 2, 1):
        selection.toggle(photo_id)
    assert selection.ids == (3, 2)
    assert (selection.words, selection.phrase) == ("2 selected", "2 selected photos")
    selection.remove([3, 7])
    assert 2 in selection
    assert selection.phrase == "1 selected photo"
    selection.clear()
    assert (len(selection), selection.words, selection.phrase) == (0, "", "")
