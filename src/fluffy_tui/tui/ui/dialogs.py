"""Dialogs: the base with its dimmed backdrop, a yes-or-no question, a prompt for one line of text, and a search."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.strip import Strip
from textual.widgets import Button, Input, OptionList, Static

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.keymap.key_hints import key_of, with_keys
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.words import SAVING, one_line
from fluffy_tui.tui.ui.joined_strip import JoinedStrip, dimmed
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.textual_fixes import release_closed_widgets, screen_strips
from fluffy_tui.tui.ui.vim_list import FilteredList

if TYPE_CHECKING:
    from textual.geometry import Region, Size
    from textual.suggester import Suggester
    from textual.widget import Widget
    from textual.widgets.option_list import Option

Made = TypeVar("Made")


class DialogScreen(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """A dialog over the screen it was opened from, which is dimmed."""

    def __init__(self, *, classes: str = "") -> None:
        super().__init__(classes=f"dialog {classes}".rstrip())
        self._backdrop: list[Strip] = []
        self._backdrop_size: Size | None = None

    def on_unmount(self) -> None:
        """Free the memory of the dialog."""
        release_closed_widgets(self.app)

    def refresh(self, *regions: Region, **options: Any) -> Self:
        """Redraw; the screen below also calls this when it has changed."""
        self.invalidate_backdrop()
        return super().refresh(*regions, **options)

    def invalidate_backdrop(self) -> None:
        """Dim the screen below again at the next redraw; only the topmost screen hears about changes below."""
        self._backdrop_size = None

    def render_lines(self, crop: Region) -> list[Strip]:
        below = self._below
        if below is None or not 0 < self.styles.background.a < 1:
            return super().render_lines(crop)
        if self._backdrop_size != self.size:
            self._backdrop, self._backdrop_size = self._dim(below), self.size
        style = self.rich_style
        lines = [line.crop_extend(crop.x, crop.right, style) for line in self._backdrop[crop.y : crop.bottom]]
        # A terminal that has just become smaller: Textual may still draw the dialog as it was laid out before.
        return [*lines, *[Strip.blank(crop.width, style)] * (crop.height - len(lines))]

    def _dim(self, below: Screen[Any]) -> list[Strip]:
        if isinstance(below, DialogScreen):
            below.invalidate_backdrop()
        blank = Strip.blank(self.size.width, self.rich_style)
        strips = screen_strips(below)[: self.size.height]
        # A terminal that has just grown: the screen below is still as narrow as before. What is too wide is cropped.
        lines = [dimmed(JoinedStrip([*parts, blank]), self.styles.background) for parts in strips]
        return [*lines, *[blank] * (self.size.height - len(lines))]

    @property
    def _below(self) -> Screen[Any] | None:
        stack = self.app.screen_stack
        index = stack.index(self) if self in stack else 0
        return stack[index - 1] if index else None


class ConfirmScreen(DialogScreen[bool]):
    """A yes-or-no question.

    Args:
        no: Label of the button for no, which has the focus, so that `enter` alone is harmless.
        yes_first: Whether the other one has it: yes is harmless, since it can be undone.
        all_of_them: Label of a button for yes to more than what was asked about; without one there is none.
    """

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.DIALOG, only=("dialog.yes", "dialog.all", "dialog.no"))

    def __init__(
        self,
        title: str,
        question: str,
        *,
        yes: str,
        no: str,
        own: Mapping[str, str],
        all_of_them: str = "",
        yes_first: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._question = title, question
        self._yes = f"{yes}  {key_of('dialog.yes', own)}"
        self._all = f"{all_of_them}  {key_of('dialog.all', own)}" if all_of_them else ""
        self._no = f"{no}  {key_of('dialog.no', own)}"
        self._yes_first = yes_first
        self.means_all = False
        """Whether the answer was yes to all of them."""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title).markup
            yield Static(self._question, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(self._yes), id="yes", compact=True, action="screen.dismiss(True)")
                if self._all:
                    yield Button(Content(self._all), id="all", compact=True, action="screen.all")
                yield Button(Content(self._no), id="no", compact=True, action="screen.dismiss(False)")

    def on_mount(self) -> None:
        self.query_one("#yes" if self._yes_first else "#no", Button).focus()

    def action_all(self) -> None:
        """Answer yes to all of them, where that is offered."""
        if self._all:
            self.means_all = True
            self.dismiss(True)


class EditorScreen(ReportsErrors, DialogScreen[ScreenResultType]):
    """A dialog in which something is written: it says why that cannot be saved, and asks before changes are lost."""

    def __init__(self, title: str, what: str, own: Mapping[str, str], message: str = "") -> None:
        super().__init__(classes="-broad")
        self._title, self._what, self._own = title, what, own
        self.message = Static(message, id="editor-message", markup=False)

    @abstractmethod
    def compose_fields(self) -> ComposeResult:
        """Yield what is above the message."""

    @property
    @abstractmethod
    def is_changed(self) -> bool:
        """Whether there are changes."""

    @abstractmethod
    async def save(self) -> ScreenResultType:
        """Save what is written, and return it; raises FluffyError with what is wrong."""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield from self.compose_fields()
            yield self.message
        yield KeysFooter()

    def show_message(self, text: str, tone: str = "") -> None:
        self.message.set_classes(f"-shown {tone}")
        self.message.update(Content(text))

    @work(group="saving", exclusive=True, exit_on_error=False, description="saving what is written")
    async def action_save(self) -> None:
        self.show_message(SAVING)
        try:
            saved = await self.save()
        except FluffyError as error:
            self.show_message(f"! {one_line(str(error))}", "-error")
        else:
            self.dismiss(saved)

    def action_back(self) -> None:
        """Close without a result; ask first if there are changes."""
        if not self.is_changed:
            self.dismiss(None)
            return

        def close(discard: bool | None) -> None:
            if discard:
                self.dismiss(None)

        question = ConfirmScreen(
            "Discard changes?",
            f"Your changes to this {self._what} are not saved.",
            yes="Discard",
            no="Keep editing",
            own=self._own,
        )
        self.app.push_screen(question, close)


class AskTextScreen(ReportsErrors, DialogScreen[Made | None], Generic[Made]):
    """A prompt for one line of text that closes with what was made of it.

    If nothing can be made of it, the dialog stays open with the text and shows the reason.

    Args:
        make: Makes the result; raises FluffyError with what is wrong with the text.
        verb: What `enter` does, in one word.
        may_be_empty: Whether something can be made of no text.
        longest: Characters, at most.
    """

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.DIALOG, only=("dialog.cancel",))
    DEFAULT_CSS = """
    AskTextScreen {
        #about { margin-bottom: 1; }
        #problem { display: none; margin-top: 1; }
        #problem.-shown { display: block; }
        #problem.-wrong { color: $text-error; }
        #hint { color: $text-muted; margin-top: 1; }
    }
    """

    def __init__(
        self,
        title: str,
        prompt: str,
        make: Callable[[str], Awaitable[Made]],
        *,
        text: str = "",
        verb: str = "save",
        own: Mapping[str, str],
        about: str = "",
        secret: bool = False,
        may_be_empty: bool = False,
        longest: int = 200,
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__()
        self._title, self._make, self._about = title, make, about
        self._verb, self._own, self._may_be_empty = verb, own, may_be_empty
        self._field = Input(
            text,
            placeholder=prompt,
            password=secret,
            compact=True,
            max_length=longest,
            suggester=suggester,
            select_on_focus=suggester is None,  # a line to complete is written on
        )

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = self._title
            if self._about:
                yield Static(self._about, id="about", markup=False)
            yield self._field
            yield Static(id="problem", markup=False)
            keys = with_keys("   {dialog.cancel} cancel", self._own)
            keys = f"   → complete{keys}" if self._field.suggester else keys
            yield Static(f"enter {self._verb}{keys}", id="hint", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text or self._may_be_empty:
            self._try(text)
        else:
            self._show("Enter some text first.", is_wrong=True)

    @work(group="ask-text", exclusive=True, exit_on_error=False, description="saving the text")
    async def _try(self, text: str) -> None:
        self._show("One moment…")
        try:
            made = await self._make(text)
        except FluffyError as error:
            self._show(str(error), is_wrong=True)
        else:
            self.dismiss(made)

    def _show(self, message: str, *, is_wrong: bool = False) -> None:
        line = self.query_one("#problem", Static)
        line.update(Content(f"! {message}" if is_wrong else message))
        line.add_class("-shown")
        line.set_class(is_wrong, "-wrong")


class SearchScreen(DialogScreen[ScreenResultType]):
    """A field above a list of what matches it, which keeps the focus."""

    DEFAULT_CSS = """
    SearchScreen {
        #picking { height: 1fr; margin-top: 1; }
        #none-found { display: none; height: 1fr; padding: 1 0; }
        &.-empty #picking { display: none; }
        &.-empty #none-found { display: block; }
    }
    """

    def __init__(
        self, title: str, field: Input, *, beside: Sequence[Widget] = (), below: Sequence[Widget] = ()
    ) -> None:
        super().__init__(classes="-search")
        self._title, self.field, self._beside, self._below_list = title, field, beside, below
        self.listing = FilteredList(id="found")

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield self.field
            yield Horizontal(self.listing, *self._beside, id="picking")
            yield Static(id="none-found", markup=False)
            yield from self._below_list

    def on_mount(self) -> None:
        self.search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.search(event.value)

    @abstractmethod
    def search(self, text: str) -> object:
        """Find what matches a text, for `show_found`."""

    def show_found(self, rows: Sequence[Content | Option], nothing: str) -> None:
        """List what was found, or say why there is nothing."""
        self.listing.fill(rows)
        self.set_class(not rows, "-empty")
        self.query_one("#none-found", Static).update(Content(nothing))

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _taken(self) -> None:
        self.take(self.listing.highlighted)

    @abstractmethod
    def take(self, line: int | None) -> None:
        """Do what is to be done with the line under the cursor; None where there is none."""

    def action_next(self) -> None:
        self.listing.action_cursor_down()

    def action_previous(self) -> None:
        self.listing.action_cursor_up()
