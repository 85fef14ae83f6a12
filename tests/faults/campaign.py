"""A fault campaign: two workers deliver posts while everything around them fails according to a seeded plan.

At the same time users edit and cancel posts that are in Buffer. Then Buffer's clock moves on and the posts are
published, while that fails too.

To run one by hand, from the folder `tests` (without a seed it draws one, which the report names):

    python -m faults.campaign --seed 7 --posts 300

Workers, faults and Buffer keep their times by the clock, so a machine that is busy with something else needs all of
them slower: `CAMPAIGN_PACE=4` in the environment.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import secrets
import shutil
import tempfile
import time
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from faults.audit import Findings, audit
from faults.cluster import Cluster
from faults.crew import PACE, TIMINGS, Crew, worker_environment
from faults.fault_player import FaultPlayer
from faults.ledger import Expectation, Ledger, Version, first_caption
from faults.plan import Act, AnswerAct, LateAct, Plan, Wish
from faults.publication import Publication
from faults.user_changes import UserChanges
from faults.world import PERSONAS, albums, busy_world
from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.demo import ManualClock, StandIn, Window
from fluffy_tui.scheduling import Reason, Step
from fluffy_tui.settings import Settings
from scheduling.workplace import stand_in_settings, stand_in_variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faults.world import Album
    from fluffy_tui.photos import Photo

UNDO_SECONDS = 1.0
"""The undo delay of every second post."""

SETTLED_WITHIN = 150.0 * PACE
"""Seconds after the last fault within which every post must be in Buffer or failed."""

RETRIES = 3
"""How often users retry a failed post before it counts as lost."""


@dataclass
class Report:
    """The results of a campaign."""

    seed: int
    posts: int
    faults: dict[str, int]
    duplicates: int
    losses: int
    failed: dict[int, str]
    """Failed posts and their causes, before they were retried."""
    resubmitted: int
    """Submissions during which the database was down; each was stored exactly once."""
    written_before: int
    """Those of them that had been stored although the answer was lost."""
    longest_recovery: float
    """Longest time in seconds from the end of a fault that stops all delivery until a post arrived in Buffer."""
    slowest: list[str]
    """The history of that post."""
    settled: float
    """Seconds from the last fault until every post was in Buffer or failed."""
    seconds: float
    live: int = 0
    """Posts that are live on both sides in the end."""
    failed_late: dict[int, str] = field(default_factory=dict)
    """Posts that Buffer did not publish and their causes, before they were retried."""
    edits: dict[str, int] = field(default_factory=dict)
    """How many edits were asked for, and how each try ended; unknown means that the outcome was not known yet."""
    cancels: dict[str, int] = field(default_factory=dict)
    """The same for cancels; a refused one was tried again, or the post was kept.

    A post that is gone already was cancelled by an earlier try that got no answer.
    """
    cancelled: int = 0
    """Posts that are gone on both sides, with their photos free again."""
    jobs: dict[str, float] = field(default_factory=dict)
    """Delivery jobs per post, by task."""
    violations: list[str] = field(default_factory=list)

    def as_text(self) -> str:
        """Return the report as indented JSON."""
        return json.dumps(self.__dict__, indent=2, ensure_ascii=False)


@dataclass
class Campaign:
    """One run of a plan."""

    plan: Plan
    services: Services
    cluster: Cluster
    stand_in: StandIn
    player: FaultPlayer
    media: Path
    ledger: Ledger
    users: UserChanges
    most_photos: int
    submitted_at: dict[str, datetime] = field(default_factory=dict)
    resubmitted: int = 0
    written_before: int = 0

    async def run(self, libraries: list[Album]) -> Report:
        """Submit posts and play faults at the same time, then let everything settle and compare both sides."""
        began = time.monotonic()
        await asyncio.gather(
            self._submit_all(libraries),
            self.player.play(self.plan.faults),
            self.users.run(self.plan.changes),
        )
        self.player.lift()
        lifted = time.monotonic()
        await self._settled()
        await self.users.settle()
        settled = time.monotonic() - lifted
        longest, slowest = await self._longest_recovery()
        first = await self._audit()
        last = first
        for _ in range(RETRIES):
            if last.failed:
                await self._retry(last)
                last = await self._audit()
        still = [f"post {number} cannot be retried: {why}" for number, why in last.failed.items()]
        publication = Publication(self.services, self.stand_in, self.player, self.ledger.left)
        end = await publication.run(self.plan.late)
        still += [f"post {number} does not go live: {why}" for number, why in end.failed.items()]
        found = (first, last, end)
        violations = [
            *(word for each in found for word in each.violations),
            *still,
            *self.users.violations,
            *self.player.crew.gave_up,
        ]
        return Report(
            seed=self.plan.seed,
            posts=len(self.ledger.expected),
            faults={act: self._played[act] for act in (*Act, *AnswerAct, *LateAct)},
            duplicates=sum(len(each.duplicates) for each in found),
            losses=sum(len(each.losses) for each in found) + len(still),
            failed=first.failed,
            resubmitted=self.resubmitted,
            written_before=self.written_before,
            longest_recovery=round(longest, 1),
            slowest=slowest,
            settled=round(settled, 1),
            seconds=round(time.monotonic() - began, 1),
            live=len(self.ledger.left) - len(end.losses) - len(end.failed),
            failed_late=publication.failed,
            edits=dict(sorted(self.users.answers[Wish.EDIT].items())),
            cancels=dict(sorted(self.users.answers[Wish.CANCEL].items())),
            cancelled=len(self.ledger.expected) - len(self.ledger.left),
            jobs=await self._jobs(),
            violations=list(dict.fromkeys(violations)),
        )

    @property
    def _played(self) -> Counter[Act | AnswerAct | LateAct]:
        return self.player.played + Counter(self.users.played)

    async def _jobs(self) -> dict[str, float]:
        query = "SELECT task_name, count(*) FROM procrastinate_jobs WHERE args ? 'post_id' GROUP BY 1"
        async with self.services.database.transaction() as session:
            rows = (await session.execute(text(query))).all()
        return {name: round(count / len(self.ledger.expected), 2) for name, count in rows}

    async def _submit_all(self, libraries: list[Album]) -> None:
        for number, (persona, pause) in enumerate(self.plan.submissions):
            await asyncio.sleep(pause)
            album = libraries[persona]
            channels = [chosen.id for chosen in album.persona.channels[: channel_count(persona, number)]]
            photos = [album.photos.pop() for _ in range(min(self.most_photos, photo_count(persona, number)))]
            await self._submit(photos, channels, number)

    async def _submit(self, photos: Sequence[Photo], channels: Sequence[str], number: int) -> None:
        """Submit one post to some channels; if the database goes down, submit again: each is stored exactly once."""
        captions = {
            id_: f"number {number}{'abc'[place]} of campaign {self.plan.seed}"
            for place, id_ in enumerate(channels)
        }
        group = tuple(captions.values())
        now = datetime.now(UTC).replace(microsecond=0)
        at = now + timedelta(days=30, minutes=number) if number % 5 == 0 else None
        for caption in group:
            self.ledger.expected[caption] = Expectation(
                tuple(photo.id for photo in photos), {Version(caption, f"picture {number}", at)}, group
            )
        undo_seconds = UNDO_SECONDS if number % 2 else 0.0
        scheduling = dataclasses.replace(self.services.scheduling, undo_seconds=undo_seconds)
        is_unsure = False
        while True:
            try:
                result = await scheduling.schedule_post(
                    photos[0],
                    group[0],
                    channels=channels,
                    captions=captions,
                    more_photos=photos[1:],
                    alt_text=f"picture {number}",
                    share_mode=ShareMode.CUSTOM_SCHEDULED if at else ShareMode.ADD_TO_QUEUE,
                    at=at,
                )
            except DatabaseUnavailable:
                self.resubmitted += not is_unsure
                is_unsure = True
                await self.cluster.up.wait()
                continue
            break
        if not result.ok:
            assert is_unsure, f"{group}: {result.reason}"
            assert result.code is Reason.ALREADY_SCHEDULED, result.reason
            assert result.post is not None
            assert first_caption(result.post.caption) in group
            self.written_before += 1
        self.submitted_at |= dict.fromkeys(group, datetime.now(UTC))

    async def _settled(self) -> None:
        """Wait until no post is being delivered, or until the time is up."""
        try:
            async with asyncio.timeout(SETTLED_WITHIN):
                async with aclosing(self.services.events()) as events:
                    async for event in events:
                        if isinstance(event, PostChanged | Connected) and not await self._moving():
                            return
        except TimeoutError:
            return  # the audit lists what has not arrived

    async def _moving(self) -> int:
        """Return how many posts are on their way to Buffer, or may be there twice."""
        query = text("SELECT count(*) FROM posts WHERE lost_creates > 0 AND buffer_post_id IS NOT NULL")
        async with self.services.database.transaction() as session:
            unchecked: int = (await session.execute(query)).scalar_one()
        return len(await self.services.scheduling.on_their_way()) + unchecked

    async def _retry(self, findings: Findings) -> None:
        """Do what users would: delete posts without a picture in Buffer, retry, take a slot if the time is past.

        A post that is gone from Buffer because of an unanswered cancel is cancelled again instead.
        """
        for post_id in findings.failed:
            post = await self.services.scheduling.post(post_id)
            assert post is not None
            if await self.users.finish_cancel(post):
                continue
            for remote in self.stand_in.posts():
                if (
                    post.buffer_post_id is None
                    and remote.text == post.caption
                    and len(remote.assets) < len(post.photos)
                ):
                    await self.services.delivery.buffer.delete_post(remote.id)  # type: ignore[union-attr]
            if post.requested_at_time is not None and post.requested_at_time <= datetime.now(UTC):
                await self.services.scheduling.edit(post_id, share_mode=ShareMode.ADD_TO_QUEUE)
                self.ledger.of(post).done({"at": None})
            await self.services.scheduling.retry(post_id)
        await self._settled()
        await self.users.settle_outcomes()

    async def _audit(self) -> Findings:
        return await audit(self.services, self.stand_in, self.media, self.ledger, self._played)

    async def _longest_recovery(self) -> tuple[float, list[str]]:
        """Return the longest time a post took while nothing stopped all delivery, and its history."""
        longest, slowest = 0.0, 0
        for post in await self.services.scheduling.posts(limit=len(self.ledger.expected) + 1):
            history = await self.services.scheduling.timeline(post.id)
            arrived = next((event.at for event in history if event.step is Step.ACCEPTED), None)
            if arrived is not None:
                since = [lift for lift in self.player.lifted if lift <= arrived]
                since.append(self.submitted_at[first_caption(post.caption)])
                took = (arrived - max(since)).total_seconds()
                longest, slowest = max((longest, slowest), (took, post.id))
        history = await self.services.scheduling.timeline(slowest)
        return longest, [
            f"{event.at:%H:%M:%S} {event.what} {event.step} {event.code or ''}, {event.worker}"
            for event in history
        ]


def channel_count(persona: int, number: int) -> int:
    """Return to how many of its channels a persona posts with this number."""
    return min(1 + number % 3, len([*PERSONAS.values()][persona]))


def photo_count(persona: int, number: int) -> int:
    """Return how many photos the post with this number has: up to ten, or as many as all of its networks take."""
    channels = [*PERSONAS.values()][persona][: channel_count(persona, number)]
    return (1, 2, 1, 4 if "ben.sky" in channels else 10)[number % 4]


class RunningClock(ManualClock):
    """A clock that goes on, but lets posts fall due only when it is moved, so that both sides can be compared."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start.replace(microsecond=0))
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the time that was set, with what has passed since the start, in Buffer's milliseconds."""
        moment = super().now() + timedelta(seconds=time.monotonic() - self._began)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    async def advance(self, seconds: float = 0) -> None:
        """Move ahead from the present time: what was to happen since then happens now."""
        self.not_before(self.now())
        self._began = time.monotonic()
        await super().advance(seconds)


