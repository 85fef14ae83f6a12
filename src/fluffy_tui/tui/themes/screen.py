"""A persona's themes: what each has left, how its posts compare with its share; create, edit, delete, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.core.app_events import Connected, PersonaEdited, PhotosChanged, PostChanged, VerdictChanged
from fluffy_tui.themes import LOW_DAYS, WINDOW, Theme, ThemeCalendar, ThemeSupply
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.theme_words import limit_words, period_words, rest_words, short_day, supply_words
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.themes.theme_editor import ThemeEditorScreen
from fluffy_tui.tui.ui.deleted_items import DeletedItems
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.header import SEPARATOR
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from textual.app import ComposeResult
    from textual.binding import ActiveBinding

    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.session.context import Context

_EMPTY = """No themes yet

A theme is a keyword of your photos with a share of the posts and a rest: a quarter harbour, not within 3 days. \
Filling slots then chooses photos by that, and the header shows what runs out.

Press {themes.new} to create one."""


class ThemesScreen(FrameScreen):
    """Lists themes, each with what is left and how its posts of the last and next weeks compare with its share."""

    PLACE = Place.THEMES
    BINDINGS = bindings(Place.THEMES)
    DEFAULT_CSS = """
    ThemesScreen {
        #body { align: center top; padding: 1 2; }
        #themes { width: 1fr; max-width: 110; height: auto; max-height: 100%; }
        #no-themes { display: none; width: auto; max-width: 64; padding: 2 4; }
        &.-empty #themes { display: none; }
        &.-empty #no-themes { display: block; }
        &.-narrow #body { padding: 0; }
        &.-narrow #no-themes { max-width: 100%; padding: 1 2; }
    }
    """

    def __init__(self, context: Context, persona: Persona) -> None:
        super().__init__(context)
        self._persona = persona
        self._supplies: Sequence[ThemeSupply] = ()
        create = context.services.themes.create
        self._deleted: DeletedItems[Theme] = DeletedItems(
            self,
            context.services.themes.delete,
            lambda gone: create(gone.persona_id, gone.keyword, gone.share, gone.rest_days),
        )
        self._chosen: int | None = None
        """The theme to which the cursor goes once it is listed: a change elsewhere may load the list before."""

    def compose_body(self) -> ComposeResult:
        listing = VimList(id="themes", classes="box")
        listing.border_title = Content(f"Themes of {one_line(self._persona.name)}")
        yield listing
        yield Static(self.context.with_keys(_EMPTY), id="no-themes", classes="box", markup=False)

    def on_mount(self) -> None:
        self._load()

    @on_event(Connected, PersonaEdited, PhotosChanged, PostChanged, VerdictChanged)
    @work(group="themes", exclusive=True, exit_on_error=False, description="loading themes")
    async def _load(self) -> None:
        """Load the list, and leave the cursor on its theme unless another one is chosen."""
        themes, now = self.context.services.themes, self.context.clock()
        calendar, supplies = await themes.calendar(self._persona, now), await themes.supplies()
        today = now.astimezone(zone_of(self._persona, self.context.zone)).date()
        before = self._highlighted.id if self._highlighted else None
        self._supplies = supplies.get(self._persona.id, ())
        listing = self.query_one(VimList)
        index = listing.highlighted or 0
        listing.set_options([self._prompt(supply, calendar, today) for supply in self._supplies])
        given = sum(supply.theme.share for supply in self._supplies)
        listing.border_subtitle = f"{given} % in themes · {100 - given} % without"
        self.set_class(not self._supplies, "-empty")
        ids = [supply.theme.id for supply in self._supplies]
        if ids:
            wanted = self._chosen if self._chosen in ids else before
            self._chosen = None if wanted == self._chosen else self._chosen
            listing.highlighted = ids.index(wanted) if wanted in ids else index
            listing.focus()
        self.refresh_bindings()

    def _prompt(self, supply: ThemeSupply, calendar: ThemeCalendar, today: date) -> Content:
        theme, days = supply.theme, supply.days_left(self._persona.channel)
        left = supply_words(supply)
        if days is not None and days < LOW_DAYS:
            amount = f", for {int(days)} {plural(int(days), 'day')}" if supply.left else ""
            left_content = Content.styled(f"! {left}{amount}", "$text-warning")
        else:
            left_content = Content(left)
        last, next_ = calendar.around(theme, today)
        first_line = Content("   ").join(
            [
                Content.styled(one_line(theme.keyword), "bold"),
                Content(f"{theme.share} %"),
                Content.assemble(
                    rest_words(theme.rest_days),
                    (limit_words(theme, self._persona.channel), "$text-warning"),
                ),
                left_content,
            ]
        )
        parts = [
            f"last {short_day(last)}" if last else "no recent post",
            f"next {short_day(next_)}" if next_ else "none planned",
            f"last 28 days {period_words(theme, *calendar.tally(theme, today - WINDOW, today))}",
            f"next 28 days {period_words(theme, *calendar.tally(theme, today, today + WINDOW))}",
        ]
        second_line = SEPARATOR.join(Content.styled(part, "dim") for part in parts)
        return Content.assemble(first_line, "\n", second_line)

    @property
    def _highlighted(self) -> Theme | None:
        index = self.query_one(VimList).highlighted
        return None if index is None else self._supplies[index].theme

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the actions that have nothing to act on."""
        if action in ("edit", "delete") and not self._supplies:
            return None
        return True

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return self._deleted.dimmed(super().active_bindings)

    def action_new(self) -> None:
        async def save(keyword: str, share: int, rest_days: int) -> Theme:
            return await self.context.services.themes.create(self._persona.id, keyword, share, rest_days)

        self.app.push_screen(ThemeEditorScreen(self.context, self._persona, save), self._saved)

    @on(OptionList.OptionSelected)
    def action_edit(self) -> None:
        if theme := self._highlighted:

            async def save(keyword: str, share: int, rest_days: int) -> Theme:
                return await self.context.services.themes.change(theme, keyword, share, rest_days)

            editor = ThemeEditorScreen(self.context, self._persona, save, theme)
            self.app.push_screen(editor, self._saved)

    def _saved(self, theme: Theme | None) -> None:
        if theme is not None:
            self._chosen = theme.id
            self._load()

    @work(group="themes-change", exit_on_error=False, description="deleting a theme")
    async def action_delete(self) -> None:
        theme = self._highlighted
        if theme is None:
            return
        await self._deleted.delete(theme, f"the theme “{one_line(theme.keyword)}”")
        self._load()

    @work(group="themes-change", exit_on_error=False, description="restoring a theme")
    async def action_undo(self) -> None:
        """Restore the theme that was deleted last."""
        self._saved(await self._deleted.undo())
