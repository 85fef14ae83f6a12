"""A machine keeps its id, whoever starts first."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import this_machine


def test_programs_that_start_together_agree_on_the_id(tmp_path: Path) -> None:
    file = tmp_path / "data" / "machine"
    with ThreadPoolExecutor(8) as pool:
        ids = {machine.id for machine in pool.map(this_machine, [file] * 64)}
    assert ids == {file.read_text()}
    assert [path.name for path in file.parent.iterdir()] == ["machine"]


@pytest.mark.parametrize("kind", ["empty", "bytes", "folder", "pipe", "endless"])
def test_a_damaged_id_is_not_replaced_by_another(tmp_path: Path, kind: str) -> None:
    """Under a new one, all photos would be those of another machine; an empty one stands for an unknown machine."""
    file = tmp_path / "machine"
    match kind:
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "endless":
            file.symlink_to("/dev/zero")
        case _:
            file.write_bytes({"empty": b"\n", "bytes": b"\xff\xfe"}[kind])
    with pytest.raises(FluffyError, match="The id of this machine cannot be read"):
        this_machine(file)
    assert file.exists()


def test_a_file_system_without_hard_links_keeps_the_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on memory cards, and many network drives."""
    refused = OSError(errno.EPERM, "Operation not permitted")
    monkeypatch.setattr(Path, "hardlink_to", Mock(side_effect=refused))
    file = tmp_path / "data" / "machine"
    assert this_machine(file) == this_machine(file)
    assert [path.name for path in file.parent.iterdir()] == ["machine"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(FluffyError, match="cannot be written to") as caught:
        this_machine(tmp_path / "data" / "machine")
    assert "FLUFFY_DATA_DIR" in caught.value.hint
