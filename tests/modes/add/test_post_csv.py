"""Posts in CSV files as spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.modes.add.post_adder import WrittenPost
from fluffy_tui.modes.add.post_csv import read_posts


def read(folder: Path, text: str | bytes) -> list[WrittenPost | tuple[int, UsageError]]:
    path = folder / "posts.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_posts(path)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_separator_of_a_spreadsheet_is_understood(tmp_path: Path, separator: str) -> None:
    header = separator.join(["Photo", "Caption", "Alt text", "When", "Channel", "First comment"])
    row = separator.join(
        ["a;b.jpg" if separator == "," else '"a;b.jpg"', '"one\ntwo"', "pier", "now", "x", "#a"]
    )
    [post] = read(tmp_path, f"\ufeff{header}\r\n{row}\r\n\r\n")
    assert post == WrittenPost((tmp_path / "a;b.jpg",), "one\ntwo", "pier", "now", ("x",), "#a", line=2)


def test_what_excel_adds_is_no_matter(tmp_path: Path) -> None:
    """The line that names the separator, and cells that were once filled; cells that are filled count."""
    read_as = WrittenPost((tmp_path / "a.jpg",), "fog, rain", line=3)
    for text in (
        "sep=;\nphoto;caption\na.jpg;fog, rain\n",
        "SEP=|\r\nphoto|caption||\r\na.jpg|fog, rain| |\r\n",
    ):
        assert read(tmp_path, text) == [read_as]
    with pytest.raises(UsageError):  # what quotes cells separates none
        read(tmp_path, 'sep="\nphoto"caption\na.jpg"fog\n')
    [(line, error)] = read(tmp_path, "photo,caption,\na.jpg,fog,rain\n")  # type: ignore[misc]
    assert (line, error.message) == (2, "There are more cells than columns.")


def test_several_photos_and_channels_are_in_one_cell(tmp_path: Path) -> None:
    absolute = tmp_path / "elsewhere" / "c.jpg"
    [post] = read(tmp_path, f'photos,channel\n"a.jpg; b.jpg\n{absolute}","@x;y"\n')
    assert isinstance(post, WrittenPost)
    assert post.files == (tmp_path / "a.jpg", tmp_path / "b.jpg", absolute)
    assert post.channels == ("@x", "y")


def test_an_unknown_home_folder_costs_only_its_own_line(tmp_path: Path) -> None:
    missing, other = read(tmp_path, "photo\n~nobody-here/a.jpg\nb.jpg\n")
    assert isinstance(missing, WrittenPost)
    assert isinstance(other, WrittenPost)
    assert (missing.files, other.files) == ((tmp_path / "~nobody-here/a.jpg",), (tmp_path / "b.jpg",))


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    found = read(tmp_path, 'photo,caption\na.jpg,"one\ntwo"\n,nothing\n\nb.jpg,too,much\nc.jpg,\n')
    lines = [post.line if isinstance(post, WrittenPost) else post[0] for post in found]
    assert lines == [2, 4, 6, 7]
    assert [isinstance(post, WrittenPost) for post in found] == [True, False, False, True]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column photo"),
        ("caption\nfog\n", "no column photo"),
        ("photo,captoin\na.jpg,fog\n", "captoin"),
        ("photo,photo\na.jpg,b.jpg\n", "twice"),
        ('photo\n"a.jpg\n', "line 2"),
        (b"photo\n\xff.jpg\n", "UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_a_usage_error(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(tmp_path, text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FluffyError, match=r"none\.csv cannot be read"):
        read_posts(tmp_path / "none.csv")


def test_a_file_without_an_end_is_refused() -> None:
    with pytest.raises(UsageError, match="longer than 50,000,000 characters"):
        read_posts(Path("/dev/zero"))
