"""Quitting: what to ask before the app closes, and what to run afterwards."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from fluffy_tui.tui.session.context import Context


class AfterExit(StrEnum):
    """What to run in the same terminal when the app has closed."""

    DEMO = "demo"


def exit_question(context: Context) -> str:
    """Return what the user should know before quitting; empty if nothing is unfinished."""
    sending, held = context.overview.under_way, context.overview.held
    parts = []
    if sending:
        subject = "1 post is" if sending == 1 else f"{sending} posts are"
        overview = context.overview
        parts.append(
            f"{subject} still on the way to Buffer, but there is no worker to send "
            f"{'it' if sending == 1 else 'them'} ({one_line(overview.worker_words)})."
            if overview.worker_failure and overview.worker_words
            else f"{subject} still on the way to Buffer. The worker finishes that after you quit."
        )
    if held:
        subject = "1 post is held and is" if held == 1 else f"{held} posts are held and are"
        parts.append(f"{subject} retried only while fluffy-tui or a worker is running.")
    if context.import_run.is_running:
        parts.append("The import stops. Photos imported so far are kept.")
    context.drafts.save_now()
    if refusals := context.drafts.refusals:
        subject = "1 draft" if len(refusals) == 1 else f"{len(refusals)} drafts"
        parts.append(
            f"{subject} could not be saved ({refusals[0].strerror}) and would be lost. "
            "Free some space on that disk, or make the folder writable, and quit again."
        )
    return "\n".join(parts)
