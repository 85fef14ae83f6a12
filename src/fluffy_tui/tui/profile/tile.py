"""A tile of the profile grid: a post that is planned or live, or one from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from fluffy_tui.scheduling import OutsidePost, Planned, Post, Step
from fluffy_tui.tui.plan import Cell
from fluffy_tui.tui.text.post_state import PostState, photo_count_words, state_of, state_words, step_state
from fluffy_tui.tui.text.times import both_zones, moment_words, relative_time
from fluffy_tui.tui.text.words import plural

ELSEWHERE = PostState("elsewhere", "◇", "foreground")
"""How a post is shown that was made on the phone, or in Buffer itself."""
LEGEND = (*map(step_state, (Step.QUEUED, Step.ACCEPTED, Step.LIVE)), ELSEWHERE)
"""The marks that are explained below the grid."""

NOT_OURS = "This post was made elsewhere, so it cannot move."
NO_TIME = "This post has no time yet, so there is nothing to swap."


@dataclass(frozen=True, slots=True)
class Tile:
    """What one tile shows."""

    post: Post | OutsidePost
    at: datetime | None
    """When it goes or went out, in the channel's zone; None while that is open."""
    is_forecast: bool = False
    """Whether the time is expected by the channel's schedule."""

    @property
    def outside(self) -> OutsidePost | None:
        """The post, if it is from elsewhere."""
        return self.post if isinstance(self.post, OutsidePost) else None

    @property
    def own(self) -> Post | None:
        """The post, if it was made here."""
        return None if isinstance(self.post, OutsidePost) else self.post

    @property
    def key(self) -> tuple[bool, int]:
        """Another one for each post."""
        return isinstance(self.post, OutsidePost), self.post.id

    @property
    def state(self) -> PostState:
        """How the post is shown."""
        return state_of(self.own) if self.own else ELSEWHERE

    @property
    def cell(self) -> Cell | None:
        """What move mode knows it as; None for what has no time, or is not ours."""
        if self.own is None or self.at is None:
            return None
        return Cell(self.at, Planned(self.own, self.at, self.is_forecast))

    @property
    def why_fixed(self) -> str:
        """Why move mode knows nothing of it; empty if it does."""
        if self.outside:
            return NOT_OURS
        return "" if self.at else NO_TIME

    def label(self, width: int, now: datetime, zone: tzinfo) -> str:
        """Return its line: the mark, the state if there is room, and when it goes or went out."""
        state, (when, short) = self.state, self._when(now, zone)
        words = f"{state.sign} {state.name} {when}", f"{state.sign} {when}", f"{state.sign}{when}"
        return next((each for each in words if len(each) <= width), f"{state.sign}{short}"[:width])

    def _when(self, now: datetime, zone: tzinfo) -> tuple[str, str]:
        """Return when it goes or went out, also in one short word."""
        if self.at is None:
            return "no time yet", "…"
        day, today = self.at.astimezone(zone).date(), now.astimezone(zone).date()
        if self.own is not None and self.own.step is not Step.LIVE:
            words = moment_words(self.at, now, zone)
            return words, words.rpartition(" ")[0] or words
        year = f" {day.year}" if day.year != today.year else ""
        return f"{day.day} {day:%b}{year}", year.strip() or f"{day:%b}"

    def lines(self, now: datetime, zone: tzinfo, own_zone: tzinfo) -> list[str]:
        """Describe the post; its caption follows."""
        when = ""
        if self.at is not None:
            when = f"{both_zones(self.at, now, zone, own_zone)} · {relative_time(self.at, now)}"
        if self.outside is not None:
            count = self.outside.asset_count
            pictures = f" · {count} {plural(count, 'picture')}" if count > 1 else ""
            return [when, f"posted elsewhere: on the phone, or in Buffer{pictures}"]
        assert self.own is not None  # noqa: S101 - one of both
        expected = " · expected by the channel's schedule" if self.is_forecast else ""
        counted = photo_count_words(self.own)
        state = state_words(self.own, now, zone, own_zone) + expected
        return [when, state, *([counted] if counted else [])]
