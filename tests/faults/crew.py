"""The campaign's worker processes, restarted as a service manager would."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from fluffy_tui.scheduling import Timings
from forked_program import ForkedProgram
from scheduling import quick_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from faults.cluster import Cluster
    from faults.network import Network

PACE = float(os.environ.get("CAMPAIGN_PACE", "1"))
"""How many times slower everything is, the faults too, for a machine that is busy with something else."""

_QUICK = Timings(
    heartbeat=0.5,
    dead_after=4.0,
    request_timeout=1.5,
    send_limit=1.5,
    settle=8.0,
    first_lookup=0.2,
    backoff_min=0.2,
    backoff_max=2.0,
    blocked_min=0.5,
    blocked_max=2.0,
    settings_pause=0.5,
    max_attempts=6,
    sync_delay=0.0,
    sync_min_interval=1.0,
    sync_max_interval=1.0,  # Buffer's clock is moved by hand, ours is not, so due times cannot decide when to ask
    max_link_checks=1_000_000,
)
_SLOWER: dict[str, Any] = {
    name: value * PACE for name, value in asdict(_QUICK).items() if isinstance(value, float)
}
TIMINGS = replace(_QUICK, **_SLOWER)
"""Production's proportions, only quicker: a create that takes `SLOW` seconds arrives before it counts as settled."""

SLOW = 3.0 * PACE
"""Seconds that a slow answer takes: longer than `request_timeout`, well under `settle`."""


class Crew:
    """Worker processes, each restarted when it exits; `network` is where they run, if not in this one."""

    def __init__(
        self,
        count: int,
        environment: Mapping[str, str],
        log: Path,
        cluster: Cluster,
        network: Network | None = None,
    ) -> None:
        self._network = network
        self._environment = environment
        self._log = log
        self._cluster = cluster
        self._children: dict[int, ForkedProgram] = {}
        self.killed: set[int] = set()
        """Process ids of the workers that were killed."""
        self.pids: set[int] = set()
        """Process ids of all workers that ever ran."""
        self._stopping = False
        self._count = count
        self.gave_up: list[str] = []
        """Workers that exited although nothing had happened to the database since their start."""

    async def __aenter__(self) -> Crew:
        self._tasks = [
            asyncio.create_task(self._keep(number), name=f"worker-{number}") for number in range(self._count)
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        for child in self._children.values():
            os.kill(child.pid, signal.SIGTERM)
        if not self._cluster.up.is_set():
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=error is not None)

    def kill(self, draw: float) -> None:
        """Kill one worker with SIGKILL; `draw` from 0 to 1 chooses it."""
        living = sorted(self._children)
        if not living:
            return
        victim = self._children[living[int(draw * len(living)) % len(living)]]
        self.killed.add(victim.pid)
        with suppress(ProcessLookupError):  # it has just exited, since it found no database
            os.kill(victim.pid, signal.SIGKILL)

    async def _keep(self, number: int) -> None:
        while not self._stopping:
            await self._cluster.up.wait()
            disturbances = self._cluster.disturbances
            child = ForkedProgram(self._program(), self._environment, self._log / f"worker-{number}.log")
            self._children[number] = child
            self.pids.add(child.pid)
            status = await child.ended()
            del self._children[number]
            is_cut = self._network is not None and self._network.is_cut
            if (
                child.pid in self.killed
                or self._stopping
                or is_cut
                or disturbances != self._cluster.disturbances
            ):
                continue
            self.gave_up.append(f"worker {number} exited with status {status}")

    def _program(self) -> Callable[[], object]:
        work = quick_programs.work_anew if "LD_PRELOAD" in self._environment else quick_programs.work
        program = partial(work, **asdict(TIMINGS))
        return self._network.inside(program) if self._network else program


def worker_environment(values: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with `values` in place of its own settings."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLUFFY_", "BUFFER_", "AWS_"))
    }
    return {**clean, **values}
