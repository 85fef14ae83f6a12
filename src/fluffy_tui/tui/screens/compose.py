"""Where a photo gets its caption and is sent on its way."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.networks import rules_for
from fluffy_tui.scheduling import Reason
from fluffy_tui.tui.editor import EditorFailed, edit_outside
from fluffy_tui.tui.framing import Framing
from fluffy_tui.tui.kept_texts import KeptText
from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.messages import DatabaseBack, PostChanged
from fluffy_tui.tui.photo_details import photo_details
from fluffy_tui.tui.preflight import Draft, preflight
from fluffy_tui.tui.screens.compose_facts import read_agenda, rendered, seen_before, service_of
from fluffy_tui.tui.screens.frame import FrameScreen
from fluffy_tui.tui.text_keeping import TextKeeping
from fluffy_tui.tui.widgets.caption_editor import LONG
from fluffy_tui.tui.widgets.compose_form import ComposeForm
from fluffy_tui.tui.widgets.frame_lines import zone_of
from fluffy_tui.tui.widgets.preflight import PreflightLine
from fluffy_tui.tui.widgets.rendition_preview import RenditionPreview
from fluffy_tui.tui.wording import error_words, one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.app import ComposeResult

    from fluffy_tui.alike import Sighting
    from fluffy_tui.media import Rendition
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda, ScheduleResult
    from fluffy_tui.tui.context import Context

log = logging.getLogger(__name__)

EARLIER = 30
"""Captions that a new one is compared with."""
SAVED_WITHIN = 0.2
"""Seconds from a key to the text being written down."""


class ComposeScreen(FrameScreen):
    """Caption, alt text, time and fit beside the photo; what is typed is kept until it is submitted.

    Args:
        context: The world.
        photo: What the caption is for.
        submitted: Called with the photo's id once it has its post.
        at: A time that is chosen already, such as an empty slot's.
    """

    PLACE = Place.COMPOSE
    TAB = "library"
    BINDINGS = bindings(
        Place.COMPOSE,
        only=(
            "compose.submit",
            "compose.when",
            "compose.fit",
            "compose.editor",
            "compose.caption",
            "compose.alt_text",
            "compose.back",
        ),
    )
    CSS: ClassVar[str] = """
    ComposeScreen {
        #fields { height: 1fr; }
        RenditionPreview { width: 44%; }
        &.-normal RenditionPreview { width: 36%; }
        &.-narrow RenditionPreview { display: none; }
    }
    """

    def __init__(
        self,
        context: Context,
        photo: Photo,
        submitted: Callable[[int], None],
        *,
        at: datetime | None = None,
    ) -> None:
        super().__init__(context)
        self._photo = photo
        self._at = at
        self._submitted = submitted
        self._keeping = TextKeeping(context.kept_texts, photo)
        self._unsaved = False
        self._submitting = False
        self._done = False
        self._agenda: Agenda | None = None
        self._rendition: Rendition | None = None
        self._rendition_problem = ""
        self._looks_back = False
        self._sighting: Sighting | None = None
        self._earlier: tuple[str, ...] = ()
        self._rules = rules_for(service_of(self.persona))
        self._preview = RenditionPreview(context.preview)
        self._line = PreflightLine()
        self._zone = zone_of(self.persona, context.zone)
        self._form = ComposeForm(
            self._rules,
            self._zone,
            context.zone,
            context.clock,
        )

    def compose_body(self) -> ComposeResult:
        """Lay the photo beside the form, over what would stop the post."""
        yield Vertical(Horizontal(self._preview, self._form, id="fields"), self._line)

    def on_mount(self) -> None:
        """Show the photo, and what was typed for it before."""
        self._form.fit = self.context.state_file.fit(self.persona.id) or Framing().written
        try:
            kept = self.context.kept_texts.load(self._photo)
        except OSError as error:
            log.warning("the kept text of photo %s cannot be read: %s", self._photo.id, error)
            self._form.say(f"What was typed here before cannot be read: {error.strerror}.", wrong=True)
            kept = None
        if self._at is not None:
            kept = replace(kept or KeptText(), share_mode=str(ShareMode.CUSTOM_SCHEDULED), at=self._at)
        if kept is not None:
            with self.prevent(ComposeForm.Edited):
                self._form.load(kept)
        self._form.caption.focus()
        self._make_rendition()
        self._read_agenda()
        self._look_back()
        self._inspect()

    def on_screen_resume(self) -> None:
        """Draw what another screen covered."""
        self._preview.repaint()

    def on_screen_suspend(self) -> None:
        """Keep the text while another screen is shown."""
        self._keep_now()

    def on_unmount(self) -> None:
        """Keep the text, whatever way the screen is left."""
        self._keep_now()

    async def action_back(self) -> None:
        """Go back to the list; the text is kept."""
        if self._submitting:
            self._form.say("It is being submitted; a moment, please.")
            return
        self._keep_now()
        await self.dismiss()

    def action_when(self) -> None:
        """Choose when it goes out."""
        self._form.when.begin()

    def action_caption(self) -> None:
        """Give the keyboard to the caption."""
        self._form.caption.focus()

    def action_alt_text(self) -> None:
        """Give the keyboard to the alt text."""
        self._form.alt_text.focus()

    def action_fit(self) -> None:
        """Choose how the picture is fitted, before and after side by side."""
        from fluffy_tui.tui.screens.fit import FitScreen

        framing = Framing.read(self._form.fit)
        self.app.push_screen(FitScreen(self.context, self._photo, framing), self._fitted)

    def _fitted(self, framing: Framing | None) -> None:
        """Take what was chosen, for this photo and, but for the turn, for the persona's next ones."""
        if framing is None or framing.written == self._form.fit:
            return
        self._form.fit = framing.written
        self.context.state_file.remember(fit=(self.persona.id, replace(framing, turn=0).written))
        self._edited()
        self._make_rendition()

    def action_editor(self) -> None:
        """Write the caption in the person's own editor."""
        self._keep_now()
        caption = self._form.caption
        try:
            text = edit_outside(self.app, caption.text)
        except EditorFailed as error:
            self._form.say(str(error), wrong=True)
        else:
            if text != caption.text:
                caption.load_clean(text)
        finally:
            self._preview.repaint()

    def action_submit(self) -> None:
        """Send the post on its way, once."""
        if self._submitting or self._done:
            self._form.say("It is being submitted already.")
            return
        self._keep_now()
        if not self._form.accepts():
            return
        self._submitting = True
        self._form.disabled = True
        self._form.say("submitting …")
        submission: Any = partial(self._submit, self._form.typed())
        self.app.run_worker(  # of the app, so that leaving this screen does not break a submission off
            submission,
            group="submit",
            description=f"submitting photo {self._photo.id}",
            exit_on_error=False,
        )

    @on(ComposeForm.Edited)
    def _edited(self) -> None:
        if len(self._form.caption.text) < LONG:
            self._inspect()
        if not self._unsaved:
            self._unsaved = True
            self.set_timer(SAVED_WITHIN, self._keep)

    @on(PostChanged)
    @on(DatabaseBack)
    def _plan_changed(self) -> None:
        self._read_agenda()

    @work(group="rendition", exclusive=True, exit_on_error=False, description="rendering the picture")
    async def _make_rendition(self) -> None:
        """Show the picture as it will go out; a worker that was overtaken shows nothing."""
        self._rendition, self._rendition_problem = None, ""
        self._preview.wait_for_it()
        framing = Framing.read(self._form.fit)
        made, problem = await rendered(self.context, self.persona, self._photo, framing)
        self._rendition, self._rendition_problem = made, problem
        if made is not None:
            self._preview.show_rendition(
                self._photo, made, photo_details(self._photo, self._rules, self.context.zone)
            )
        else:
            self._preview.show_sentence(problem)
        self._inspect()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="reading what is planned")
    async def _read_agenda(self) -> None:
        self._agenda = await read_agenda(self.context, self.persona)
        self._form.when.plan_with(self._agenda)
        self._inspect()

    @work(group="looking-back", exclusive=True, exit_on_error=False, description="looking for earlier posts")
    async def _look_back(self) -> None:
        self._looks_back, self._sighting = await seen_before(self.context, self._photo)
        posts = await self.context.services.scheduling.posts(self.persona, limit=EARLIER)
        self._earlier = tuple(post.caption for post in posts if post.photo_id != self._photo.id)
        self._inspect()

    def _inspect(self) -> None:
        """Say what would stop the post as it is now."""
        when = self._form.when
        self._line.show(
            preflight(
                Draft(
                    caption=self._form.caption.text,
                    alt_text=self._form.alt_text.text,
                    share_mode=when.share_mode,
                    rules=self._rules,
                    now=self.context.clock(),
                    zone=self._zone,
                    at=when.moment,
                    rendition=self._rendition,
                    rendition_problem=self._rendition_problem,
                    agenda=self._agenda,
                    looks_back=self._looks_back,
                    sighting=self._sighting,
                    earlier=self._earlier,
                )
            )
        )

    async def _submit(self, text: KeptText) -> None:
        framing = Framing.read(text.fit)
        try:
            result = await self.context.services.scheduling.schedule_post(
                self._photo,
                text.caption,
                alt_text=text.alt_text,
                share_mode=ShareMode(text.share_mode),
                at=text.at,
                fit=framing.fit,
                shape=framing.shape,
                turn=framing.turn,
            )
        except Exception as error:  # the text has to stay on the screen, whatever went wrong
            if not isinstance(error, FluffyError):
                log.exception("photo %s could not be submitted", self._photo.id)
            self._refused(None, f"Not submitted, the text is kept. {error_words(error)}")
        else:
            await self._answered(result)

    async def _answered(self, result: ScheduleResult) -> None:
        """Leave with the text forgotten, now that the post has it; or say why not."""
        if not result.ok and result.code is not Reason.KEPT_AS_DRAFT:
            self._refused(result.code, result.reason)
            return
        self._done, self._submitting = True, False
        try:
            self._keeping.forget()
        except OSError as error:
            log.warning("the kept text of photo %s cannot be removed: %s", self._photo.id, error)
        if not result.ok:
            self.app.notify(one_line(result.reason), severity="warning", timeout=15, markup=False)
        self._submitted(self._photo.id)
        if self.is_attached:
            await self.dismiss()

    def _refused(self, code: Reason | None, reason: str) -> None:
        self._submitting = False
        if not self.is_attached:
            self.app.notify(one_line(reason), severity="error", timeout=15, markup=False)
            return
        self._form.disabled = False
        if self.focused is None:
            self._form.caption.focus()
        self._form.refuse(code, reason)

    @work(group="keep-text", exit_on_error=False, description="keeping the text")
    async def _keep(self) -> None:
        if not self._unsaved or self._done:
            return
        self._unsaved = False
        self._inspect()  # a very long text is not looked through at each key
        try:
            await self._keeping.keep(self._form.typed())
        except OSError as error:
            self._not_kept(error)

    def _keep_now(self) -> None:
        if self._done or not self._unsaved:
            return
        self._unsaved = False
        try:
            self._keeping.keep_now(self._form.typed())
        except OSError as error:
            self._not_kept(error)

    def _not_kept(self, error: OSError) -> None:
        """Say that what is typed is only on the screen."""
        self._unsaved = True
        log.warning("the text of photo %s cannot be kept: %s", self._photo.id, error)
        self._form.say(f"This text cannot be written down ({error.strerror}); it is only here.", wrong=True)
