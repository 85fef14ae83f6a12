"""The log file, its place in sentences, and a disk that takes no more lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fluffy_tui.core.log_file import log_place, open_log


def test_sentences_name_the_log_that_is_open(own_log: Path) -> None:
    assert log_place() == "the log file"
    open_log(own_log)
    assert log_place() == str(own_log)


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk_prints_nothing_over_the_screen(tmp_path: Path) -> None:
    log = tmp_path / "fluffy-tui.log"
    log.symlink_to(FULL)
    script = (
        "import sys, logging, pathlib; from fluffy_tui.core.log_file import open_log;"
        "open_log(pathlib.Path(sys.argv[1])); logging.error('lost'); print('goes on')"
    )
    ended = subprocess.run([sys.executable, "-c", script, log], check=True, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("goes on\n", "")
