"""What the header and the status strip show, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.scheduling import (
    BUFFER_UNREACHABLE,
    MEDIA_HOST_UNREACHABLE,
    ON_THE_WAY,
    PersonaCounts,
    ProblemKind,
    Step,
)
from fluffy_tui.themes import LOW_DAYS
from fluffy_tui.tui.text.times import duration_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from fluffy_tui.buffer import Budget, Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import ImportProgress
    from fluffy_tui.scheduling import Post, Problem
    from fluffy_tui.themes import ThemeSupply
    from fluffy_tui.tui.ports import Services

STRIP_LENGTH = 6
"""How many posts are kept for the strip, which shows as many of the newest as it has lines."""

WORKER_SILENT_AFTER = 30.0
"""Seconds without a heartbeat after which a worker counts as silent; one is due every 5 s."""


CHECK_TRUSTED_FOR = timedelta(minutes=3)
"""How long Buffer counts as unreachable after a worker has said so; one tries every minute."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of everything at one moment."""

    persona: Persona | None = None
    """The chosen persona; None before one is chosen."""
    counts: Mapping[int, PersonaCounts] = field(default_factory=dict)
    """By persona id."""
    strip: tuple[Post, ...] = ()
    """All posts on their way to Buffer, newest first, then those that finished last."""
    finished: Mapping[tuple[int, datetime], datetime] = field(default_factory=dict)
    """When this app saw each of those finish, by post id and `updated_at`: the database may have another clock."""
    database_lead: timedelta = field(default=timedelta(), compare=False)
    """How far the database's clock, by which posts wait before they leave, is ahead of this computer's."""
    worker_age: float | None = field(default=None, compare=False)
    """Seconds since the last heartbeat of any worker; None if there never was one. Only `worker_words` show it."""
    worker_starting: bool = False
    """Whether the app has just started a worker whose first heartbeat may not have come yet."""
    worker_failure: str = ""
    """Why the app could not start a worker; it tries again."""
    read: bool = False
    """Whether counts and worker were read at least once."""
    away: str = ""
    """Why the database is unreachable; empty while it is reachable."""
    importing: ImportProgress | None = None
    """The running import, whichever persona it is for."""
    personas: Mapping[int, Persona] = field(default_factory=dict)
    """All personas by id."""
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """All channels that were ever known, by id."""
    problems: tuple[Problem, ...] = ()
    """Everything that may need attention, of all personas, worst first."""
    budget: Budget | None = None
    """How many requests Buffer still accepts; None before that was read."""
    themes: Mapping[int, tuple[ThemeSupply, ...]] = field(default_factory=dict)
    """All themes with what they have left, by persona id."""
    buffer_away_until: datetime | None = None
    """Until when a worker's report that it cannot reach Buffer is trusted; None after it could."""
    minute: datetime | None = None
    """The minute in which the worker was last checked: times on screens, and what is due, are as of a minute."""

    def looks_like(self, before: Overview) -> bool:
        """Return whether no screen has anything to draw again after another overview."""
        return self == before and self.worker_words == before.worker_words

    @property
    def needing(self) -> int:
        """How many problems do not resolve by themselves."""
        return sum(item.needs_user for item in self.problems)

    @property
    def running_out(self) -> list[ThemeSupply]:
        """The chosen persona's themes that have photos for less than a week of the main channel, the worst first."""
        if self.persona is None:
            return []
        days = {
            supply: days
            for supply in self.themes.get(self.persona.id, ())
            if (days := supply.days_left(self.persona.channel)) is not None and days < LOW_DAYS
        }
        return sorted(days, key=lambda supply: days[supply])

    def differs_by_time(self, before: Overview, now: datetime) -> bool:
        """Return whether the problems are outdated although nothing changed in the database.

        That is so when a worker stopped or returned, and when Buffer's rate limit has reset.
        """
        if (bool(self.worker_words), self.worker_starting) != (
            bool(before.worker_words),
            before.worker_starting,
        ):
            return True
        return any(
            item.kind is ProblemKind.BUDGET_SPENT and item.when is not None and item.when <= now
            for item in self.problems
        )

    @property
    def persona_counts(self) -> PersonaCounts:
        """The chosen persona's counts; all zero before they were read."""
        return self.counts.get(self.persona.id, PersonaCounts()) if self.persona else PersonaCounts()

    @property
    def under_way(self) -> int:
        """How many posts are being sent to Buffer; a worker stays until that is done."""
        return sum(post.step in ON_THE_WAY and post.step is not Step.HELD for post in self.strip)

    @property
    def held(self) -> int:
        """How many posts wait for their next retry."""
        return sum(post.step is Step.HELD for post in self.strip)

    @property
    def offline(self) -> str:
        """What workers cannot reach, as they and posts that wait for it say: Buffer, the media host or both."""
        codes = {post.error_code for post in self.strip if post.step in ON_THE_WAY}
        is_away = self.buffer_away_until is not None and (
            self.minute is None or self.minute < self.buffer_away_until
        )
        away = (
            "Buffer" if is_away or not codes.isdisjoint(BUFFER_UNREACHABLE) else "",
            "" if codes.isdisjoint(MEDIA_HOST_UNREACHABLE) else "media host",
        )
        return " and ".join(filter(None, away))

    @property
    def worker_words(self) -> str:
        """What is wrong with the worker, in a few words; empty if nothing is known to be wrong."""
        if not self.read or self.away:
            return ""
        if self.worker_age is not None and self.worker_age < WORKER_SILENT_AFTER:
            return ""
        if self.worker_failure:
            return f"worker cannot be started: {self.worker_failure}"
        if self.worker_starting:
            return "worker starting"
        if self.worker_age is None:
            return "no worker"
        return f"worker silent for {duration_words(timedelta(seconds=self.worker_age))}"


