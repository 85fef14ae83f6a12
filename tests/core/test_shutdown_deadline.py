"""A program that was asked to stop ends, whatever it lacks."""

from __future__ import annotations

import os
import threading
from typing import NoReturn

import pytest

from fluffy_tui.core import shutdown_deadline
from fluffy_tui.core.shutdown_deadline import hard_deadline


def test_the_countdown_begins_also_where_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without memory, which is when a program hangs."""
    ended = threading.Event()
    monkeypatch.setattr(shutdown_deadline, "_end", lambda _: ended.set())

    def refuse(_: threading.Thread) -> NoReturn:
        raise RuntimeError("can't start new thread")

    with hard_deadline(0.0) as start:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        start()
        ended.wait()


def test_a_block_that_is_left_in_time_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "_exit", lambda _: pytest.fail("it was ended by force"))
    before = set(threading.enumerate())
    with hard_deadline(3600.0) as start:
        [counting] = set(threading.enumerate()) - before
        start()
    counting.join()


def test_the_countdown_of_a_program_that_ends_goes_on_after_the_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At exit Python waits for every thread; without a request to stop there is no countdown."""
    ended = threading.Event()
    monkeypatch.setattr(shutdown_deadline, "_end", lambda _: ended.set())
    before = set(threading.enumerate())
    with hard_deadline(0.1, until_exit=True):
        [counting] = set(threading.enumerate()) - before
    counting.join()
    assert not ended.is_set()
    with hard_deadline(0.1, until_exit=True) as start:
        start()
    ended.wait()
