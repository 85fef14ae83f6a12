"""Edited photos and their originals are known by their names."""

from __future__ import annotations

import pytest

from fluffy_tui.photos.edited_names import counterparts, is_edited, versions

PAIRS = [
    ("/p/IMG_1234.JPG", "/p/IMG_E1234.JPG"),
    ("/p/IMG_1234.HEIC", "/p/IMG_E1234.JPG"),
    ("/p/beach.jpg", "/p/beach-edited.jpg"),
    ("/p/beach.jpg", "/p/beach-Edit.tif"),
    ("/p/PXL_2026.jpg", "/p/PXL_2026 (edited).jpg"),
    ("/p/a.b.png", "/p/a.b_edited.png"),
    ("/p/PXL_2026.jpg", "/p/PXL_2026-bearbeitet.jpg"),
    ("/p/beach.HEIC", "/p/beach-modifié.HEIC"),
    ("/p/beach.HEIC", "/p/beach-modifie\u0301.HEIC"),
    ("/p/beach.jpg", "/p/beach-ha editado.jpg"),
    ("/p/beach.jpg", "/p/beach-編集済み.jpg"),
    ("/p/beach(1).jpg", "/p/beach-edited(1).jpg"),
    ("/p/beach (1).jpg", "/p/beach (1)-edited.jpg"),
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


@pytest.mark.parametrize(
    ("original", "version"),
    [
        ("/p/PXL_20231105_143015123.jpg", "/p/PXL_20231105_143015123~2.jpg"),
        ("/p/a.b.JPG", "/p/a.b copy.JPG"),
        ("/p/a.jpg", "/p/a copy 2.jpg"),
        ("/p/a.jpg", "/p/a - Copy.jpg"),
        ("/p/a.jpg", "/p/a Kopie.jpg"),
        ("/p/a.jpg", "/p/a (1).jpg"),
        ("/p/a.jpg", "/p/a(2).jpg"),
    ],
)
def test_a_version_and_its_original_lead_to_each_other(original: str, version: str) -> None:
    assert version in versions(original)
    assert original in versions(version)
    assert not is_edited(original.rpartition("/")[2])
    assert is_edited(version.rpartition("/")[2]) is ("~" in version), "a copy is as good as its original"


@pytest.mark.parametrize("name", ["IMAGE~1.JPG", "copy.jpg", "(1).jpg", "photocopy.jpg"])
def test_other_names_are_no_versions(name: str) -> None:
    assert not is_edited(name)
    assert len(versions(f"/p/{name}")) > 1
