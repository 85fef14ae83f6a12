"""Where a photo gets its caption and is sent on its way."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.media import Framing
from fluffy_tui.networks import rules_for
from fluffy_tui.tui.caption.caption_editor import LONG
from fluffy_tui.tui.compose.caption_form import ComposeForm
from fluffy_tui.tui.compose.compose_facts import read_agenda, rendered, seen_before
from fluffy_tui.tui.compose.preflight import PreflightInput, preflight
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.compose.rendition_preview import RenditionPreview
from fluffy_tui.tui.compose.submits_captions import SubmitsCaptions
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.photo_details import photo_details
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.text.channel_words import zone_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.app import ComposeResult

    from fluffy_tui.media import Rendition
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda
    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)

SAVED_WITHIN = 0.2
"""Seconds from a key to the text being written down."""


class ComposeScreen(SubmitsCaptions):
    """Caption, alt text, time and fit beside the photo; what is typed is kept until it is submitted.

    Args:
        context: The world.
        photo: What the caption is for.
        submitted: Called with the photo's id once it has its post.
        at: A time that is chosen already, such as an empty slot's.
    """

    PLACE = Place.COMPOSE
    TAB = None
    BINDINGS = bindings(Place.COMPOSE, without=("compose.next_option", "compose.previous_option"))
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
        super().__init__(context, photo, submitted)
        self._at = at
        self._agenda: Agenda | None = None
        self._rendition: Rendition | None = None
        self._rendition_problem = ""
        self._looks_back = False
        self._sighting: EarlierPost | None = None
        self._rules = rules_for(self.persona.service)
        self._preview = RenditionPreview(context.preview)
        self._line = PreflightLine(context.setup.settings.keys)
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
        self._form.caption.subject = self._photo.name
        self._form.caption.count_now()
        self._form.fit = self.context.state_file.fit(self.persona.id) or str(Framing())
        try:
            kept = self.context.drafts.load(self._photo)
        except OSError as error:
            log.warning("the kept text of photo %s cannot be read: %s", self._photo.id, error)
            self._form.say(f"What was typed here before cannot be read: {error.strerror}.", wrong=True)
            kept = None
        if self._at is not None:
            kept = replace(kept or Draft(), share_mode=str(ShareMode.CUSTOM_SCHEDULED), at=self._at)
        if kept is not None:
            with self.prevent(ComposeForm.Edited):
                self._form.load(kept)
        self._form.caption.focus()
        self._make_rendition()
        self._read_agenda()
        self._look_back()
        self.read_texts()
        self.inspect()

    def on_screen_resume(self) -> None:
        """Draw what another screen covered."""
        self.repaint()

    def repaint(self) -> None:
        """Draw the picture anew."""
        self._preview.repaint()

    def on_screen_suspend(self) -> None:
        """Keep the text while another screen is shown."""
        self.keep_now()

    def on_unmount(self) -> None:
        """Keep the text, whatever way the screen is left."""
        self.keep_now()

    async def action_back(self) -> None:
        """Go back to the list; the text is kept."""
        if self._submitting:
            self._form.say("It is being submitted; a moment, please.")
            return
        self.keep_now()
        await self.dismiss()

    def action_when(self) -> None:
        """Choose when it goes out."""
        self._form.when.begin()

    def action_alt_text(self) -> None:
        """Give the keyboard to the alt text."""
        self._form.alt_text.focus()

    def action_same_picture(self) -> None:
        """See the picture beside the earlier post of it."""
        from fluffy_tui.tui.compose.same_picture import SamePictureScreen

        if self._sighting is None:
            self._form.say("No earlier post of this picture is known.")
        else:
            self.app.push_screen(SamePictureScreen(self.context, self._photo, self._sighting))

    def action_fit(self) -> None:
        """Choose how the picture is fitted, before and after side by side."""
        from fluffy_tui.tui.compose.fit_screen import FitScreen

        framing = Framing.parse(self._form.fit)
        self.app.push_screen(FitScreen(self.context, self._photo, framing), self._fitted)

    def _fitted(self, framing: Framing | None) -> None:
        """Take what was chosen, for this photo and, but for the turn, for the persona's next ones."""
        if framing is None or str(framing) == self._form.fit:
            return
        self._form.fit = str(framing)
        self.context.state_file.remember(fit=(self.persona.id, str(replace(framing, turn=0))))
        self._edited()
        self._make_rendition()

    @on(ComposeForm.Edited)
    def _edited(self) -> None:
        if len(self._form.caption.text) < LONG:
            self.inspect()
        if not self._unsaved:
            self._unsaved = True
            self.set_timer(SAVED_WITHIN, self.keep)

    @on_event(PostChanged, Connected)
    def _plan_changed(self) -> None:
        self._read_agenda()

    @work(group="rendition", exclusive=True, exit_on_error=False, description="rendering the picture")
    async def _make_rendition(self) -> None:
        """Show the picture as it will go out; a worker that was overtaken shows nothing."""
        self._rendition, self._rendition_problem = None, ""
        self._preview.wait_for_it()
        framing = Framing.parse(self._form.fit)
        made, problem = await rendered(self.context, self.persona, self._photo, framing)
        self._rendition, self._rendition_problem = made, problem
        if made is not None:
            self._preview.show_rendition(
                self._photo, made, photo_details(self._photo, self._rules, self.context.zone, framing=framing)
            )
        else:
            self._preview.show_sentence(problem)
        self.inspect()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="reading what is planned")
    async def _read_agenda(self) -> None:
        self._agenda = await read_agenda(self.context, self.persona)
        self._form.when.plan_with(self._agenda)
        self.inspect()

    @work(group="looking-back", exclusive=True, exit_on_error=False, description="looking for earlier posts")
    async def _look_back(self) -> None:
        self._looks_back, self._sighting = await seen_before(self.context, self._photo)
        self.inspect()

    def texts_read(self) -> None:
        """Compare the caption with earlier ones."""
        self.inspect()

    def inspect(self) -> None:
        """Say what would stop the post as it is now."""
        when = self._form.when
        self._line.show(
            preflight(
                PreflightInput(
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
                    earlier=self.earlier_captions,
                )
            )
        )
