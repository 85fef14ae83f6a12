"""The week's photos as they are shown: one being written, or all of them in a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Static, TextArea

from fluffy_tui.networks import rules_for, text_length
from fluffy_tui.tui.batch.batch import Week
from fluffy_tui.tui.batch.batch_drafts import WeekTexts
from fluffy_tui.tui.batch.batch_facts import framing_of
from fluffy_tui.tui.batch.batch_table import WeekTable
from fluffy_tui.tui.caption.caption_editor import WHAT_GOES_OUT, WHAT_IT_SHOWS, CaptionEditor
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.compose.writes_captions import WritesCaptions
from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_details import photo_details
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.times import both_zones
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.batch.batch import WeekPost
    from fluffy_tui.tui.session.context import Context

BACK_OR_LEAVE = "{fill.undo} takes all of them back · {fill.back} leaves"


class WeekFrame(WritesCaptions):
    """Shows a week, writes down what is typed, and says what would stop each of its posts.

    Args:
        context: The world.
    """

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    WeekFrame {
        #week { height: 1fr; }
        PhotoPreview { width: 44%; }
        &.-normal PhotoPreview { width: 36%; }
        &.-wide.-reviewing PhotoPreview { width: 30%; }
        &.-normal.-reviewing PhotoPreview { display: none; }
        &.-narrow PhotoPreview { display: none; }
        #writing { width: 1fr; }
        #caption { height: 1fr; min-height: 4; }
        #alt-text { height: 4; }
        #slot { height: auto; padding: 0 1; color: $text-muted; }
        #review { width: 1fr; display: none; border: round $border; border-title-color: $text; }
        &.-reviewing #writing { display: none; }
        &.-reviewing #review { display: block; }
        #said { height: auto; max-height: 3; padding: 0 1; color: $text-muted; &.-wrong { color: $text-error; } }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._rules = rules = rules_for(self.persona.service)
        self._zone = zone_of(self.persona, context.zone)
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)
        self._caption = CaptionEditor(
            "caption",
            lambda text: text_length(text, rules),
            rules.caption_limit,
            id="caption",
            placeholder=WHAT_GOES_OUT,
            fold=rules.caption_fold,
        )
        self._alt_text = CaptionEditor(
            "alt text", len, rules.alt_text_limit, id="alt-text", placeholder=WHAT_IT_SHOWS
        )
        self._slot = Static("", id="slot", markup=False)
        self._table = WeekTable()
        self._marks = PreflightLine(context.setup.settings.keys, Place.FILL)
        self._said = Static("", id="said", markup=False)
        self._texts = WeekTexts(context.drafts)
        self._here = 0
        self._busy = ""
        self.week = Week(rules, self._zone)
        """The posts of the week, in their order."""

    @property
    def said(self) -> str:
        """What is said below."""
        return str(self._said.content)

    @property
    def table(self) -> str:
        """The table as it is shown."""
        return "\n".join(self._table.lines)

    @property
    def is_reviewing(self) -> bool:
        """Whether the table is shown."""
        return self.has_class("-reviewing")

    def compose_body(self) -> ComposeResult:
        """Lay out the writing, and the table that takes its place at the end."""
        review = Vertical(self._table, id="review")
        yield Horizontal(
            self._preview,
            Vertical(self._caption, self._caption.offered, self._alt_text, self._slot, id="writing"),
            review,
            id="week",
        )
        yield self._marks
        yield self._said

    def on_screen_resume(self) -> None:
        """Draw what another screen covered."""
        self.repaint()

    def on_screen_suspend(self) -> None:
        """Keep all texts while another screen is shown."""
        self.keep_now()

    def on_unmount(self) -> None:
        """Keep all texts, whatever way the screen is left."""
        self.keep_now()

    def repaint(self) -> None:
        """Draw the picture anew."""
        self._preview.repaint()

    @property
    def caption_editor(self) -> CaptionEditor:
        """Where the caption is written."""
        return self._caption

    @property
    def photo(self) -> Photo | None:
        """The photo one is at."""
        return self._entry.photo if self.week.posts else None

    def texts_read(self) -> None:
        """Compare the captions with earlier ones."""
        self.week.earlier = self.earlier_captions
        self._offer_here()
        self._inspect()

    def _offer_here(self) -> None:
        """Offer what was written before, for the other photos of this week first."""
        self.offer(entry.text.caption for n, entry in enumerate(self.week.posts) if n != self._here)

    @property
    def _entry(self) -> WeekPost:
        return self.week.posts[self._here]

    def _may_change(self) -> bool:
        """Whether the photo one is at can still be changed; if not, it is said."""
        if self._busy or not self.week.posts:
            return False
        if self._entry.post is not None:
            self.say(self.context.with_keys(f"This one is submitted. {BACK_OR_LEAVE}"))
            return False
        return True

    def _write(self, number: int) -> None:
        """Show one photo and its words."""
        self._here = number
        if not self._may_change():
            return
        entry = self._entry
        self.remove_class("-reviewing")
        self.refresh_bindings()
        with self.prevent(TextArea.Changed):
            self._caption.subject = entry.photo.name
            self._caption.load_clean(entry.text.caption)
            self._alt_text.load_clean(entry.text.alt_text)
        self._offer_here()
        self._caption.count_now()
        self._alt_text.count_now()
        self._caption.focus()
        self._show_photo()
        self.say("")

    def _show_photo(self) -> None:
        entry = self._entry
        slot = entry.slot
        when = both_zones(slot, self._zone, self.context.zone) if slot else "behind the last free slot"
        self._slot.update(f"photo {self._here + 1} of {len(self.week.posts)} · {when}")
        self._preview.show(entry.photo, self._details())
        self._inspect()

    def _details(self) -> str:
        """Say what will be done to the photo one is at."""
        framing = framing_of(self.context, self.persona, self._entry)
        return photo_details(self._entry.photo, self._rules, self.context.zone, framing=framing)

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        entry = self._entry
        text = replace(entry.text, caption=self._caption.text, alt_text=self._alt_text.text)
        if text != entry.text:
            entry.text, entry.outcome = text, ""
            self._inspect()
            self._note(entry)

    def _note(self, entry: WeekPost) -> None:
        if self._texts.typed(entry.photo, entry.text):
            self._keep(entry)

    @work(group="keep-text", exit_on_error=False, description="keeping the text")
    async def _keep(self, entry: WeekPost) -> None:
        try:
            await self._texts.keep(entry.photo)
        except OSError as error:
            self._not_kept(error)

    def keep_now(self) -> None:
        """Write down what was typed for any of the photos."""
        try:
            self._texts.keep_now()
        except OSError as error:
            self._not_kept(error)

    def _not_kept(self, error: OSError) -> None:
        self.say(f"This text cannot be written down ({error.strerror}); it is only here.", wrong=True)

    @on(DataTable.RowHighlighted)
    def _at_line(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        if self.is_reviewing and self.week.posts and event.cursor_row < len(self.week.posts):
            self._here = event.cursor_row
            self._show_photo_of_line()

    def _show_photo_of_line(self) -> None:
        self._preview.show(self._entry.photo)
        self._show_marks()

    def _show_marks(self) -> None:
        is_sent = self._entry.post is not None
        self._marks.show([] if is_sent else self.week.marks(self._here, self.context.clock()))

    def _inspect(self) -> None:
        """Say what would stop or mar the post one is at, or all of them."""
        if not self.week.posts:
            return
        self._show_marks()
        if self.is_reviewing:
            self._table.show(self.week, self.context.clock())

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say something below."""
        self._said.update(f"! {one_line(words)}" if wrong else one_line(words))
        self._said.set_class(wrong, "-wrong")
