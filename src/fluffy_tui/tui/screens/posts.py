"""A persona's posts, newest first, moving as they are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.widgets import Static

from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.messages import DatabaseBack, OverviewChanged, PostChanged
from fluffy_tui.tui.screens.frame import FrameScreen
from fluffy_tui.tui.screens.post_actions import ActsOnPost
from fluffy_tui.tui.screens.post_detail import PostDetailScreen
from fluffy_tui.tui.widgets.frame_lines import zone_of
from fluffy_tui.tui.widgets.post_table import PostTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.context import Context

PAGE = 200
"""Posts read at a time."""
NOTHING_YET = "No posts yet.\n\nPress 1 for the library, then enter on a photo to write its caption."


class PostsScreen(ActsOnPost, FrameScreen):
    """The posts of the persona, each with its state in words.

    Args:
        context: The world.
    """

    PLACE = Place.POSTS
    TAB = "posts"
    BINDINGS = bindings(Place.POSTS, only=("posts.retry", "posts.let_go", "posts.copy_link"))
    CSS: ClassVar[str] = """
    PostsScreen #no-posts {
        height: 1fr; content-align: center middle; text-align: center; color: $text-muted;
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._table = PostTable(zone_of(self.persona, context.zone), context.clock)
        self._nothing = Static("Reading the posts …", id="no-posts", markup=False)
        self._changed: dict[int, None] = {}
        self._reading = False
        self._complete = False

    def post_in_question(self) -> Post | None:
        """Return the post under the cursor."""
        return self._table.highlighted

    def compose_body(self) -> ComposeResult:
        """Lay out the table; a sentence takes its place while there is nothing to see."""
        self._table.display = False
        yield self._nothing
        yield self._table

    def on_mount(self) -> None:
        """Read the first page."""
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
        posts = await self.context.services.scheduling.posts(self.persona, limit=wanted)
        self._complete = len(posts) < wanted
        self._table.show(posts)
        self._arrange()

    @work(group="older-posts", exclusive=True, exit_on_error=False, description="reading older posts")
    async def _read_older(self) -> None:
        oldest = self._table.posts[-1].id
        posts = await self.context.services.scheduling.posts(self.persona, limit=PAGE, before_id=oldest)
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
                if post is None:
                    self._table.take_out(post_id)
                else:
                    self._table.put(post)
                self._arrange()
        finally:
            self._reading = False

    def _arrange(self) -> None:
        """Show the table, or where there is nothing in it, what to do about that."""
        some = bool(self._table.posts)
        self._nothing.update(NOTHING_YET)
        self._nothing.display = not some
        self._table.display = some
        if some and self.focused is None:
            self._table.focus()
