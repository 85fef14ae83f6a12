"""The caption form: caption, alt text, time and framing of one photo, checked as they are typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Framing
from fluffy_tui.networks import (
    CaptionFault,
    NetworkRules,
    alt_text_problem,
    caption_problem,
    first_comment_problem,
    rules_for,
    split_hashtags,
    text_length,
    without_first_comment,
)
from fluffy_tui.scheduling import Agenda, Reason
from fluffy_tui.tui.caption.caption_editor import LONG, PAUSE, CaptionEditor
from fluffy_tui.tui.compose.caption_tools import CaptionTools
from fluffy_tui.tui.compose.preflight import Mark, PreflightInput
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.compose.when.when_picker import WhenPicker
from fluffy_tui.tui.platform.external_editor import EditorFailed
from fluffy_tui.tui.platform.image_viewer import show_outside
from fluffy_tui.tui.rendition import FitScreen
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.suggestions import NO_MODEL, Subject, Suggester
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.words import one_line, plural, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from fluffy_tui.personas import Persona, PersonaChannel
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.keymap.bindings import Place
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.post_channels import PostChannels

_CAPTION = frozenset({Reason.CAPTION_EMPTY, Reason.CAPTION_TOO_LONG})
CAPTION_HINT = "Caption; type # for hashtags, ; for snippets"
ALT_TEXT_HINT = "Describe the picture in a sentence"
_OFFERED = 160
"""Characters of a text that is offered in an empty field."""
_TIME = frozenset({Reason.TIME_MISSING, Reason.TIME_PAST})


class CaptionForm(ReportsErrors, Vertical):
    """The fields of one post. The screen also lays out `status`: a message, and the preflight line.

    `check` returns the preflight marks of what the form contains.
    """

    DEFAULT_CSS = """
    CaptionForm {
        width: 1fr; overflow-y: auto; scrollbar-size-vertical: 1;
        #caption { height: 1fr; min-height: 4; }
        #alt-text, #first-comment { height: 4; }
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
        self.context, self._check = context, check
        self._has_text, self._has_time = has_text, has_time
        self.rules: NetworkRules
        """Of the channel that is shown."""
        self.channel: PersonaChannel | None
        """The channel that is shown; None for a persona without one."""
        rules = rules_for(persona.service)
        self.zone = zone_of(persona, context.zone)
        """The time zone of the channel that is shown."""
        self.is_main_channel = True
        """Whether that is the persona's main channel."""
        self.caption = CaptionEditor(
            "caption",
            len,
            rules.caption_limit,
            id="caption",
            placeholder=CAPTION_HINT,
        )
        self.first_comment = CaptionEditor(
            "first comment",
            len,
            rules.caption_limit,
            id="first-comment",
            placeholder="Posted below the post, for hashtags or a link",
        )
        self.alt_text = CaptionEditor(
            "alt text",
            len,
            rules.alt_text_limit,
            id="alt-text",
            placeholder=ALT_TEXT_HINT,
        )
        own = context.keys
        self.below_caption: Widget | None = None
        """What the screen shows there."""
        self.when = WhenPicker(self.zone, context.zone, context.clock, own, id="when")
        self.framing = Framing()
        """Of the photo, as on the persona's main channel."""
        self.channel_framing: Framing | None = None
        """Whose fit and shape it gets on the channel that is shown; None where they are as on the main one."""
        self.ai_label: bool | None = None
        """Whether the AI label was switched on or off; None where it was not."""
        self.is_ai_marked = False
        """Whether the persona, or a photo of the post, says that it was made with AI."""
        self.ratio: float | None = None
        """Width ÷ height that the cover of the post gives the photo; None where it has its own."""
        self.most_parts = 1
        """Into how many pictures of the post the photo can be cut at most."""
        self.cut: Callable[[Framing], None] | None = None
        """Cuts the photo into parts, or puts them together again; None where it is posted alone."""
        self.hashtags_moved: Callable[[str, str], None] | None = None
        """Called with the caption and the first comment that the channel that is shown is about to get."""
        self.photo: Photo | None = None
        self.is_edited = False
        """Whether the user changed anything since the last `load`."""
        self.tools = CaptionTools(context, persona, self.caption, place)
        self.suggester = Suggester(context, self.caption, self.first_comment, self.alt_text, self._change)
        """Knows which texts came from a model."""
        self._insert_key = context.with_keys(f"{{{place}.insert}}")
        self._loaded = Draft()
        self._note = Static("", id="note", markup=False)
        self._message = Static("", id="message", markup=False)
        self.preflight = PreflightLine(own, place)
        self.status = Vertical(self._message, self.preflight, id="status")
        self._pause: Timer | None = None
        self._measure(persona)

    def compose(self) -> ComposeResult:
        self.caption.display = self.alt_text.display = self._has_text
        self.first_comment.display = False
        self.when.display = self._has_time
        self._note.display = self._message.display = False
        yield self.caption
        if self.below_caption is not None:
            yield self.below_caption
        yield self.caption.autocomplete
        yield self.first_comment
        yield self.first_comment.autocomplete
        yield self.alt_text
        yield self._note
        yield self.when

    def on_mount(self) -> None:
        """Follow the heights of the fields: not all of them fit into a small terminal."""
        self.watch(self, "virtual_size", self._reveal, init=False)

    @on(events.DescendantFocus)
    @on(events.Resize)
    def _reveal(self) -> None:
        """Scroll to the whole of the field that has the focus, once that has its height."""

        def scroll() -> None:
            focused = self.screen.focused
            around = focused.ancestors_with_self if focused else ()
            if (field := next((field for field in self.children if field in around), None)) is not None:
                self.scroll_to_widget(field, animate=False)

        self.call_after_refresh(scroll)

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
        is_another = self.tools.photo_id != photo.id
        self.photo, self.tools.photo_id = photo, photo.id
        if is_another and self.is_mounted:  # before that, they are loaded with the other texts
            self._load_written()
        self.caption.subject = photo.name
        self.caption.update_count()

    def show_photo(self, photo: Photo, alt_text: str, framing: Framing, *, place: str = "") -> None:
        """Show alt text and framing of one of the post's photos; `place` says which of several it is."""
        self.set_photo(photo)
        self.framing = framing
        self.alt_text.subject = f"{place} · {photo.name}" if place else ""
        if place:
            self.caption.subject = ""
            self.caption.update_count()
        with self.prevent(TextArea.Changed):
            if self.alt_text.text != alt_text:
                self.alt_text.load_clean(alt_text)
            self.alt_text.update_count()
        self.suggester.show_marks()

    def load(self, draft: Draft) -> None:
        self._loaded, self.is_edited = draft, False
        self.framing, self.ai_label = draft.framing or self.framing, draft.ai_label
        with self.prevent(TextArea.Changed):
            self.caption.load_clean(draft.caption)
            self.alt_text.load_clean(draft.alt_text)
            self.first_comment.load_clean(draft.first_comment)
        self.suggester.load(draft)
        self._show_first_comment()
        self.when.load(draft.share_mode, draft.at)
        self.update_preflight()

    def show_channel(self, channels: PostChannels, agenda: Agenda | None) -> None:
        """Show what the current channel gets, by the rules of its network and in its time zone."""
        draft = channels.shown
        self.channel_framing, self.is_main_channel = channels.framing, channels.index == 0
        self._measure(channels.current)
        with self.prevent(TextArea.Changed):
            for editor, text in (
                (self.caption, draft.caption),
                (self.first_comment, draft.first_comment),
            ):
                if editor.text != text:
                    editor.load_clean(text)
        self.suggester.show_marks()
        self._show_first_comment()
        self.when.show_agenda(agenda)
        self.when.load(draft.share_mode, draft.at)

    def _measure(self, persona: Persona) -> None:
        """Go by the rules and the time zone of a persona's main channel."""
        self.rules = rules = rules_for(persona.service)
        self.channel = persona.main_channel
        self.zone = self.when.zone = zone_of(persona, self.context.zone)

        def count(text: str) -> int:
            return text_length(text, rules)

        self.caption.measure(count, rules.caption_limit, rules.caption_fold)
        self.first_comment.measure(count, rules.first_comment_limit or rules.caption_limit)
        self.alt_text.measure(len, rules.alt_text_limit)

    def _show_first_comment(self, *, asked: bool = False) -> None:
        """Give the first comment room where there is one, or where the user asks for it."""
        is_possible = self._has_text and self.rules.first_comment_limit is not None
        self.first_comment.display = is_possible and (asked or bool(self.first_comment.text))

    @property
    def draft(self) -> Draft:
        """The loaded draft with everything that is typed and chosen."""
        when = self.when if self._has_time else self._loaded
        return replace(
            self._loaded,
            caption=self.caption.text,
            alt_text=self.alt_text.text,
            share_mode=when.share_mode,
            at=when.at,
            framing=self.framing,
            first_comment=self.first_comment.text,
            ai_label=self.ai_label,
            suggested=self.suggester.suggested,
            ai_assisted=self.suggester.ai_assisted,
        )

    @property
    def fitted(self) -> Framing:
        """How the photo is fitted on the channel that is shown."""
        return self.framing.fitted_as(self.channel_framing or self.framing)

    @property
    def has_ai_label(self) -> bool:
        """Whether the networks are told that the pictures were made with AI."""
        return self.is_ai_marked if self.ai_label is None else self.ai_label

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
            first_comment=self.first_comment.text,
            has_ai_label=self.has_ai_label,
            is_ai_marked=self.is_ai_marked,
            suggested=self.suggester.suggested,
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
            has_comment = self.rules.first_comment_limit is not None
            if (
                has_comment
                and (problem := first_comment_problem(self.first_comment.text, self.rules)) is not None
            ):
                self.refuse(Reason.FIRST_COMMENT, str(problem))
                return False
        return self.accepts_time()

    def accepts_time(self) -> bool:
        """Whether the time is understood; if not, its field says why and is focused."""
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
        elif code is Reason.FIRST_COMMENT and self.rules.first_comment_limit is not None:
            self._show_first_comment(asked=True)
            self.first_comment.refuse()
        elif code in _TIME:
            self.when.refuse(reason)

    def focus_first(self) -> None:
        if self._has_text:
            self.caption.focus()
        else:
            self.when.focus_input()

    @work(group="texts", exclusive=True, exit_on_error=False, description="loading captions and snippets")
    async def load_texts(self) -> None:
        await self.tools.load()
        self._offer_written()
        self.first_comment.autocomplete.vocabulary = self.caption.autocomplete.vocabulary
        self.update_preflight()
        self.post_message(self.TextsLoaded())

    @work(
        group="written",
        exclusive=True,
        exit_on_error=False,
        description="loading what was written of a photo",
    )
    async def _load_written(self) -> None:
        await self.tools.load_written()
        self._offer_written()

    def _offer_written(self) -> None:
        """Show what was written about the photo where it can be inserted."""
        texts = self.tools.written.texts
        for editor, text, otherwise in (
            (self.caption, texts.description, CAPTION_HINT),
            (self.alt_text, texts.alt_text or texts.in_picture, ALT_TEXT_HINT),
        ):
            offered = f"{shortened(one_line(text), _OFFERED)} ({self._insert_key} inserts it)"
            editor.placeholder = Content(
                offered if text else otherwise
            )  # plain: it would be taken for markup

    def act(self, verb: str) -> None:
        """Do what a key about writing says: a verb of the key table, such as `caption`, `fit` or `editor`."""
        match verb:
            case "caption":
                self.caption.focus()
            case "alt_text":
                self.alt_text.focus()
            case "first_comment":
                self._open_first_comment()
            case "hashtags":
                self._move_hashtags()
            case "ai_label":
                self._switch_ai_label()
            case "when":
                self.when.switch_focus()
            case "fit":
                self.choose_framing()
            case "insert":
                editor = self.alt_text if self.alt_text.has_focus else self._written
                longest = self.rules.alt_text_limit
                self.tools.pick_snippet(editor, for_alt_text=editor is self.alt_text, longest=longest)
            case "recent_captions":
                self.tools.pick_earlier(self._written)
            case "suggest":
                self._suggest()
            case "snippets":
                self._manage_snippets()
            case "editor":
                self._open_editor()
            case "open_in_viewer":
                self._open_photo()

    @property
    def _written(self) -> CaptionEditor:
        """What texts are inserted into."""
        return self.first_comment if self.first_comment.has_focus else self.caption

    def _suggest(self) -> None:
        """Offer captions and an alt text for the photo that is shown."""
        if self.photo is None:
            return
        tools = self.tools
        subject = Subject(
            tools.persona,
            self.photo,
            self.fitted,
            self.ratio,
            self.rules,
            tools.captions_to_differ_from,
            tuple(keyword.word for keyword in tools.written.keywords),
        )
        if not self.suggester.open(subject):
            self.show_message(self.context.with_keys(NO_MODEL))

    def _open_first_comment(self) -> None:
        if self.rules.first_comment_limit is None:
            self.show_message(f"Buffer cannot add a first comment on {self.rules.name}.")
            return
        self._show_first_comment(asked=True)
        self.first_comment.focus()

    def _move_hashtags(self) -> None:
        """Move the hashtags at the end of the caption to the first comment, or that comment back to the caption."""
        is_possible = self.rules.first_comment_limit is not None
        comment = self.first_comment.text.strip()
        kept, rest = without_first_comment(self.caption.text, comment)
        if not is_possible and kept == self.caption.text:
            comment = rest  # its hashtags are in the caption
        text, tags = split_hashtags(self.caption.text)
        if tags and is_possible:
            moved = (text, f"{comment} {tags}".strip())
        elif comment:
            moved = (f"{self.caption.text.rstrip()}\n\n{comment}".lstrip(), "")
        else:
            none = f"Buffer cannot add a first comment on {self.rules.name}."
            self.show_message("The caption does not end with hashtags." if is_possible else none)
            return
        if self.hashtags_moved is not None:
            self.hashtags_moved(*moved)
        self.suggester.moved((self.caption.text, self.first_comment.text), moved)
        for editor, new in zip((self.caption, self.first_comment), moved, strict=True):
            editor.insert_text(new, (0, 0), editor.document.end)
        self._show_first_comment()

    def _switch_ai_label(self) -> None:
        self.ai_label = not self.has_ai_label
        self.show_message(
            "The networks are told that it was made with AI." if self.ai_label else "No AI label."
        )
        self._change()
        self.update_preflight()

    def _manage_snippets(self) -> None:
        """Open the screen of hashtag sets and snippets, and load them again afterwards."""

        def closed(_: None) -> None:
            self.load_texts()

        self.tools.manage_snippets(closed)

    def _open_editor(self) -> None:
        """Let the user write the caption in an external editor."""
        try:
            self.tools.open_editor()
        except EditorFailed as error:
            self.show_message(str(error), error=True)

    @work(group="image-viewer", exclusive=True, exit_on_error=False, description="opening the photo")
    async def _open_photo(self) -> None:
        """Open the photo in the desktop's image viewer."""
        if self.photo is not None:
            await show_outside(self.app, self.photo)

    def choose_framing(self) -> None:
        if self.photo is not None:
            screen = FitScreen(
                self.context,
                self.photo,
                self.fitted,
                self.rules.service,
                ratio=self.ratio,
                most_parts=self.most_parts,
            )
            self.app.push_screen(screen, self._reframe)

    def _reframe(self, framing: Framing | None) -> None:
        if framing is not None and framing != self.fitted:
            own = framing
            if not self.is_main_channel:
                self.channel_framing, own = framing, framing.fitted_as(self.framing)
            if self.cut is not None and own.part.count != self.framing.part.count:
                self.is_edited = True
                self.cut(own)
                return
            self.framing = own
            self._change()
            self.post_message(self.Reframed())

    @on(TextArea.Changed)
    @on(WhenPicker.Changed)
    def _field_changed(self, event: Message) -> None:
        event.stop()
        self.show_message("")
        self.suggester.show_marks()
        self._change()
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        if len(self.caption.text) < LONG:
            self.update_preflight()
        else:  # checking a very long text at each key would be felt
            self._pause = self.set_timer(PAUSE, self.update_preflight)

    def _change(self) -> None:
        self.is_edited = True
        self.post_message(self.Edited())

    @on(CaptionEditor.Cleaned)
    def _cleaned(self, event: CaptionEditor.Cleaned) -> None:
        characters = f"{event.removed:,} {plural(event.removed, 'character')}"
        self.notify(
            f"Removed {characters} that no network accepts, such as NUL.", severity="warning", markup=False
        )
