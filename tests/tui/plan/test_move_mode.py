"""Move mode without a screen: picking up, dropping, swapping, and what happens when Buffer refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling import NotPossibleNow, Planned, Step
from fluffy_tui.tui.plan.move_mode import MoveKind, MoveMode, MoveRefused
from fluffy_tui.tui.plan.plan_cells import Cell
from tui.fakes import NOW, FakeServices

QUEUED, HELD, PUBLISHING = 11, 6, 3
FREE = Cell(NOW + timedelta(days=3))


@pytest.fixture
def mode(services: FakeServices) -> MoveMode:
    """Return move mode over the fake posts."""
    return MoveMode(services.scheduling)


@pytest.fixture
def cell(services: FakeServices) -> Callable[[int], Cell]:
    """Return a function that returns the cell of a post."""

    def of(post_id: int) -> Cell:
        at = NOW + timedelta(hours=post_id)
        return Cell(at, Planned(services.scheduling.all_posts[post_id], at, is_forecast=False))

    return of


def edits(services: FakeServices) -> list[tuple[object, object]]:
    """Return which posts were given which times."""
    assert all(edit["share_mode"] is ShareMode.CUSTOM_SCHEDULED for edit in services.scheduling.edits)
    return [(edit["post_id"], edit["at"]) for edit in services.scheduling.edits]


async def test_a_post_is_dropped_into_a_free_slot(
    mode: MoveMode, cell: Callable[[int], Cell], services: FakeServices
) -> None:
    assert mode.prompt(str) == ""
    mode.pick_up(MoveKind.MOVE, cell(QUEUED))
    assert mode.prompt(str).startswith("Move “waiting for its turn”: press ")
    move = mode.drop(FREE)
    assert move is not None
    assert mode.picked is None
    await mode.apply(move)
    assert edits(services) == [(QUEUED, FREE.at)]


async def test_two_posts_swap_their_times(
    mode: MoveMode, cell: Callable[[int], Cell], services: FakeServices
) -> None:
    mode.pick_up(MoveKind.SWAP, cell(QUEUED))
    move = mode.drop(cell(HELD))
    assert move is not None
    await mode.apply(move)
    assert edits(services) == [(QUEUED, cell(HELD).at), (HELD, cell(QUEUED).at)]


def test_dropping_a_post_on_its_own_slot_or_cancelling_changes_nothing(
    mode: MoveMode, cell: Callable[[int], Cell]
) -> None:
    mode.pick_up(MoveKind.MOVE, cell(QUEUED))
    assert mode.drop(cell(QUEUED)) is None
    assert mode.picked is None
    mode.pick_up(MoveKind.SWAP, cell(QUEUED))
    mode.cancel()
    assert mode.picked is None
    assert mode.drop(FREE) is None


def test_free_slots_and_posts_that_are_going_out_cannot_be_picked_up(
    mode: MoveMode, cell: Callable[[int], Cell]
) -> None:
    for refused in (None, FREE, cell(PUBLISHING)):
        with pytest.raises(MoveRefused):
            mode.pick_up(MoveKind.MOVE, refused)
    assert mode.picked is None


@pytest.mark.parametrize(
    ("kind", "target"), [(MoveKind.MOVE, HELD), (MoveKind.SWAP, None), (MoveKind.SWAP, PUBLISHING)]
)
def test_a_refused_drop_keeps_the_post_picked_up(
    mode: MoveMode, cell: Callable[[int], Cell], kind: MoveKind, target: int | None
) -> None:
    mode.pick_up(kind, cell(QUEUED))
    with pytest.raises(MoveRefused):
        mode.drop(cell(target) if target else FREE)
    assert mode.picked is not None
    assert mode.picked.post.id == QUEUED


@pytest.mark.parametrize(
    ("refused", "words", "undone"),
    [
        ({QUEUED}, "Not swapped: Too late.", False),
        ({HELD}, "Not swapped: Too late.", True),
        ({HELD, -QUEUED}, "Half swapped: ", False),
    ],
)
async def test_a_failed_swap_is_undone_and_reported(
    mode: MoveMode,
    cell: Callable[[int], Cell],
    services: FakeServices,
    refused: set[int],
    words: str,
    undone: bool,
) -> None:
    """A negative ID is refused only when the post is to go back."""
    edit, tries = services.scheduling.edit, list[int]()

    async def refusing(post_id: int, **changes: object) -> object:
        tries.append(post_id)
        again = -post_id in refused and tries.count(post_id) > 1
        services.scheduling.not_possible = (
            NotPossibleNow("Too late.") if post_id in refused or again else None
        )
        return await edit(post_id, **changes)  # type: ignore[arg-type]

    services.scheduling.edit = refusing  # type: ignore[method-assign,assignment]
    mode.pick_up(MoveKind.SWAP, cell(QUEUED))
    move = mode.drop(cell(HELD))
    assert move is not None
    with pytest.raises(MoveRefused, match=words):
        await mode.apply(move)
    assert ((QUEUED, cell(QUEUED).at) in edits(services)) is undone


def test_live_posts_stay_where_they_are(
    mode: MoveMode, cell: Callable[[int], Cell], services: FakeServices
) -> None:
    services.scheduling.move(HELD, Step.LIVE)
    with pytest.raises(MoveRefused, match="It is live"):
        mode.pick_up(MoveKind.MOVE, cell(HELD))
