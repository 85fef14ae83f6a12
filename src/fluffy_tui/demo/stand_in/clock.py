"""Time as the stand-in Buffer sees it: the real clock, a faster one, or one that a test moves by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

Wake = Callable[[], Awaitable[None]]
"""What a clock calls when an alarm goes off."""


class Alarm:
    """A call that a clock makes at one moment, unless it is cancelled."""

    def __init__(self, when: datetime, wake: Wake) -> None:
        self.when = when
        self.wake = wake
        self.cancelled = False
        self.timer: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        """Make sure that `wake` is not called any more; harmless once it was."""
        self.cancelled = True
        if self.timer is not None:
            self.timer.cancel()


class Clock(Protocol):
    """The current time and alarms."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, UTC."""

    def at(self, when: datetime, wake: Wake) -> Alarm:
        """Call `wake` once at `when`; immediately if it has passed."""

    async def advance(self, seconds: float) -> None:
        """Jump ahead; returns when everything that became due has been done, in order."""

    def not_before(self, moment: datetime) -> None:
        """Never return a time before `moment`: a sped-up clock must not go back after a restart."""

    async def settle(self) -> None:
        """Wait for alarms that are going off now."""


class ManualClock:
    """A clock that stands still until `advance` is called: tests decide what time it is."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC).replace(microsecond=0)
        self._alarms: list[tuple[datetime, int, Alarm]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """Return the time that was set last."""
        return self._now

    def at(self, when: datetime, wake: Wake) -> Alarm:
        """Call `wake` during the `advance` that passes `when`."""
        alarm = Alarm(when, wake)
        heapq.heappush(self._alarms, (when, next(self._order), alarm))
        return alarm

    async def advance(self, seconds: float = 0) -> None:
        """Move ahead by `seconds`, stopping at each alarm so that it sees its own time."""
        target = self._now + timedelta(seconds=seconds)
        while self._alarms and self._alarms[0][0] <= target:
            when, _, alarm = heapq.heappop(self._alarms)
            if not alarm.cancelled:
                self._now = max(self._now, when)
                await alarm.wake()
        self._now = max(self._now, target)

    def not_before(self, moment: datetime) -> None:
        """Move to `moment` if that is later than the current time."""
        self._now = max(self._now, moment)

    async def settle(self) -> None:
        """Return at once: alarms go off only inside `advance`."""


class WallClock:
    """The computer's clock, running `speed` times as fast from the moment it was made."""

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"The speed of a clock must be above zero, not {speed!r}.")
        self.speed = speed
        self._origin = datetime.now(UTC)
        self._ahead = timedelta(0)
        self._pending: set[Alarm] = set()
        self._running: set[asyncio.Task[None]] = set()

    def now(self) -> datetime:
        """Return the real time, multiplied by the speed."""
        return self._origin + (datetime.now(UTC) - self._origin) * self.speed + self._ahead

    def at(self, when: datetime, wake: Wake) -> Alarm:
        """Set a timer of the running event loop for `when`."""
        alarm = Alarm(when, wake)
        self._pending.add(alarm)
        self._set_timer(alarm)
        return alarm

    async def advance(self, seconds: float) -> None:
        """Jump ahead and wait for what became due."""
        self._ahead += timedelta(seconds=seconds)
        while due := [alarm for alarm in self._pending if alarm.cancelled or alarm.when <= self.now()]:
            for alarm in sorted(due, key=lambda alarm: alarm.when):
                self._pending.discard(alarm)
                if not alarm.cancelled:
                    alarm.cancel()
                    await alarm.wake()
        for alarm in self._pending:
            self._set_timer(alarm)

    def not_before(self, moment: datetime) -> None:
        """Jump to `moment` if the clock is behind it."""
        self._ahead += max(moment - self.now(), timedelta(0))

    async def settle(self) -> None:
        """Wait until the alarms that have gone off have finished their work."""
        if self._running:
            await asyncio.gather(*self._running)

    def _set_timer(self, alarm: Alarm) -> None:
        if alarm.timer is not None:
            alarm.timer.cancel()
        seconds = max((alarm.when - self.now()).total_seconds() / self.speed, 0)
        alarm.timer = asyncio.get_running_loop().call_later(seconds, self._ring, alarm)

    def _ring(self, alarm: Alarm) -> None:
        self._pending.discard(alarm)
        if alarm.cancelled:
            return
        if alarm.when > self.now():  # timers may fire a little early
            self._pending.add(alarm)
            self._set_timer(alarm)
            return

        async def run() -> None:
            await alarm.wake()

        task = asyncio.get_running_loop().create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
