"""The list of what went out on a persona's channels without this program; nothing in it can be changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.platform.web_browser import open_address
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.channel_words import network_of, zone_of
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.ui.vim_list import VimList, cell

if TYPE_CHECKING:
    from fluffy_tui.scheduling import OutsidePost, ProfileKey
    from fluffy_tui.tui.session.context import Context

NONE_YET = "None yet. A worker reads them every few hours."
PAGE = 100
NEAR_END = 20
"""Rows from the end at which more posts are loaded."""
WHEN_WIDTH = 18
CAPTION_SHOWN = 200
"""As much of a text as the widest terminal can show."""


class OutsideTable(ReportsErrors, VimList):
    """One line for each post, the latest first; more are loaded near the end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, description="Open link")
        for binding in bindings(Place.POSTS, only=("posts.open",))
        if isinstance(binding, Binding)
    ]
    DEFAULT_CSS = """
    OutsideTable {
        width: 1fr; height: 1fr; border: none; padding: 0; background: transparent;
        text-wrap: nowrap; text-overflow: ellipsis;
        &:focus { border: none; }
        & > .option-list--option-disabled { color: $foreground-muted; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(id="outside")
        self.context = context
        self.posts: list[OutsidePost] = []
        """Those that are loaded."""
        self._rest: ProfileKey | None = None
        self._is_loading = False

    @property
    def current(self) -> OutsidePost | None:
        row = self.highlighted
        return self.posts[row] if row is not None and row < len(self.posts) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs a post while there is none."""
        if action == "open" and self.current is None:
            return None
        return super().check_action(action, parameters)

    @work(group="outside", exclusive=True, exit_on_error=False, description="loading posts from elsewhere")
    async def load(self) -> None:
        """Load the latest posts; the cursor stays on its post."""
        before = self.current
        self.posts, self._rest = await self._page(None)
        self._is_loading = False
        ids = [post.id for post in self.posts]
        self.set_options([self._row(post) for post in self.posts] or [Option(NONE_YET, disabled=True)])
        if ids:
            self.highlighted = ids.index(before.id) if before is not None and before.id in ids else 0
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted)
    def _load_near_end(self) -> None:
        near = (self.highlighted or 0) >= self.option_count - NEAR_END
        if near and self._rest is not None and not self._is_loading:
            self._is_loading = True
            self._load_more(self._rest)

    @work(group="outside", exclusive=True, exit_on_error=False, description="loading posts from elsewhere")
    async def _load_more(self, before: ProfileKey) -> None:
        try:
            posts, self._rest = await self._page(before)
            self.posts += posts
            self.add_options([Option(self._row(post)) for post in posts])
        finally:
            self._is_loading = False

    async def _page(self, before: ProfileKey | None) -> tuple[list[OutsidePost], ProfileKey | None]:
        persona = self.context.overview.persona
        channels = list(persona.board_by_channel) if persona else []
        page = await self.context.services.profile.sent(channels, before, limit=PAGE, outside_only=True)
        return list(page.posts), page.rest  # type: ignore[arg-type]

    def action_open(self) -> None:
        if (post := self.current) is not None:
            self._open(post.external_link)

    @work(group="opening", exit_on_error=False, description="opening a post's link")
    async def _open(self, link: str | None) -> None:
        self.screen.notify(await open_address(self.app, link), markup=False)

    def on_resize(self) -> None:
        for number, post in enumerate(self.posts):
            self.replace_option_prompt_at_index(number, self._row(post))

    def _row(self, post: OutsidePost) -> Content:
        persona, now = self.context.overview.persona, self.context.clock()
        zone = self.context.post_zone(persona.id if persona else None, post.channel_id)
        at = post.sent_at.astimezone(zone)
        year = f" {at.year}" if at.year != now.astimezone(zone_of(persona, self.context.zone)).year else ""
        notes = []
        if post.asset_count > 1:
            notes.append(f"{post.asset_count} {plural(post.asset_count, 'picture')}")
        if persona is not None and len(persona.channels) > 1:
            notes.append(network_of(post.channel_id, persona))
        words = one_line(post.caption[:CAPTION_SHOWN]) or "no text"
        return Content.assemble(
            Content.styled("◇ ", "$foreground-muted"),
            cell(Content.styled(f"{at.day} {at:%b}{year} {at:%H:%M}", "$foreground-muted"), WHEN_WIDTH),
            Content.styled("".join(f"{note} · " for note in notes), "$foreground-muted"),
            Content(words),
        )
