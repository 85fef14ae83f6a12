"""The list of what went out on a persona's channels without this program; nothing in it can be changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fluffy_tui.images import decode_to_fit
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.small_pictures import ROW_PICTURE, RowPictures
from fluffy_tui.tui.platform.web_browser import open_address
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.channel_words import network_of, zone_of
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.ui.vim_list import VimList, cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from fluffy_tui.scheduling import OutsidePost, ProfileKey
    from fluffy_tui.tui.photo.painter import Painter
    from fluffy_tui.tui.session.context import Context

NONE_YET = "None yet. A worker reads them every few hours."
PAGE = 100
NEAR_END = 20
"""Rows from the end at which more posts are loaded."""
WHEN_WIDTH = 18
CAPTION_SHOWN = 200
"""As much of a text as the widest terminal can show."""


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """The picture of a post that a worker has fetched."""

    sha256: str
    jpeg: bytes = field(compare=False, repr=False)


class OutsideTable(ReportsErrors, VimList):
    """One row for each post, the latest first; more are loaded near the end."""

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
        self._pictures = RowPictures(self, renderer_named(context.preview), self._find_pictures, _draw)

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
        self._want_pictures()
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
        """Fit rows to the new size, which may have room for pictures."""
        for number, post in enumerate(self.posts):
            self.replace_option_prompt_at_index(number, self._row(post))
        self.scroll_to_highlight()
        self._want_pictures()

    def on_unmount(self) -> None:
        """Free the memory of the pictures."""
        self._pictures.close()

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on."""
        self._pictures.draw_with(renderer)
        self.on_resize()

    def notify_style_update(self) -> None:
        """Repaint the pictures, since a new theme may have another background."""
        super().notify_style_update()
        self.call_later(self._want_pictures)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._want_pictures()

    def render_line(self, y: int) -> Strip:
        """Draw a line of a row, with its part of the picture once that is painted."""
        strip = super().render_line(y)
        number, line = divmod(y + self.scroll_offset.y, self._row_height)
        if number >= len(self.posts):
            return strip
        return self._pictures.beside(strip, self.posts[number].id, line)

    @property
    def _row_height(self) -> int:
        return ROW_PICTURE.height if self._pictures.are_shown else 1

    def _want_pictures(self) -> None:
        """Have pictures painted of the posts on the screen, and of no others any more."""
        top, page, height = self.scroll_offset.y, self.scrollable_content_region.height, self._row_height
        shown = self.posts[top // height : -(-(top + page) // height)]
        self._pictures.want([post.id for post in shown if post.has_thumbnail])

    async def _find_pictures(self, ids: Sequence[int]) -> dict[int, KeptPicture]:
        found = await self.context.services.profile.thumbnails(ids)
        return {id_: KeptPicture(f"outside {id_}", jpeg) for id_, jpeg in found.items()}

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
        note = Content.styled(" · ".join(notes), "$foreground-muted")
        when = cell(Content.styled(f"{at.day} {at:%b}{year} {at:%H:%M}", "$foreground-muted"), WHEN_WIDTH)
        mark = Content.styled("◇ ", "$foreground-muted")
        words = Content(one_line(post.caption[:CAPTION_SHOWN]) or "no text")
        if not self._pictures.are_shown:
            return Content.assemble(mark, when, note, (" · " if notes else "", "$foreground-muted"), words)
        room = max(30, self.scrollable_content_region.width - ROW_PICTURE.width - WHEN_WIDTH - 3)
        left = " " * (ROW_PICTURE.width + 1)
        caption = words.truncate(room, ellipsis=True)
        return Content.assemble(mark, left, when, caption, f"\n  {left}{' ' * WHEN_WIDTH}", note)


def _draw(picture: KeptPicture, width: int, height: int) -> object:
    """Decode a kept picture; slow, called in a thread; raises PhotoUnreadable."""
    return decode_to_fit(picture.jpeg, width, height)
