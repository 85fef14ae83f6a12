"""Results of posts while the app is open: as toasts, and as a notification of the terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.scheduling import Step
from fluffy_tui.settings import Notify
from fluffy_tui.tui.text.words import one_line, quoted, shortened

if TYPE_CHECKING:
    from textual.app import App

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

MOST_TOASTS = 3
"""If more posts finish at a time, a single toast gives their number."""

FRESH = timedelta(hours=6)
"""A post that went live longer ago changes for other reasons: its upload is deleted, its link found."""

CAPTION_LENGTH = 40
REASON_LENGTH = 80
"""Characters of a reason in a toast, which is half as wide as a small terminal; Problems has all of it."""
LONGEST_NOTICE = 200
"""Characters; terminals and notification services cut longer texts as they please."""

_OSC_9 = frozenset({"iTerm.app", "WezTerm", "ghostty", "WarpTerminal"})
"""Values of TERM_PROGRAM of terminals that document OSC 9 as "show a notification"."""
_OSC_777 = ("foot", "rxvt-unicode")
"""Prefixes of TERM of terminals that document OSC 777;notify. Terminals on VTE set VTE_VERSION."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The result of one post, or of several of a submission that came together."""

    words: str
    failed: bool
    count: int = 1
    """Of how many posts."""


class PostNews:
    """Reports each result of a post once, with `where` it goes if that returns anything."""

    def __init__(self, clock: Callable[[], datetime], where: Callable[[Post], str] = lambda _: "") -> None:
        self._clock, self._where = clock, where
        self._steps: dict[int, Step | None] = {}

    def of(self, posts: Iterable[Post], failed: Iterable[Post] = ()) -> list[Notice]:
        """Return what is new about these posts, which were read because they changed.

        Those that are known to have `failed` before may have been changed since.
        """
        failures = {post.id: post for post in failed}
        found: dict[tuple[int, bool], list[Post]] = {}
        for post in posts:
            failure = failures.get(post.id)
            if failure is not None and failure.updated_at != post.updated_at:
                self._steps.setdefault(post.id, failure.step)
            is_known = post.id in self._steps
            before, self._steps[post.id] = self._steps.get(post.id), post.step
            if is_known and before == post.step:
                continue
            is_live = post.step is Step.LIVE and (is_known or self._is_fresh(post))
            if post.step is Step.FAILED or is_live:
                found.setdefault((post.group_id, is_live), []).append(post)
        return [self._notice(together) for together in found.values()]

    def _notice(self, posts: Sequence[Post]) -> Notice:
        places = ", ".join(where for post in posts if (where := self._where(post)))
        name = quoted(posts[0].caption, CAPTION_LENGTH) + (f" on {places}" if places else "")
        if posts[0].step is Step.LIVE:
            return Notice(f"{name} is live.", failed=False, count=len(posts))
        reasons = dict.fromkeys(one_line(post.error_message) for post in posts if post.error_message)
        why = f": {shortened(' '.join(reasons), REASON_LENGTH)}" if reasons else "."
        return Notice(f"{name} failed{why}", failed=True, count=len(posts))

    def _is_fresh(self, post: Post) -> bool:
        return post.posted_at is not None and self._clock() - post.posted_at < FRESH


class Notifications:
    """Announces news of posts in the app and in the terminal, to which `write` writes an escape sequence."""

    def __init__(self, app: App[Any], context: Context, write: Callable[[str], None]) -> None:
        self._app = app
        self._write = write
        self._context = context
        self._news = PostNews(context.clock, context.channel_among_several)

    def announce(self, posts: Sequence[Post]) -> None:
        """Announce what is new about posts that have changed."""
        problems = (problem.post for problem in self._context.overview.problems)
        news = self._news.of(posts, [post for post in problems if post and post.step is Step.FAILED])
        if not news:
            return
        toasts = news if len(news) <= MOST_TOASTS else [Notice(summary(news), failed=False)]
        for notice in toasts:
            self._app.notify(
                notice.words,
                severity="error" if notice.failed else "information",
                timeout=10,
                markup=False,
            )
        if sequence := terminal_notice(summary(news), self._context.setup.settings.notify, os.environ):
            self._write(sequence)


def summary(notices: Sequence[Notice]) -> str:
    """Return several results in the one line of a desktop notification."""
    if len(notices) == 1:
        return notices[0].words
    failed = sum(notice.count for notice in notices if notice.failed)
    live = sum(notice.count for notice in notices) - failed
    parts = [f"{live} posts are live" if live > 1 else "1 post is live"] if live else []
    parts += [f"{failed} failed"] if failed else []
    return f"{', '.join(parts)}."


def terminal_notice(words: str, notify: Notify, environment: Mapping[str, str]) -> str:
    """Return what to write to the terminal; empty if notifications are off.

    Terminals not known to show notifications get the bell. So do those inside tmux or screen, which mark the
    window and let nothing else through.
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
