"""One post with everything that is known about it, as it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.scheduling import ON_THE_WAY
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.posts.post_actions import ActsOnPosts
from fluffy_tui.tui.posts.post_facts import post_facts
from fluffy_tui.tui.posts.timeline import hosted_since, timeline
from fluffy_tui.tui.session.messages import AppEvent
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.text.channel_words import channel_name, zone_of
from fluffy_tui.tui.text.words import state_tone
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.hanging_indent import hanging
from fluffy_tui.tui.ui.keys_footer import KeysFooter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Post, PostEvent
    from fluffy_tui.tui.session.context import Context

LABEL_WIDTH = 15
ACTING = tuple(
    f"posts.{verb}"
    for verb in (
        "edit",
        "reschedule",
        "retry",
        "cancel",
        "upload_again",
        "move_up",
        "open_in_buffer",
        "copy_link",
    )
)
"""What can be done with the post shown."""


class PostDetailScreen(ActsOnPosts, ReportsErrors, DialogScreen[None]):
    """Shows all fields of a post and its trail, with the same keys as the table.

    Args:
        context: The world.
        post: The post as it was last read.
    """

    PLACE = Place.POSTS
    BINDINGS: ClassVar = [
        *bindings(Place.POSTS, only=ACTING),
        *bindings(Place.DIALOG, only=("dialog.cancel",)),
        *bindings(Place.LIST, only=("list.down", "list.up")),
        *help_binding(),
    ]
    CSS: ClassVar[str] = """
    PostDetailScreen.dialog {
        #dialog { width: 96; }
        #facts { height: auto; }
        #timeline { height: auto; margin-top: 1; }
        Footer { dock: bottom; }
    }
    """

    def __init__(self, context: Context, post: Post) -> None:
        super().__init__()
        self.context = context
        self._post = post
        self._events: Sequence[PostEvent] = ()
        self._laid_out_for: int | None = None
        self._place: tuple[int, int] | None = None
        self._facts = Static("", id="facts", markup=False)
        self._timeline = Static("", id="timeline", markup=False)

    def posts_in_question(self) -> Sequence[Post]:
        """Return the post shown."""
        return [self._post]

    def compose(self) -> ComposeResult:
        """Lay out the caption and the facts."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = f"post {self._post.id}"
            dialog.border_subtitle = Content(self.context.with_keys("{dialog.cancel} close"))
            yield self._facts
            yield self._timeline
        yield KeysFooter()

    def on_mount(self) -> None:
        """Show what is known, and listen."""
        self._show(self._post)
        self._read()
        self.query_one("#dialog").focus()
        self.context.changes.subscribe(self, self._hear, immediate=True)

    def on_unmount(self) -> None:
        """Hear nothing any more."""
        self.context.changes.unsubscribe(self)

    @on(events.Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self._lay_out_again)

    def _lay_out_again(self) -> None:
        """Break the lines anew where they have more or less room than before."""
        if self._room() != self._laid_out_for:
            self._show(self._post)

    def action_cancel(self) -> None:
        """Close."""
        self.dismiss()

    def action_cursor_down(self) -> None:
        """Show what is further down."""
        self.query_one("#dialog").scroll_down()

    def action_cursor_up(self) -> None:
        """Show what is further up."""
        self.query_one("#dialog").scroll_up()

    def _hear(self, happening: AppEvent) -> None:
        # any post may change the place of this one in its line
        waits = isinstance(happening, PostChanged) and self._place is not None
        is_this = isinstance(happening, PostChanged) and happening.post_id == self._post.id
        if is_this or waits or isinstance(happening, Connected):
            self._read()

    @work(group="post-detail", exclusive=True, exit_on_error=False, description="reading the post")
    async def _read(self) -> None:
        scheduling = self.context.services.scheduling
        post = await scheduling.post(self._post.id)
        if post is None:
            if self.is_current:
                self.dismiss()  # it was let go
            return
        self._events = await scheduling.timeline(post.id)
        self._place = None
        if post.step in ON_THE_WAY and post.channel_id is not None:
            ids = [other.id for other in await scheduling.line(post.channel_id)]
            self._place = (ids.index(post.id) + 1, len(ids)) if post.id in ids else None
        self._show(post)

    def _show(self, post: Post) -> None:
        self._post = post
        self._laid_out_for = self._room()
        overview = self.context.overview
        zone = zone_of(overview.personas.get(post.persona_id, overview.persona), self.context.zone)
        parts = [Content(post.caption or "(no caption)")]
        parts += [Content.styled(f"alt text: {post.alt_text}", "$foreground-muted")] if post.alt_text else []
        parts.append(Content(""))
        tone = state_tone(post)
        channel = self.context.channel(post.channel_id)
        facts = post_facts(
            post,
            self.context.clock(),
            zone,
            self.context.zone,
            place=self._place,
            hosted=hosted_since(self._events),
            channel=channel_name(channel) if channel else "",
        )
        for label, words in facts:
            style = f"$text-{tone}" if label in ("state", "why") and tone != "foreground" else ""
            label_cell = Content.styled(label.ljust(LABEL_WIDTH), "$foreground-muted")
            parts.append(hanging(label_cell, Content.styled(words, style), self._room()))
        self._facts.update(Content("\n").join(parts))
        self._timeline.display = bool(self._events)
        self._timeline.update(timeline(self._events, zone, self.context.zone, self._room()))

    def _room(self) -> int | None:
        """Return how many columns a line has; None before that is known."""
        return self._facts.content_size.width or None
