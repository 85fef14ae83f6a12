"""Fill slots: captions for several photos, one after the other, then one review, one submit and one undo for all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from fluffy_tui.core.app_events import Connected, OutsidePostsChanged, PostChanged
from fluffy_tui.tui.batch.batch_loader import BatchLoader
from fluffy_tui.tui.batch.batch_panel import BatchPanel
from fluffy_tui.tui.batch.batch_submission import KEYS, BatchSubmission
from fluffy_tui.tui.batch.batch_table import BatchTable
from fluffy_tui.tui.batch.model import Batch
from fluffy_tui.tui.compose import CaptionScreen, Mark, damage_question
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.session.messages import FillWeek, on_event
from fluffy_tui.tui.ui.keys_footer import dimmed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import ActiveBinding

    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.session.context import Context

_TEXTS = ("caption", "alt_text", "first_comment", "hashtags")
_CHOICES = ("fit", "ai_label", "suggest")
_OF_CAPTION = (("insert",), ("recent_captions",), ("suggest",), ("editor",))
REVIEW_KEYS = "{fill.submit} submits all · {fill.edit} edits the caption · {fill.skip} leaves the photo out"


class BatchScreen(CaptionScreen):
    """The photos of a batch: written one by one, reviewed in a table, submitted and undone together."""

    PLACE = Place.FILL
    TAB = None
    AUTO_FOCUS = ""
    BINDINGS = bindings(Place.FILL, without=("fill.edit",))
    CSS = """
    BatchScreen.-wide PhotoPreview.-reviewing { width: 30%; }
    BatchScreen.-normal PhotoPreview.-reviewing { display: none; }
    """

    def __init__(self, context: Context, wanted: FillWeek) -> None:
        super().__init__(
            context,
            PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail, with_path=True),
            has_time=False,
        )
        self._wanted = wanted
        self.model = Batch(self.shown, self.form.zone)
        """The batch."""
        self._loader = BatchLoader(context, self.persona)
        self.panel = BatchPanel(context, self.model, self._loader, self.drafts, self.form, self.preview)
        self._submission = BatchSubmission(
            context,
            self.shown,
            self.model,
            self._loader,
            self.drafts,
            self._report,
            self._ask_about_damage,
        )

    def compose_body(self) -> ComposeResult:
        yield self.panel
        yield self.form.status

    def on_mount(self) -> None:
        self.panel.display = False
        self.form.show_message("Looking for free slots and similar pictures…")
        self._load()

    @property
    def earlier_post(self) -> EarlierPost | None:
        """The earlier post of the current picture."""
        return self.model.current.earlier_post if self.model.posts else None

    def checks(self) -> list[Mark]:
        """Check the current post."""
        return self.panel.checks()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enable what changes a caption only where one is being written."""
        if action == "next" or parameters in _OF_CAPTION:
            return bool(self.model.posts) and not self.panel.is_reviewing
        return super().check_action(action, parameters)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Dim undo while no post of the batch is submitted; the key then says so, and undoes no earlier submit."""
        return dimmed(super().active_bindings, () if self.model.submitted else ("fill.undo",))

    def action_next(self) -> None:
        """Write the next caption; after the last one, review the batch."""
        if self.submitter.is_busy:
            return
        self.drafts.save_now()
        following = self.model.following
        self._review() if following is None else self.panel.write(following)

    def action_previous(self) -> None:
        """Go back to the previous caption; from the table to the caption of its row."""
        if self.panel.is_reviewing:
            self.action_write("caption")
        elif not self.submitter.is_busy and (preceding := self.model.preceding) is not None:
            self.drafts.save_now()
            self.panel.write(preceding)

    def action_write(self, verb: str) -> None:
        """Act on the form, from the table on that of its row; a post that is submitted stays as it is."""
        if verb in _TEXTS or verb in _CHOICES:
            if not self._may_change():
                return
            if verb in _TEXTS and self.panel.is_reviewing:
                self.panel.write(self.model.position)
        super().action_write(verb)

    def action_order(self) -> None:
        """Keep similar photos apart, or go back to the order in which the photos were given."""
        if not self._may_change():
            return
        if self.model.submitted:
            self._show_keys(f"Some posts are submitted, and keep their slots. {KEYS}")
            return
        self.drafts.save_now()
        crowding = self.model.crowding
        is_kept_apart = crowding.is_less_apart
        self.model.reorder(crowding.apart if is_kept_apart else self._wanted.photo_ids)
        self.panel.show_order()
        words = (
            "Similar photos are kept apart now" if is_kept_apart else "The photos are in their first order"
        )
        self._show_keys(f"{words}. {{fill.order}} changes that.")

    def action_skip(self) -> None:
        """Leave the current photo out of the batch; its draft is kept."""
        if not self._may_change():
            return
        self.drafts.save_now()
        self.model.leave_out()
        if not self.model.posts:
            self.dismiss()
        elif self.panel.is_reviewing or self.model.current.post is not None:
            self._review()
        else:
            self.panel.write(self.model.position)

    def action_submit(self) -> None:
        """Review the batch; from the table, submit it."""
        if self.submitter.is_busy or not self.model.posts:
            return
        self.drafts.save_now()
        if not self.panel.is_reviewing:
            self._review()
        elif (problem := self.model.first_problem) is not None:
            self.panel.write(problem[0])
            self.form.show_message(problem[1], error=True)
        elif (number := self.model.first_unread) is not None:
            self.panel.write(number)
            self.form.suggester.asks_first(self.model.current.draft, "Submit", self._go_on_submitting)
        elif self.model.unsubmitted:
            self.submitter.start(self._submission.submit(), "submitting the batch")
        else:
            self._show_keys(f"All posts are submitted. {KEYS}")

    def _go_on_submitting(self) -> None:
        """Submit the batch now that a suggested text of the current post was read, unless there are more of them."""
        entry = self.model.current
        entry.draft = replace(entry.draft, suggested=())
        self._review()
        self.action_submit()

    def _ask_about_damage(self, refusals: Sequence[str]) -> None:
        """Ask whether what is left of damaged photos is to be posted."""

        def go_on(accepted: bool | None) -> None:
            if accepted:
                job = self._submission.submit(accept_damaged=True)
                self.submitter.start(job, "submitting damaged photos")

        if self.is_attached:
            self.app.push_screen(damage_question(self.context, refusals), go_on)

    def action_undo(self) -> None:
        """Undo every post of the batch that can be."""
        if self.submitter.is_busy:
            return
        if self.model.submitted:
            self.submitter.start(self._undo(), "undoing the batch")
        else:
            self.form.show_message("Nothing to undo: no post of this batch is submitted.")

    async def _undo(self) -> None:
        await self._submission.undo()
        self.panel.search_posts()  # some were found that are undone now

    def action_back(self) -> None:
        """Go from the table back to the captions, or close the screen; drafts are kept."""
        if self.submitter.is_busy:
            self.form.show_message("Please wait until this is done.")
        elif self.panel.is_reviewing and not self.model.submitted:
            self.panel.write(self.model.position)
        else:
            self.dismiss()

    @work(group="batch", exit_on_error=False, description="loading photos and free slots")
    async def _load(self) -> None:
        rejected = await self._loader.load(self.model, self._wanted.photo_ids)
        if not self.model.posts:
            why = "rejected: unflag those that you want to post" if rejected else "no longer in the library"
            self._show_keys(f"These photos are {why}. {{fill.back}} closes")
            return
        if not self._wanted.is_ordered:
            self.model.reorder(self.model.crowding.apart)
            self.model.position = 0
        for entry in self.model.posts:
            entry.draft = self.drafts.load(entry.photo) or entry.draft
        self.panel.display = True
        self.panel.write(0)
        left_out = f", without {rejected:,} rejected" if rejected else ""
        keys = self.context.with_keys(self._crowding_words or "{fill.skip} leaves one out.")
        self.form.show_message(f"Filling slots with {self._wanted.chosen}{left_out}. {keys}")
        self.form.load_texts()
        self.panel.check_photos(tuple(self.model.posts))
        self.panel.search_posts()

    @on_event(PostChanged, OutsidePostsChanged, Connected)
    def _plan_changed(self) -> None:
        if self.model.posts and not self.submitter.is_busy:
            self._reload_agenda()
            self.panel.search_posts()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="loading the queue")
    async def _reload_agenda(self) -> None:
        await self._loader.reload_agenda(self.model)
        self.panel.update_marks()

    @on(BatchTable.Opened)
    def _row_opened(self) -> None:
        self.action_write("caption")

    def _review(self) -> None:
        if not self.model.posts:
            return
        self.panel.review()
        wrong = sum(bool(entry.problem(self.shown)) for entry in self.model.unsubmitted)
        posts = "1 post has" if wrong == 1 else f"{wrong} posts have"
        problem = f"{posts} a problem: {{fill.submit}} goes to the first." if wrong else ""
        self._show_keys(problem or self._crowding_words or REVIEW_KEYS)

    @property
    def _crowding_words(self) -> str:
        """Which photos would go out next to a similar one, and what can be done; empty if none would."""
        crowding = self.model.crowding
        numbers = [str(position + 1) for position in crowding.positions]
        if not numbers or self.model.submitted:
            return ""
        photos = f"Photo {numbers[0]}" if len(numbers) == 1 else f"Photos {', '.join(numbers)}"
        remedy = ": {fill.order} keeps them apart." if crowding.is_less_apart else ", in any order."
        return f"{photos} would go out next to a similar one{remedy}"

    def _may_change(self) -> bool:
        """Return whether the current post can still be changed; if not, say why."""
        if self.submitter.is_busy or not self.model.posts:
            return False
        if self.model.current.post is not None:
            self._show_keys(f"This post is submitted. {KEYS}")
            return False
        return True

    def _show_keys(self, sentence: str) -> None:
        self.form.show_message(self.context.with_keys(sentence))

    def _report(self, progress: str) -> None:
        if self.is_attached:
            self.form.show_message(progress)
            self.panel.update_marks()
            self.refresh_bindings()
