"""The faults of a campaign and their times, drawn from a seed so that a run can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from faults.crew import PACE


class Act(StrEnum):
    """The faults that can be played."""

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
    ONE_ASSET_LOST = "one of several assets lost"
    ARRIVES_LATE = "done after the connection was lost"
    ARRIVES_VERY_LATE = "done after it was given up"
    ENDLESS = "a reply without an end"
    READS_LAG = "reads behind writes"
    NULL_NODES = "null for each post of a search"
    POISONED = "poisoned texts"
    ABSURD_HEADERS = "429 for decades"
    ADDRESS_REPLACED = "picture's address replaced, then dropped"
    SEARCH_FAILED = "5xx for a search"
    SEARCH_EMPTY = "null instead of posts for a search"
    POSTGRES_AWAY = "postgres away for long"


class LateAct(StrEnum):
    """The faults that can be played for posts in Buffer."""

    WORKER_KILLED = "worker killed during publication"
    CONNECTIONS_CUT = "connections cut during publication"
    SYNC_FAILED = "5xx instead of posts"
    SYNC_EMPTY = "null instead of posts"
    PICTURE_LOST = "picture lost before it is published"
    REMOVED_IN_BUFFER = "deleted in Buffer"
    MOVED_IN_BUFFER = "moved in Buffer"
    LATE_LINK = "late link"
    NETWORK_POST = "post imported from the network"


class Wish(StrEnum):
    """What a user wants to do with a post in Buffer."""

    EDIT = "edit"
    CANCEL = "cancel"


class Part(StrEnum):
    """What an edit may change."""

    TEXT = "text"
    TIME = "time"
    PICTURE = "picture"


class AnswerAct(StrEnum):
    """The faults of a request that edits or deletes a post in Buffer."""

    DROPPED_BEFORE = "edit or delete dropped before"
    DONE_THEN_DROPPED = "edited or deleted, then dropped"
    SERVER_ERROR_BEFORE = "5xx before an edit or delete"
    SERVER_ERROR_AFTER = "5xx after an edit or delete"
    SLOW_BEFORE = "too slow, then edited or deleted"
    SLOW_AFTER = "edited or deleted, then too slow"
    UNEXPECTED_AFTER = "edited or deleted, then errors[]"
    RATE_LIMITED = "429 for an edit or delete"
    DONE_UNSEEN = "edited or deleted without an answer, and the check after it dropped"
    ASSET_LOST = "asset lost in an edit"


LASTING = {
    Act.POSTGRES_STOPPED: (0.2, 3.0),
    Act.POSTGRES_KILLED: (0.2, 2.0),
    Act.QUEUE_FULL: (1.0, 4.0),
    Act.MEDIA_AWAY: (0.5, 2.0),
    Act.POSTGRES_AWAY: (31.0, 45.0),
}
"""Faults that last, with the shortest and longest duration in seconds."""


LONG = 200
"""From this many posts a campaign is long: only then is the database down for longer than a worker waits."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the schedule."""

    act: Act
    pause: float
    """Seconds since the previous fault."""
    lasts: float
    """Seconds until it ends; 0 for what happens at once or waits for the next request."""
    draw: float
    """A number from 0 to 1 that chooses the victim if there are several."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a post in Buffer by a user."""

    wish: Wish
    act: AnswerAct | None
    """The fault of its request; None for none."""
    parts: tuple[Part, ...]
    """What an edit changes."""
    pause: float
    """Seconds since the previous change."""
    draw: float
    """A number from 0 to 1 that chooses the post."""
    again: float
    """Seconds before a refused change is tried again."""
    insists: bool
    """Whether a cancel that was refused every time is tried again later; otherwise the post is kept."""

    @classmethod
    def drawn(cls, random_: random.Random, posts: int, span: float) -> tuple[Change, ...]:
        """Draw changes for at least a third of the posts with every fault among them, over `span` seconds."""
        wishes: list[tuple[Wish, AnswerAct | None]] = [(Wish.EDIT, act) for act in AnswerAct]
        wishes += [(Wish.CANCEL, act) for act in AnswerAct if act is not AnswerAct.ASSET_LOST]
        choices: list[tuple[Wish, AnswerAct | None]] = [*wishes, *[(wish, None) for wish in (*Wish, *Wish)]]
        count = max(len(choices), posts // 3)
        wishes = [*choices, *random_.choices(choices, k=count - len(choices))]
        random_.shuffle(wishes)
        return tuple(
            cls(
                wish=wish,
                act=act,
                parts=tuple(random_.sample(list(Part), k=random_.randint(1, len(Part)))),
                pause=random_.uniform(0.0, 2.0 * span / count),
                draw=random_.random(),
                again=random_.uniform(1.0, 4.0) * PACE,
                insists=random_.random() < 0.5,
            )
            for wish, act in wishes
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole schedule of a campaign."""

    seed: int
    faults: tuple[Fault, ...]
    submissions: tuple[tuple[int, float], ...]
    """For each post: its persona, and the pause in seconds before it is submitted."""
    late: tuple[tuple[LateAct, float], ...]
    """The faults during publication, one a step, with a number from 0 to 1 that chooses the victim."""
    changes: tuple[Change, ...]
    """The edits and cancels, with their faults."""

    @classmethod
    def drawn(cls, seed: int, posts: int, personas: int) -> Plan:
        """Draw a schedule with every kind of fault, about one fault for every two posts."""
        random_ = random.Random(seed)
        usual: list[Act] = [act for act in Act if act is not Act.POSTGRES_AWAY]
        count = max(len(usual), posts // 2)
        acts = [*usual, *random_.choices(usual, k=count - len(usual))]
        acts += [Act.POSTGRES_AWAY] if posts >= LONG else []
        random_.shuffle(acts)
        faults = [
            Fault(
                act,
                random_.uniform(0.0, 1.0) * PACE,
                random_.uniform(*LASTING[act]) * PACE if act in LASTING else 0.0,
                random_.random(),
            )
            for act in acts
        ]
        span = sum(fault.pause + fault.lasts for fault in faults)
        submissions = [
            (random_.randrange(personas), random_.uniform(0.0, 2.0 * span / posts)) for _ in range(posts)
        ]
        late = [*LateAct, *random_.choices(list(LateAct), k=posts // 12)]
        random_.shuffle(late)
        lates = tuple((act, random_.random()) for act in late)
        return cls(seed, tuple(faults), tuple(submissions), lates, Change.drawn(random_, posts, span))
