"""The fit screen: shape, crop or padding, rotation and panorama parts, with the file and the result side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from fluffy_tui.media import TURNS, WHOLE, Fit, Framing, Part, Rendition, Shape, cuts_for, shapes_for
from fluffy_tui.networks import NetworkRules, rules_for
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.fit_words import FIT_WORDS
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.rendition.rendition_preview import RenditionPreview
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.words import bytes_words, shape_words
from fluffy_tui.tui.ui.choice import Choice
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.too_small_notice import TooSmallNotice

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.context import Context

RISK = (
    "Buffer may turn 3:4 into a reminder that you post yourself: it lists 4:5 as Instagram's tallest shape."
)


class FitScreen(ReportsErrors, Screen[Framing | None]):
    """Choices below two pictures; closes with the framing that was chosen, or None.

    Args:
        ratio: Width ÷ height that the cover of its post gives it; then there is no choice of a shape.
        most_parts: Into how many pictures of its post it can be cut at most.
    """

    PLACE = Place.FIT
    BINDINGS = bindings(Place.FIT)
    CSS: ClassVar[str] = """
    FitScreen {
        #pictures { height: 1fr; }
        PhotoPreview { width: 1fr; border-subtitle-color: $text-muted; }
        #choices { height: auto; border: round $border; border-title-color: $text; padding: 0 1; }
        .row { height: 1; }
        .row Static { width: 7; color: $text-muted; }
        #summary { height: auto; color: $text-muted; }
        &.-narrow #before { display: none; }
    }
    """

    def __init__(
        self,
        context: Context,
        photo: Photo,
        framing: Framing,
        service: str,
        *,
        ratio: float | None = None,
        most_parts: int = 1,
    ) -> None:
        super().__init__()
        self._ratio, self._most_parts = ratio, most_parts
        self.context, self._photo, self._service = context, photo, service
        self._rules: NetworkRules = rules_for(service)
        self._before = PhotoPreview(
            renderer_named(context.preview), context.services.photos.thumbnail, id="before"
        )
        self._after = RenditionPreview(context, id="after")
        self._shape = Choice(
            [(str(shape), self._shape_words(shape)) for shape in shapes_for(self._rules.image)]
        )
        self._fit = Choice([(str(fit), words) for fit, words in FIT_WORDS.items()])
        self._turn = Choice([(str(turn), f"{turn}°" if turn else "upright") for turn in TURNS])
        self._start = framing
        self._cut = Choice(self._cuts(framing.turn))
        self._summary = Static("", id="summary", markup=False)

    @property
    def framing(self) -> Framing:
        count = int(self._cut.value)
        part = self._start.part if count == self._start.part.count else Part(1, count)
        return Framing(Fit(self._fit.value), Shape(self._shape.value), int(self._turn.value), part)

    @property
    def summary(self) -> str:
        """What the fit does to the photo, in words."""
        return str(self._summary.content)

    def compose(self) -> ComposeResult:
        yield Horizontal(self._before, self._after.widget, id="pictures")
        with Vertical(id="choices") as box:
            box.border_title = f"fit for {self._rules.name} · your file is not changed"
            rows = {"shape": self._shape, "fit": self._fit, "turn": self._turn, "cut": self._cut}
            for label, choice in rows.items():
                yield Horizontal(Static(label), choice, classes="row", id=f"{label}-row")
            yield self._summary
        yield KeysFooter()
        yield TooSmallNotice()

    def on_mount(self) -> None:
        photo = self._photo
        with self.prevent(Choice.Changed):
            self._shape.value = str(self._start.shape)
            self._fit.value = str(self._start.fit)
            self._turn.value = str(self._start.turn)
            self._cut.value = str(self._start.part.count)
        self.query_one("#shape-row").display = self._ratio is None
        self._offer_cuts()
        self._before.show(photo)
        self._before.border_title = Content(
            f"file · {photo.width}×{photo.height} {shape_words(photo.width, photo.height)}"
            f" · {bytes_words(photo.byte_size)}"
        )
        (self._fit if self._ratio else self._shape).focus()
        self._render_photo()

    def action_rotate(self) -> None:
        self._turn.action_choose_next()

    def action_next_row(self) -> None:
        self.focus_next(Choice)

    def action_previous_row(self) -> None:
        self.focus_previous(Choice)

    def action_apply(self) -> None:
        self.dismiss(self.framing)

    @on(Choice.Changed)
    def _option_chosen(self, event: Choice.Changed) -> None:
        event.stop()
        if event.choice is self._turn:
            self._offer_cuts()
        self._render_photo()

    def _offer_cuts(self) -> None:
        """Offer what the photo can be cut into after its turn."""
        options = self._cuts(int(self._turn.value))
        with self.prevent(Choice.Changed):
            self._cut.offer(options)
        self.query_one("#cut-row").display = len(options) > 1

    def _cuts(self, turn: int) -> list[tuple[str, str]]:
        size = self._photo.width, self._photo.height
        counts = [count for count in cuts_for(size, self._rules.image, turn) if count <= self._most_parts]
        return [("1", "whole"), *((str(count), f"{count} pictures") for count in counts)]

    @work(group="rendition", exclusive=True, exit_on_error=False, description="rendering the picture")
    async def _render_photo(self) -> None:
        framing = self.framing
        result = await self._after.show(self._photo, self._service, framing, ratio=self._ratio)
        if result.rendition is None:
            self._summary.update(f"✗ {result.problem}")
        else:
            note = (
                "" if framing.part == WHOLE else f" · picture {framing.part.number} of {framing.part.count}"
            )
            note += f" · ! {RISK}" if framing.shape is Shape.TALL and self._is_risky else ""
            if self._ratio:
                note += f" · {shape_words(self._ratio, 1)}, as the cover"
            if (width := result.rendition.detail_width) < result.rendition.width:
                enlarged = f"enlarged from {width} to {result.rendition.width} pixels"
                note += f" · ! {enlarged}"
            self._summary.update(f"{_effect(result.rendition, framing.part.count)}{note}")

    @property
    def _is_risky(self) -> bool:
        tallest = self._rules.image.min_ratio
        return tallest is not None and tallest > 0.76

    def _shape_words(self, shape: Shape) -> str:
        if shape is Shape.AUTO:
            return "network default"
        return f"{shape} risky" if shape is Shape.TALL and self._is_risky else str(shape)


def _effect(rendition: Rendition, parts: int) -> str:
    if rendition.fit_applied is None:
        return "no crop or padding needed"
    if rendition.fit_applied.pads:
        return "the whole photo is visible"
    window = rendition.window
    return f"{window.width * parts * window.height:.0%} of the photo is visible"
