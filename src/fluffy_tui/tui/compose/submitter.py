"""Submits posts: one submission at a time, which goes on when its screen is closed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import ChannelChoice, PostPhoto, PostRequest, ScheduleResult
from fluffy_tui.tui.session.overview import strip_with
from fluffy_tui.tui.text.channel_words import channel_name
from fluffy_tui.tui.text.words import error_words, one_line
from fluffy_tui.tui.ui.dialogs import ConfirmScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence

    from textual.dom import DOMNode

    from fluffy_tui.buffer import Channel
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import Draft

log = logging.getLogger(__name__)

_REFUSALS = 5
"""How many a question lists."""


class Submitter:
    """Runs one job at a time as a worker of the app, so that closing the screen does not cancel it."""

    def __init__(self, screen: DOMNode) -> None:
        self._screen = screen
        self.is_busy = False

    def start(self, job: Awaitable[None], description: str) -> None:
        """Run a job; nothing else may be running."""
        self.is_busy = True
        self._screen.app.run_worker(
            self._run(job), group="submit", description=description, exit_on_error=False
        )

    async def _run(self, job: Awaitable[None]) -> None:
        try:
            await job
        finally:
            self.is_busy = False


def damage_question(context: Context, refusals: Sequence[str]) -> ConfirmScreen:
    """Return the question whether what is left of damaged photos is to be posted, given why each was refused."""
    pictures = "the picture" if len(refusals) == 1 else "these pictures"
    shown = [one_line(refusal) for refusal in refusals[:_REFUSALS]]
    if more := len(refusals) - len(shown):
        shown.append(f"And {more} more.")
    return ConfirmScreen(
        "Damaged photo" if len(refusals) == 1 else f"{len(refusals)} damaged photos",
        "\n\n".join([*shown, f"Only what is left of {pictures} can be posted."]),
        yes="Post anyway",
        no="Do not post",
        own=context.keys,
    )


def comment_question(
    context: Context, channels: Iterable[Channel | None], *, otherwise: str = ""
) -> ConfirmScreen:
    """Return the question whether to send a post without its first comment, which these channels would refuse.

    `otherwise` says what else can be done.
    """
    names = " and ".join(dict.fromkeys(channel_name(channel) for channel in channels if channel))
    return ConfirmScreen(
        "First comment",
        f"Buffer recently rejected a first comment on {names}: its plan may not include them. "
        f"{otherwise}Send without the first comment?",
        yes="Send without it",
        no="Do not send",
        own=context.keys,
    )


async def submit_draft(
    context: Context,
    photos: Sequence[PostPhoto],
    draft: Draft,
    channels: Sequence[str | ChannelChoice],
    *,
    accept_damaged: bool = False,
    again: bool = False,
) -> ScheduleResult:
    """Submit photos, the cover first, with a draft's texts and time to the channels that were shown.

    Photos of a live post are only taken `again`.
    """
    request = PostRequest(
        tuple(photos),
        draft.caption,
        share_mode=draft.share_mode,
        at=draft.at,
        channels=channels,
        first_comment=draft.first_comment,
        ai_generated=draft.ai_label,
        ai_assisted=draft.ai_assisted,
        accept_damaged=accept_damaged,
        again=again,
    )
    return (await submit_all(context, [request]))[0]


async def submit_all(context: Context, requests: Sequence[PostRequest]) -> list[ScheduleResult]:
    """Submit posts together. Whatever goes wrong becomes their answer, so that the texts stay on the screen."""
    try:
        results = await context.services.scheduling.schedule_posts(requests)
    except Exception as error:
        if not isinstance(error, FluffyError):
            log.exception("%d posts could not be submitted", len(requests))
        return [ScheduleResult(False, reason=error_words(error))] * len(requests)
    known = {post.id for post in context.overview.strip}  # maybe as they are by now
    new = [post for result in results if result.ok for post in result.posts if post.id not in known]
    if new:  # for the next key, which may undo them before their events have come
        context.update_overview(strip=strip_with(context.overview.strip, new, ()))
    return results
