"""The Results tab: the posts that did best, and how posts did by channel, week, weekday, hour, shape and hashtag."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.scheduling import Comparison, compare, measures
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.posts import PostDetailScreen
from fluffy_tui.tui.results.best_posts import BestPosts
from fluffy_tui.tui.results.breakdown import BreakdownPane, breakdown
from fluffy_tui.tui.results.results_summary import left_out_words, summary
from fluffy_tui.tui.session.messages import OverviewChanged, concerns, on_event
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.results_words import metric_words, nothing_words, ratio_words
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.keys_footer import relabelled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from textual.app import ComposeResult
    from textual.binding import ActiveBinding

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import ComparedPost, CountedPost
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.messages import AppEvent

LOADING = "Loading the results …"


class ResultsScreen(FrameScreen):
    """How the persona's live posts did, each compared with the median of its own channel.

    In a narrow terminal the best posts and the breakdown take turns.
    """

    PLACE = Place.RESULTS
    TAB = "results"
    BINDINGS = bindings(Place.RESULTS)
    CSS: ClassVar[str] = """
    ResultsScreen {
        #compared { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        #no-results { height: 1fr; padding: 0 2; content-align: center middle; text-align: center;
            color: $text-muted; }
        #panes { height: 1fr; }
        #best-pane, #breakdown-pane { height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
        #best-pane { width: 50%; max-width: 64; }
        #breakdown-pane { width: 1fr; }
        #breakdown { height: auto; }
        &.-narrow #best-pane { width: 1fr; max-width: 100%; }
        &.-narrow #breakdown-pane { display: none; }
        &.-narrow #panes.-breakdown #best-pane { display: none; }
        &.-narrow #panes.-breakdown #breakdown-pane { display: block; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._compared = Static("", id="compared", markup=False)
        self._nothing = Static(LOADING, id="no-results", markup=False)
        self._best = BestPosts(
            renderer_named(context.preview), context.services.photos.thumbnail, self._lines_of
        )
        self._best_pane = VerticalScroll(self._best, id="best-pane", classes="box", can_focus=False)
        self._best_pane.border_title = "Best posts"
        self._breakdown = Static("", id="breakdown", markup=False)
        self._breakdown_pane = BreakdownPane(self._breakdown, id="breakdown-pane", classes="box")
        self._breakdown_pane.border_title = "Breakdown"
        self._panes = Horizontal(self._best_pane, self._breakdown_pane, id="panes")
        self._posts: Sequence[CountedPost] = ()
        self._photos: Mapping[int, Photo] = {}
        self._comparison = Comparison()
        self._measures: Sequence[str] = ()
        """The numbers by which posts can be compared."""
        self._measure = ""
        """The one that was chosen; empty for what suits each channel."""

    def compose_body(self) -> ComposeResult:
        self._panes.display = self._compared.display = False
        yield self._compared
        yield self._nothing
        yield self._panes

    def on_screen_resume(self) -> None:
        """Load what may have changed while another screen was on top."""
        self._load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs posts while none can be compared."""
        if action in ("open", "pane") and not self._comparison.posts:
            return None
        if action == "measure" and not self._measures:
            return None
        return super().check_action(action, parameters)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Name the other pane."""
        label = "Best posts" if self._is_breakdown else "Breakdown"
        active = relabelled(super().active_bindings, {"results.pane": label})
        # Textual's own use of the key would put that first
        return dict(sorted(active.items(), key=lambda item: item[1].binding.id == "results.pane"))

    @property
    def _is_breakdown(self) -> bool:
        return self._panes.has_class("-breakdown")

    def action_pane(self) -> None:
        self._panes.toggle_class("-breakdown")
        self._focus_pane()

    @on(events.DescendantFocus)
    def _pane_focused(self) -> None:
        """Follow the mouse."""
        self._panes.set_class(self._breakdown_pane.has_focus, "-breakdown")
        self.refresh_bindings()

    def _focus_pane(self) -> None:
        (self._breakdown_pane if self._is_breakdown else self._best).focus()

    def action_measure(self) -> None:
        """Compare by the next number; after the last again by what suits each channel."""
        names = ("", *self._measures)
        self._measure = names[(names.index(self._measure) + 1) % len(names)]
        self._compare()

    @work(group="post-details", exclusive=True, exit_on_error=False, description="loading the post")
    async def action_open(self) -> None:
        one = self._best.current
        post = await self.context.services.scheduling.post(one.post.id) if one is not None else None
        if post is not None and self.is_current:
            self.app.push_screen(PostDetailScreen(self.context, post))

    @on_event(PostChanged, Connected)
    def _posts_changed(self, event: AppEvent) -> None:
        if self.is_current and concerns(event, self.persona.id):
            self._load()

    @work(group="results", exclusive=True, exit_on_error=False, description="loading the results")
    async def _load(self) -> None:
        posts = await self.context.services.scheduling.counted_posts(self.persona.id)
        found = await asyncio.to_thread(measures, posts)
        self._posts, self._measures = posts, found
        if self._measure not in self._measures:
            self._measure = ""
        self._compare()

    @on_event(OverviewChanged)
    def _show_channels(self) -> None:
        self._show()

    def _compare(self) -> None:
        self._comparison = compare(self._posts, self._measure)
        self._nothing.update(nothing_words(self._posts, self._comparison))
        self._show()
        self._show_best(self._comparison.best())

    @work(group="best-posts", exclusive=True, exit_on_error=False, description="loading the best posts")
    async def _show_best(self, best: Sequence[ComparedPost]) -> None:
        photos = await self.context.services.photos.by_ids([one.post.photo_id for one in best])
        self._best.show(best, photos)

    def _show(self) -> None:
        some = bool(self._comparison.posts)
        self._panes.display = self._compared.display = some
        self._nothing.display = not some
        self.refresh_bindings()
        if not some:
            return
        now, own_zone = self.context.clock(), self.context.zone
        words = summary(self._posts, self._comparison, now, zone_of(self.persona, own_zone), own_zone)
        self._compared.update("\n".join(words))
        if self.focused is None:
            self._focus_pane()
        self._show_breakdown()

    @on(BreakdownPane.Resized)
    def _show_breakdown(self) -> None:
        """Show how posts did, with bars that fit the width."""
        room = self._breakdown_pane.scrollable_content_region.width
        if not room or not self._comparison.posts:
            return
        content = breakdown(self._comparison, self.context.clock(), self._zone, self._channel_name, room)
        left_out = left_out_words(self._posts, self._comparison)
        self._breakdown.update(Content("\n\n").join(filter(None, [content, left_out])))

    @on(BestPosts.Highlighted)
    def _scroll_to_cursor(self) -> None:
        self._best_pane.scroll_to_region(self._best.region_of_cursor, animate=False, force=True)

    def _lines_of(self, rank: int, one: ComparedPost) -> list[str]:
        """Return what is said of a post beside its picture."""
        at = one.post.at.astimezone(self._zone(one.post.channel_id))
        channel = self._channel_name(one.post.channel_id) if len(self._comparison.channels) > 1 else ""
        return [
            f"{rank}. {ratio_words(one.ratio)} · {metric_words(one.metric)}",
            " · ".join(filter(None, [f"{at:%a} {at.day} {at:%b %H:%M}", channel])),
            one_line(one.post.caption),
        ]

    def _channel_name(self, channel_id: str) -> str:
        return self.context.network_of(channel_id, self.persona)

    def _zone(self, channel_id: str) -> tzinfo:
        return self.context.post_zone(self.persona.id, channel_id)
