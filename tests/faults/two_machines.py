"""Two machines share one database: each has some of the photos, and their workers are killed while posts are sent.

Each machine has its own home, data and photo folders, its own app services and a worker process; Postgres, Buffer and
the media host are the same for both. The second machine has no Buffer key unless it is asked for.

To run it by hand, from the folder `tests`, with the machines' clocks apart if libfaketime is installed, and each
worker in a network of its own that falls silent now and then, if this account may make one:

    python -m faults.two_machines --posts 60 --kills 12 --skew 10 --cuts 4
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import shutil
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from faults.audit import audit
from faults.cluster import Cluster
from faults.crew import TIMINGS, Crew, worker_environment
from faults.ledger import Expectation, Ledger, Version
from faults.network import Network, can_be_made
from faults.world import busy_world
from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.demo import StandIn, Window
from fluffy_tui.scheduling import Step
from other_clock import FAKETIME, other_clock
from scheduling.workplace import stand_in_settings, stand_in_variables, write_photo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from fluffy_tui.photos import Photo

CHANNELS = ("ada.frames", "ben.sky")
SETTLED_WITHIN = 300.0
"""Seconds after the last kill within which every post must be in Buffer."""


@dataclass
class Machine:
    """One of the machines."""

    name: str
    services: Services
    crew: Crew
    network: Network | None = None
    """Of its worker, if that can be cut off."""
    photos: list[Photo] = field(default_factory=list)

    def made(self, worker: str) -> bool:
        """Return whether a process of this machine made a change, given its name in the history."""
        return int(worker.rpartition(":")[2]) in self.crew.pids


@dataclass
class Report:
    """The results of a run."""

    seed: int
    posts: int
    once: int
    lost: int
    twice: int
    untrue: int
    elsewhere: int
    """Posts whose picture was made by a machine without the photo."""
    waited: int
    """Posts that a worker took which could not make their picture."""
    killed: dict[str, int]
    cuts: int
    sent_by: dict[str, int]
    """How many posts the workers of each machine created."""
    skew_minutes: float
    requests: int
    seconds: float
    violations: list[str]

    def as_text(self) -> str:
        """Return the report as indented JSON."""
        return json.dumps(self.__dict__, indent=2, ensure_ascii=False)


async def two_machines(
    seed: int,
    posts: int,
    kills: int,
    folder: Path,
    *,
    both_have_keys: bool = False,
    skew: timedelta = timedelta(0),
    cuts: int = 0,
) -> Report:
    """Submit posts on the first machine, half of them with photos of the second, and kill workers meanwhile.

    Args:
        seed: draws which photos are where and which worker is killed when.
        posts: how many are submitted.
        kills: how many workers are killed.
        folder: for everything that both machines write.
        both_have_keys: whether the second machine may send posts, too.
        skew: how far the second worker's clock is ahead.
        cuts: how often one of the workers loses its network for a while.
    """
    random_ = random.Random(seed)
    began = time.monotonic()
    stand_in = StandIn(
        media=folder / "media",
        world=busy_world(),
        windows=(Window("15m", "15min", 900, 1_000_000),),
        duplicate_window=timedelta(0),
    )
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(Cluster())
        await stack.enter_async_context(stand_in)
        networks: list[Network | None] = [None, None]
        if cuts:
            port = int(stand_in.url.rpartition(":")[2])
            networks = [
                await stack.enter_async_context(Network([port], cluster.url).open()) for _ in networks
            ]
        studio, office = networks
        machines = [
            await stack.enter_async_context(_machine("studio", cluster, stand_in, folder, network=studio)),
            await stack.enter_async_context(
                _machine(
                    *("office", cluster, stand_in, folder),
                    has_key=both_have_keys,
                    clock=other_clock(skew) if skew else {},
                    network=office,
                )
            ),
        ]
        await _import(machines, posts, folder, random_)
        ledger = Ledger()
        await asyncio.gather(
            _submit_all(machines, ledger, random_),
            _kill_some(machines, kills, posts, random_),
            _cut_off_some(machines, cluster, cuts, random_),
        )
        settled = await _settled(machines[0].services)
        return await _report(machines, stand_in, ledger, folder, seed, settled, skew, cuts, began)


@asynccontextmanager
async def _machine(
    name: str,
    cluster: Cluster,
    stand_in: StandIn,
    folder: Path,
    *,
    has_key: bool = True,
    clock: Mapping[str, str] | None = None,
    network: Network | None = None,
) -> AsyncIterator[Machine]:
    """Open the app's services of a machine, and keep its worker running."""
    home = folder / name
    media = folder / "media"
    settings = stand_in_settings(stand_in, cluster.url, home, media_directory=media, undo_seconds=0.0)
    environment = worker_environment(
        {
            "HOME": str(home),
            "DATABASE_URL": network.database_url if network else cluster.url,
            "FLUFFY_CONFIG": str(settings.paths.config_file),
            "FLUFFY_DATA_DIR": str(settings.paths.data),
            **stand_in_variables(stand_in, settings.media_directory),
            **({} if has_key else {"BUFFER_API_KEY": ""}),
            **(clock or {}),
        }
    )
    unhurried = replace(TIMINGS, request_timeout=60.0, settle=65.0)  # a busy computer must not fail the setup
    async with open_services(settings, timings=unhurried) as services:
        # Both run on the same computer, whose name is the only one that there is.
        services.photos.machine = replace(services.photos.machine, name=name)
        async with Crew(1, environment, home, cluster, network) as crew:
            yield Machine(name, services, crew, network)


