"""The form in which an existing post is changed: its photo, its words, its fit, its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.media import Framing
from fluffy_tui.networks import rules_for, text_length
from fluffy_tui.tui.caption.caption_editor import WHAT_GOES_OUT, WHAT_IT_SHOWS, CaptionEditor
from fluffy_tui.tui.compose.compose_facts import read_agenda
from fluffy_tui.tui.compose.preflight import PreflightInput, time_marks, word_marks
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.compose.when_picker import WhenPicker
from fluffy_tui.tui.compose.writes_captions import WritesCaptions
from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.photo.framing import framing_words
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_details import photo_details
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.posts.post_changes import without
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.post_state import state_in_both_zones, state_of
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda, Post
    from fluffy_tui.tui.session.context import Context


class EditForm(WritesCaptions):
    """Shows a post in fields, and how far it is meanwhile; what is done with them is the subclass's.

    Args:
        context: The world.
        posts: What is changed; several only for their time.
        only_time: Whether words are left out.
    """

    def __init__(self, context: Context, posts: Sequence[Post], *, only_time: bool) -> None:
        super().__init__(context)
        self._posts = list(posts)
        self._only_time = only_time or len(posts) > 1
        self._shown = Draft()
        self._zone = zone_of(self.persona, context.zone)
        self._rules = rules_for(self.persona.service)
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)
        self._caption = CaptionEditor(
            "caption",
            lambda text: text_length(text, self._rules),
            self._rules.caption_limit,
            id="caption",
            placeholder=WHAT_GOES_OUT,
            fold=self._rules.caption_fold,
        )
        self._alt_text = CaptionEditor(
            "alt text", len, self._rules.alt_text_limit, id="alt-text", placeholder=WHAT_IT_SHOWS
        )
        self._when = WhenPicker(self._zone, context.zone, context.clock, id="when")
        self._framing = self._posts[0].framing
        self._fitted = Static("", id="edited-fit", markup=False)
        self._about = Static("", id="edited-post", markup=False)
        self._said = Static("", id="edit-said", markup=False)
        self._marks = PreflightLine(context.setup.settings.keys, Place.EDIT)
        self._agenda: Agenda | None = None
        self._form = Vertical(
            self._about,
            self._caption,
            self._caption.offered,
            self._alt_text,
            self._fitted,
            self._when,
            self._said,
            self._marks,
            id="edit-form",
        )

    @property
    def persona(self) -> Persona:
        """The persona whose post it is: among troubles, that may be another one than is chosen."""
        return self.context.overview.personas.get(self._posts[0].persona_id, super().persona)

    @property
    def caption_editor(self) -> CaptionEditor:
        """Where the caption is written."""
        return self._caption

    @property
    def photo(self) -> Photo | None:
        """The photo of the post."""
        return self._preview.photo

    @property
    def said(self) -> str:
        """What is said below the fields."""
        return str(self._said.content)

    def compose_body(self) -> ComposeResult:
        """Lay the photo beside the fields."""
        self._caption.display = self._alt_text.display = self._fitted.display = not self._only_time
        yield Horizontal(self._preview, self._form)

    @on_event(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        if message.post_id in {post.id for post in self._posts}:
            self._read_state(message.post_id)

    @work(group="edited-post", exit_on_error=False, description="reading the post")
    async def _read_state(self, post_id: int) -> None:
        """Show how far the post is now; the words on the screen stay as they are."""
        post = await self.context.services.scheduling.post(post_id)
        if post is not None:
            self._posts = [post if known.id == post_id else known for known in self._posts]
            self._tell_about()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="reading what is planned")
    async def _read_agenda(self) -> None:
        """Have the times told with the channel's slots and its other posts."""
        agenda = await read_agenda(self.context, self.persona)
        self._agenda = without(agenda, {post.id for post in self._posts})
        self._when.plan_with(self._agenda)
        self.inspect()

    def inspect(self) -> None:
        """Say what would stop or mar the post with the words and the time that stand here now."""
        draft = PreflightInput(
            caption=self._caption.text,
            alt_text=self._alt_text.text,
            share_mode=self._when.share_mode,
            rules=self._rules,
            now=self.context.clock(),
            zone=self._zone,
            at=self._when.moment,
            agenda=self._agenda,
            earlier=self.earlier_captions,
        )
        words = () if self._only_time else word_marks(draft)
        self._marks.show([*words, *time_marks(draft)])

    def _tell_fit(self) -> None:
        is_new = self._framing != self._posts[0].framing
        anew = " · rendered and hosted anew when this is saved" if is_new else ""
        self._fitted.update(f"fit: {framing_words(self._framing)}{anew}")
        if (photo := self.photo) is not None:
            details = photo_details(photo, self._rules, self.context.zone, framing=self._framing)
            self._preview.set_details(details)

    def _show(self, text: Draft) -> None:
        self._caption.load_clean(text.caption)
        self._alt_text.load_clean(text.alt_text)
        modes = {str(mode): mode for mode in ShareMode}
        self._when.load(modes.get(text.share_mode, ShareMode.ADD_TO_QUEUE), text.at)
        self._framing = Framing.parse(text.fit)
        self._tell_fit()
        self._shown = self._typed()

    def _tell_about(self) -> None:
        post, now = self._posts[0], self.context.clock()
        words = f"{state_of(post).sign} {state_in_both_zones(post, now, self._zone, self.context.zone)}"
        self._about.update(f"{len(self._posts)} posts get this time" if len(self._posts) > 1 else words)

    def _typed(self) -> Draft:
        return Draft(
            caption=self._caption.text,
            alt_text=self._alt_text.text,
            share_mode=str(self._when.share_mode),
            at=self._when.at,
            fit=str(self._framing),
        )

    def repaint(self) -> None:
        """Draw the picture anew."""
        self._preview.repaint()

    def texts_read(self) -> None:
        """Compare the caption with earlier ones."""
        self.inspect()

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say something below the fields."""
        self._said.update(f"! {one_line(words)}" if wrong else one_line(words))
        self._said.set_class(wrong, "-wrong")
