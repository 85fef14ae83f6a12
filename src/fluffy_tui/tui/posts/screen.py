"""A persona's posts, newest first, moving as they are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.scheduling import IN_BUFFER, ON_THE_WAY, Step
from fluffy_tui.tui.keymap.bindings import Place, actions_of, bindings, key_of
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.posts.post_actions import ActsOnPosts
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.posts.post_table import PostTable
from fluffy_tui.tui.session.messages import OverviewChanged, on_event
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.ui.frame_screen import FrameScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

SAYS_MORE_FROM = 90
"""Columns from which it is said what marks are for."""
PICTURE_FROM = 100
"""Columns from which a picture is shown beside the table."""
PAGE = 200
"""Posts read at a time."""
FILTERS: dict[str, tuple[Step | None, ...] | None] = {
    "all": None,
    "queued": (*ON_THE_WAY, None),
    "in_buffer": IN_BUFFER,
    "failed": (Step.FAILED,),
    "live": (Step.LIVE,),
}
"""Steps by the name of the filter."""
NOTHING_YET = (
    "No posts yet.\n\n"
    "Press {app.library} for the library, then {library.caption} on a photo to write its caption."
)
NONE_SUCH = "No post of this kind.\n\nPress {posts.all} for all posts."


class PostsScreen(ActsOnPosts, FrameScreen):
    """The posts of the persona, each with its state in words.

    Args:
        context: The world.
    """

    PLACE = Place.POSTS
    TAB = "posts"
    BINDINGS = bindings(Place.POSTS, without=("posts.open",))
    CSS: ClassVar[str] = """
    PostsScreen #no-posts {
        height: 1fr; content-align: center middle; text-align: center; color: $text-muted;
    }
    PostsScreen #kinds { height: 1; text-wrap: nowrap; }
    PostsScreen PhotoPreview { width: 34; display: none; }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._table = PostTable(
            zone_of(self.persona, context.zone), context.zone, context.clock, context.setup.settings.keys
        )
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)
        self._panes = Horizontal(self._table, self._preview)
        self._nothing = Static("Reading the posts …", id="no-posts", markup=False)
        self._kinds = Static("", id="kinds", markup=False)
        self._filter = "all"
        self._changed: dict[int, None] = {}
        self._reading = False
        self._complete = False

    def posts_in_question(self) -> Sequence[Post]:
        """Return the posts that are marked, or the one under the cursor."""
        post = self._table.highlighted
        return self._table.marked or ([post] if post is not None else [])

    def acted(self) -> None:
        """Take the marks off."""
        self._table.unmark_all()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the mark while there is nothing to mark."""
        if action == "mark" and self._table.highlighted is None:
            return None
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the post under the cursor, or unmark it."""
        self._table.toggle_mark()

    def action_show_only(self, name: str) -> None:
        """Show the posts of one kind, or all."""
        if name != self._filter:
            self._filter = name
            self._show_filter()
            self._table.show([])
            self._read_page()

    def compose_body(self) -> ComposeResult:
        """Lay the picture beside the table; a sentence takes their place while there is nothing to see."""
        self._panes.display = False
        yield self._kinds
        yield self._nothing
        yield self._panes

    def on_mount(self) -> None:
        """Read the first page."""
        self._show_filter()
        self._read_page()

    def on_resize(self, event: events.Resize) -> None:
        """Show the picture where the table keeps room enough beside it."""
        self._preview.display = event.size.width >= PICTURE_FROM
        self._show_filter()
        self._show_picture()

    def on_screen_resume(self) -> None:
        """Draw what another screen covered."""
        self._preview.repaint()

    @on(PostTable.RowHighlighted)
    def _moved(self) -> None:
        self._show_picture()

    @on(PostTable.MarksChanged)
    def _marks_changed(self) -> None:
        self._show_filter()
        self.refresh_bindings()

    def _show_picture(self) -> None:
        """Show the photo of the post under the cursor, unless it is shown already or nobody would see it."""
        post, shown = self._table.highlighted, self._preview.photo
        if self._preview.display and post is not None and (shown is None or shown.id != post.photo_id):
            self._look_at_photo(post.photo_id)

    @work(group="post-photo", exclusive=True, exit_on_error=False, description="reading the photo")
    async def _look_at_photo(self, photo_id: int) -> None:
        photo = (await self.context.services.photos.by_ids([photo_id])).get(photo_id)
        if photo is not None:
            self._preview.show(photo)

    @on(PostTable.RowSelected)
    def _open(self) -> None:
        if (post := self._table.highlighted) is not None:
            self.app.push_screen(PostDetailScreen(self.context, post))

    @on(PostTable.EndReached)
    def _end_reached(self) -> None:
        if not self._complete:
            self._read_older()

    @on_event(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        if message.persona_id == self.persona.id:
            self._changed[message.post_id] = None
            if not self._reading:
                self._reading = True
                self._read_changes()

    @on_event(Connected)
    def _database_back(self) -> None:
        self._read_page()

    @on_event(OverviewChanged)
    def _overview_changed(self) -> None:
        self._table.speak_in(zone_of(self.persona, self.context.zone))

    @work(group="posts", exclusive=True, exit_on_error=False, description="reading the posts")
    async def _read_page(self) -> None:
        wanted = max(PAGE, len(self._table.posts))
        posts = await self._posts(wanted)
        self._complete = len(posts) < wanted
        self._table.show(posts, await self._places(posts))
        self._arrange()

    @work(group="older-posts", exclusive=True, exit_on_error=False, description="reading older posts")
    async def _read_older(self) -> None:
        shown = self._filter
        posts = await self._posts(PAGE, before_id=self._table.posts[-1].id)
        if shown != self._filter:
            return
        self._complete = len(posts) < PAGE
        self._table.add_older(posts)

    @work(group="changed-posts", exit_on_error=False, description="reading posts that changed")
    async def _read_changes(self) -> None:
        """Read each post that changed, once however often it did; what changes meanwhile comes next."""
        try:
            while self._changed:
                post_id = next(iter(self._changed))
                del self._changed[post_id]
                post = await self.context.services.scheduling.post(post_id)
                steps = FILTERS[self._filter]
                if post is None or (steps is not None and post.step not in steps):
                    self._table.take_out(post_id)
                else:
                    self._table.put(post)
                self._table.show_places(await self._places(self._table.posts))
                self._arrange()
        finally:
            self._reading = False

    async def _posts(self, limit: int, before_id: int | None = None) -> list[Post]:
        return await self.context.services.scheduling.posts(
            self.persona, limit=limit, before_id=before_id, steps=FILTERS[self._filter]
        )

    async def _places(self, posts: Sequence[Post]) -> dict[int, tuple[int, int]]:
        """Return the places in line of those that wait, and how many wait there."""
        channels = {
            post.channel_id for post in posts if post.step is Step.HELD and post.channel_id is not None
        }
        lines = [await self.context.services.scheduling.line(channel) for channel in sorted(channels)]
        return {post.id: (place, len(line)) for line in lines for place, post in enumerate(line, 1)}

    def _show_filter(self) -> None:
        """Say what can be shown, and what is."""
        table = {action.id: action for action in actions_of(Place.POSTS)}
        own = self.context.setup.settings.keys
        parts = []
        for name in FILTERS:
            action = table[f"posts.{name}"]
            words = f"{key_of(action.id, own)} {action.label}"
            parts.append(
                Content.styled(
                    f" {words} ",
                    "bold $foreground on $primary 25%" if name == self._filter else "$foreground-muted",
                )
            )
        if marked := len(self._table.marked):
            parts.append(Content.styled(f" {marked} marked{self._what_marks_mean(marked)}", "$text-accent"))
        self._kinds.update(Content(" ").join(parts))

    def _what_marks_mean(self, marked: int) -> str:
        """Say what marks are for where the line has room for it."""
        it = "it" if marked == 1 else "them"
        return f": keys act on {it}" if self.size.width >= SAYS_MORE_FROM else ""

    def _arrange(self) -> None:
        """Show the table, or where there is nothing in it, what to do about that."""
        self.refresh_bindings()
        some = bool(self._table.posts)
        self._nothing.update(self.context.with_keys(NOTHING_YET if self._filter == "all" else NONE_SUCH))
        self._nothing.display = not some
        self._panes.display = some
        if not some:
            self._preview.show_sentence("")
        if some and self.focused is None:
            self._table.focus()
