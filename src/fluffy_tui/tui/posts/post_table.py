"""The table of a persona's posts, one row each, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.undo import is_in_grace
from fluffy_tui.tui.text.channel_words import channel_of_each, zone_of
from fluffy_tui.tui.text.post_state import REQUESTED, photo_count_words, state_of, state_words
from fluffy_tui.tui.text.times import moment_words, relative_time, zone_name
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from textual import events
    from textual.binding import BindingType

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.posts.post_groups import PostGroups
    from fluffy_tui.tui.session.context import Context

SELECTED, NOT_SELECTED = "▪ ", "  "
SIGN_WIDTH = len(SELECTED)
WHEN_WIDTH = 24 + SIGN_WIDTH
SHORT_WHEN_WIDTH = 14 + SIGN_WIDTH
TRY_WIDTH = 3
CAPTION_SHOWN = 200
"""As much of a caption as the widest terminal can show; longer ones would only slow the table down."""


class PostTable(DataTable[Text]):
    """Shows when each post goes out, its caption, its state and its attempts; a change redraws only its own row.

    Args:
        context: The app's services and state.
        groups: Knows on which other channels each post is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.LIST),
        *bindings(Place.POSTS, only=("posts.open",)),
    ]
    DEFAULT_CSS = """
    PostTable {
        height: 1fr;
        background: transparent;
        scrollbar-size-vertical: 1;
        & > .datatable--header { background: transparent; color: $text-muted; text-style: none; }
        & > .datatable--cursor { background: $surface-lighten-1; color: $foreground; text-style: none; }
        &:ansi > .datatable--header { background: transparent; color: $text-muted; }
        &:focus > .datatable--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """

    class EndReached(Message):
        """The cursor is on the last row: time to load older posts."""

    class SelectionChanged(Message):
        """A post was selected or deselected."""

    def __init__(self, context: Context, groups: PostGroups) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False, cell_padding=1)
        self.context, self._groups = context, groups
        self._zone = zone_of(context.overview.persona, context.zone)
        self._posts: dict[int, Post] = {}
        self._places: Mapping[int, tuple[int, int]] = {}
        self._selected: set[int] = set()

    @property
    def posts(self) -> Sequence[Post]:
        """The posts shown, newest first."""
        return sorted(self._posts.values(), key=lambda post: post.id, reverse=True)

    @property
    def highlighted(self) -> Post | None:
        """The post under the cursor."""
        if not self.is_valid_row_index(self.cursor_row):
            return None
        key = self.coordinate_to_cell_key(Coordinate(self.cursor_row, 0)).row_key
        return self._posts.get(int(key.value or 0))

    @property
    def selected(self) -> Sequence[Post]:
        """The selected posts, newest first."""
        return [post for post in self.posts if post.id in self._selected]

    def toggle_selected(self) -> None:
        """Select or deselect the post under the cursor, and move down."""
        post = self.highlighted
        if post is not None:
            self._selected ^= {post.id}
            self.put(post)
            self.action_cursor_down()
            self.post_message(self.SelectionChanged())

    def toggle_group(self) -> None:
        """Select all posts of the submission under the cursor, also those that the filter hides, or deselect them."""
        post = self.highlighted
        if post is None:
            return
        group = self._groups.of(post)
        ids = {of_group.id for of_group in group}
        self._selected = self._selected - ids if ids <= self._selected else self._selected | ids
        self._posts |= {of_group.id: of_group for of_group in group}
        self._fill()
        self.post_message(self.SelectionChanged())

    def clear_selection(self) -> None:
        """Deselect all posts."""
        selected, self._selected = self.selected, set()
        for post in selected:
            self.put(post)
        if selected:
            self.post_message(self.SelectionChanged())

    def update_zone(self) -> None:
        """Show times in the channel's zone if the persona has another channel now."""
        zone = zone_of(self.context.overview.persona, self.context.zone)
        if zone != self._zone:
            self._zone = zone
            self._fill()

    def show(self, posts: Sequence[Post], places: Mapping[int, tuple[int, int]] | None = None) -> None:
        """Show these posts; the cursor stays on its post.

        Args:
            posts: The posts.
            places: Position in the queue and length of the queue of each held post, by post ID.
        """
        self._posts = {post.id: post for post in posts}
        self._places = places or {}
        if not self._selected <= self._posts.keys():
            self._selected &= self._posts.keys()
            self.post_message(self.SelectionChanged())
        self._fill()

    def show_places(self, places: Mapping[int, tuple[int, int]]) -> None:
        """Update queue positions; only rows whose position changed are redrawn."""
        before, self._places = self._places, places
        for post_id in before.keys() | places.keys():
            if before.get(post_id) != places.get(post_id) and (post := self._posts.get(post_id)) is not None:
                self.put(post)

    def add_older(self, posts: Sequence[Post]) -> None:
        """Append a page of older posts."""
        for post in sorted(posts, key=lambda post: post.id, reverse=True):
            if post.id not in self._posts:
                self._posts[post.id] = post
                self.add_row(*self._cells(post), key=str(post.id))

    def put(self, post: Post) -> None:
        """Update a post's row, or add a row for a new post."""
        known = post.id in self._posts
        self._posts[post.id] = post
        if not known:
            self._fill()
            return
        for column, cell in zip(self.columns, self._cells(post), strict=True):
            self.update_cell(str(post.id), column, cell)

    def redraw(self, posts: Iterable[Post]) -> None:
        """Update the rows of those of these posts that are shown."""
        for post in posts:
            if post.id in self._posts:
                self.put(post)

    def take_out(self, post_id: int) -> None:
        """Remove a post's row, if there is one."""
        if self._posts.pop(post_id, None) is not None:
            self.remove_row(str(post_id))
            if post_id in self._selected:
                self._selected.discard(post_id)
                self.post_message(self.SelectionChanged())

    def action_cursor_down(self) -> None:
        """Go to the next row, and load older posts at the end."""
        super().action_cursor_down()
        self._report_end()

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_cursor(row=0)

    def action_last(self) -> None:
        """Go to the last row, and load older posts."""
        self.move_cursor(row=self.row_count - 1)
        self._report_end()

    def action_page_down(self) -> None:
        """Go a page down, and load older posts at the end."""
        super().action_page_down()
        self._report_end()

    def action_open(self) -> None:
        """Open the post under the cursor."""
        self.action_select_cursor()

    def on_resize(self, _event: events.Resize) -> None:
        """Fit captions and states to the new width."""
        self._fill()

    def _report_end(self) -> None:
        if self.row_count and self.cursor_row == self.row_count - 1:
            self.post_message(self.EndReached())

    def _fill(self) -> None:
        """Redraw the whole table, keeping the cursor on its post."""
        highlighted = self.highlighted
        self.clear(columns=True)
        room = max(30, self.size.width - self._when_width() - TRY_WIDTH - 4 * 2 - 1)
        caption_width = max(12, room * 45 // 100)
        self.add_column(Text(f"  {self._when_label()}"), width=self._when_width(), key="when")
        for label, width in (
            ("Caption", caption_width),
            ("State", room - caption_width),
            ("Try", TRY_WIDTH),
        ):
            self.add_column(Text(label), width=width, key=label)
        for post in self.posts:
            self.add_row(*self._cells(post), key=str(post.id))
        if highlighted is not None and highlighted.id in self._posts:
            self.move_cursor(row=self.get_row_index(str(highlighted.id)), animate=False)

    def _cells(self, post: Post) -> tuple[Text, ...]:
        now, state = self.context.clock(), state_of(post)
        when = Text(no_wrap=True, overflow="ellipsis")
        when.append(SELECTED if post.id in self._selected else NOT_SELECTED, self._colour("accent"))
        return (
            when.append(self._when(post, now)),
            self._caption(post),
            Text(
                f"{state.sign} {self._state(post, now)}",
                style=self._colour(state.tone),
                no_wrap=True,
                overflow="ellipsis",
            ),
            Text(str(post.attempts) if post.attempts > 1 else "", justify="right"),
        )

    def _caption(self, post: Post) -> Text:
        """Return the caption, behind the number of photos and the network where there are several."""
        notes = [photo_count_words(post), self._network(post)]
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append("".join(f"{note} · " for note in notes if note), "dim")
        return text.append(one_line(post.caption[:CAPTION_SHOWN]))

    def _network(self, post: Post) -> str:
        """Return where a post goes, and to how many other channels: `Instagram +2`."""
        persona, group = self.context.overview.persona, self._groups.of(post)
        if len(group) == 1 and (persona is None or len(persona.channels) < 2):
            return ""
        name = channel_of_each(group, self.context.channel)[post.id]
        return f"{name} +{len(group) - 1}" if len(group) > 1 else name

    def _colour(self, tone: str) -> str:
        """Return the theme's colour; none for the names of terminal colours, which Rich does not know."""
        colour = self.app.theme_variables.get(f"text-{tone}", "") if self.is_attached else ""
        return colour if colour.startswith("#") else ""

    def _state(self, post: Post, now: datetime) -> str:
        if is_in_grace(post, now):  # the status strip counts the seconds down
            return self.context.with_keys("queued · {app.undo_submit} undo")
        place = self._places.get(post.id)
        return state_words(post, now, self._zone, self.context.zone, place=place)

    def _when(self, post: Post, now: datetime) -> str:
        moment = post.posted_at or post.scheduled_at or post.requested_at_time
        if moment is None:
            return REQUESTED.get(post.share_mode, "")
        words = moment_words(moment, now, self._zone)
        return f"{words} · {relative_time(moment, now)}" if self._when_width() == WHEN_WIDTH else words

    def _when_label(self) -> str:
        """Name the time zone if it differs from the user's and fits."""
        now = self.context.clock()
        if now.astimezone(self._zone).utcoffset() == now.astimezone(self.context.zone).utcoffset():
            return "When"
        zone, room = zone_name(self._zone, now), self._when_width() - SIGN_WIDTH
        return next((label for label in (f"When in {zone}", zone) if len(label) <= room), "When")

    def _when_width(self) -> int:
        """Leave relative times out where captions and states need the room."""
        return WHEN_WIDTH if self.size.width >= 100 else SHORT_WHEN_WIDTH
