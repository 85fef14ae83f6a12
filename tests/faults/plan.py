"""What goes wrong in a campaign, and when: drawn from a seed, so that a run can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """Everything that can be made to go wrong."""

    WORKER_KILLED = "worker killed"
    POSTGRES_STOPPED = "postgres stopped"
    POSTGRES_KILLED = "postgres killed"
    CONNECTIONS_CUT = "connections cut"
    QUEUE_FULL = "queue full"
    MEDIA_AWAY = "media folder away"
    ACCEPTED_THEN_DROPPED = "accepted, then dropped"
    DROPPED_BEFORE = "dropped before"
    SERVER_ERROR_BEFORE = "5xx before"
    SERVER_ERROR_AFTER = "5xx after"
    SLOW_BEFORE = "too slow, then accepted"
    SLOW_AFTER = "accepted, then too slow"
    UNEXPECTED_AFTER = "accepted, then errors[]"
    RATE_LIMITED = "429"
    NOT_JSON = "403 that is not JSON"
    ASSET_LOST = "asset lost"
    LOOK_FAILED = "5xx while looking"
    LOOK_EMPTY = "null instead of posts while looking"


LASTING = {
    Act.POSTGRES_STOPPED: (0.2, 3.0),
    Act.POSTGRES_KILLED: (0.2, 2.0),
    Act.QUEUE_FULL: (1.0, 4.0),
    Act.MEDIA_AWAY: (0.5, 2.0),
}
"""Faults that last until they are lifted, with the least and the greatest number of seconds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault at its place in the schedule."""

    act: Act
    pause: float
    """Seconds since the fault before it began."""
    lasts: float
    """Seconds until it is lifted; 0 for what happens at once or waits for the next request."""
    draw: float
    """A number from 0 to 1 that chooses the victim, where there are several."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole schedule of a campaign."""

    seed: int
    faults: tuple[Fault, ...]
    submissions: tuple[tuple[int, float], ...]
    """For each post: which persona's it is, and the pause in seconds before it is submitted."""

    @classmethod
    def drawn(cls, seed: int, posts: int, personas: int) -> Plan:
        """Draw a schedule in which every kind of fault comes up, about one fault for every two posts."""
        random_ = random.Random(seed)
        count = max(len(Act), posts // 2)
        acts = [*Act, *random_.choices(list(Act), k=count - len(Act))]
        random_.shuffle(acts)
        faults = [
            Fault(
                act,
                random_.uniform(0.0, 1.0),
                random_.uniform(*LASTING[act]) if act in LASTING else 0.0,
                random_.random(),
            )
            for act in acts
        ]
        span = sum(fault.pause + fault.lasts for fault in faults)
        submissions = [
            (random_.randrange(personas), random_.uniform(0.0, 2.0 * span / posts)) for _ in range(posts)
        ]
        return cls(seed, tuple(faults), tuple(submissions))