async def read_moving(services: Services, before: Sequence[Post]) -> tuple[Post, ...]:
    """Read all posts on their way for the strip, and keep those of before that have finished."""
    moving = await services.scheduling.on_their_way()
    ids = {post.id for post in moving}
    return _strip(moving, [post for post in before if post.id not in ids and post.step not in ON_THE_WAY])


async def read_posts(services: Services, post_ids: Collection[int]) -> Sequence[Post]:
    """Read those of the posts that still exist."""
    return [post for id_ in post_ids if (post := await services.scheduling.post(id_)) is not None]


def strip_with(
    before: Sequence[Post], changed: Sequence[Post], post_ids: Collection[int]
) -> tuple[Post, ...]:
    """Return the strip with posts as they are now; those of `post_ids` not among them were deleted."""
    posts = [*reversed(changed), *(post for post in before if post.id not in post_ids)]
    moving = [post for post in posts if post.step in ON_THE_WAY]
    return _strip(moving, [post for post in posts if post.step not in ON_THE_WAY])


async def read_numbers(services: Services) -> dict[str, Any]:
    """Read everything but the strip, as fields of an `Overview`: counts, problems, worker, rate limit."""
    return {
        "counts": await services.scheduling.counts(),
        "worker_age": await services.workers.heartbeat_age(),
        "worker_starting": services.workers.is_starting,
        "worker_failure": services.workers.start_failure,
        "personas": {persona.id: persona for persona in await services.personas.list()},
        "channels": await services.personas.known_channels(),
        "problems": tuple(await services.scheduling.problems()),
        "budget": await services.scheduling.budget(),
        "themes": await services.themes.supplies(),
        "read": True,
    }


def finished_posts(
    before: Overview, strip: Sequence[Post], now: datetime
) -> dict[tuple[int, datetime], datetime]:
    """Return when each post of the strip that is not on its way any more was first seen so, for `finished`."""
    keys = [(post.id, post.updated_at) for post in strip if post.step not in ON_THE_WAY]
    return {key: before.finished.get(key, now) for key in keys}


def _strip(moving: Iterable[Post], finished: Sequence[Post]) -> tuple[Post, ...]:
    """Put all posts on their way first, newest first, then those that finished last."""
    first = sorted(moving, key=lambda post: post.id, reverse=True)
    return (*first, *finished[: max(0, STRIP_LENGTH - len(first))])
