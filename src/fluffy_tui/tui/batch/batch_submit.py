"""Submits a week of posts, and takes it back: one after the other, each with its own answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import Reason
from fluffy_tui.tui.batch.batch_facts import framing_of
from fluffy_tui.tui.session.undo import cancel_keeping_draft
from fluffy_tui.tui.text.words import error_words, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.batch.batch import Week, WeekPost
    from fluffy_tui.tui.batch.batch_drafts import WeekTexts
    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)


async def submit_week(
    context: Context, persona: Persona, week: Week, texts: WeekTexts, tell: Callable[[str], None]
) -> None:
    """Submit what waits, in the order of the slots; what is refused says why on its line and keeps its text.

    Args:
        context: The world.
        persona: Whose posts they are.
        week: Its posts are told what became of them.
        texts: Forgets what its post has now.
        tell: Is told how far it has come.
    """
    waiting = week.waiting
    for number, entry in enumerate(waiting, 1):
        tell(f"Submitting {number} of {len(waiting)} …")
        await _submit(context, persona, entry)
        if entry.post is not None:
            texts.forget(entry.photo)


async def _submit(context: Context, persona: Persona, entry: WeekPost) -> None:
    try:
        result = await context.services.scheduling.schedule_post(
            entry.photo,
            entry.text.caption,
            alt_text=entry.text.alt_text,
            framing=framing_of(context, persona, entry),
        )
    except FluffyError as error:
        entry.outcome, entry.went_wrong = error_words(error), True
        return
    if result.ok:
        entry.post, entry.outcome, entry.went_wrong = result.post, "submitted", False
    elif result.code is Reason.KEPT_AS_DRAFT:
        entry.post, entry.outcome, entry.went_wrong = result.post, one_line(result.reason), True
    else:
        entry.outcome, entry.went_wrong = one_line(result.reason), True


async def take_week_back(context: Context, week: Week, texts: WeekTexts, tell: Callable[[str], None]) -> None:
    """Take back every post that can be; each text is with its photo again, and what stays says why."""
    submitted = week.submitted
    for number, entry in enumerate(submitted, 1):
        if entry.post is None:
            continue
        tell(f"Taking back {number} of {len(submitted)} …")
        try:
            await cancel_keeping_draft(context, entry.post)
        except FluffyError as error:
            entry.outcome, entry.went_wrong = error_words(error), True
        else:
            entry.post, entry.outcome, entry.went_wrong = None, "taken back", False
            texts.begin(entry.photo)
