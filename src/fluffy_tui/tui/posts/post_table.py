"""The list of a persona's posts by the day on which they go or went out, the latest first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from textual import events, on
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fluffy_tui.scheduling import Post, Step
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.small_pictures import ROW_PICTURE, RowPictures
from fluffy_tui.tui.session.submit_undo import is_in_grace
from fluffy_tui.tui.text.channel_words import channel_of_each, zone_of
from fluffy_tui.tui.text.post_state import DRAFT, REQUESTED, photo_count_words, state_beside_time, state_of
from fluffy_tui.tui.text.times import day_words, moment_words, relative_time, zone_name
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.vim_list import VimList, cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from textual.strip import Strip

    from fluffy_tui.tui.photo.painter import Painter
    from fluffy_tui.tui.posts.kept_texts import KeptText
    from fluffy_tui.tui.posts.post_groups import PostGroups
    from fluffy_tui.tui.session.context import Context

SELECTED, NOT_SELECTED = "▪ ", "  "
RELATIVE_FROM = 100
"""Columns from which there is room for `in 3 h` besides the time."""
WHEN_WIDTH, SHORT_WHEN_WIDTH = len("09:00 · 89 min ago"), len("next free slot")
CAPTION_SHOWN = 200
"""As much of a caption as the widest terminal can show; longer ones would only slow the list down."""
NO_TIME_YET = "No time yet"
TYPED = "Typed and not submitted"
NEAR_END = 20
"""Rows from an end at which more posts are loaded, so that the cursor does not stop there."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row says."""

    mark: str
    when: str
    relative: str
    """How far off that is."""
    caption: Content
    state: Content
    tone: str = ""
    """The colour of what is past."""

    def laid_out(self, width: int, *, has_picture: bool) -> Content:
        """Return it as wide as the list, in two lines beside a picture."""
        if has_picture:
            left = " " * (ROW_PICTURE.width + 1)
            room = max(30, width - len(SELECTED) - len(left) - SHORT_WHEN_WIDTH - 1)
            return Content.assemble(
                (self.mark + left, "$text-accent"),
                (f"{self.when:{SHORT_WHEN_WIDTH}} ", self.tone),
                self.caption.truncate(room, ellipsis=True),
                f"\n{NOT_SELECTED}{left}",
                (f"{self.relative:{SHORT_WHEN_WIDTH}} ", "$foreground-muted"),
                self.state.truncate(room, ellipsis=True),
            )
        has_room = width >= RELATIVE_FROM
        when_width = WHEN_WIDTH if has_room else SHORT_WHEN_WIDTH
        room = max(30, width - len(SELECTED) - when_width - 2)
        caption_width = room * 45 // 100
        at = f"{self.when} · {self.relative}" if self.relative and has_room else self.when
        return Content.assemble(
            (self.mark, "$text-accent"),
            (f"{at:{when_width}} ", self.tone),
            cell(self.caption, caption_width),
            " ",
            self.state.truncate(room - caption_width, ellipsis=True),
        )


