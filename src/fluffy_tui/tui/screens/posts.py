"""A persona's posts, newest first, moving as they are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.scheduling import IN_BUFFER, ON_THE_WAY, Step
from fluffy_tui.tui.keys import Place, actions_of, bindings
from fluffy_tui.tui.messages import DatabaseBack, OverviewChanged, PostChanged
from fluffy_tui.tui.screens.frame import FrameScreen
from fluffy_tui.tui.screens.post_actions import ActsOnPosts
from fluffy_tui.tui.screens.post_detail import ACTING, PostDetailScreen
from fluffy_tui.tui.widgets.frame_lines import zone_of
from fluffy_tui.tui.widgets.post_table import PostTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.context import Context

PAGE = 200
"""Posts read at a time."""
FILTERS: dict[str, tuple[Step | None, ...] | None] = {
    "all": None,
    "on_the_way": (*ON_THE_WAY, None),
    "in_buffer": IN_BUFFER,
    "failed": (Step.FAILED,),
    "live": (Step.LIVE,),
}
"""Steps by the name of the filter."""
NOTHING_YET = "No posts yet.\n\nPress 1 for the library, then enter on a photo to write its caption."


class PostsScreen(ActsOnPosts, FrameScreen):
    """The posts of the persona, each with its state in words.

    Args:
        context: The world.
    """

    PLACE = Place.POSTS
    TAB = "posts"
    BINDINGS = bindings(Place.POSTS, only=(*ACTING, *(f"posts.{name}" for name in FILTERS)))
    CSS: ClassVar[str] = """
    PostsScreen #no-posts {
        height: 1fr; content-align: center middle; text-align: center; color: $text-muted;
    }
    PostsScreen #kinds { height: 1; text-wrap: nowrap; }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._table = PostTable(zone_of(self.persona, context.zone), context.clock)
        self._nothing = Static("Reading the posts …", id="no-posts", markup=False)
        self._kinds = Static("", id="kinds", markup=False)
        self._filter = "all"
        self._changed: dict[int, None] = {}
        self._reading = False
        self._complete = False

    def posts_in_question(self) -> Sequence[Post]:
        """Return the post under the cursor."""
        post = self._table.highlighted
        return [post] if post is not None else []

    def action_show_only(self, name: str) -> None:
        """Show the posts of one kind, or all."""
        if name != self._filter:
            self._filter = name
            self._show_filter()
            self._table.show([])
            self._read_page()

    def compose_body(self) -> ComposeResult:
        """Lay out the table; a sentence takes its place while there is nothing to see."""
        self._table.display = False
        yield self._kinds
        yield self._nothing
        yield self._table

    def on_mount(self) -> None:
        """Read the first page."""
        self._show_filter()
        self._read_page()

    @on(PostTable.RowSelected)
    def _open(self) -> None:
        if (post := self._table.highlighted) is not None:
            self.app.push_screen(PostDetailScreen(self.context, post))

    @on(PostTable.EndReached)
    def _end_reached(self) -> None:
        if not self._complete:
            self._read_older()

    @on(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        if message.persona_id == self.persona.id:
            self._changed[message.post_id] = None
            if not self._reading:
                self._reading = True
                self._read_changes()

    @on(DatabaseBack)
    def _database_back(self) -> None:
        self._read_page()

    @on(OverviewChanged)
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
        parts = []
        for name in FILTERS:
            action = table[f"posts.{name}"]
            words = f"{action.written_keys[0]} {action.label}"
            parts.append(
                Content.styled(
                    f" {words} ",
                    "bold $foreground on $primary 25%" if name == self._filter else "$foreground-muted",
                )
            )
        self._kinds.update(Content(" ").join(parts))

    def _arrange(self) -> None:
        """Show the table, or where there is nothing in it, what to do about that."""
        self.refresh_bindings()
        some = bool(self._table.posts)
        nothing = NOTHING_YET if self._filter == "all" else "No post of this kind.\n\nPress a for all posts."
        self._nothing.update(nothing)
        self._nothing.display = not some
        self._table.display = some
        if some and self.focused is None:
            self._table.focus()
