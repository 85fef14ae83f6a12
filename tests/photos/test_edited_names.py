"""Edited photos and their originals are known by their names."""

from __future__ import annotations

import pytest

from fluffy_tui.photos.edited_names import counterparts, is_edited

PAIRS = [
    ("/p/IMG_1234.JPG", "/p/IMG_E1234.JPG"),
    ("/p/IMG_1234.HEIC", "/p/IMG_E1234.JPG"),
    ("/p/beach.jpg", "/p/beach-edited.jpg"),
    ("/p/beach.jpg", "/p/beach-Edit.tif"),
    ("/p/PXL_2026.jpg", "/p/PXL_2026 (edited).jpg"),
    ("/p/a.b.png", "/p/a.b_edited.png"),
    ("/p/PXL_2026.jpg", "/p/PXL_2026-bearbeitet.jpg"),
    ("/p/beach.HEIC", "/p/beach-modifié.HEIC"),
]


@pytest.mark.parametrize(("original", "edited"), PAIRS)
def test_each_of_a_pair_leads_to_the_other(original: str, edited: str) -> None:
    assert edited in counterparts(original)
    assert original in counterparts(edited)
    assert is_edited(edited.rpartition("/")[2])
    assert not is_edited(original.rpartition("/")[2])


@pytest.mark.parametrize("name", ["credited.jpg", "img_e.jpg", "IMG_1234.jpg", "edit.jpg", "editor.png"])
def test_other_names_are_those_of_originals(name: str) -> None:
    assert not is_edited(name)
    assert f"/p/{name}" not in counterparts(f"/p/{name}")
