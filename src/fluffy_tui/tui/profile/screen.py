"""The profile grid of a channel: what is planned, live, and posted from elsewhere, as followers will see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.core.app_events import Connected, OutsidePostsChanged, PhotosChanged, PostChanged
from fluffy_tui.networks import rules_for
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.plan import MoveKeys, MoveKind, MoveMode, ShownChannel, can_move
from fluffy_tui.tui.platform.web_browser import open_address
from fluffy_tui.tui.posts import PostDetailScreen
from fluffy_tui.tui.profile.profile_feed import ProfileFeed
from fluffy_tui.tui.profile.profile_grid import CURSOR_ACTIONS, ProfileGrid
from fluffy_tui.tui.session.messages import concerns, on_event
from fluffy_tui.tui.text.channel_words import channel_name
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.keys_footer import dimmed

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import ActiveBinding, BindingType

    from fluffy_tui.tui.profile.tile import Tile
    from fluffy_tui.tui.session.context import Context

LOADING = "Loading the profile …"
NOTHING = (
    "Nothing is planned on this channel, and nothing went out yet.\n\n"
    "Posts from elsewhere are read from Buffer every few hours, while a worker runs."
)
_OUTSIDE_MOVE_MODE = frozenset({"open", "swap", "dismiss", "channel"})


class ProfileScreen(FrameScreen):
    """Three columns of tiles, the latest first, with details of the one under the cursor beside them."""

    PLACE = Place.PROFILE
    TAB = "plan"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.MOVE),
        *bindings(Place.PROFILE, without=CURSOR_ACTIONS),
    ]
    CSS: ClassVar[str] = """
    ProfileScreen {
        #tiles { height: 1fr; }
        #tile { width: 1fr; height: 1fr; padding: 1 2; scrollbar-size-vertical: 1; }
        #words { height: auto; }
        #nothing { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
    }
    """

    def __init__(self, context: Context, channel_id: str) -> None:
        super().__init__(context)
        self._channel = ShownChannel(lambda: self.persona, context.zone, channel_id)
        self._move_mode = MoveMode(context.services.scheduling)
        self._move = MoveKeys(self, self._move_mode, self._describe)
        self._feed = ProfileFeed(context.services)
        self._grid = ProfileGrid(self._feed, renderer_named(context.preview), self._label)
        self._words = Static("", id="words", markup=False)
        self._nothing = Static(LOADING, id="nothing", markup=False)
        self._tiles = Horizontal(
            self._grid, VerticalScroll(self._words, id="tile", can_focus=False), id="tiles"
        )
        self._tiles.display = False

    def compose_body(self) -> ComposeResult:
        yield self._nothing
        yield self._tiles

    def on_mount(self) -> None:
        self._load()

    @on(events.Resize)
    def _fit(self) -> None:
        self.call_after_refresh(self._fit_tiles)

    def _fit_tiles(self) -> None:
        channel = self._channel.persona.channel
        ratio = rules_for(str(channel.service)).tile_ratio if channel else None
        self._grid.fit(self.query_one("#body").content_size, ratio or 1.0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done in move mode or outside it, and channels that exist."""
        if (works := self._move.check(action, _OUTSIDE_MOVE_MODE)) is not None:
            return works
        if action == "channel":
            return self._channel.beside(parameters[0]) is not None
        if action in ("open", "swap") and self._grid.tile is None:
            return None
        return super().check_action(action, parameters)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Dim the key that would move what cannot move; pressed all the same, it says why."""
        tile = self._grid.tile
        is_fixed = tile is None or tile.cell is None or not can_move(tile.cell)
        return dimmed(super().active_bindings, ("profile.swap",) if is_fixed else ())

    def action_channel(self, which: str) -> None:
        """Show the profile of the `next` or `previous` channel."""
        self._channel.move(which)
        self._grid.cursor = 0
        self._load()

    def action_open(self) -> None:
        tile = self._grid.tile
        if tile is None:
            return
        if tile.own is not None:
            self.app.push_screen(PostDetailScreen(self.context, tile.own))
        else:
            self._open_link(tile.post.external_link)

    @work(group="opening", exit_on_error=False, description="opening a post's link")
    async def _open_link(self, link: str | None) -> None:
        self.notify(await open_address(self.app, link), markup=False)

    def action_swap(self) -> None:
        tile = self._grid.tile
        if tile is not None and tile.why_fixed:
            self.notify(tile.why_fixed, markup=False)
        else:
            self._move.pick_up(MoveKind.SWAP, tile.cell if tile else None)

    def action_drop(self) -> None:
        tile = self._grid.tile
        if tile is None or tile.cell is None:
            self.notify(tile.why_fixed if tile else NOTHING, markup=False)
        else:
            self._move.drop(tile.cell)

    def action_cancel_move(self) -> None:
        self._move.cancel()

    @on_event(PostChanged, Connected)
    @work(group="profile", exclusive=True, exit_on_error=False, description="loading the profile")
    async def _load(self) -> None:
        before = self._grid.tile
        await self._feed.load(
            self._channel.persona, self._channel.zone, self.context.clock(), self._grid.around.stop
        )
        keys = [tile.key for tile in self._feed.tiles]
        self._tiles.display = bool(keys)
        self._nothing.display = not keys
        self._nothing.update(NOTHING)
        channel = self._channel.persona.channel
        self._grid.border_title = Content(channel_name(channel) if channel else "")
        if before is not None and before.key in keys:
            self._grid.cursor = keys.index(before.key)
        self._fit_tiles()
        if self.focused is None:
            self._grid.focus()

    @on_event(OutsidePostsChanged)
    def _outside_changed(self, event: OutsidePostsChanged) -> None:
        if self._channel.id in event.channel_ids:
            self._load()

    @on_event(PhotosChanged)
    def _photos_changed(self, event: PhotosChanged) -> None:
        if concerns(event, self.persona.id):
            self._load_visible()

    @on(ProfileGrid.Scrolled)
    @work(group="profile-tiles", exclusive=True, exit_on_error=False, description="loading the visible tiles")
    async def _load_visible(self) -> None:
        """Load the pictures of what is on the screen, and the next page if the end is near."""
        await self._feed.load_pictures(self._grid.around)
        self._grid.paint()
        if self._feed.has_more and self._grid.around.stop >= len(self._feed.tiles):
            await self._feed.load_more()
            self._grid.show()

    @on(ProfileGrid.Highlighted)
    def _describe(self) -> None:
        """Show move mode, and the post under the cursor."""
        self.refresh_bindings()
        self._grid.refresh()
        tile = self._grid.tile
        prompt = self._move_mode.prompt(self.context.with_keys)
        lines = [prompt, ""] if prompt else []
        if tile is not None:
            lines += tile.lines(self.context.clock(), self._channel.zone, self.context.zone)
            lines += ["", tile.post.caption]
        self._words.update("\n".join(lines))

    def _label(self, tile: Tile, width: int) -> str:
        picked = self._move_mode.picked
        if picked is not None and tile.own is not None and tile.own.id == picked.post.id:
            return f"‹{tile.label(width - 2, self.context.clock(), self._channel.zone)}›"
        return tile.label(width, self.context.clock(), self._channel.zone)
