"""What a walk finds below a folder, and what it reports."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from fluffy_tui.photos.ingest import folder_walk
from fluffy_tui.photos.ingest.folder_walk import existing_folders, is_dataless, next_listing, walk
from fluffy_tui.photos.ingest.import_scope import ChangedPaths
from fluffy_tui.photos.model import RAW_BESIDE_PICTURE, FailedFile, FolderNotFound, PassedOver
from photos.photo_files import write


def found_below(*folders: Path) -> tuple[list[str], dict[str, str]]:
    """Return the files' paths, and the reasons of failed ones by name."""
    walked = list(walk(folders, threading.Event()))
    return (
        [path for path in walked if isinstance(path, str)],
        {failed.path.name: failed.reason for failed in walked if isinstance(failed, FailedFile)},
    )


def names(paths: list[str]) -> list[str]:
    return [Path(path).name for path in paths]


@pytest.mark.parametrize(
    "name",
    [
        "a.jpg",
        "a.JPG",
        "a.jpeg",
        "a.jpe",
        "a.jfif",
        "a.pjpeg",
        "a.Png",
        "a.webp",
        "a.heic",
        "a.HEIF",
        "a.hif",
        "a.avif",
        "a.TIF",
        "a.tiff",
        "a.gif",
        "a.bmp",
        "a.mpo",
        "a.jxl",
        "nosuffix",
        "a.jpg.",
        "IMG_1.jpg_large",
        "IMG_1.jpg ",
        "IMG_1.jpg (1)",
        "IMG_1.jpg!w700",
        "IMG_1.jpg@1280w",
        "IMG_1.JPG&w=600",
        "photo.jpeg?width=800",
        "photo.jpg:large",
        "Screenshot 2024-05-01 at 10.00.00",
    ],
)
def test_picture_names_are_found_at_any_depth_in_any_case(tmp_path: Path, name: str) -> None:
    """Recursive, every suffix, upper case, and files without a suffix."""
    file = write(tmp_path / "2024" / "may" / name, b"x")
    assert found_below(tmp_path) == ([str(file)], {})


@pytest.mark.parametrize(
    "name",
    [
        "a.xmp",
        "a.aae",
        "notes.txt",
        "film.mov",
        ".hidden.jpg",
        "._a.jpg",
        ".thumbnails/a.jpg",
        "@eaDir/a.jpg",
        "__MACOSX/a.jpg",
        "a.jpg~",
        "a.jpg_original",
        "a.jpg.part",
        "a.crdownload",
        ".a.dng",
        ".note.txt.icloud",
        "a.icloud",
        "v1.2.txt",
    ],
)
def test_sidecars_hidden_and_system_files_are_skipped(tmp_path: Path, name: str) -> None:
    """They are neither found nor reported."""
    write(tmp_path / name, b"x")
    assert found_below(tmp_path) == ([], {})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.DNG", "dng"),
        ("a.CR2", "cr2"),
        ("a.cr3", "cr3"),
        ("a.nef", "nef"),
        ("a.arw", "arw"),
        ("a.raf", "raf"),
        ("a.psd", "psd"),
        ("a.jp2", "jp2"),
        ("a.svg", "svg"),
        (".IMG_1.HEIC.icloud", "icloud"),
        (".IMG_2.png.icloud", "icloud"),
    ],
)
def test_pictures_that_cannot_be_imported_are_named_with_their_kind(
    tmp_path: Path, name: str, kind: str
) -> None:
    """They are missed in the library otherwise, and nobody says why."""
    file = write(tmp_path / "2024" / name, b"x")
    changed = ChangedPaths([str(file)], [tmp_path])
    for walked in (walk([tmp_path], threading.Event()), changed.walk(threading.Event())):
        assert list(walked) == [PassedOver(file, kind)]


def test_raw_files_beside_their_picture_are_distinguished_from_those_without_one(tmp_path: Path) -> None:
    """In an import and in a watched folder; the picture may be one that was made from the raw file."""
    for name in ("a.JPG", "b.heic", "c.nef.jpg", "sub/d.jpg", ".e.HEIC.icloud"):
        write(tmp_path / name, b"x")
    raws = [write(tmp_path / name, b"x") for name in ("a.CR2", "b.dng", "c.nef", "d.arw", "e.dng")]
    changed = ChangedPaths([str(raw) for raw in raws], [tmp_path])
    for walked in (walk([tmp_path], threading.Event()), changed.walk(threading.Event())):
        kinds = {found.path.name: found.kind for found in walked if isinstance(found, PassedOver)}
        kinds.pop(".e.HEIC.icloud", None)
        beside = dict.fromkeys(("a.CR2", "b.dng", "c.nef", "e.dng"), RAW_BESIDE_PICTURE)
        assert kinds == {**beside, "d.arw": "arw"}


