"""Keywords from the names of folders."""

from __future__ import annotations

import pytest

from fluffy_tui.photos.metadata.folder_keywords import folder_keywords


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("", ()),
        ("Beach House", ("Beach House",)),
        ("Iceland/Vík", ("Iceland", "Vík")),
        ("Iceland_2023/black_beach", ("Iceland", "black beach")),
        ("2024-05-01 Wedding Anna", ("Wedding Anna",)),
        ("20240501 Köln", ("Köln",)),
        ("Köln (2024)", ("Köln",)),
        ("Route 66", ("Route 66",)),
        ("2024/05 May/05-01", ()),
        ("2024_05_01", ()),
        ("May 2024", ()),
        ("DCIM/100CANON", ()),
        ("DCIM/101APPLE", ()),
        ("202311__", ()),
        ("Photos from 2023", ()),
        ("Takeout/Google Photos/Sea", ("Sea",)),
        ("Camera Roll/Exports/web", ()),
        ("New Folder (2)", ()),
    ],
)
def test_names_that_say_something_are_keywords(folder: str, words: tuple[str, ...]) -> None:
    path = "/".join(filter(None, ["/home/me/Trips", folder, "a.jpg"]))
    assert folder_keywords(path, ["/nowhere", "/home/me/Trips/"]) == words


def test_neither_the_imported_folder_nor_those_above_it_count() -> None:
    assert folder_keywords("/home/me/Trips/Sea/a.jpg", ["/home/me/Trips/Sea"]) == ()
    assert folder_keywords("/home/me/Trips/Sea/a.jpg", []) == ()
    assert folder_keywords("/home/me/Trips and more/Sea/a.jpg", ["/home/me/Trips"]) == ()
    assert folder_keywords("/sea/a.jpg", ["/"]) == ("sea",)
