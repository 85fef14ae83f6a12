"""Move mode on the plan: a post is picked up, then dropped into a free slot or swapped with another post."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.keymap.bindings import Place, actions_of
from fluffy_tui.tui.text.post_refusals import why_not
from fluffy_tui.tui.text.times import both_zones
from fluffy_tui.tui.text.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from datetime import datetime

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.plan.plan_cells import Cell
    from fluffy_tui.tui.ports import SchedulingPort
    from fluffy_tui.tui.ui.frame_screen import FrameScreen

_ACTIONS = frozenset(action.name for action in actions_of(Place.MOVE))


def can_move(cell: Cell) -> bool:
    """Return whether a cell has a post that can still get another time."""
    return cell.planned is not None and cell.planned.post.can_be_changed


class MoveKind(StrEnum):
    """What the picked up post is going to do."""

    MOVE = "move"
    SWAP = "swap"


class MoveRefused(FluffyError):
    """The post cannot be picked up, dropped here or rescheduled."""


@dataclass(frozen=True, slots=True)
class PostMove:
    """A post on its way from one slot to another."""

    kind: MoveKind
    post: Post
    at: datetime
    """Where it was picked up."""
    to: datetime | None = None
    """Where it was dropped; None before that."""
    other: Post | None = None
    """The post it is swapped with."""


class MoveMode:
    """Holds the post that was picked up, and gives posts their new times."""

    def __init__(self, scheduling: SchedulingPort) -> None:
        self._scheduling = scheduling
        self.picked: PostMove | None = None
        """The post that was picked up; None outside move mode."""

    def prompt(self, with_keys: Callable[[str], str]) -> str:
        """Return what to do next, in one line; empty outside move mode."""
        if self.picked is None:
            return ""
        target = "a free slot" if self.picked.kind is MoveKind.MOVE else "the post to swap it with"
        hint = with_keys(f"press {{move.drop}} on {target} · {{move.cancel}} cancels")
        return f"{self.picked.kind.title()} {quoted(self.picked.post.caption, 40)}: {hint}"

    def pick_up(self, kind: MoveKind, cell: Cell | None) -> None:
        """Pick up the post of a cell.

        Raises:
            MoveRefused: There is no post, or it cannot move any more.
        """
        if cell is None or cell.planned is None:
            raise MoveRefused(f"There is no post here to {kind}.")
        post = cell.planned.post
        if reason := why_not("reschedule", post):
            raise MoveRefused(reason)
        self.picked = PostMove(kind, post, cell.at)

    def drop(self, cell: Cell) -> PostMove | None:
        """Leave move mode with the post dropped on a cell; return what to apply, None for its own slot.

        Raises:
            MoveRefused: The post cannot go there; it stays picked up.
        """
        move, other = self.picked, cell.planned.post if cell.planned else None
        if move is None:
            return None
        if other is not None and other.id == move.post.id:
            self.picked = None
            return None
        if move.kind is MoveKind.MOVE and other is not None:
            raise MoveRefused("That slot is taken. To swap posts, press {move.cancel}, then {plan.swap}.")
        if move.kind is MoveKind.SWAP and (other is None or not other.can_be_changed):
            raise MoveRefused("Choose a post to swap with that is not live yet.")
        self.picked = None
        return PostMove(move.kind, move.post, move.at, cell.at, other)

    def cancel(self) -> None:
        self.picked = None

    async def apply(self, move: PostMove) -> None:
        """Reschedule what was dropped; if the second post of a swap cannot move, the first goes back.

        Raises:
            MoveRefused: A new time was not accepted.
        """
        if move.to is None:
            return
        failed = f"Not {'moved' if move.other is None else 'swapped'}"
        await self._reschedule(move.post, move.to, failed)
        if move.other is None:
            return
        try:
            await self._reschedule(move.other, move.at, failed)
        except MoveRefused:
            half = "Half swapped: both posts now have the same time. Move one of them"
            await self._reschedule(move.post, move.at, half)
            raise

    async def _reschedule(self, post: Post, at: datetime, failed: str) -> None:
        try:
            await self._scheduling.edit(post.id, share_mode=ShareMode.CUSTOM_SCHEDULED, at=at)
        except FluffyError as error:
            raise MoveRefused(f"{failed}: {error}") from error


class MoveKeys:
    """The keys of move mode on a screen; `changed` is called when a post may have been picked up or put down."""

    def __init__(self, screen: FrameScreen, mode: MoveMode, changed: Callable[[], None]) -> None:
        self._screen, self._mode, self._changed = screen, mode, changed

    def check(self, action: str, outside: Container[str]) -> bool | None:
        """Return whether an action of move mode, or one that only works outside it, works now; None for others."""
        is_moving = self._mode.picked is not None
        if action in _ACTIONS:
            return is_moving
        return False if action in outside and is_moving else None

    def pick_up(self, kind: MoveKind, cell: Cell | None) -> None:
        """Pick up the post of a cell, or say why it cannot move."""
        try:
            self._mode.pick_up(kind, cell)
        except MoveRefused as refused:
            self._refuse(refused)
        self._changed()

    def drop(self, cell: Cell) -> None:
        """Drop the post on a cell, or say why it cannot go there."""
        try:
            move = self._mode.drop(cell)
        except MoveRefused as refused:
            self._refuse(refused)
            return
        self._changed()
        if move is not None:
            self._screen.run_worker(
                self._apply(move), group="moving", exit_on_error=False, description="moving posts"
            )

    def cancel(self) -> None:
        self._mode.cancel()
        self._changed()

    def _refuse(self, refused: MoveRefused) -> None:
        self._screen.notify(self._screen.context.with_keys(str(refused)), markup=False)

    async def _apply(self, move: PostMove) -> None:
        context = self._screen.context
        try:
            await self._mode.apply(move)
        except FluffyError as error:
            self._screen.notify(str(error), severity="error", timeout=15, markup=False)
        else:
            zone = context.post_zone(move.post.persona_id, move.post.channel_id)
            when = both_zones(move.to, context.clock(), zone, context.zone) if move.to else ""
            self._screen.notify("Swapped." if move.other else f"Moved to {when}.", markup=False)
