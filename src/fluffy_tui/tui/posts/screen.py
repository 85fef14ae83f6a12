"""The Posts tab: a persona's posts by the time at which they go out, updated as they are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.containers import Horizontal
from textual.widgets import OptionList, Static

from fluffy_tui.core.app_events import Connected, OutsidePostsChanged, PostChanged
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import Post, TimeKey
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.outside import OutsideTable
from fluffy_tui.tui.posts.kept_texts import KeptTexts
from fluffy_tui.tui.posts.post_actions import ActsOnPosts, PostActions
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.posts.post_filter import PostFilter
from fluffy_tui.tui.posts.post_groups import PostGroups
from fluffy_tui.tui.posts.post_picture import PICTURE_FROM, PostPicture
from fluffy_tui.tui.posts.post_table import PostTable
from fluffy_tui.tui.posts.post_window import PostWindow
from fluffy_tui.tui.posts.stale_posts import StalePosts
from fluffy_tui.tui.session.messages import OverviewChanged, on_event
from fluffy_tui.tui.text.channel_words import also_on, zone_of
from fluffy_tui.tui.text.day_parser import nearest_days
from fluffy_tui.tui.text.post_state import photo_count_words
from fluffy_tui.tui.text.times import day_start
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from fluffy_tui.tui.ui.filter_bar import FilterBar
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.keys_footer import relabelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import ActiveBinding

    from fluffy_tui.tui.session.context import Context

DATE_EXAMPLE = "tomorrow, last fri, 24 nov, may 2026"
NO_POSTS = (
    "No posts yet.\n\n"
    "Press {app.library} to open the library, then {library.caption} on a photo to write a caption."
)
NO_DRAFTS = "No drafts.\n\nWhat you type for a photo and do not submit is kept, and listed here."
NO_MATCH = "No posts match this filter.\n\nPress {posts.all} for all posts."
NOT_FOUND = "No posts found.\n\nPress {filter.clear} to clear the search."
SEARCHING = "Searching …"


class PostsScreen(ActsOnPosts, FrameScreen):
    """The posts of the persona, with filters above and the photo beside them."""

    PLACE = Place.POSTS
    TAB = "posts"
    AUTO_FOCUS = "PostTable"
    BINDINGS = bindings(Place.POSTS, without=("posts.open",))
    CSS: ClassVar[str] = """
    PostsScreen #no-posts {
        height: 1fr; content-align: center middle; text-align: center; color: $text-muted;
    }
    PostsScreen PhotoPreview { width: 34; display: none; }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._filter = PostFilter(context.keys)
        self._search = FilterBar("words of the caption, or part of a file name", id="post-search")
        self._groups = PostGroups(context.services.scheduling)
        self._table = PostTable(context, self._groups)
        self._outside = OutsideTable(context)
        self._picture = PostPicture(self, context)
        self._panes = Horizontal(self._table, self._picture.widget)
        self._nothing = Static("Loading posts …", id="no-posts", markup=False)
        self.actions = PostActions(self, context, self.selected_posts, done=self._table.clear_selection)
        self._kept = KeptTexts(context, self.persona.id)
        self._window = PostWindow(context.services.scheduling, self.persona.id)
        self._changed = StalePosts(self, self._load_changed)

    def selected_posts(self) -> Sequence[Post]:
        """Return the selected posts, or else the one under the cursor."""
        post = self._table.current
        return self._table.selected or ([post] if post is not None else [])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self._filter.is_outside and action in ("search", "go_to_date"):
            return None
        if action in ("select", "select_group") and self._table.current is None:
            return None
        return super().check_action(action, parameters)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Say what enter does with a text that has no post."""
        active = super().active_bindings
        return relabelled(active, {"posts.open": "Caption"}) if self._table.current_text else active

    def action_select(self) -> None:
        """Select or deselect the post under the cursor."""
        self._table.toggle_selected()

    def action_select_group(self) -> None:
        """Select or deselect the posts of the submission under the cursor on all its channels."""
        self._table.toggle_group()

    def action_show_only(self, name: str) -> None:
        if self._filter.choose(name):
            self._table.show([], {})
            self._table.show_texts(())
            self._outside.display = self._filter.is_outside
            self._load()
            self._load_texts()

    def compose_body(self) -> ComposeResult:
        self._panes.display = self._outside.display = False
        yield self._filter
        yield self._search
        yield self._nothing
        yield self._panes
        yield self._outside

    def on_mount(self) -> None:
        self._filter.count_posts(self.context.overview.persona_counts)
        self._load()

    def on_resize(self, event: events.Resize) -> None:
        """Show the picture if there is room for it."""
        self._picture.widget.display = event.size.width >= PICTURE_FROM
        self._show_post()

    def on_screen_resume(self) -> None:
        """Redraw the picture, which another screen may have covered, and list what was typed there."""
        self._picture.widget.repaint()
        self._load_texts()

    @on(PostTable.SelectionChanged)
    def _selection_changed(self) -> None:
        self._filter.count_selected(len(self._table.selected))
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted)
    def _show_post(self) -> None:
        """Show the picture of the post under the cursor, and what can be done with it."""
        self.refresh_bindings()
        if not self._picture.widget.display:
            return
        if (post := self._table.current) is not None:
            self._picture.show(post.photo_id, _details(post, self._groups.of(post), self.context))
        elif (typed := self._table.current_text) is not None:
            self._picture.show(typed.photo.id)

    @on(PostTable.Opened)
    def _open(self) -> None:
        if (post := self._table.current) is not None:
            self.app.push_screen(PostDetailScreen(self.context, post))
        elif (typed := self._table.current_text) is not None:
            self.app.push_screen(ComposeScreen(self.context, [typed.photo], self.context.selection.remove))

    @on(PostTable.EndReached)
    def _end_reached(self, message: PostTable.EndReached) -> None:
        self._grow(later=message.later)

    @work(group="more-posts", exit_on_error=False, description="loading more posts")
    async def _grow(self, *, later: bool) -> None:
        """Load more posts at an end, and drop what is far away at the other.

        A search goes on until it has found something.
        """
        posts: Sequence[Post] | None = ()
        with self._changed.loading_list():
            while posts is not None and not posts:
                posts = await self._window.grow(later=later)
            if posts:
                await self._groups.load(posts)
                shown = {post.id: post for post in (*self._table.posts, *posts)}
                in_order = sorted(shown.values(), key=lambda post: post.time_key, reverse=True)
                kept = self._window.shrink(in_order, later=later)
                self._table.show(kept, await self._window.places(kept))
        self._arrange()

    def action_search(self) -> None:
        """Type what to search for."""
        self._search.open()

    async def action_clear(self) -> None:
        """Clear the search, else go back."""
        if self._filter.text:
            self._search.action_leave(True)
        else:
            await self.app.run_action("back")

    @on(FilterBar.Edited)
    def _search_edited(self, message: FilterBar.Edited) -> None:
        self._filter.text = message.text.strip()
        found = None if self._filter.text else self._table.current  # it stays in sight without the search
        self._table.show([], {})
        self._load(found and _behind(found))
        self._load_texts()

    @on(FilterBar.Closed)
    def _search_closed(self) -> None:
        self._table.focus()

    @on_event(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        if message.persona_id == self.persona.id:
            self._changed.add(message.post_id)

    @on_event(OverviewChanged)
    def _overview_changed(self) -> None:
        self._table.update_days()
        if self._filter.count_posts(self.context.overview.persona_counts):
            self._load_texts()

    def action_go_to_date(self) -> None:
        """Ask for a date, and go to its last post, or else to the last one before it."""

        def go_to(start: TimeKey | None) -> None:
            if start is not None:
                self._load(start)

        keys = self.context.keys
        question = AskTextScreen("go to date", DATE_EXAMPLE, self._find_date, verb="go", own=keys)
        self.app.push_screen(question, go_to)

    async def _find_date(self, text: str) -> TimeKey:
        """Return the place behind the posts of a date; raises FluffyError if it cannot be found."""
        zone = zone_of(self.persona, self.context.zone)
        days = nearest_days(text, self.context.clock().astimezone(zone).date(), DATE_EXAMPLE)
        start = (day_start(days.after, zone), 0)
        page = await self.context.services.scheduling.posts_by_time(
            self.persona.id, start, later=False, steps=self._filter.steps, limit=1
        )
        if not page.posts:
            raise FluffyError(f"There are no posts from {text.strip()} or earlier.", "Try another date.")
        return start

    @on_event(OutsidePostsChanged)
    def _outside_changed(self) -> None:
        if self._filter.is_outside:
            self._outside.load()

    @on_event(Connected)
    def _reload(self) -> None:
        """Load the posts around the cursor again, which stays where it is."""
        post = self._table.current
        self._load(post and _behind(post), keep_cursor=True)

    @work(group="posts", exclusive=True, exit_on_error=False, description="loading posts")
    async def _load(self, start: TimeKey | None = None, *, keep_cursor: bool = False) -> None:
        """Load the posts around a place, with the cursor on the one before it, unless it is to be kept on its post.

        If no place is given it is now, and the cursor is on the next post to go out.
        """
        if self._filter.is_outside:
            self._outside.load()
        start_or_now = start or (self.context.clock(), 0)
        with self._changed.loading_list():
            found = await self._window.open(start_or_now, self._filter.steps, self._filter.text)
            if found is None:
                return
            later, earlier = found
            posts = [*later, *earlier]
            await self._groups.load(posts)
            nearest = [*earlier[:1], *later[-1:]] if start else [*later[-1:], *earlier[:1]]
            cursor_on = nearest[0] if nearest and not (keep_cursor and self._table.current) else None
            self._table.show(posts, await self._window.places(posts), cursor_on=cursor_on)
        self._arrange()
        if not posts:  # there is no cursor that could come near an end
            self._grow(later=False)

    @work(group="typed-texts", exclusive=True, exit_on_error=False, description="loading drafts")
    async def _load_texts(self) -> None:
        """List what was typed and has no post, among the drafts, and count it."""
        photos = await self._kept.photos()
        self._filter.count_texts(len(photos))
        if self._filter.chosen == "drafts":
            self._table.show_texts(await self._kept.texts(photos, self._filter.text))
        self._arrange()

    async def _load_changed(self, post_id: int) -> None:
        post = await self.context.services.scheduling.post(post_id)
        if post is None:
            self._table.redraw(self._groups.remove(post_id))
        else:
            await self._groups.load([post])
            self._table.redraw(self._groups.of(post))
        if post is not None and await self._lists(post):
            self._table.put(post)
        else:
            self._table.take_out(post_id)
        self._show_post()
        self._table.show_places(await self._window.places(self._table.posts))
        self._arrange()

    async def _lists(self, post: Post) -> bool:
        """Return whether a post belongs to what is shown."""
        text = self._filter.text
        return (
            self._filter.admits(post)
            and self._window.covers(post)
            and (not text or await self.context.services.scheduling.is_found(post.id, text))
        )

    def _arrange(self) -> None:
        """Show the table, or what to do when it is empty."""
        self.refresh_bindings()
        some = self._table.option_count > 0
        self._nothing.update(self.context.with_keys(_why_none(self._filter, self._window)))
        self._nothing.display = not some and not self._filter.is_outside
        self._panes.display = some
        if not some:
            self._picture.widget.show_sentence("")
        if self._filter.is_outside:
            self._outside.focus()
        elif some and self.focused is None:
            self._table.focus()


def _why_none(shown: PostFilter, window: PostWindow) -> str:
    """Return why no posts are shown, with action ids in braces."""
    if not window.is_complete or shown.is_counting:
        return SEARCHING
    if shown.text:
        return NOT_FOUND
    return {"all": NO_POSTS, "drafts": NO_DRAFTS}.get(shown.chosen, NO_MATCH)


def _behind(post: Post) -> TimeKey:
    """Return the place from which on a post is the first of the earlier ones."""
    at, id_ = post.time_key
    return at, id_ + 1


def _details(post: Post, group: Sequence[Post], context: Context) -> str:
    """Say how many photos a post has, and where else its submission is posted."""
    count = photo_count_words(post)
    others = also_on(post, group, context.channel)
    lines = (f"cover of {count}" if count else "", f"also on: {others}" if others else "")
    return "\n".join(filter(None, lines))
