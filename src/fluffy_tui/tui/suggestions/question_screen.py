"""Asks the model: what it is given, how long it has been at it, and a key that stops it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.caption_model import PICTURE_SIDE, CaptionRequest, ModelError, SmallPicture, Suggestions
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import from_disk
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.suggestions.suggestion_words import sent_words
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.worker import Worker

    from fluffy_tui.media import Framing
    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.ports import CaptionModelPort
    from fluffy_tui.tui.session.context import Context

MOST_EARLIER = 20
"""Captions from which the new ones are to differ."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What captions are to be about."""

    persona: Persona
    photo: Photo
    framing: Framing
    """The framing on the channel that is shown: the model sees what is posted."""
    ratio: float | None
    """Width ÷ height that the post's cover gives the picture; None where it has its own."""
    rules: NetworkRules
    """The rules of that channel's network."""
    earlier: Callable[[], Awaitable[tuple[str, ...]]]
    """Loads the captions from which the new ones are to differ, the latest first."""
    keywords: tuple[str, ...] = ()
    """What is known to be in the photo."""

    @property
    def shown(self) -> tuple[int, Framing, float | None]:
        """What the model sees, to know again what it was asked."""
        return self.photo.id, self.framing, self.ratio


@dataclass(frozen=True, slots=True)
class Answered:
    """What the model was given, and what it suggested."""

    request: CaptionRequest
    found: Suggestions


class _Progress(Static):
    """Says who is asked, and for how long already."""

    def __init__(self, label: str, clock: Callable[[], datetime]) -> None:
        super().__init__(id="progress")
        self._label, self._clock, self._began = label, clock, clock()

    def on_mount(self) -> None:
        self.auto_refresh = 1.0

    def start_again(self) -> None:
        """Count from now."""
        self._began = self._clock()

    def render(self) -> Content:
        seconds = int((self._clock() - self._began).total_seconds())
        return Content(f"Asking {one_line(self._label)}… {seconds} s")


class AskModelScreen(ReportsErrors, DialogScreen[Answered | None]):
    """Waits for the model, and closes with what it suggests, other than before, or with None if the user stops it."""

    PLACE = Place.SUGGESTIONS
    BINDINGS = bindings(Place.SUGGESTIONS) + help_binding()
    DEFAULT_CSS = """
    AskModelScreen {
        #sent, #failure { margin-top: 1; }
        #sent { color: $text-muted; }
        #failure { display: none; color: $text-error; }
        &.-failed #progress { display: none; }
        &.-failed #failure { display: block; margin-top: 0; }
    }
    """

    def __init__(
        self, context: Context, model: CaptionModelPort, subject: Subject, before: tuple[str, ...] = ()
    ) -> None:
        super().__init__(classes="-broad")
        self.context, self._model, self._subject, self._before = context, model, subject, before
        self._question: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "suggest captions"
            yield _Progress(self._model.label, self.context.clock)
            yield Static(id="failure", markup=False)
            yield Static("Preparing the picture…", id="sent", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._question = self._ask()

    @work(group="suggestions", exclusive=True, exit_on_error=False, description="asking the model")
    async def _ask(self) -> None:
        try:
            request = await self._request()
            self.query_one("#sent", Static).update(sent_words(request, self._model.label))
            found = await self._model.suggest(request)
        except FluffyError as error:
            self._show_failure(error)
        else:
            self.dismiss(Answered(request, found))

    async def _request(self) -> CaptionRequest:
        """Make what the model gets: of the photo only a small picture as posted, without metadata."""
        subject = self._subject
        making = partial(
            self.context.services.planning.preview_rendition,
            subject.photo,
            subject.rules.service,
            subject.framing,
            ratio=subject.ratio,
            accept_damaged=True,
            longest_side=PICTURE_SIDE,
        )
        rendition = await from_disk(making, subject.photo.name)
        earlier = (*self._before, *await subject.earlier())
        return CaptionRequest(
            SmallPicture(rendition.data, rendition.width, rendition.height),
            subject.rules.name,
            subject.rules.caption_limit,
            subject.rules.alt_text_limit,
            subject.rules.hashtag_limit,
            subject.persona.voice,
            earlier[:MOST_EARLIER],
            subject.keywords,
        )

    def _show_failure(self, error: FluffyError) -> None:
        self.query_one("#failure", Static).update(Content(f"! {one_line(str(error))}"))
        if not isinstance(error, ModelError) or not error.may_have_been_sent:
            self.query_one("#sent", Static).update("Nothing was sent.")
        self.add_class("-failed")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.has_class("-failed") if action == "again" else True

    def action_again(self) -> None:
        self.remove_class("-failed")
        self.refresh_bindings()
        self.query_one(_Progress).start_again()
        self._question = self._ask()

    def action_stop(self) -> None:
        if self._question is not None:
            self._question.cancel()
        self.dismiss(None)
