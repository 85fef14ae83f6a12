"""How a picture is fitted to its network, before and after side by side; the file stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from fluffy_tui.media import TURNS, Fit, Framing, Shape, shapes_for
from fluffy_tui.networks import rules_for
from fluffy_tui.tui.compose.compose_facts import rendered
from fluffy_tui.tui.compose.rendition_preview import RenditionPreview
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.framing import FIT_WORDS
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.text.words import bytes_words, shape_words
from fluffy_tui.tui.ui.choice import Choice
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.small_notice import SmallNotice

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.context import Context

RISK = "3:4 may become a reminder that has to be posted by hand: Buffer names 4:5 as Instagram's tallest."


class FitScreen(ReportsErrors, Screen[Framing | None]):
    """Three choices under two pictures; closes with the framing that was taken, or None.

    Args:
        context: The world.
        photo: What is fitted.
        framing: How it is fitted now.
        persona: Whose network it is fitted for; the chosen one's unless given.
    """

    PLACE = Place.FIT
    BINDINGS = bindings(Place.FIT)
    CSS: ClassVar[str] = """
    FitScreen {
        #pictures { height: 1fr; }
        PhotoPreview { width: 1fr; }
        #choices { height: auto; border: round $border; border-title-color: $text; padding: 0 1; }
        .row { height: 1; }
        .row Static { width: 7; color: $text-muted; }
        #fate { height: auto; color: $text-muted; }
        &.-narrow #before { display: none; }
    }
    """

    def __init__(
        self, context: Context, photo: Photo, framing: Framing, persona: Persona | None = None
    ) -> None:
        super().__init__()
        persona = persona or context.overview.persona
        if persona is None:
            raise RuntimeError("no persona is chosen")
        self._persona: Persona = persona
        self.context, self._photo = context, photo
        self._rules: NetworkRules = rules_for(persona.service)
        self._before = PhotoPreview(
            renderer_named(context.preview), context.services.photos.thumbnail, id="before"
        )
        self._after = RenditionPreview(context.preview, id="after")
        self._shape = Choice(
            [(str(shape), self._shape_words(shape)) for shape in shapes_for(self._rules.image)]
        )
        self._fit = Choice([(str(fit), words) for fit, words in FIT_WORDS.items()])
        self._turn = Choice([(str(turn), f"{turn}°" if turn else "upright") for turn in TURNS])
        self._fate = Static("", id="fate", markup=False)
        self._start = framing

    @property
    def framing(self) -> Framing:
        """What is chosen now."""
        return Framing(Fit(self._fit.value), Shape(self._shape.value), int(self._turn.value))

    @property
    def fate(self) -> str:
        """What is said below the choices."""
        return str(self._fate.content)

    def compose(self) -> ComposeResult:
        """Lay the choices under the two pictures."""
        yield Horizontal(self._before, self._after, id="pictures")
        with Vertical(id="choices") as box:
            box.border_title = f"fit for {self._rules.name} · the file stays as it is"
            for label, choice in (("shape", self._shape), ("fit", self._fit), ("turn", self._turn)):
                yield Horizontal(Static(label), choice, classes="row")
            yield self._fate
        yield KeysFooter()
        yield SmallNotice()

    def on_mount(self) -> None:
        """Show both pictures."""
        photo = self._photo
        with self.prevent(Choice.Changed):
            self._shape.value = str(self._start.shape)
            self._fit.value = str(self._start.fit)
            self._turn.value = str(self._start.turn)
        self._before.show(photo)
        self._before.border_title = Content(
            f"the file · {photo.width}×{photo.height} {shape_words(photo.width, photo.height)}"
            f" · {bytes_words(photo.byte_size)}"
        )
        self._shape.focus()
        self._make_rendition()

    def action_turn(self) -> None:
        """Turn it by a quarter."""
        self._turn.action_choose_next()

    def action_next_row(self) -> None:
        """Go to the choice below."""
        self.focus_next(Choice)

    def action_previous_row(self) -> None:
        """Go to the choice above."""
        self.focus_previous(Choice)

    def action_take(self) -> None:
        """Close with what is chosen."""
        self.dismiss(self.framing)

    def action_back(self) -> None:
        """Close and leave everything as it was."""
        self.dismiss(None)

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self._make_rendition()

    @work(group="rendition", exclusive=True, exit_on_error=False, description="rendering the picture")
    async def _make_rendition(self) -> None:
        framing = self.framing
        self._after.wait_for_it()
        made, problem = await rendered(self.context, self._persona, self._photo, framing)
        if made is None:
            self._after.show_sentence(problem)
            self._fate.update(f"✗ {problem}")
            return
        self._after.show_rendition(self._photo, made)
        parts = []
        if made.fit_applied is None:
            parts.append("nothing is padded or cropped in this shape")
        elif made.fit_applied.pads:
            parts.append("the whole photo stays")
        else:
            kept = _share_kept(made.width / made.height, made.source_width / made.source_height)
            parts.append(f"{kept:.0%} of the photo stays")
        if framing.shape is Shape.TALL and self._is_risky:
            parts.append(f"! {RISK}")
        self._fate.update(" · ".join(parts))

    @property
    def _is_risky(self) -> bool:
        tallest = self._rules.image.min_ratio
        return tallest is not None and tallest > 0.76

    def _shape_words(self, shape: Shape) -> str:
        if shape is Shape.AUTO:
            return "as the network takes it"
        return f"{shape} risky" if shape is Shape.TALL and self._is_risky else str(shape)


def _share_kept(made: float, source: float) -> float:
    """Return which share of a photo a crop from one ratio to another keeps."""
    return min(made, source) / max(made, source)
