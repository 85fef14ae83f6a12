"""The caption form: caption, alt text, time and framing of one photo, checked as they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, TextArea

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Framing
from fluffy_tui.networks import CaptionFault, alt_text_problem, caption_problem, rules_for, text_length
from fluffy_tui.scheduling import Reason
from fluffy_tui.tui.caption.caption_editor import LONG, PAUSE, CaptionEditor
from fluffy_tui.tui.compose.caption_tools import CaptionTools
from fluffy_tui.tui.compose.preflight import PreflightInput
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.compose.when_picker import WhenPicker
from fluffy_tui.tui.platform.external_editor import EditorFailed
from fluffy_tui.tui.platform.image_viewer import show_outside
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import ComposeResult
    from textual.timer import Timer

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.compose.preflight import Mark
    from fluffy_tui.tui.keymap.bindings import Place
    from fluffy_tui.tui.session.context import Context

_CAPTION = frozenset({Reason.CAPTION_EMPTY, Reason.CAPTION_TOO_LONG})
_TIME = frozenset({Reason.TIME_MISSING, Reason.TIME_PAST})


class CaptionForm(ReportsErrors, Vertical):
    """The fields of one post. The screen also lays out `status`: a message, and the preflight line.

    Args:
        context: What every screen shares.
        persona: Whose post it is.
        place: Which screen this is, whose keys are named.
        check: Returns the preflight marks of what the form contains.
        has_text: Whether caption and alt text can be changed.
        has_time: Whether the time can be changed.
    """

    DEFAULT_CSS = """
    CaptionForm {
        width: 1fr;
        #caption { height: 1fr; min-height: 4; }
        #alt-text { height: 4; }
        #note { height: auto; padding: 0 2; color: $text-muted; }
    }
    """

    class Edited(Message):
        """The user typed or chose something."""

    class Reframed(Message):
        """The user chose another framing."""

    class TextsLoaded(Message):
        """Earlier captions, hashtag sets and snippets are known now."""

    def __init__(
        self,
        context: Context,
        persona: Persona,
        place: Place,
        check: Callable[[], Iterable[Mark]],
        *,
        has_text: bool = True,
        has_time: bool = True,
    ) -> None:
        super().__init__(id="form")
        self.context, self._service, self._check = context, persona.service, check
        self._has_text, self._has_time = has_text, has_time
        self.rules = rules = rules_for(persona.service)
        self.zone = zone_of(persona, context.zone)
        """The channel's time zone."""
        self.caption = CaptionEditor(
            "caption",
            lambda text: text_length(text, rules),
            rules.caption_limit,
            id="caption",
            placeholder="Caption; type # for hashtags, ; for snippets",
            fold=rules.caption_fold,
        )
        self.alt_text = CaptionEditor(
            "alt text",
            len,
            rules.alt_text_limit,
            id="alt-text",
            placeholder="Describe the picture in a sentence",
        )
        self.when = WhenPicker(self.zone, context.zone, context.clock, id="when")
        self.framing = Framing()
        self.photo: Photo | None = None
        self.is_edited = False
        """Whether the user changed anything since the last `load`."""
        self.tools = CaptionTools(context, persona, self.caption, place)
        self._loaded = Draft()
        self._note = Static("", id="note", markup=False)
        self._message = Static("", id="message", markup=False)
        self.preflight = PreflightLine(context.setup.settings.keys, place)
        self.status = Vertical(self._message, self.preflight, id="status")
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay the fields below each other."""
        self.caption.display = self.alt_text.display = self._has_text
        self.when.display = self._has_time
        self._note.display = self._message.display = False
        yield self.caption
        yield self.caption.autocomplete
        yield self.alt_text
        yield self._note
        yield self.when

    @property
    def message(self) -> str:
        """The message below the fields; empty without one."""
        return str(self._message.content)

    def show_message(self, text: str, *, error: bool = False) -> None:
        """Show a message below the fields; an empty one hides the line."""
        self._message.update(f"! {one_line(text)}" if error else one_line(text))
        self._message.display = bool(text)
        self._message.set_class(error, "-wrong")

    def show_note(self, text: str) -> None:
        """Show a line between the texts and the time."""
        self._note.update(text)
        self._note.display = bool(text)

    def set_photo(self, photo: Photo) -> None:
        """Say which photo it is for."""
        self.photo, self.tools.photo_id = photo, photo.id
        self.caption.subject = photo.name
        self.caption.update_count()

    def load(self, draft: Draft) -> None:
        """Show another draft."""
        self._loaded, self.is_edited = draft, False
        self.framing = draft.framing or self.framing
        with self.prevent(TextArea.Changed):
            self.caption.load_clean(draft.caption)
            self.alt_text.load_clean(draft.alt_text)
        self.when.load(draft.share_mode, draft.at)
        self.update_preflight()

    @property
    def draft(self) -> Draft:
        """Everything that is typed and chosen."""
        when = self.when if self._has_time else self._loaded
        return Draft(self.caption.text, self.alt_text.text, when.share_mode, when.at, self.framing)

    def preflight_input(self) -> PreflightInput:
        """Return what the form itself knows for the preflight."""
        return PreflightInput(
            caption=self.caption.text,
            alt_text=self.alt_text.text,
            share_mode=self.when.share_mode,
            rules=self.rules,
            now=self.context.clock(),
            zone=self.zone,
            at=self.when.moment,
            earlier_captions=self.tools.earlier_captions,
        )

    def update_preflight(self) -> None:
        """Run the checks again."""
        self.preflight.show(list(self._check()))

    def accepts(self) -> bool:
        """Whether all fields are valid; the first that is not says why and is focused."""
        if self._has_text:
            if (problem := caption_problem(self.caption.text, self.rules)) is not None:
                is_long = problem.fault is CaptionFault.TOO_LONG
                self.refuse(Reason.CAPTION_TOO_LONG if is_long else Reason.CAPTION_EMPTY, str(problem))
                return False
            if (problem := alt_text_problem(self.alt_text.text, self.rules)) is not None:
                self.refuse(Reason.ALT_TEXT_TOO_LONG, str(problem))
                return False
        if self._has_time and self.when.share_mode is ShareMode.CUSTOM_SCHEDULED and self.when.at is None:
            self.when.focus_input()
            self.show_message(self.when.meaning.removeprefix("! "), error=True)
            return False
        return True

    def refuse(self, code: Reason | None, reason: str) -> None:
        """Say why the post was refused, and focus the field concerned."""
        self.show_message(reason, error=True)
        if code in _CAPTION:
            self.caption.refuse()
        elif code is Reason.ALT_TEXT_TOO_LONG:
            self.alt_text.refuse()
        elif code in _TIME:
            self.when.refuse(reason)

    def focus_first(self) -> None:
        """Focus the first field that can be changed."""
        if self._has_text:
            self.caption.focus()
        else:
            self.when.focus_input()

    @work(group="texts", exclusive=True, exit_on_error=False, description="loading captions and snippets")
    async def load_texts(self) -> None:
        """Load what can be inserted into the caption."""
        await self.tools.load()
        self.update_preflight()
        self.post_message(self.TextsLoaded())

    def manage_snippets(self) -> None:
        """Open the screen of hashtag sets and snippets, and load them again afterwards."""

        def closed(_: None) -> None:
            self.load_texts()

        self.tools.manage_snippets(closed)

    def open_editor(self) -> None:
        """Let the user write the caption in an external editor."""
        try:
            self.tools.open_editor()
        except EditorFailed as error:
            self.show_message(str(error), error=True)

    @work(group="image-viewer", exclusive=True, exit_on_error=False, description="opening the photo")
    async def open_photo(self) -> None:
        """Open the photo in the desktop's image viewer."""
        if self.photo is not None:
            await show_outside(self.app, self.photo.path)

    def choose_framing(self) -> None:
        """Open the fit screen."""
        from fluffy_tui.tui.compose.fit_screen import FitScreen

        if self.photo is not None:
            screen = FitScreen(self.context, self.photo, self.framing, self._service)
            self.app.push_screen(screen, self._reframe)

    def _reframe(self, framing: Framing | None) -> None:
        if framing is not None and framing != self.framing:
            self.framing = framing
            self.is_edited = True
            self.post_message(self.Edited())
            self.post_message(self.Reframed())

    @on(TextArea.Changed)
    @on(WhenPicker.Changed)
    def _field_changed(self, event: Message) -> None:
        event.stop()
        self.show_message("")
        self.is_edited = True
        self.post_message(self.Edited())
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        if len(self.caption.text) < LONG:
            self.update_preflight()
        else:  # checking a very long text at each key would be felt
            self._pause = self.set_timer(PAUSE, self.update_preflight)

    @on(CaptionEditor.Cleaned)
    def _cleaned(self, event: CaptionEditor.Cleaned) -> None:
        characters = "1 character" if event.removed == 1 else f"{event.removed:,} characters"
        self.notify(f"Removed {characters} that no network accepts, such as NUL.", severity="warning")
