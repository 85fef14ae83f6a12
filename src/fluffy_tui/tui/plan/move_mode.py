"""Giving posts other slots: one is taken up, then put down where the cursor is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual import work

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.keymap.bindings import with_keys
from fluffy_tui.tui.text.words import both_zones, error_words, one_line
from fluffy_tui.tui.ui.frame_screen import FrameScreen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.plan.plan_cells import Cell

CANNOT_MOVE = {
    Step.LIVE: "This post is out already.",
    Step.PUBLISHING: "This post is going out at this moment.",
}


class Way(StrEnum):
    """What is done with the post that was taken up."""

    MOVE = "move"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A post that waits for the slot it is to have."""

    way: Way
    post: Post
    at: datetime
    """Where it was taken from."""

    def words(self, own: Mapping[str, str]) -> str:
        """Return what to do now, in one line.

        Args:
            own: The person's own keys, by action id.
        """
        where = "an empty slot to move it to" if self.way is Way.MOVE else "the post to change places with"
        then = with_keys("then {move.drop} · {move.cancel} lets it be", own)
        return f"{self.way} “{one_line(self.post.caption)[:40]}”: choose {where}, {then}"


class MovesPosts(FrameScreen):
    """A screen on which posts change their slots."""

    _zone: tzinfo
    taken_up: TakenUp | None = None
    """What was taken up and not put down yet."""

    def take_up(self, way: Way, cell: Cell | None) -> bool:
        """Take up the post of a cell; return whether there was one that may be moved."""
        if cell is None or cell.planned is None:
            self.notify(f"There is no post here to {way}.")
            return False
        post = cell.planned.post
        if post.step in CANNOT_MOVE:
            self.notify(CANNOT_MOVE[post.step])
            return False
        self.taken_up = TakenUp(way, post, cell.at)
        return True

    def put_down(self, cell: Cell) -> bool:
        """Give the post that was taken up this cell's time; return whether it is put down now."""
        taken = self.taken_up
        if taken is None:
            return False
        other = cell.planned.post if cell.planned else None
        if other is not None and other.id == taken.post.id:
            return True
        if taken.way is Way.MOVE and other is None:
            self._move(taken, cell.at)
            return True
        if taken.way is Way.SWAP and other is not None and other.step not in CANNOT_MOVE:
            self._swap(taken, other, cell.at)
            return True
        self.notify(
            self.context.with_keys("That slot is taken: {move.cancel}, then {plan.swap} swaps two posts.")
            if taken.way is Way.MOVE
            else "That is no post to change places with.",
            markup=False,
        )
        return False

    @work(group="moving", exit_on_error=False, description="moving a post")
    async def _move(self, taken: TakenUp, at: datetime) -> None:
        try:
            await self._give_time(taken.post, at)
        except FluffyError as error:
            self._refused("Not moved", error)
        else:
            self.notify(f"Moved to {both_zones(at, self._zone, self.context.zone)}.", markup=False)

    @work(group="moving", exit_on_error=False, description="swapping two posts")
    async def _swap(self, taken: TakenUp, other: Post, at: datetime) -> None:
        """Give each the other's time; when the second cannot have it, the first gets its own back."""
        try:
            await self._give_time(taken.post, at)
        except FluffyError as error:
            self._refused("Not swapped", error)
            return
        try:
            await self._give_time(other, taken.at)
        except FluffyError as error:
            await self._give_back(taken, error)
        else:
            self.notify("The two have changed places.")

    async def _give_back(self, taken: TakenUp, why: FluffyError) -> None:
        try:
            await self._give_time(taken.post, taken.at)
        except FluffyError as error:
            self._refused("Half swapped: both go out at one time now, move one of them", error)
        else:
            self._refused("Not swapped", why)

    async def _give_time(self, post: Post, at: datetime) -> None:
        await self.context.services.scheduling.edit(post.id, share_mode=ShareMode.CUSTOM_SCHEDULED, at=at)

    def _refused(self, what: str, error: FluffyError) -> None:
        self.notify(f"{what}: {error_words(error)}", severity="error", timeout=15, markup=False)
