"""The log file, its place in sentences, and a disk that takes no more lines."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from fluffy_tui.core.log_file import LARGEST, log_place, open_log, output_file
from fluffy_tui.plain_file import NotPlain
from test_plain_file import other_than_file


def test_sentences_name_the_log_that_is_open(own_log: Path) -> None:
    assert log_place() == "the log file"
    open_log(own_log)
    assert log_place() == str(own_log)


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_in_the_logs_place_hangs_no_program_and_prints_nothing(
    own_log: Path, capfd: Any, kind: str
) -> None:
    own_log.parent.mkdir()
    other_than_file(own_log, kind)
    with pytest.raises(NotPlain):
        open_log(own_log)
    logging.getLogger("fluffy_tui").error("lost")
    with output_file(own_log) as output:
        output.write(b"lost")
    assert capfd.readouterr() == ("", "")
    assert log_place() == "the log file"


def test_a_link_into_nowhere_is_no_trouble(own_log: Path) -> None:
    own_log.parent.mkdir()
    own_log.symlink_to(os.devnull)
    open_log(own_log)
    assert log_place() == "the log file"


def test_a_long_log_that_cannot_be_set_aside_goes_on(own_log: Path) -> None:
    own_log.parent.mkdir()
    own_log.write_bytes(bytes(LARGEST + 1))
    other_than_file(own_log.with_name(f"{own_log.name}.1"), "folder")
    open_log(own_log)
    logging.getLogger("fluffy_tui").error("kept")
    assert b"kept" in own_log.read_bytes()


def test_a_disk_that_fills_up_prints_nothing_over_the_screen(own_log: Path, capfd: Any) -> None:
    open_log(own_log)
    [handler] = [one for one in logging.getLogger().handlers if isinstance(one, logging.FileHandler)]
    for device in ("/dev/full", os.devnull):
        descriptor = os.open(device, os.O_WRONLY)
        assert handler.stream is not None
        os.dup2(descriptor, handler.stream.fileno())
        os.close(descriptor)
        logging.getLogger("fluffy_tui").error("lost")
    assert capfd.readouterr() == ("", "")
