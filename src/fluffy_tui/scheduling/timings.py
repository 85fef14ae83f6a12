"""Every duration and limit of delivery in one place; durations are in seconds."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Timings:
    """How long delivery waits for what. Tests run the same code with shorter times."""

    # workers
    heartbeat: float = 5.0
    """How often a worker reports that it is alive."""
    dead_after: float = 20.0
    """A worker without a heartbeat for this long counts as dead."""
    stuck_after: float = 5 * MINUTE
    """A worker that fetches no job for this long, or whose delivery makes no progress, stops its heartbeat.

    Must be longer than anything a delivery does between two transactions, such as an upload with retries.
    """
    stuck_exit: float = 6 * MINUTE
    """A stuck worker then exits by force, so that a new one can start; others have taken over its posts by then."""
    shutdown_grace: float = 10.0
    """How long running jobs may go on when a worker is asked to stop."""
    shutdown_limit: float = 40.0
    """A worker that was asked to stop has exited by then, whatever it is waiting for."""
    max_crashes: int = 5
    """A post that this many workers in a row died over is not retried automatically."""

    # creating a post in Buffer
    request_timeout: float = 30.0
    """How long Buffer may take to answer one request."""
    send_limit: float = 5.0
    """A create must be sent within this time of being recorded, or not at all."""
    settle: float = 300.0
    """How long after an unanswered request its effect may still appear in Buffer.

    A front such as Cloudflare's lets a server work on for 100 seconds after the connection to the client is gone, and
    reads were seen to lag behind writes by up to 120. Must be longer than `send_limit` and `request_timeout` together:
    only then can no request be in flight.
    """
    max_lost_creates: int = 3
    """After this many creates whose effect never appeared, nothing more is sent unless the user asks."""
    first_lookup: float = 2.0
    """Pause before searching Buffer for a create that got no answer; each further pause is three times as long."""
    render_limit: float = 120.0
    """How long making a picture may take."""
    upload_limit: float = 180.0
    """How long uploading a picture and fetching it back may take."""

    # pauses before the next attempt
    backoff_min: float = 5.0
    """First pause after something temporary, such as a lost connection; it doubles each time."""
    backoff_max: float = 15 * MINUTE
    blocked_min: float = 15 * MINUTE
    """First pause when Buffer's queue is full, the channel is unhealthy, or its daily limit is reached; it doubles."""
    blocked_max: float = 4 * HOUR
    """Longest such pause: each attempt costs two or three of the free plan's 250 requests a day."""
    settings_pause: float = 30 * MINUTE
    """Pause while the user has to fix the key, its rights or the media host's settings."""
    max_attempts: int = 6
    """How often in a row an error is retried that may be temporary but may also be the picture's fault."""

    # health of channels
    channel_fresh: float = 10 * MINUTE
    """How long Buffer's answer about a channel's health is trusted when a post is due."""
    unhealthy_channel_check: float = HOUR
    """How often an unhealthy channel is checked, in case it was fixed in Buffer."""
    healthy_channel_check: float = 6 * HOUR
    """How often a channel with posts in Buffer is checked, so that a problem shows before they are due."""

    # status of posts in Buffer
    sync_delay: float = 15.0
    """How long after a post was due Buffer is first asked; publishing takes 8 to 34 seconds (reported by users)."""
    sync_min_interval: float = 20.0
    """Shortest time between two status requests for one organisation."""
    sync_max_interval: float = 30 * MINUTE
    """Time between two status requests while nothing is due."""
    sync_failed: float = 7 * DAY
    """How long a post that Buffer could not publish or no longer has is still checked: it may return."""
    max_link_checks: int = 6
    """How often a live post is checked for its link."""

    # pictures on the media host
    verify_before: tuple[float, ...] = (6 * HOUR, HOUR)
    """How long before a post is due its picture is verified; overdue ones again after the shortest of these."""
    picture_retention: float = DAY
    """How long an uploaded picture is kept after its post went live or was cancelled."""

    def __post_init__(self) -> None:
        if self.settle <= self.send_limit + self.request_timeout:
            raise ValueError("settle must be longer than send_limit and request_timeout together")

    def blocked(self, tries: int) -> float:
        """Return the pause before asking again whether there is room, after this many attempts in a row."""
        return min(self.blocked_max, self.blocked_min * 2.0 ** min(tries - 1, 16))

    def next_lookup(self, unsettled: float) -> float:
        """Return the pause before searching again, for a create that may still appear for `unsettled` seconds.

        Buffer's clock is known to a second: by its next answer, a moment that was just reached may lie ahead again.
        """
        since = max(self.settle - unsettled, 0.0)
        return max(self.first_lookup, min(unsettled, 2.0 * since))

    def backoff(self, tries: int) -> float:
        """Return the pause before the next attempt, after this many in a row."""
        return min(self.backoff_max, self.backoff_min * 2.0 ** min(tries, 16))


FOREVER = 36_500 * DAY
"""A largest age for what never goes out of date, such as a channel's network and name."""
