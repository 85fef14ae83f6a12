"""Limits that really end a decoder: of time, of memory, of passes; and what comes after is decoded all the same."""

from __future__ import annotations

import io
import os
import signal
import struct
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from PIL import Image

from fluffy_tui.images import PhotoUnreadable, Unreadable, decode_to_fit, limited_process as limits
from photos.photo_files import encoded


@pytest.fixture(autouse=True)
def own_processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[limits._Processes]:
    """Start with no process, and leave none."""
    processes = limits._Processes()
    monkeypatch.setattr(limits, "_processes", processes)
    yield processes
    processes.end()


def call(processes: limits._Processes, function: object, *args: object) -> object:
    return processes.call(lambda process: process.call(function, args, {}))  # type: ignore[arg-type]


def many_scans(count: int) -> bytes:
    """Return a progressive JPEG with that many passes, each a few bytes long."""
    target = io.BytesIO()
    Image.new("L", (64, 64)).save(target, "JPEG", progressive=True)
    content = target.getvalue()
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 1, 63, 0x00) + b"\x00" * 8
    return content[:-2] + scan * count + b"\xff\xd9"


def test_too_many_passes_over_a_picture_are_refused() -> None:
    with pytest.raises(PhotoUnreadable) as caught:
        decode_to_fit(many_scans(25_000), 10, 10)
    assert caught.value.reason is Unreadable.TOO_COSTLY


def test_time_ends_a_decoder(own_processes: limits._Processes) -> None:
    """The kernel does, as the alarm rings; the next picture is decoded all the same."""
    with pytest.raises(PhotoUnreadable) as caught:
        call(own_processes, signal.raise_signal, signal.SIGALRM)
    assert caught.value.reason is Unreadable.TOO_COSTLY
    assert decode_to_fit(encoded("WEBP"), 10, 10).width == 10


def test_the_alarm_is_set_while_a_picture_is_decoded(own_processes: limits._Processes) -> None:
    left = call(own_processes, signal.getitimer, signal.ITIMER_REAL)
    assert isinstance(left, tuple)
    assert 0 < left[0] <= limits.SECONDS


def test_memory_ends_a_decoder(own_processes: limits._Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 1)
    with pytest.raises(PhotoUnreadable) as caught:
        call(own_processes, time.sleep, 1000)
    assert caught.value.reason is Unreadable.TOO_COSTLY


def most_memory(processes: limits._Processes) -> int:
    """Return the most bytes that the process has used."""
    status = str(call(processes, Path.read_text, Path("/proc/self/status")))
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the most memory of a process")
def test_a_picture_takes_no_more_memory_than_its_pixels_in_four_bytes(
    own_processes: limits._Processes,
) -> None:
    """Also one of a small file, with colours of a palette that are partly clear."""
    side = 9_000
    made, target = Image.new("P", (side, side), 3), io.BytesIO()
    made.putpalette([shade for color in range(256) for shade in (color, 255 - color, color // 2)])
    made.save(target, "PNG", transparency=bytes([0, 128, 255, 200]))
    call(own_processes, decode_to_fit, encoded("WEBP"), 10, 10)
    before = most_memory(own_processes)
    assert decode_to_fit(target.getvalue(), 100, 100).size == (100, 100)
    assert side * side < most_memory(own_processes) - before < side * side * 4


def test_a_crash_is_damage_of_the_picture(own_processes: limits._Processes) -> None:
    with pytest.raises(PhotoUnreadable) as caught:
        call(own_processes, os.abort)
    assert caught.value.reason is Unreadable.DAMAGED


def test_an_end_of_its_own_is_no_fault_of_the_picture(own_processes: limits._Processes) -> None:
    with pytest.raises(PhotoUnreadable) as caught:
        call(own_processes, os._exit, 3)
    assert caught.value.reason is Unreadable.NO_DECODER
    assert not caught.value.reason.is_final


def test_the_process_stays_for_the_next_picture(own_processes: limits._Processes) -> None:
    assert call(own_processes, os.getpid) == call(own_processes, os.getpid) != os.getpid()


def test_one_that_died_in_between_is_replaced(own_processes: limits._Processes) -> None:
    first = call(own_processes, os.getpid)
    assert isinstance(first, int)
    psutil.Process(first).kill()
    own_processes._idle[0]._process.wait()
    assert call(own_processes, os.getpid) != first


def test_it_knows_no_secrets(own_processes: limits._Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUFFER_API_KEY", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    known = call(own_processes, os.getenv, "PATH")
    assert known == os.environ["PATH"]
    pid = call(own_processes, os.getpid)
    assert isinstance(pid, int)
    assert not {"BUFFER_API_KEY", "AWS_SECRET_ACCESS_KEY"} & set(psutil.Process(pid).environ())


def test_it_ends_with_its_starter(own_processes: limits._Processes) -> None:
    """However the starter dies, its end of the connection is closed."""
    call(own_processes, os.getpid)
    process = own_processes._idle[0]
    process._connection.close()
    assert process._process.wait() == 0


def test_no_answer_is_taken_for_that_to_another_question(
    own_processes: limits._Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that nobody waited for, as after ctrl+c, would be the picture of another photo."""
    first = call(own_processes, os.getpid)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Connection, "poll", interrupted)
        call(own_processes, abs, -1)
    assert call(own_processes, abs, -2) == 2
    assert call(own_processes, os.getpid) != first


def interrupted(*_: object) -> bool:
    raise KeyboardInterrupt


def test_what_goes_wrong_there_is_raised_here(own_processes: limits._Processes) -> None:
    with pytest.raises(ZeroDivisionError):
        call(own_processes, divmod, 1, 0)


@pytest.mark.parametrize("picture_format", ["WEBP", "HEIF", "AVIF"])
def test_only_what_the_header_does_not_bound_needs_a_process(
    own_processes: limits._Processes, picture_format: str
) -> None:
    decode_to_fit(encoded("JPEG"), 10, 10)
    decode_to_fit(encoded("PNG"), 10, 10)
    assert not own_processes._idle
    decode_to_fit(encoded(picture_format), 10, 10)
    assert len(own_processes._idle) == 1
