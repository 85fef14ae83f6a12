"""Plays the faults of a plan, and ends those that last."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from faults.crew import SLOW, TIMINGS
from faults.plan import Act, AnswerAct, Fault, LateAct
from faults.world import ROOM
from fluffy_tui.demo import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from faults.cluster import Cluster
    from faults.crew import Crew
    from fluffy_tui.demo import Post, StandIn

SWITCHES: dict[Act, tuple[Kind, dict[str, Any]]] = {
    Act.ACCEPTED_THEN_DROPPED: (Kind.ACCEPT_THEN_DROP, {}),
    Act.DROPPED_BEFORE: (Kind.DROP_BEFORE, {}),
    Act.SERVER_ERROR_BEFORE: (Kind.SERVER_ERROR_BEFORE, {"count": 2}),
    Act.SERVER_ERROR_AFTER: (Kind.SERVER_ERROR_AFTER, {}),
    Act.SLOW_BEFORE: (Kind.SLOW, {"seconds": SLOW}),
    Act.SLOW_AFTER: (Kind.SLOW, {"seconds": SLOW, "after": True}),
    Act.UNEXPECTED_AFTER: (Kind.UNEXPECTED, {"after": True}),
    Act.RATE_LIMITED: (Kind.RATE_LIMITED, {"seconds": 1, "count": 3}),
    Act.NOT_JSON: (Kind.NOT_JSON_403, {"count": 2}),
    Act.ASSET_LOST: (Kind.DROP_ASSET, {}),
    Act.ONE_ASSET_LOST: (Kind.DROP_ONE_ASSET, {}),
    Act.ARRIVES_LATE: (Kind.LATE_WORK, {"seconds": SLOW}),
    Act.ARRIVES_VERY_LATE: (Kind.LATE_WORK, {"seconds": TIMINGS.settle + SLOW}),
    Act.ENDLESS: (Kind.ENDLESS_BODY, {}),
    Act.READS_LAG: (Kind.LAGGING_READS, {"seconds": SLOW, "count": 20}),
    Act.NULL_NODES: (Kind.NULL_NODES, {}),
    Act.POISONED: (Kind.POISONED_TEXT, {"count": 50}),
    Act.ABSURD_HEADERS: (Kind.ABSURD_HEADERS, {}),
    Act.SEARCH_FAILED: (Kind.SERVER_ERROR_BEFORE, {"operation": "posts", "count": 2}),
    Act.SEARCH_EMPTY: (Kind.NULL_EDGES, {}),
}
"""The stand-in's fault switches; each affects the next matching request."""


@dataclass
class FaultPlayer:
    """Plays faults, and counts them."""

    stand_in: StandIn
    cluster: Cluster
    crew: Crew
    media: Path
    played: Counter[Act | AnswerAct | LateAct] = field(default_factory=Counter)
    lifted: list[datetime] = field(default_factory=list)
    """When faults that stop all delivery ended."""

    async def play(self, faults: tuple[Fault, ...]) -> None:
        """Play a schedule, each fault at its time."""
        for fault in faults:
            await asyncio.sleep(fault.pause)
            self.played[fault.act] += 1
            if fault.act is Act.ADDRESS_REPLACED:
                self.stand_in.faults.add(Kind.REWRITTEN_ASSETS)
                self.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
                continue
            if fault.act in SWITCHES:
                kind, options = SWITCHES[fault.act]
                self.stand_in.faults.add(kind, **options)
                continue
            await self._strike(fault)
            self.lifted.append(datetime.now(UTC))

    async def _strike(self, fault: Fault) -> None:
        match fault.act:
            case Act.WORKER_KILLED:
                self.crew.kill(fault.draw)
            case Act.CONNECTIONS_CUT:
                await asyncio.to_thread(self.cluster.cut)
            case Act.POSTGRES_STOPPED | Act.POSTGRES_AWAY:
                await self.cluster.stop()
                await asyncio.sleep(fault.lasts)
                await self.cluster.start()
            case Act.POSTGRES_KILLED:
                self.cluster.kill()
                await asyncio.sleep(fault.lasts)
                await self.cluster.start()
            case Act.QUEUE_FULL:
                self.stand_in.world.scheduled_posts = 0
                await asyncio.sleep(fault.lasts)
                self.stand_in.world.scheduled_posts = ROOM
            case Act.MEDIA_AWAY:
                away = self.media.with_name("media.away")
                self.media.rename(away)
                self.media.touch()  # a file in its place, because root could write into any folder
                await asyncio.sleep(fault.lasts)
                self.media.unlink()
                away.rename(self.media)
            case _:
                raise AssertionError(f"unknown fault {fault.act}")

    def play_late(self, act: LateAct, draw: float) -> None:
        """Play one fault for the posts in Buffer."""
        self.played[act] += 1
        match act:
            case LateAct.WORKER_KILLED:
                self.crew.kill(draw)
            case LateAct.CONNECTIONS_CUT:
                self.cluster.cut()
            case LateAct.SYNC_FAILED:
                self.stand_in.faults.add(Kind.SERVER_ERROR_BEFORE, operation="posts", count=2)
            case LateAct.SYNC_EMPTY:
                self.stand_in.faults.add(Kind.NULL_EDGES)
            case LateAct.LATE_LINK:
                self.stand_in.faults.add(Kind.LATE_EXTERNAL_LINK, seconds=60.0)
            case LateAct.NETWORK_POST:
                self.stand_in.faults.add(Kind.NETWORK_IMPORTED)
            case _ if waiting := [post for post in self.stand_in.posts() if post.status == "scheduled"]:
                self._harm(act, waiting[int(draw * len(waiting)) % len(waiting)])

    def _harm(self, act: LateAct, post: Post) -> None:
        match act:
            case LateAct.PICTURE_LOST:
                (self.media / "posts" / post.assets[0].source.rsplit("/", 1)[-1]).unlink(missing_ok=True)
            case LateAct.REMOVED_IN_BUFFER:
                del self.stand_in.world.posts[post.id]
            case LateAct.MOVED_IN_BUFFER:
                assert post.due_at is not None
                post.due_at += timedelta(hours=5)
            case _:
                raise AssertionError(f"unknown fault {act}")

    def lift(self) -> None:
        """Clear all switches that no request has used."""
        self.stand_in.faults.clear()
        self.lifted.append(datetime.now(UTC))
