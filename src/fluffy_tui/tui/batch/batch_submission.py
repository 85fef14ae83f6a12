"""Submits all posts of a batch together, so that they leave together, or undoes them; each has its own result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import PostPhoto, PostRequest, Reason
from fluffy_tui.tui.compose import submit_all
from fluffy_tui.tui.session.post_channels import PostChannels
from fluffy_tui.tui.session.submit_undo import cancel_keeping_drafts
from fluffy_tui.tui.text.words import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fluffy_tui.personas import Persona
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.batch.batch_loader import BatchLoader
    from fluffy_tui.tui.batch.model import Batch, BatchPost
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import DraftWriter
    from fluffy_tui.tui.session.submit_undo import Cancelled

KEYS = "{fill.undo} undoes all · {fill.back} closes"


class BatchSubmission:
    """Submits and undoes one batch.

    Args:
        persona: Whose photos these are, with the channel that is shown.
        batch: Each of its posts records its result.
        loader: Knows the framings, and reloads the slots.
        drafts: Discards the drafts that have a post now.
        report: Called with the progress, and with the result at the end.
        ask_about_damage: Called after a submission with why photos were refused because they are damaged.
    """

    def __init__(
        self,
        context: Context,
        persona: Persona,
        batch: Batch,
        loader: BatchLoader,
        drafts: DraftWriter,
        report: Callable[[str], None],
        ask_about_damage: Callable[[Sequence[str]], None],
    ) -> None:
        self._context, self._persona, self._batch, self._loader = context, persona, batch, loader
        self._drafts, self._report, self._ask_about_damage = drafts, report, ask_about_damage

    async def submit(self, *, accept_damaged: bool = False) -> None:
        """Submit what is not submitted yet, in the order of the slots; what is refused keeps its draft.

        With `accept_damaged` only what was refused because its photo is damaged: what is left of it is posted.
        """
        entries = self._batch.damaged if accept_damaged else self._batch.unsubmitted
        self._report(f"Submitting {len(entries)} {plural(len(entries), 'post')}…")
        requests = [self._request(entry, accept_damaged=accept_damaged) for entry in entries]
        for entry, result in zip(entries, await submit_all(self._context, requests), strict=True):
            entry.is_damaged = result.code is Reason.PHOTO_DAMAGED
            entry.record("submitted" if result.ok else one_line(result.reason), failed=not result.ok)
            if result.ok or result.code is Reason.KEPT_AS_DRAFT:
                entry.post = result.post
                self._drafts.discard(entry.photo)
        done, refused = len(self._batch.submitted), len(self._batch.unsubmitted)
        failures = f" {refused} refused: see the table." if refused else ""
        self._report(self._context.with_keys(f"{done} submitted.{failures} {KEYS}"))
        if refusals := [entry.outcome for entry in self._batch.damaged]:
            self._ask_about_damage(refusals)

    def _request(self, entry: BatchPost, *, accept_damaged: bool) -> PostRequest:
        """Return what is submitted for one photo: its draft, and the next slot on each of its channels."""
        draft = entry.draft
        photo = PostPhoto(
            entry.photo.id, entry.photo.sha256, draft.alt_text, self._loader.framing(entry), entry.tags
        )
        channels = PostChannels.of(self._persona, draft).choices
        return PostRequest(
            (photo,),
            draft.caption,
            channels=[replace(choice, share_mode=None, at=None) for choice in channels],
            first_comment=draft.first_comment,
            ai_generated=draft.ai_label,
            ai_assisted=draft.ai_assisted,
            accept_damaged=accept_damaged,
        )

    async def undo(self) -> None:
        """Undo every post that can be, on all its channels; its text becomes the photo's draft again."""
        entries = [(entry, entry.post) for entry in self._batch.posts if entry.post is not None]
        count = len(entries)
        self._report(f"Undoing {count} {plural(count, 'post')}…")
        try:
            ids = [post.group_id for _, post in entries]
            groups: dict[int, list[Post]] = {}
            for post in await self._context.services.scheduling.groups(ids):
                groups.setdefault(post.group_id, []).append(post)
            ends = await cancel_keeping_drafts(
                self._context,
                [groups.get(post.group_id, [post]) for _, post in entries],
                lambda number: self._report(f"Undoing {number} of {count}…"),
            )
        except FluffyError as error:
            for entry, _ in entries:
                entry.record(str(error), failed=True)
        else:
            for (entry, _), cancelled in zip(entries, ends, strict=True):
                self._record_undo(entry, cancelled)
        await self._loader.reload_agenda(self._batch)
        left = len(self._batch.submitted)
        self._report(f"! {left} could not be undone: see the table." if left else "All posts are undone.")

    def _record_undo(self, entry: BatchPost, cancelled: Cancelled) -> None:
        if cancelled.refused:
            reasons = (str(error) for _, error in cancelled.refused)
            entry.record(" ".join(dict.fromkeys(reasons)), failed=True)
        else:
            entry.post = None
            entry.record("undone")
            self._drafts.load(entry.photo)