class PostTable(VimList):
    """Shows when each post goes out, its caption and its state, under headings that the cursor skips.

    Above them are texts that were typed and have no post yet, where they belong to what is shown.

    Where there is room, each row has a small picture of the post's cover, and a second line for the state.

    The cursor stays on its post, in the same line of the screen, while others change, come, go or move.
    """

    BINDINGS = bindings(Place.POSTS, only=("posts.open",))
    DEFAULT_CSS = """
    PostTable {
        width: 1fr; height: 1fr; border: none; padding: 0; background: transparent;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        &:focus { border: none; }
        & > .option-list--option-disabled { color: $foreground-muted; text-style: bold; }
    }
    """

    @dataclass
    class EndReached(Message):
        """The cursor is near an end: time to load more posts there."""

        later: bool

    class Opened(Message):
        """The post under the cursor is to be opened."""

    class SelectionChanged(Message):
        """A post was selected or deselected."""

    def __init__(self, context: Context, groups: PostGroups) -> None:
        super().__init__(id="posts")
        self.context, self._groups = context, groups
        self._posts: dict[int, Post] = {}
        self._kept: dict[str, KeptText] = {}
        """Texts by the id of their row."""
        self._rows: dict[int, Option] = {}
        """The lines of the posts, by their ids; a heading is made again whenever the list is filled."""
        self._places: Mapping[int, tuple[int, int]] = {}
        self._selected: set[int] = set()
        self._is_placed = False
        """Whether the cursor has its line of the screen, which the first layout gives it."""
        self._zone, self._today = self._zone_and_today()
        self._tops: Sequence[int] = ()
        """The first line of each row and heading."""
        photos = context.services.photos
        self._pictures = RowPictures(self, renderer_named(context.preview), photos.by_ids, photos.thumbnail)

    @property
    def posts(self) -> Sequence[Post]:
        """The posts shown, the latest first."""
        return sorted(self._posts.values(), key=lambda post: post.time_key, reverse=True)

    @property
    def current(self) -> Post | None:
        one = self._at(self.highlighted)
        return one if isinstance(one, Post) else None

    @property
    def current_text(self) -> KeptText | None:
        """The text under the cursor that has no post."""
        one = self._at(self.highlighted)
        return None if isinstance(one, Post) else one

    @property
    def selected(self) -> Sequence[Post]:
        return [post for post in self.posts if post.id in self._selected]

    def toggle_selected(self) -> None:
        """Select or deselect the post under the cursor, and move down."""
        post = self.current
        if post is not None:
            self._selected ^= {post.id}
            self.put(post)
            self.action_cursor_down()
            self.post_message(self.SelectionChanged())

    def toggle_group(self) -> None:
        """Select all posts of the submission under the cursor, also those that the filter hides, or deselect them."""
        post = self.current
        if post is None:
            return
        group = self._groups.of(post)
        ids = {of_group.id for of_group in group}
        self._selected = self._selected - ids if ids <= self._selected else self._selected | ids
        for of_group in group:
            self.put(of_group)
        self.post_message(self.SelectionChanged())

    def clear_selection(self) -> None:
        selected, self._selected = self.selected, set()
        self.redraw(selected)
        if selected:
            self.post_message(self.SelectionChanged())

    def update_days(self) -> None:
        """Show times in the channel's zone if the persona has another channel now, and days as of today."""
        zone, today = self._zone_and_today()
        if (zone, today) != (self._zone, self._today):
            self._zone, self._today = zone, today
            self._rows.clear()
            self._fill()

    def show(
        self,
        posts: Sequence[Post],
        places: Mapping[int, tuple[int, int]],
        *,
        cursor_on: Post | None = None,
    ) -> None:
        """Show these posts; the cursor stays on its post, or goes to another one in the middle of the screen.

        The places are position in the queue and length of the queue of each held post, by post ID.
        """
        before, self._posts = self._posts, {post.id: post for post in posts}
        for post_id, post in before.items():
            if post != self._posts.get(post_id) or places.get(post_id) != self._places.get(post_id):
                self._rows.pop(post_id, None)
        self._places = places
        if not self._selected <= self._posts.keys():
            self._selected &= self._posts.keys()
            self.post_message(self.SelectionChanged())
        self._fill(cursor_on)

    def show_texts(self, kept: Sequence[KeptText]) -> None:
        """Show texts that have no post above the posts, in this order."""
        if list(kept) != list(self._kept.values()):
            self._kept = {one.row_id: one for one in kept}
            self._fill()

    def show_places(self, places: Mapping[int, tuple[int, int]]) -> None:
        """Update queue positions; only rows whose position changed are drawn again."""
        before, self._places = self._places, places
        self.redraw(
            post
            for post_id in before.keys() | places.keys()
            if before.get(post_id) != places.get(post_id) and (post := self._posts.get(post_id)) is not None
        )

    def put(self, post: Post) -> None:
        """Update a post's row, move it if its time has changed, or add a row for a new post."""
        known = self._posts.get(post.id)
        self._posts[post.id] = post
        if known is not None and known.time_key == post.time_key and post.id in self._rows:
            self.replace_option_prompt(str(post.id), self._row(post))
            if known.photo_id != post.photo_id:
                self._want_pictures()
        else:
            self._rows.pop(post.id, None)
            self._fill()

    def redraw(self, posts: Iterable[Post]) -> None:
        """Update the rows of those of these posts that are shown."""
        for post in posts:
            if post.id in self._posts:
                self.put(post)

    def take_out(self, post_id: int) -> None:
        if self._posts.pop(post_id, None) is not None:
            del self._rows[post_id]
            self._fill()
            if post_id in self._selected:
                self._selected.discard(post_id)
                self.post_message(self.SelectionChanged())

    def action_cursor_down(self) -> None:
        """Go to the next post; the last one is the end."""
        if self.highlighted != self.option_count - 1:
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """Go to the previous post; the first one, below its heading, is the end."""
        if self.highlighted != 1:
            super().action_cursor_up()

    def action_page_up(self) -> None:
        """Go up by one page; above the first post there is only its heading."""
        super().action_page_up()  # type: ignore[no-untyped-call]
        if self.highlighted is None:
            self.action_first()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs a post while there is none."""
        return None if action == "open" and self._at(self.highlighted) is None else True

    def action_open(self) -> None:
        if self._at(self.highlighted) is not None:
            self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        if event.chain > 1 and event.style.meta.get("option") == self.highlighted:
            self.action_open()

    def on_resize(self, _event: events.Resize) -> None:
        """Fit captions and states to the new width."""
        self._rows.clear()
        self._fill()

    def on_unmount(self) -> None:
        """Free the memory of the pictures."""
        self._pictures.close()

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on."""
        self._pictures.draw_with(renderer)
        self._rows.clear()
        self._fill()

    def notify_style_update(self) -> None:
        """Repaint the pictures, since a new theme may have another background."""
        super().notify_style_update()
        self.call_later(self._want_pictures)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._want_pictures()

    def render_line(self, y: int) -> Strip:
        """Draw a line of a row, with its part of the picture once that is painted."""
        strip, line = super().render_line(y), y + self.scroll_offset.y
        index = bisect_right(self._tops, line) - 1
        if (one := self._at(index)) is None:
            return strip
        return self._pictures.beside(strip, one.photo_id, line - self._tops[index])

    def scroll_to_highlight(self, top: bool = False) -> None:
        """Scroll to the cursor, and above the first post of a day to the heading."""
        super().scroll_to_highlight(top)
        row = self.highlighted
        is_at_top = row and self._tops[row] == self.scroll_offset.y
        if row and is_at_top and self.get_option_at_index(row - 1).disabled:
            self.scroll_to(y=self._tops[row - 1], animate=False, immediate=True, force=True)

    @on(OptionList.OptionHighlighted)
    def _report_end(self) -> None:
        row = self.highlighted or 0
        if row < NEAR_END:
            self.post_message(self.EndReached(later=True))
        if row >= self.option_count - NEAR_END:
            self.post_message(self.EndReached(later=False))

    def _fill(self, cursor_on: Post | None = None) -> None:
        """Fill the list again from rows that are still right, keeping the cursor on its post and in its line."""
        before, index, page = (
            self.highlighted_option,
            self.highlighted or 0,
            self.scrollable_content_region.height,
        )
        self._is_placed = self._is_placed and cursor_on is None
        line = self._tops[index] - self.scroll_offset.y if self._is_placed and self._tops else page // 2
        options: list[Option] = []
        day: date | None = None
        now, target = self.context.clock(), str(cursor_on.id) if cursor_on else before and before.id
        if self._kept:
            options.append(Option(TYPED, disabled=True))
            options += [Option(self._text_row(one), id=id_) for id_, one in self._kept.items()]
        for number, post in enumerate(self.posts):
            post_day = post.goes_at.astimezone(self._zone).date() if post.goes_at else None
            if number == 0 or post_day != day:
                day = post_day
                options.append(Option(self._heading(day, now), disabled=True))
            if post.id not in self._rows:
                self._rows[post.id] = Option(self._row(post), id=str(post.id))
            options.append(self._rows[post.id])
        rows = {option.id: row for row, option in enumerate(options)}
        index = rows[target] if target in rows and target else index
        height = ROW_PICTURE.height if self._pictures.are_shown else 1
        self._tops = (0, *accumulate(1 if option.disabled else height for option in options))
        self.set_options(options)
        if options:
            index = min(index, len(options) - 1)
            self.highlighted = index + 1 if options[index].disabled else index
            self.scroll_to(y=max(0, self._tops[index] - line), animate=False, immediate=True, force=True)
            self._is_placed = page > 0
        self._want_pictures()

    def _at(self, index: int | None) -> Post | KeptText | None:
        """Return the post or the text of a row; None for a heading, and behind the last row."""
        if index is None or not 0 <= index < self.option_count:
            return None
        id_ = self.get_option_at_index(index).id or ""
        return self._kept.get(id_) or (self._posts.get(int(id_)) if id_.isdecimal() else None)

    def _want_pictures(self) -> None:
        """Have pictures painted of the posts on the screen, and of no others any more."""
        top, page = self.scroll_offset.y, self.scrollable_content_region.height
        shown = range(max(0, bisect_right(self._tops, top) - 1), bisect_left(self._tops, top + page))
        self._pictures.want([one.photo_id for index in shown if (one := self._at(index)) is not None])

    def _heading(self, day: date | None, now: datetime) -> Content:
        """Name a day, and the time zone if its clocks differ from the user's."""
        if day is None:
            return Content(NO_TIME_YET)
        differs = now.astimezone(self._zone).utcoffset() != now.astimezone(self.context.zone).utcoffset()
        zone = Content.styled(f" · {zone_name(self._zone, now)}" if differs else "", "not bold")
        return Content.assemble(day_words(day, self._today), zone)

    def _row(self, post: Post) -> Content:
        if not (width := self.scrollable_content_region.width):
            return Content("")  # the first layout has the rows made
        now, state = self.context.clock(), state_of(post)
        past = "$foreground-muted" if post.step is Step.LIVE else ""  # so that the eye finds what still comes
        mark = SELECTED if post.id in self._selected else NOT_SELECTED
        words = Content.styled(f"{state.sign} {self._state(post, now)}", f"$text-{state.tone}")
        row = _Row(mark, *self._when(post, now), self._caption(post, past), words, past)
        return row.laid_out(width, has_picture=self._pictures.are_shown)

    def _text_row(self, kept: KeptText) -> Content:
        """Return the row of a text that has no post: when it is to go out, the text, and the photo's file."""
        at, requested = kept.draft.at, REQUESTED.get(kept.draft.share_mode, "")
        when = moment_words(at, self.context.clock(), self._zone) if at else requested
        caption = Content(one_line(kept.shown[:CAPTION_SHOWN]) or "no text")
        words = Content.styled(
            f"{DRAFT.sign} {DRAFT.name}: {one_line(kept.photo.name)}", f"$text-{DRAFT.tone}"
        )
        row = _Row(NOT_SELECTED, when, "", caption, words)
        return row.laid_out(self.scrollable_content_region.width, has_picture=self._pictures.are_shown)

    def _caption(self, post: Post, tone: str) -> Content:
        """Return the caption, behind the number of photos and the network where there are several."""
        notes = [photo_count_words(post), self._network(post)]
        return Content.assemble(
            ("".join(f"{note} · " for note in notes if note), "$foreground-muted"),
            (one_line(post.caption[:CAPTION_SHOWN]), tone),
        )

    def _network(self, post: Post) -> str:
        """Return where a post goes, and to how many other channels: `Instagram +2`."""
        persona, group = self.context.overview.persona, self._groups.of(post)
        if len(group) == 1 and (persona is None or len(persona.channels) < 2):
            return ""
        name = channel_of_each(group, self.context.channel)[post.id]
        return f"{name} +{len(group) - 1}" if len(group) > 1 else name

    def _state(self, post: Post, now: datetime) -> str:
        if is_in_grace(post, self.context.database_now()):  # the status strip counts the seconds down
            return self.context.with_keys("queued · {app.undo_submit} undo")
        return state_beside_time(post, now, self._zone, self.context.zone, place=self._places.get(post.id))

    def _when(self, post: Post, now: datetime) -> tuple[str, str]:
        """Return when a post goes or went out, and how far off that is."""
        if post.goes_at is None:
            return REQUESTED.get(post.share_mode, ""), ""
        return f"{post.goes_at.astimezone(self._zone):%H:%M}", relative_time(post.goes_at, now)

    def _zone_and_today(self) -> tuple[tzinfo, date]:
        zone = zone_of(self.context.overview.persona, self.context.zone)
        return zone, self.context.clock().astimezone(zone).date()
