"""Edited photos and their originals are known by their names."""

from __future__ import annotations

import pytest

from fluffy_tui.photos.edited_names import counterparts, is_edited, versions

PAIRS = [
    ("IMG_1234.JPG", "IMG_E1234.JPG"),
    ("IMG_1234.HEIC", "IMG_E1234.JPG"),
    ("beach.jpg", "beach-edited.jpg"),
    ("beach.jpg", "beach-Edit.tif"),
    ("PXL_2026.jpg", "PXL_2026 (edited).jpg"),
    ("a.b.png", "a.b_edited.png"),
    ("PXL_2026.jpg", "PXL_2026-bearbeitet.jpg"),
    ("beach.HEIC", "beach-modifié.HEIC"),
    ("beach.HEIC", "beach-modifie\u0301.HEIC"),
    ("beach.jpg", "beach-ha editado.jpg"),
    ("beach.jpg", "beach-編集済み.jpg"),
    ("beach(1).jpg", "beach-edited(1).jpg"),
    ("beach (1).jpg", "beach (1)-edited.jpg"),
]


@pytest.mark.parametrize(("original", "edited"), PAIRS)
def test_each_of_a_pair_leads_to_the_other(original: str, edited: str) -> None:
    assert edited in counterparts(original)
    assert original in counterparts(edited)
    assert is_edited(edited)
    assert not is_edited(original)


@pytest.mark.parametrize("name", ["credited.jpg", "img_e.jpg", "IMG_1234.jpg", "edit.jpg", "editor.png"])
def test_other_names_are_those_of_originals(name: str) -> None:
    assert not is_edited(name)
    assert name not in counterparts(name)


@pytest.mark.parametrize(
    ("original", "version"),
    [
        ("PXL_20231105_143015123.jpg", "PXL_20231105_143015123~2.jpg"),
        ("a.b.JPG", "a.b copy.JPG"),
        ("a.jpg", "a copy 2.jpg"),
        ("a.jpg", "a - Copy.jpg"),
        ("a.jpg", "a Kopie.jpg"),
        ("a.jpg", "a (1).jpg"),
        ("a.jpg", "a(2).jpg"),
    ],
)
def test_a_version_and_its_original_lead_to_each_other(original: str, version: str) -> None:
    assert version in versions(original)
    assert original in versions(version)
    assert not is_edited(original)
    assert is_edited(version) is ("~" in version), "a copy is as good as its original"


@pytest.mark.parametrize("name", ["IMAGE~1.JPG", "copy.jpg", "(1).jpg", "photocopy.jpg"])
def test_other_names_are_no_versions(name: str) -> None:
    assert not is_edited(name)
    assert len(versions(name)) > 1
