"""What became of posts while the app is open: which news there is, and how a terminal is told it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Step
from fluffy_tui.settings import Notify
from fluffy_tui.tui.text.words import one_line, quoted, shortened

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post

FRESH = timedelta(hours=6)
"""A post that went live longer ago changes for other reasons: its picture is taken down, its link found."""

CAPTION_LENGTH = 40
LONGEST_NOTICE = 200
"""Characters; terminals and notification services cut longer texts as they like."""

_OSC_9 = frozenset({"iTerm.app", "WezTerm", "ghostty", "WarpTerminal"})
"""Values of TERM_PROGRAM whose terminals document OSC 9 as "show a notification"."""
_OSC_777 = ("foot", "rxvt-unicode")
"""Beginnings of TERM whose terminals document OSC 777;notify. Terminals on VTE set VTE_VERSION."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One piece of news."""

    words: str
    failed: bool


class Notices:
    """Tells each post's end once.

    Args:
        clock: Tells the present moment.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._steps: dict[int, Step | None] = {}

    def news(self, posts: Iterable[Post]) -> list[Notice]:
        """Return what is news about these posts, which have just been read because they changed."""
        found = []
        for post in posts:
            is_known = post.id in self._steps
            before, self._steps[post.id] = self._steps.get(post.id), post.step
            if is_known and before == post.step:
                continue
            if post.step is Step.FAILED:
                why = f": {one_line(post.error_message)}" if post.error_message else "."
                found.append(Notice(f"{quoted(post.caption, CAPTION_LENGTH)} failed{why}", failed=True))
            elif post.step is Step.LIVE and (is_known or self._is_fresh(post)):
                found.append(Notice(f"{quoted(post.caption, CAPTION_LENGTH)} is live.", failed=False))
        return found

    def _is_fresh(self, post: Post) -> bool:
        return post.posted_at is not None and self._clock() - post.posted_at < FRESH


def summary(notices: list[Notice]) -> str:
    """Return several pieces of news in the one line that a desktop notice has."""
    if len(notices) == 1:
        return notices[0].words
    failed = sum(notice.failed for notice in notices)
    live = len(notices) - failed
    parts = [f"{live} posts are live" if live > 1 else "1 post is live"] if live else []
    parts += [f"{failed} failed"] if failed else []
    return f"{', '.join(parts)}."


def terminal_notice(words: str, notify: Notify, environment: Mapping[str, str]) -> str:
    """Return what to write to the terminal; empty when nothing is wanted.

    A terminal that is not known to show notices gets the bell, and so does one behind tmux or screen, which
    mark the window by it and let nothing else through.
    """
    if notify is Notify.OFF:
        return ""
    if notify is Notify.BELL or "TMUX" in environment or "STY" in environment:
        return "\a"
    text = shortened(one_line(words), LONGEST_NOTICE)  # no control character can end the sequence early
    if environment.get("TERM_PROGRAM") in _OSC_9 or "KITTY_WINDOW_ID" in environment:
        return f"\x1b]9;{text}\x1b\\"
    if environment.get("TERM", "").startswith(_OSC_777) or "VTE_VERSION" in environment:
        return f"\x1b]777;notify;fluffy-tui;{text.replace(';', ',')}\x1b\\"
    return "\a"