def test_a_file_of_which_icloud_has_the_content_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading it would download it, and wait for that."""
    here, there = write(tmp_path / "a.jpg", b"x"), write(tmp_path / "b.jpg", b"x")
    monkeypatch.setattr(folder_walk, "is_dataless", lambda status: status.st_ino == there.stat().st_ino)
    listing = next_listing(walk([tmp_path], threading.Event()), 10)
    assert listing is not None
    assert list(listing.files) == [str(here)]
    assert listing.passed_over == [PassedOver(there, "icloud")]
    assert listing.failed == []


def test_macos_says_that_a_file_is_dataless() -> None:
    assert is_dataless(SimpleNamespace(st_flags=0x40000020))  # type: ignore[arg-type]
    assert not is_dataless(SimpleNamespace(st_flags=0x20))  # type: ignore[arg-type]
    assert not is_dataless(os.stat("."))  # noqa: PTH116


def test_a_hidden_folder_is_walked_if_it_was_given(tmp_path: Path) -> None:
    """Giving it is deliberate."""
    file = write(tmp_path / ".private" / "a.jpg", b"x")
    assert found_below(tmp_path / ".private")[0] == [str(file)]


def test_each_folder_is_entered_once(tmp_path: Path) -> None:
    """A link to a folder that is walked anyway, and a folder given twice, find nothing twice."""
    write(tmp_path / "a" / "x.jpg", b"x")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    paths, failed = found_below(tmp_path, tmp_path / "a")
    assert (names(paths), failed) == (["x.jpg"], {})


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path: Path) -> None:
    """Links spread libraries over several disks."""
    write(tmp_path / "disk" / "x.jpg", b"x")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "more").symlink_to(tmp_path / "disk")
    assert found_below(tmp_path / "library")[0] == [str(tmp_path / "library" / "more" / "x.jpg")]


def test_oddities_are_reported_and_stop_nothing(tmp_path: Path) -> None:
    """Loops, broken links and pipes; a folder named like a picture is none."""
    write(tmp_path / "good.jpg", b"x")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dead.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self.jpg").symlink_to(tmp_path / "self.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    write(tmp_path / "folder.jpg" / "inside.png", b"x")
    paths, failed = found_below(tmp_path)
    assert sorted(names(paths)) == ["good.jpg", "inside.png"]
    assert failed["loop"] == "A link back to a folder that contains it; it was not followed."
    assert failed["dead.jpg"] == "A broken link."
    assert "self.jpg" in failed
    assert "not opened" in failed["pipe.jpg"]
    assert "folder.jpg" not in failed


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_cannot_be_listed_is_reported(tmp_path: Path) -> None:
    """The rest is still found."""
    write(tmp_path / "closed" / "a.jpg", b"x")
    write(tmp_path / "open" / "b.jpg", b"x")
    (tmp_path / "closed").chmod(0)
    try:
        paths, failed = found_below(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert names(paths) == ["b.jpg"]
    assert failed == {"closed": "The folder cannot be listed: you have no permission."}


def test_a_folder_that_vanishes_during_the_walk_is_reported(tmp_path: Path) -> None:
    """The walk has seen its name, but it is gone when its turn comes."""
    write(tmp_path / "a" / "x.jpg", b"x")
    (tmp_path / "b").mkdir()
    walked = walk([tmp_path], threading.Event())
    assert next(walked) == str(tmp_path / "a" / "x.jpg")
    (tmp_path / "b").rmdir()
    assert list(walked) == [
        FailedFile(tmp_path / "b", "The folder cannot be listed: no such file or directory.")
    ]


def test_missing_folders_and_files_are_refused(tmp_path: Path) -> None:
    """The message names them."""
    file = write(tmp_path / "a.jpg", b"x")
    with pytest.raises(FolderNotFound, match=r"nowhere does not exist"):
        existing_folders([tmp_path, tmp_path / "nowhere"])
    with pytest.raises(FolderNotFound, match=r"a\.jpg is a file, not a folder"):
        existing_folders([file])
    (tmp_path / "self").symlink_to(tmp_path / "self")
    with pytest.raises(FolderNotFound, match="self cannot be read: it is a link that points back to itself"):
        existing_folders([tmp_path / "self"])


def test_folders_are_resolved_and_listed_once(tmp_path: Path) -> None:
    """Two names of one folder are one folder, so that its files keep one path."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert existing_folders([tmp_path / "link", tmp_path / "real"]) == [tmp_path / "real"]
