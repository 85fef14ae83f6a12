"""Captions for several photos, one after the other, then one table, one submission and one undo for all."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static, TextArea

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.networks import rules_for, text_length
from fluffy_tui.tui.framing import Framing
from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.photo_details import photo_details
from fluffy_tui.tui.screens.compose_facts import read_agenda, service_of
from fluffy_tui.tui.screens.frame import FrameScreen
from fluffy_tui.tui.text_keeping import TextKeeping
from fluffy_tui.tui.week import WeekPost, apart, give_slots
from fluffy_tui.tui.widgets.caption_editor import CaptionEditor
from fluffy_tui.tui.widgets.frame_lines import zone_of
from fluffy_tui.tui.widgets.photo_preview import PhotoPreview, renderer_named
from fluffy_tui.tui.wording import both_zones, error_words, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from fluffy_tui.tui.context import Context
    from fluffy_tui.tui.kept_texts import KeptText

log = logging.getLogger(__name__)


class FillWeekScreen(FrameScreen):
    """The photos of a week: written one by one, looked over in a table, submitted and taken back together.

    Args:
        context: The world.
        photo_ids: The photos, in the order in which they are to go out.
    """

    PLACE = Place.FILL
    TAB = "plan"
    BINDINGS = bindings(Place.FILL)
    CSS: ClassVar[str] = """
    FillWeekScreen {
        #writing { height: 1fr; }
        PhotoPreview { width: 44%; }
        &.-normal PhotoPreview { width: 36%; }
        &.-narrow PhotoPreview { display: none; }
        #caption { height: 1fr; min-height: 4; }
        #alt-text { height: 4; }
        #slot { height: auto; padding: 0 1; color: $text-muted; }
        #review { height: 1fr; border: round $border; border-title-color: $text; padding: 0 1; }
        #said { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    }
    """

    def __init__(self, context: Context, photo_ids: Sequence[int]) -> None:
        super().__init__(context)
        self._ids = tuple(photo_ids)
        self._rules = rules_for(service_of(self.persona))
        self._zone = zone_of(self.persona, context.zone)
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)
        self._caption = CaptionEditor(
            "caption",
            lambda text: text_length(text, self._rules),
            self._rules.caption_limit,
            id="caption",
            placeholder="What goes out with the picture",
            fold=self._rules.caption_fold,
        )
        self._alt_text = CaptionEditor("alt text", len, self._rules.alt_text_limit, id="alt-text")
        self._slot = Static("", id="slot", markup=False)
        self._table = Static("", id="table", markup=False)
        self._said = Static("", id="said", markup=False)
        self._writing = Horizontal(
            self._preview, Vertical(self._caption, self._alt_text, self._slot), id="writing"
        )
        self._review = VerticalScroll(self._table, id="review")
        self.week: list[WeekPost] = []
        """The posts of the week, in their order."""
        self._keeping: dict[int, TextKeeping] = {}
        self._unsaved: set[int] = set()
        self._here = 0
        self._busy = ""

    @property
    def said(self) -> str:
        """What is said at the bottom."""
        return str(self._said.content)

    @property
    def table(self) -> str:
        """The table as it is shown."""
        return str(self._table.content)

    @property
    def is_reviewing(self) -> bool:
        """Whether the table is shown."""
        return self._review.display

    def compose_body(self) -> ComposeResult:
        """Lay out the writing, and the table that takes its place at the end."""
        self._review.display = self._writing.display = False
        yield self._writing
        yield self._review
        yield self._said

    def on_mount(self) -> None:
        """Read the photos and the slots."""
        self._say("Looking for free slots …")
        self._begin()

    def on_unmount(self) -> None:
        """Keep all texts, whatever way the screen is left."""
        self._keep_now()

    def action_next(self) -> None:
        """Write the next caption, or look all of them over after the last."""
        if self._busy or self.is_reviewing or not self.week:
            return
        self._keep_now()
        if self._here + 1 < len(self.week):
            self._show(self._here + 1)
        else:
            self._look_over()

    def action_before(self) -> None:
        """Go back to the caption before."""
        if self._busy or not self.week or self._submitted:
            return
        self._keep_now()
        self._show(self._here if self.is_reviewing else max(0, self._here - 1))

    def action_leave_out(self) -> None:
        """Leave this photo out; its text is kept with it."""
        if self._busy or self.is_reviewing or not self.week:
            return
        self._keep_now()
        slots = [entry.slot for entry in self.week if entry.slot]
        del self.week[self._here]
        give_slots(self.week, slots)
        if self.week:
            self._show(min(self._here, len(self.week) - 1))
        else:
            self.dismiss()

    def action_submit(self) -> None:
        """Look all of them over, or send them on their way from the table."""
        if self._busy or not self.week or self._submitted:
            return
        self._keep_now()
        if not self.is_reviewing:
            self._look_over()
            return
        for number, entry in enumerate(self.week):
            if problem := entry.problem(self._rules):
                self._show(number)
                self._say(f"! {problem}")
                return
        self._submit()

    def action_undo(self) -> None:
        """Take back what was submitted."""
        if self._busy:
            return
        if self._submitted:
            self._take_back()
        else:
            self._say("Nothing of this week was submitted yet.")

    def action_back(self) -> None:
        """Go from the table to the captions, or leave; texts are kept."""
        if self._busy:
            self._say(f"{self._busy} A moment, please.")
        elif self.is_reviewing and not self._submitted:
            self._show(self._here)
        else:
            self.dismiss()

    @property
    def _submitted(self) -> list[WeekPost]:
        return [entry for entry in self.week if entry.post is not None]

    # Beginning

    @work(group="week", exit_on_error=False, description="looking for photos and free slots")
    async def _begin(self) -> None:
        photos = await self.context.services.photos.by_ids(self._ids)
        agenda = await read_agenda(self.context, self.persona)
        stacks = await self._stacks()
        self.week = [WeekPost(photos[id_]) for id_ in apart(self._ids, stacks) if id_ in photos]
        if not self.week:
            self._say("These photos are gone from the library.")
            return
        give_slots(self.week, agenda.free_slots(len(self.week)))
        for entry in self.week:
            self._keeping[entry.photo.id] = TextKeeping(self.context.kept_texts, entry.photo)
            entry.text = self._kept(entry) or entry.text
        self._say("")
        self._writing.display = True
        self._show(0)

    async def _stacks(self) -> dict[int, int]:
        """Return which of the photos show the same picture, where that is known."""
        alike: Any = getattr(self.context.services, "alike", None)
        if alike is None:
            return {}
        found: dict[int, int] = await alike.copies(self._ids)
        return found

    def _kept(self, entry: WeekPost) -> KeptText | None:
        try:
            return self.context.kept_texts.load(entry.photo)
        except OSError as error:
            log.warning("the kept text of photo %s cannot be read: %s", entry.photo.id, error)
            return None

    # Writing

    def _show(self, number: int) -> None:
        """Show one photo and its words."""
        self._here = number
        entry = self.week[number]
        self._review.display, self._writing.display = False, True
        with self.prevent(TextArea.Changed):
            self._caption.load_clean(entry.text.caption)
            self._alt_text.load_clean(entry.text.alt_text)
        self._caption.count_now()
        self._alt_text.count_now()
        self._caption.focus()
        self._preview.show(entry.photo, photo_details(entry.photo, self._rules, self.context.zone))
        self._slot.update(f"photo {number + 1} of {len(self.week)} · {self._slot_words(entry)}")
        self._say("")

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        entry = self.week[self._here]
        entry.text = replace(entry.text, caption=self._caption.text, alt_text=self._alt_text.text)
        if entry.photo.id not in self._unsaved:
            self._unsaved.add(entry.photo.id)
            self._keep(entry)

    @work(group="keep-text", exit_on_error=False, description="keeping the text")
    async def _keep(self, entry: WeekPost) -> None:
        """Write a text down, again and again while it changes meanwhile."""
        while entry.photo.id in self._unsaved and entry.post is None:
            self._unsaved.discard(entry.photo.id)
            try:
                await self._keeping[entry.photo.id].keep(entry.text)
            except OSError as error:
                self._say(f"! This text cannot be written down ({error.strerror}); it is only here.")

    def _keep_now(self) -> None:
        for entry in self.week:
            if entry.photo.id in self._unsaved and entry.post is None:
                self._unsaved.discard(entry.photo.id)
                try:
                    self._keeping[entry.photo.id].keep_now(entry.text)
                except OSError as error:
                    self._say(f"! This text cannot be written down ({error.strerror}); it is only here.")

    # The table

    def _look_over(self) -> None:
        self._writing.display, self._review.display = False, True
        self._review.border_title = f"{len(self.week)} posts"
        self._draw_table()
        self._review.focus()
        wrong = sum(bool(entry.problem(self._rules)) for entry in self.week)
        posts = "1 post needs" if wrong == 1 else f"{wrong} posts need"
        self._say(
            f"{posts} another look: ctrl+s goes there." if wrong else "ctrl+s submits all · ctrl+b goes back"
        )

    def _draw_table(self) -> None:
        lines = []
        for entry in self.week:
            if entry.post is not None:
                sign, rest = "✓", one_line(entry.text.caption)
            elif trouble := entry.refusal or entry.problem(self._rules):
                sign, rest = "✗", trouble
            else:
                sign, rest = " ", one_line(entry.text.caption)
            lines.append(f"{sign} {self._slot_words(entry)}  {one_line(entry.photo.name)}\n    {rest[:120]}")
        self._table.update("\n".join(lines))

    def _slot_words(self, entry: WeekPost) -> str:
        if entry.slot is None:
            return "behind the last free slot"
        return both_zones(entry.slot, self._zone, self.context.zone)

    # All in one go, and back

    @work(group="submit-week", exit_on_error=False, description="submitting the week")
    async def _submit(self) -> None:
        framing = Framing.read(self.context.state_file.fit(self.persona.id))
        try:
            for number, entry in enumerate(self.week, 1):
                self._busy = f"Submitting {number} of {len(self.week)} …"
                self._say(self._busy)
                await self._submit_one(entry, framing)
                self._draw_table()
        finally:
            self._busy = ""
        done = len(self._submitted)
        refused = f" {len(self.week) - done} refused." if done < len(self.week) else ""
        self._say(f"{done} submitted.{refused} z takes all of them back · esc leaves")

    async def _submit_one(self, entry: WeekPost, framing: Framing) -> None:
        chosen = Framing.read(entry.text.fit) if entry.text.fit else framing
        try:
            result = await self.context.services.scheduling.schedule_post(
                entry.photo,
                entry.text.caption,
                alt_text=entry.text.alt_text,
                fit=chosen.fit,
                shape=chosen.shape,
                turn=chosen.turn,
            )
        except FluffyError as error:
            entry.refusal = error_words(error)
            return
        if not result.ok:
            entry.refusal = result.reason
            return
        entry.post, entry.refusal = result.post, ""
        try:
            self._keeping[entry.photo.id].forget()
        except OSError as error:
            log.warning("the kept text of photo %s cannot be removed: %s", entry.photo.id, error)

    @work(group="submit-week", exit_on_error=False, description="taking the week back")
    async def _take_back(self) -> None:
        """Take back what can be; each text is kept with its photo again."""
        troubles = []
        try:
            for entry in self._submitted:
                self._busy = f"Taking back {one_line(entry.photo.name)} …"
                self._say(self._busy)
                if entry.post is None:
                    continue
                try:
                    await self.context.services.scheduling.cancel(entry.post.id)
                except FluffyError as error:
                    troubles.append(error_words(error))
                    continue
                entry.post = None
                self._keeping[entry.photo.id] = TextKeeping(self.context.kept_texts, entry.photo)
                self._unsaved.add(entry.photo.id)
                self._keep_now()
        finally:
            self._busy = ""
        self._draw_table()
        left = len(self._submitted)
        self._say(
            f"! {left} could not be taken back: {troubles[0]}" if troubles else "All of it was taken back."
        )

    def _say(self, words: str) -> None:
        self._said.update(words)
