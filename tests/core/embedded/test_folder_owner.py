"""What to do about a data folder that cannot be used."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from fluffy_tui.core.embedded.folder_owner import folder_remedy

ANOTHER = 65_534
FORBIDDEN = PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_another_user_is_named_with_the_command(tmp_path: Path) -> None:
    data = tmp_path / "my data"
    (data / "postgres").mkdir(parents=True)
    os.chown(data / "postgres", ANOTHER, ANOTHER)
    assert (
        folder_remedy(FORBIDDEN, data) == "Make it writable, or set FLUFFY_DATA_DIR to a folder of your own."
    )
    at = PermissionError(errno.EACCES, "Permission denied", str(data / "postgres" / "PG_VERSION"))
    assert folder_remedy(at, data) == (f"{data}/postgres belongs to nobody. Run: sudo chown -R root '{data}'")
    os.chown(data, ANOTHER, ANOTHER)
    assert folder_remedy(FORBIDDEN, data) == f"{data} belongs to nobody. Run: sudo chown -R root '{data}'"


def test_a_full_disk_is_no_matter_of_owners(tmp_path: Path) -> None:
    assert "Free some space" in folder_remedy(OSError(errno.ENOSPC, "No space left on device"), tmp_path)