async def campaign(seed: int, posts: int, folder: Path, *, most_photos: int = 10) -> Report:
    """Run one campaign with all its files below `folder`.

    Args:
        seed: draws the plan; the same seed gives the same plan.
        posts: how many are submitted.
        folder: for photos, uploaded pictures and the workers' logs.
        most_photos: of a post; with 1 each has a single one.
    """
    plan = Plan.drawn(seed, posts, len(PERSONAS))
    media = folder / "media"
    skew = timedelta(hours=(-2, 0, 2, 0)[seed % 4])
    clock = RunningClock(datetime.now(UTC) + skew)
    stand_in = StandIn(
        media=media,
        clock=clock,
        world=busy_world(),
        windows=(Window("15m", "15min", 900, 1_000_000),),
        duplicate_window=timedelta(0),  # Buffer's check for duplicate texts would hide a second create
    )
    async with Cluster() as cluster, stand_in:
        settings = stand_in_settings(stand_in, cluster.url, folder)
        async with open_services(settings, timings=TIMINGS) as services:
            sizes: Counter[int] = Counter()
            for number, (persona, _) in enumerate(plan.submissions):
                sizes[persona] += min(most_photos, photo_count(persona, number))
            libraries = await albums(services, folder / "photos", [sizes[n] for n in range(len(PERSONAS))])
            async with Crew(2, _environment(settings, stand_in), folder, cluster) as crew:
                player = FaultPlayer(stand_in, cluster, crew, media)
                ledger = Ledger()
                users = UserChanges(services, stand_in, cluster, ledger)
                run = Campaign(plan, services, cluster, stand_in, player, media, ledger, users, most_photos)
                return await run.run(libraries)


def _environment(settings: Settings, stand_in: StandIn) -> dict[str, str]:
    assert settings.database_url is not None
    return worker_environment(
        {
            "DATABASE_URL": settings.database_url.reveal(),
            "FLUFFY_CONFIG": str(settings.paths.config_file),
            "FLUFFY_DATA_DIR": str(settings.paths.data),
            **stand_in_variables(stand_in, settings.media_directory),
        }
    )


def main() -> int:
    """Run a campaign, print its report and return 1 if anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m faults.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--photos", type=int, default=10, help="how many photos a post has at most")
    parser.add_argument(
        "--keep", action="store_true", help="keep the workers' logs even if the campaign succeeds"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="campaign-"))
    print(f"seed {options.seed}, {options.posts} posts, logs in {folder}", flush=True)
    report = asyncio.run(campaign(options.seed, options.posts, folder, most_photos=options.photos))
    print(report.as_text())
    if report.violations or options.keep:
        return 1 if report.violations else 0
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
