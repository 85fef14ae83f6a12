"""The composer: writes and submits the post of one photo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.scheduling import Reason
from fluffy_tui.tui.compose.caption_form import CaptionForm
from fluffy_tui.tui.compose.caption_screen import CaptionScreen
from fluffy_tui.tui.compose.forecast import load_agenda
from fluffy_tui.tui.compose.preflight import preflight_marks
from fluffy_tui.tui.compose.rendition_preview import RenditionPreview
from fluffy_tui.tui.compose.same_picture import find_earlier_post
from fluffy_tui.tui.compose.submitter import damage_question, submit_draft
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.photo_details import photo_details
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.app import ComposeResult

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda, ScheduleResult
    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.compose.preflight import Mark
    from fluffy_tui.tui.compose.rendition_loader import RenderResult
    from fluffy_tui.tui.session.context import Context


class ComposeScreen(CaptionScreen):
    """The caption form beside the picture as posted; what is typed is a draft until it is submitted.

    Args:
        context: What every screen shares.
        photo: The photo.
        submitted: Called with the photo's id once it has its post.
        at: A time that is chosen already, such as a free slot's.
    """

    PLACE = Place.COMPOSE
    TAB = None
    BINDINGS = bindings(Place.COMPOSE, without=("compose.next_option", "compose.previous_option"))

    def __init__(
        self,
        context: Context,
        photo: Photo,
        submitted: Callable[[int], None],
        *,
        at: datetime | None = None,
    ) -> None:
        self._rendition = RenditionPreview(context)
        super().__init__(context, self._rendition.widget)
        self._photo, self._submitted, self._at = photo, submitted, at
        self._picture: RenderResult | None = None
        self._agenda: Agenda | None = None
        self._has_searched = False
        self._earlier_post: EarlierPost | None = None

    def compose_body(self) -> ComposeResult:
        """Lay the picture beside the form."""
        yield Horizontal(self.preview, self.form, id="fields")
        yield self.form.status

    def on_mount(self) -> None:
        """Show the photo's draft, or a new one, and load what the preflight needs."""
        self.form.framing = self.context.state_file.framing(self.persona.id)
        draft = self.drafts.load(self._photo) or Draft()
        if self._at is not None:
            draft = replace(draft, share_mode=ShareMode.CUSTOM_SCHEDULED, at=self._at)
        self.form.set_photo(self._photo)
        self.form.load(draft)
        self.form.caption.focus()
        self._render_photo()
        self._load_agenda()
        self._find_earlier_post()
        self.form.load_texts()

    @property
    def earlier_post(self) -> EarlierPost | None:
        """The earlier post of the same picture, where one was found."""
        return self._earlier_post

    def checks(self) -> list[Mark]:
        """Run every check of the preflight."""
        return preflight_marks(
            replace(
                self.form.preflight_input(),
                picture=self._picture,
                agenda=self._agenda,
                has_searched=self._has_searched,
                earlier_post=self._earlier_post,
            )
        )

    async def action_back(self) -> None:
        """Close the composer; the draft is kept, and a submission goes on."""
        if self.submitter.is_busy:
            self.app.notify(
                f"Still submitting {self._photo.name}; its draft is kept until then.", markup=False
            )
        await self.dismiss()

    def action_submit(self) -> None:
        """Submit the post, once."""
        if self.submitter.is_busy:
            self.form.show_message("Already submitting.")
            return
        self.drafts.save_now()
        if self.form.accepts():
            self.form.disabled = True
            self.form.show_message("Submitting…")
            self.submitter.start(self._submit(self.form.draft), f"submitting photo {self._photo.id}")

    async def _submit(self, draft: Draft, *, accept_damaged: bool = False) -> None:
        framing = self.form.framing
        result = await submit_draft(
            self.context, self._photo, draft, framing, self.shown, accept_damaged=accept_damaged
        )
        if result.code is Reason.PHOTO_DAMAGED and self.is_attached:
            self._ask_about_damage(draft, result)
            return
        if not result.ok and result.code is not Reason.KEPT_AS_DRAFT:
            self._show_refusal(result)
            return
        self.drafts.discard(self._photo)
        if not result.ok:
            self.app.notify(one_line(result.reason), severity="warning", timeout=15, markup=False)
        self._submitted(self._photo.id)
        if self.is_attached:
            await self.dismiss()

    def _ask_about_damage(self, draft: Draft, refusal: ScheduleResult) -> None:
        """Ask whether what is left of the photo is to be posted."""

        def go_on(accepted: bool | None) -> None:
            if accepted:
                job = self._submit(draft, accept_damaged=True)
                self.submitter.start(job, f"submitting damaged photo {self._photo.id}")
            else:
                self._show_refusal(refusal)

        self.app.push_screen(damage_question(self.context, [refusal.reason]), go_on)

    def _show_refusal(self, result: ScheduleResult) -> None:
        reason = result.reason if result.code else f"Not submitted, the draft is kept. {result.reason}"
        if not self.is_attached:
            self.app.notify(one_line(reason), severity="error", timeout=15, markup=False)
            return
        self.form.disabled = False
        if self.focused is None:
            self.form.caption.focus()
        self.form.refuse(result.code, reason)

    @on(CaptionForm.Edited)
    def _edited(self) -> None:
        self.drafts.save_soon(self._photo, self.form.draft)

    @on(CaptionForm.Reframed)
    def _reframed(self) -> None:
        """Remember the framing, but for the rotation, for the persona's next photos."""
        habit = replace(self.form.framing, turn=0)
        self.context.state_file.remember(framing=(self.persona.id, habit))
        self._render_photo()

    @on_event(PostChanged, Connected)
    def _plan_changed(self) -> None:
        self._load_agenda()

    @work(group="rendition", exclusive=True, exit_on_error=False, description="rendering the picture")
    async def _render_photo(self) -> None:
        self._picture = None
        self.form.update_preflight()
        framing = self.form.framing
        details = photo_details(self._photo, self.form.rules, self.context.zone, framing=framing)
        self._picture = await self._rendition.show(self._photo, self.persona.service, framing, details)
        self.form.update_preflight()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="loading the queue")
    async def _load_agenda(self) -> None:
        self._agenda = await load_agenda(self.context, self.persona)
        self.form.when.show_agenda(self._agenda)
        self.form.update_preflight()

    @work(group="earlier-post", exclusive=True, exit_on_error=False, description="searching earlier posts")
    async def _find_earlier_post(self) -> None:
        self._has_searched, self._earlier_post = await find_earlier_post(self.context, self._photo)
        self.form.update_preflight()
