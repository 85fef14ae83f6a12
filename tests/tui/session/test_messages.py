"""How events reach the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import work

from fluffy_tui.core.app_events import Connected, PhotosChanged, PhotosIndexed, PostChanged
from fluffy_tui.tui.session.messages import (
    EventArrived,
    OverviewChanged,
    concerns,
    handle_event,
    on_event,
)

if TYPE_CHECKING:
    from fluffy_tui.tui.session.messages import AppEvent


class Screen:
    """Notes which of its handlers were called."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    @on_event(PostChanged)
    def _with_the_event(self, event: PostChanged) -> None:
        self.calls.append(event)

    @on_event(Connected, PhotosChanged)
    async def _without_it(self) -> None:
        self.calls.append("read again")


class Derived(Screen):
    """Has a handler more."""

    @on_event(PostChanged)
    @on_event(PhotosIndexed)
    def _stacked(self) -> None:
        self.calls.append("derived")


@pytest.mark.parametrize(
    ("event", "calls"),
    [
        (PostChanged(1, 2), ["derived", PostChanged(1, 2)]),
        (PhotosIndexed(1, 2, 3, 4, True), ["derived"]),
        (PhotosChanged(1), ["read again"]),
        (Connected(), ["read again"]),
        (OverviewChanged(), []),
    ],
)
async def test_an_event_goes_to_its_handlers_and_those_of_the_base(
    event: AppEvent, calls: list[object]
) -> None:
    screen = Derived()
    await handle_event(screen, event)
    assert screen.calls == calls


def test_a_worker_can_be_a_handler() -> None:
    @on_event(Connected)
    @work(group="read", exit_on_error=False, description="reading")
    async def read(screen: object) -> None:
        """Never run here."""

    assert read.handled_events == (Connected,)  # type: ignore[attr-defined]


def test_equal_events_are_handled_once_unless_their_numbers_count() -> None:
    assert EventArrived(PhotosChanged(1)).can_replace(EventArrived(PhotosChanged(1)))
    assert not EventArrived(PhotosChanged(1)).can_replace(EventArrived(PhotosChanged(2)))
    assert not EventArrived(PostChanged(1, 1)).can_replace(EventArrived(PhotosChanged(1)))
    indexed = PhotosIndexed(1, 2, 2, 0, stacked=False)
    assert not EventArrived(indexed).can_replace(EventArrived(indexed))


def test_an_event_of_another_persona_does_not_concern_this_one() -> None:
    assert concerns(PhotosChanged(1), 1)
    assert not concerns(PhotosChanged(1), 2)
    assert concerns(Connected(), 2)