async def _import(machines: list[Machine], posts: int, folder: Path, random_: random.Random) -> None:
    """Import photos into two libraries: each photo is on one machine, and one in six on both."""
    personas = machines[0].services.personas
    channels = {channel.name: channel.id for channel in await personas.available_channels()}
    for channel in CHANNELS:
        persona = await personas.create(channel)
        persona = await personas.set_channel(persona, channels[channel])
        for number in range(posts // len(CHANNELS)):
            on_both = number % 6 == 5
            for machine in machines if on_both else [random_.choice(machines)]:
                of_channel = 1000 * CHANNELS.index(channel) + number
                write_photo(folder / machine.name / "photos" / channel / f"{number:03}.jpg", of_channel)
        for machine in machines:
            await machine.services.photos.import_folders(
                [folder / machine.name / "photos" / channel], persona
            )
    for persona in await personas.list():
        for photo in await machines[0].services.photos.unscheduled(persona):
            for machine in machines:
                if not (await machine.services.photos.get(photo.id)).elsewhere:
                    machine.photos.append(photo)


async def _submit_all(machines: list[Machine], ledger: Ledger, random_: random.Random) -> None:
    """Submit every photo, on a machine that is drawn, whether that has it or not."""
    photos = {photo.id: photo for machine in machines for photo in machine.photos}
    for number, photo in enumerate(photos.values()):
        caption = f"number {number} of two machines"
        ledger.expected[caption] = Expectation(
            (photo.id,), {Version(caption, f"picture {number}", None)}, (caption,)
        )
        scheduling = random_.choice(machines).services.scheduling
        result = await scheduling.schedule_post(
            photo.id, caption, alt_text=f"picture {number}", share_mode=ShareMode.ADD_TO_QUEUE
        )
        assert result.ok, result.reason
        await asyncio.sleep(random_.uniform(0.0, 0.4))


async def _kill_some(machines: list[Machine], kills: int, posts: int, random_: random.Random) -> None:
    for _ in range(kills):
        await asyncio.sleep(random_.uniform(0.0, 2.0 * posts * 0.2 / kills))
        random_.choice(machines).crew.kill(0.0)


async def _cut_off_some(machines: list[Machine], cluster: Cluster, cuts: int, random_: random.Random) -> None:
    """Cut workers off: for so long that others take over their posts, and the connections count as lost."""
    for _ in range(cuts):
        await asyncio.sleep(random_.uniform(0.0, 3.0))
        network = random_.choice(machines).network
        assert network is not None
        cluster.disturbances += 1
        with network.cut():
            await asyncio.sleep(random_.uniform(3.0, 15.0))
            cluster.disturbances += 1  # a worker that is started meanwhile finds no database


async def _settled(services: Services) -> bool:
    """Wait until no post is on its way, or until the time is up."""
    try:
        async with asyncio.timeout(SETTLED_WITHIN), aclosing(services.events()) as events:
            async for event in events:
                if (
                    isinstance(event, PostChanged | Connected)
                    and not await services.scheduling.on_their_way()
                ):
                    return True
    except TimeoutError:
        return False
    return False


async def _report(
    machines: list[Machine],
    stand_in: StandIn,
    ledger: Ledger,
    folder: Path,
    seed: int,
    settled: bool,
    skew: timedelta,
    cuts: int,
    began: float,
) -> Report:
    services = machines[0].services
    findings = await audit(services, stand_in, folder / "media", ledger, Counter())
    elsewhere, waited, sent_by = [], 0, Counter[str]()
    for post in await services.scheduling.posts(limit=len(ledger.expected) + 1):
        history = await services.scheduling.timeline(post.id)
        having = [
            machine for machine in machines if any(photo.id == post.photo_id for photo in machine.photos)
        ]
        # whoever counts the crash of a worker that was at this step makes no picture
        steps = [event for event in history if event.what == "step"]
        made = [event.worker for event in steps if event.step is Step.HOSTING]
        if not made or not all(any(machine.made(worker) for machine in having) for worker in made):
            elsewhere.append(f"the picture of post {post.id} was made by {made}")
        waited += any(event.code == "photo_elsewhere" for event in history)
        for event in steps:
            if event.step is Step.SENDING:
                sent_by.update(machine.name for machine in machines if machine.made(event.worker))
    counts = Counter(post.text for post in stand_in.posts())
    return Report(
        seed=seed,
        posts=len(ledger.expected),
        once=sum(counts[caption] == 1 for caption in ledger.expected),
        lost=len(findings.losses) + len(findings.failed) + (not settled),
        twice=len(findings.duplicates),
        untrue=len(findings.disagreements),
        elsewhere=len(elsewhere),
        waited=waited,
        killed={machine.name: len(machine.crew.killed) for machine in machines},
        cuts=cuts,
        sent_by=dict(sent_by),
        skew_minutes=skew.total_seconds() / 60,
        requests=len(stand_in.requests),
        seconds=round(time.monotonic() - began, 1),
        violations=[
            *findings.violations,
            *map(str, findings.failed.values()),
            *elsewhere,
            *(word for machine in machines for word in machine.crew.gave_up),
        ],
    )


def main() -> int:
    """Run it, print the report and return 1 if anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m faults.two_machines", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--posts", type=int, default=60)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--keys", action="store_true", help="the second machine has a Buffer key, too")
    parser.add_argument("--skew", type=float, default=0.0, help="minutes by which its clock is ahead")
    parser.add_argument("--cuts", type=int, default=0, help="how often a worker loses its network")
    options = parser.parse_args()
    if options.skew and FAKETIME is None:
        parser.error("libfaketime is not installed; install it, or leave out --skew")
    if options.cuts and not can_be_made():
        parser.error("this account cannot make networks; run it as root on Linux, or leave out --cuts")
    folder = Path(tempfile.mkdtemp(prefix="two-machines-"))
    print(f"seed {options.seed}, {options.posts} posts, logs in {folder}", flush=True)
    report = asyncio.run(
        two_machines(
            options.seed,
            options.posts,
            options.kills,
            folder,
            both_have_keys=options.keys,
            skew=timedelta(minutes=options.skew),
            cuts=options.cuts,
        )
    )
    print(report.as_text())
    if report.violations or report.lost:
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
