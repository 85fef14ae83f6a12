"""The posts of a persona, one line each, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.keymap.bindings import Place, bindings, with_keys
from fluffy_tui.tui.posts.post_facts import place_words
from fluffy_tui.tui.session.undo import is_in_grace
from fluffy_tui.tui.text.words import (
    moment_words,
    one_line,
    relative_time,
    state_sign,
    state_tone,
    state_words,
    zone_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from textual import events
    from textual.binding import BindingType

    from fluffy_tui.scheduling import Post

MARK_WIDTH = 2
WHEN_WIDTH = 24 + MARK_WIDTH
SHORT_WHEN_WIDTH = 14 + MARK_WIDTH
TRY_WIDTH = 3
_WANTED = {
    ShareMode.ADD_TO_QUEUE: "next slot",
    ShareMode.SHARE_NEXT: "front of queue",
    ShareMode.SHARE_NOW: "now",
}
CAPTION_SHOWN = 200
"""Characters of a caption that a line can show on the widest terminal."""


class PostTable(DataTable[Text]):
    """Shows when, caption, state in words and tries of each post; a changed post changes only its line.

    Args:
        zone: the channel's time zone.
        own_zone: the person's time zone.
        now: the present moment.
        own: the person's own keys, by action id.
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

    @dataclass
    class EndReached(Message):
        """The cursor is on the last line; older posts are wanted."""

        table: PostTable

    class MarksChanged(Message):
        """Something was marked or unmarked."""

    def __init__(
        self,
        zone: tzinfo,
        own_zone: tzinfo,
        now: Callable[[], datetime],
        own: Mapping[str, str],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=False, cell_padding=1)
        self._zone = zone
        self._own_zone = own_zone
        self._now = now
        self._in_grace = with_keys("about to go out · {app.undo_submit} undo", own)
        self._posts: dict[int, Post] = {}
        self._places: Mapping[int, tuple[int, int]] = {}
        self._marked: set[int] = set()

    @property
    def posts(self) -> Sequence[Post]:
        """The posts shown, newest first."""
        return sorted(self._posts.values(), key=lambda post: post.id, reverse=True)

    @property
    def highlighted(self) -> Post | None:
        """The post under the cursor; None when there is none."""
        if not self.is_valid_row_index(self.cursor_row):
            return None
        key = self.coordinate_to_cell_key(Coordinate(self.cursor_row, 0)).row_key
        return self._posts.get(int(key.value or 0))

    @property
    def marked(self) -> Sequence[Post]:
        """The posts that are marked, newest first."""
        return [post for post in self.posts if post.id in self._marked]

    def toggle_mark(self) -> None:
        """Mark the line under the cursor, or unmark it, and go to the next."""
        post = self.highlighted
        if post is None:
            return
        self._marked ^= {post.id}
        self.put(post)
        self.action_cursor_down()
        self.post_message(self.MarksChanged())

    def unmark_all(self) -> None:
        """Take all marks off."""
        marked, self._marked = self.marked, set()
        for post in marked:
            self.put(post)
        if marked:
            self.post_message(self.MarksChanged())

    def speak_in(self, zone: tzinfo) -> None:
        """Tell times in another zone."""
        if zone != self._zone:
            self._zone = zone
            self._fill()

    def show(self, posts: Sequence[Post], places: Mapping[int, tuple[int, int]] | None = None) -> None:
        """Show these posts; the cursor stays on its post.

        Args:
            posts: what is shown.
            places: of those that are held, which one it is in its line and how many wait there, by post id.
        """
        self._posts = {post.id: post for post in posts}
        self._places = places or {}
        if not self._marked <= self._posts.keys():
            self._marked &= self._posts.keys()
            self.post_message(self.MarksChanged())
        self._fill()

    def show_places(self, places: Mapping[int, tuple[int, int]]) -> None:
        """Show new places in line; only the lines that they concern change."""
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
        """Show a post as it is now: its line alone changes, or a new line comes."""
        known = post.id in self._posts
        self._posts[post.id] = post
        if not known:
            self._fill()
            return
        for column, cell in zip(self.columns, self._cells(post), strict=True):
            self.update_cell(str(post.id), column, cell)

    def take_out(self, post_id: int) -> None:
        """Remove a post that was let go."""
        if self._posts.pop(post_id, None) is not None:
            self.remove_row(str(post_id))
            if post_id in self._marked:
                self._marked.discard(post_id)
                self.post_message(self.MarksChanged())

    def action_cursor_down(self) -> None:
        """Go to the next line, and ask for older posts at the end."""
        super().action_cursor_down()
        self._ask_at_end()

    def action_first(self) -> None:
        """Go to the first line."""
        self.move_cursor(row=0)

    def action_last(self) -> None:
        """Go to the last line."""
        self.move_cursor(row=self.row_count - 1)
        self._ask_at_end()

    def action_page_down(self) -> None:
        """Go a page down."""
        super().action_page_down()
        self._ask_at_end()

    def action_open(self) -> None:
        """Open the post under the cursor."""
        self.action_select_cursor()

    def on_resize(self, _event: events.Resize) -> None:
        """Give captions and states the room there is."""
        self._fill()

    def _ask_at_end(self) -> None:
        if self.row_count and self.cursor_row == self.row_count - 1:
            self.post_message(self.EndReached(self))

    def _fill(self) -> None:
        """Draw everything anew, the cursor on the post it was on."""
        highlighted = self.highlighted
        self.clear(columns=True)
        room = max(30, self.size.width - self._when_width() - TRY_WIDTH - 4 * 2 - 1)
        caption_width = max(12, room * 45 // 100)
        self.add_column(Text(f"  {self._when_label()}"), width=self._when_width(), key="when")
        for label, width in (
            ("caption", caption_width),
            ("state", room - caption_width),
            ("try", TRY_WIDTH),
        ):
            self.add_column(Text(label), width=width, key=label)
        for post in self.posts:
            self.add_row(*self._cells(post), key=str(post.id))
        if highlighted is not None and highlighted.id in self._posts:
            self.move_cursor(row=self.get_row_index(str(highlighted.id)), animate=False)

    def _cells(self, post: Post) -> tuple[Text, ...]:
        now = self._now()
        tone = self.app.theme_variables.get(f"text-{state_tone(post)}", "") if self.is_attached else ""
        return (
            self._marked_when(post, now),
            Text(one_line(post.caption[:CAPTION_SHOWN]), no_wrap=True, overflow="ellipsis"),
            Text(
                f"{state_sign(post)} {self._state(post, now)}",
                style=tone if tone.startswith("#") else "",
                no_wrap=True,
                overflow="ellipsis",
            ),
            Text(str(post.attempts) if post.attempts > 1 else "", justify="right"),
        )

    def _marked_when(self, post: Post, now: datetime) -> Text:
        tone = self.app.theme_variables.get("text-accent", "") if self.is_attached else ""
        cell = Text(no_wrap=True, overflow="ellipsis")
        cell.append("▪ " if post.id in self._marked else "  ", style=tone if tone.startswith("#") else "")
        return cell.append(self._when(post, now))

    def _state(self, post: Post, now: datetime) -> str:
        if is_in_grace(post, now):
            return self._in_grace  # the seconds are counted down in the status strip
        words, place = state_words(post, now, self._zone, self._own_zone), self._places.get(post.id)
        if post.step is not Step.HELD or place is None or place[1] == 1:
            return words
        until, colon, why = words.partition(": ")
        return f"{until}, {place_words(*place)}{colon}{why}"

    def _when(self, post: Post, now: datetime) -> str:
        moment = post.posted_at or post.scheduled_at or post.requested_at_time
        if moment is None:
            return _WANTED.get(post.share_mode, "")
        words = moment_words(moment, now, self._zone)
        return f"{words} · {relative_time(moment, now)}" if self._when_width() == WHEN_WIDTH else words

    def _when_label(self) -> str:
        """Name the zone of the times where it is not the person's own, as far as there is room."""
        now = self._now()
        if now.astimezone(self._zone).utcoffset() == now.astimezone(self._own_zone).utcoffset():
            return "when"
        zone, room = zone_name(self._zone, now), self._when_width() - MARK_WIDTH
        return next((label for label in (f"when in {zone}", zone) if len(label) <= room), "when")

    def _when_width(self) -> int:
        """Say how far off only where state and caption have room enough besides."""
        return WHEN_WIDTH if self.size.width >= 100 else SHORT_WHEN_WIDTH
