"""How long delivery waits for what: every duration of this pack in one place, in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """The durations of delivery. Tests run the same code at a quicker pace."""

    heartbeat: float = 5.0
    """How often a worker says that it is alive."""
    stalled: float = 20.0
    """A worker that was silent for this long is taken for dead."""
    hung: float = 300.0
    """A worker whose loop asks for no job for so long, or a job of which gets nowhere, says no more that it is alive.

    It has to be longer than anything that a delivery does between two transactions, such as an upload with retries.
    """
    hung_end: float = 360.0
    """Such a worker ends by force then, so that another one is started; by then others have taken its posts over."""
    answer: float = 30.0
    """How long Buffer may take to answer one request."""
    departure: float = 5.0
    """A create must leave within this time of being recorded, or it does not leave at all."""
    settle: float = 60.0
    """How long after a create left without an answer it may still turn up in Buffer.

    It has to be longer than `departure` and `answer` together: only then can nobody's create be under way.
    """
    first_look: float = 2.0
    """Pause before looking in Buffer for a create that got no answer."""
    shortest_pause: float = 5.0
    """First pause after something that passes by itself, such as a lost connection; it doubles each time."""
    longest_pause: float = 900.0
    queue_full: float = 900.0
    """First pause when Buffer has no room, the channel cannot publish, or its day is full; it doubles each time."""
    fullest: float = 14_400.0
    """Longest such pause: each try costs two or three of the 250 requests that the free plan has a day."""
    key_refused: float = 1800.0
    """Pause while the key, its rights or the media host's settings have to be mended by a person."""
    channel_known: float = 600.0
    """For this long Buffer's word on a channel's health is believed."""
    channel_in_trouble: float = 3600.0
    """A channel in trouble is asked about so often, in case somebody has mended it in Buffer."""
    channel_with_posts: float = 21_600.0
    """A channel whose posts wait in Buffer is asked about so often, so that its trouble is told before they are due."""
    bounded_tries: int = 6
    """How many times in a row a fault is met that may pass but may also be the picture's own."""

    most_stalls: int = 5
    """A post during which so many workers in a row died is not tried again by itself."""
    follow_after: float = 15.0
    """Buffer is asked so long after a post was due; it needs 8 to 34 seconds to publish (seen by others)."""
    follow_often: float = 20.0
    """Shortest time between two questions about the open posts of an organisation."""
    follow_seldom: float = 1800.0
    """Time between two questions while nothing is due."""
    follow_failed: float = 172_800.0
    """For so long a post that Buffer could not publish is looked at, since it can be sent again over there."""
    link_looks: int = 6
    """How many times the link of a live post is looked for."""
    grace: float = 10.0
    """How long running jobs may go on when a worker is told to stop."""
    hard_stop: float = 40.0
    """A worker that is told to stop has gone by then, whatever it waits for."""

    verify_before: tuple[float, ...] = (6 * 3600.0, 3600.0)
    """How long before a post is due its hosted picture is looked at again; overdue ones once in the last of these."""
    media_grace: float = 24 * 3600.0
    """How long a hosted picture stays after its post went live or was let go."""

    def __post_init__(self) -> None:
        if self.settle <= self.departure + self.answer:
            raise ValueError("settle has to be longer than departure and answer together")

    def patience(self, tries: int) -> float:
        """Return the pause before asking for room again, after so many tries in a row."""
        return min(self.fullest, self.queue_full * 2.0 ** min(tries - 1, 16))

    def backoff(self, tries: int) -> float:
        """Return the pause before the next try, after so many in a row."""
        return min(self.longest_pause, self.shortest_pause * 2.0 ** min(tries, 16))
