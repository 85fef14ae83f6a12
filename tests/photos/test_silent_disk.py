"""A disk that hangs costs its own photo, after a while, and nothing that other photos need."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from fluffy_tui.images import PhotoUnreadable, Unreadable
from fluffy_tui.photos import from_disk, silent_disk
from fluffy_tui.photos.silent_disk import each_from_disk


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let a read hang until the end of the test, and give it up at once."""
    monkeypatch.setattr(silent_disk, "LIMIT_SECONDS", 0.1)
    event = threading.Event()
    yield event
    event.set()


async def test_what_is_read_or_raised_arrives(released: threading.Event) -> None:
    assert await from_disk(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await from_disk(lambda: 1 // 0)


async def test_a_read_that_never_ends_is_given_up_and_takes_no_thread_from_others(
    released: threading.Event,
) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    with pytest.raises(PhotoUnreadable) as caught:
        await from_disk(released.wait, "fog.jpg")
    assert caught.value.reason is Unreadable.NO_ANSWER
    assert str(caught.value).startswith("fog.jpg cannot be read: its disk does not answer.")
    assert await asyncio.to_thread(lambda: 7) == 7
    assert await from_disk(lambda: threading.current_thread().daemon), "or the program would not exit"


async def test_a_share_that_gives_up_by_itself_does_not_answer_either(released: threading.Event) -> None:
    def give_up() -> None:
        raise TimeoutError(110, "Connection timed out")

    with pytest.raises(PhotoUnreadable) as caught:
        await from_disk(give_up)
    assert caught.value.reason is Unreadable.NO_ANSWER


async def test_of_a_list_only_those_are_unknown_whose_disk_hangs(released: threading.Event) -> None:
    assert await each_from_disk(lambda number: number * 2, range(3)) == [0, 2, 4]
    assert await each_from_disk(lambda number: number == 1 and released.wait(), range(4)) == [
        False, None, False, False,
    ]  # fmt: skip


async def test_a_disk_that_hangs_again_and_again_is_left(released: threading.Event) -> None:
    """A worker that waited for each of ten thousand photos would count as stuck."""
    asked: list[int] = []

    def hang(number: int) -> None:
        asked.append(number)
        released.wait()

    assert await each_from_disk(hang, range(100)) == [None] * 100
    assert asked == [0, 1, 2]
