"""The dialog with everything that is known about one post, updated as it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.scheduling import ON_THE_WAY
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.photo.fit_words import FIT_WORDS
from fluffy_tui.tui.posts.post_actions import POST_ACTIONS, ActsOnPosts, PostActions
from fluffy_tui.tui.posts.post_timeline import timeline, uploaded_at
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.channel_words import also_on, channel_name
from fluffy_tui.tui.text.post_state import REQUESTED, queue_place, state_of, state_words
from fluffy_tui.tui.text.results_words import metrics_words, missing_metrics_words
from fluffy_tui.tui.text.times import both_zones, relative_time
from fluffy_tui.tui.text.words import bytes_words
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.hanging_indent import hanging
from fluffy_tui.tui.ui.keys_footer import KeysFooter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Post, PostEvent, Results
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.messages import AppEvent

LABEL_WIDTH = 16


class PostDetailScreen(ActsOnPosts, ReportsErrors, DialogScreen[None]):
    """Shows all fields and the timeline of a post, with the same keys as the table."""

    PLACE = Place.POSTS
    BINDINGS: ClassVar = [
        *bindings(Place.POSTS, only=[f"posts.{name}" for name in POST_ACTIONS]),
        *bindings(Place.DIALOG, only=("dialog.cancel",)),
        *bindings(Place.LIST, only=("list.down", "list.up")),
        *help_binding(),
    ]
    CSS: ClassVar[str] = """
    PostDetailScreen.dialog {
        #dialog { width: 96; scrollbar-gutter: stable; }
        #facts { height: auto; }
        #timeline { height: auto; margin-top: 1; }
    }
    """

    def __init__(self, context: Context, post: Post) -> None:
        super().__init__()
        self.context = context
        self._post = post
        self._events: Sequence[PostEvent] = ()
        self._group: Sequence[Post] = (post,)
        """The posts of its submission on all channels."""
        self._results: Results | None = None
        self._place: tuple[int, int] | None = None
        self._laid_out_for: int | None = None
        self._facts = Static("", id="facts", markup=False)
        self._timeline = Static("", id="timeline", markup=False)
        self.actions = PostActions(self, context, lambda: [self._post])

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = f"Post {self._post.id}"
            dialog.border_subtitle = Content(self.context.with_keys("{dialog.cancel} Close"))
            yield self._facts
            yield self._timeline
        yield KeysFooter()

    def on_mount(self) -> None:
        self._show()
        self._load()
        self.query_one("#dialog").focus()
        self.context.changes.subscribe(self, self._on_app_event, immediate=True)

    def on_unmount(self) -> None:
        self.context.changes.unsubscribe(self)

    @on(events.Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self._wrap_again)

    def _wrap_again(self) -> None:
        if self._room != self._laid_out_for:
            self._show()

    def action_cursor_down(self) -> None:
        self.query_one("#dialog").scroll_down()

    def action_cursor_up(self) -> None:
        self.query_one("#dialog").scroll_up()

    def _on_app_event(self, event: AppEvent) -> None:
        # any post may change the position of this one in its queue
        changed = isinstance(event, PostChanged) and (
            self._place or event.post_id in {post.id for post in self._group}
        )
        if changed or isinstance(event, Connected):
            self._load()

    @work(group="post-detail", exclusive=True, exit_on_error=False, description="loading the post")
    async def _load(self) -> None:
        scheduling = self.context.services.scheduling
        post = await scheduling.post(self._post.id)
        if post is None:
            if self.is_current:
                self.dismiss()  # it was cancelled
            return
        self._group = await scheduling.groups({post.group_id}) or (post,)
        self._events = await scheduling.timeline(post.id)
        self._results = (await scheduling.results([post])).get(post.id)
        self._place = None
        if post.step in ON_THE_WAY and post.channel_id is not None:
            ids = [other.id for other in await scheduling.queued_posts(post.channel_id)]
            self._place = (ids.index(post.id) + 1, len(ids)) if post.id in ids else None
        self._post = post
        self._show()

    def _show(self) -> None:
        self.refresh_bindings()
        post, room = self._post, self._room
        self._laid_out_for = room
        zone, own_zone = self.context.post_zone(post.persona_id, post.channel_id), self.context.zone
        parts = [Content(post.caption or "(no caption)")]
        parts += [Content.styled(line, "$foreground-muted") for line in alt_text_lines(post)]
        parts.append(Content(""))
        tone = state_of(post).tone
        channel = self.context.channel(post.channel_id)
        facts = post_facts(
            post,
            self.context.clock(),
            zone,
            own_zone,
            place=self._place,
            uploaded=uploaded_at(self._events),
            channel=channel_name(channel) if channel else "",
            others=also_on(post, self._group, self.context.channel),
            results=self._results,
        )
        for label, words in facts.items():
            style = f"$text-{tone}" if label in ("State", "Reason") and tone != "foreground" else ""
            label_cell = Content.styled(label.ljust(LABEL_WIDTH), "$foreground-muted")
            parts.append(hanging(label_cell, Content.styled(words, style), room))
        self._facts.update(Content("\n").join(parts))
        self._timeline.display = bool(self._events)
        self._timeline.update(timeline(self._events, zone, own_zone, room))

    @property
    def _room(self) -> int | None:
        """The columns of a line; None before the first layout."""
        return self._facts.content_size.width or None


def post_facts(
    post: Post,
    now: datetime,
    zone: tzinfo,
    own_zone: tzinfo,
    *,
    place: tuple[int, int] | None = None,
    uploaded: datetime | None = None,
    channel: str = "",
    others: str = "",
    results: Results | None = None,
) -> dict[str, str]:
    """Return what is known about a post by label, the most asked for first; unknown facts are left out.

    The place is its position in the queue of its channel, and the length of that queue. A channel without a name is
    shown by its ID. The others are those on which its submission is, with the states there.
    """

    def when(moment: datetime | None) -> str:
        return f"{both_zones(moment, now, zone, own_zone)} · {relative_time(moment, now)}" if moment else ""

    facts = {
        "State": f"{state_of(post).sign} {state_words(post, now, zone, own_zone)}",
        "Reason": post.error_message,
        "Error code": post.error_code,
        "Help": post.support_url,
        "Next attempt": when(post.next_try_at),
        "Position": queue_place(*place) if place else "",
        "Requested": when(post.requested_at_time) or REQUESTED.get(post.share_mode, ""),
        "Scheduled": when(post.scheduled_at),
        "Posted": when(post.posted_at),
        **(_results_facts(results, when) if results else {}),
        "Link": post.external_link,
        "Channel": channel or post.channel_id,
        "Also on": others,
        "Posted before": f"as post {post.again_of_id}" if post.again_of_id is not None else "",
        "Attempts": str(post.attempts),
        "Buffer post ID": post.buffer_post_id,
        "Photos": _photos_words(post),
        "Tagged": _tagged_words(post),
        **picture_facts(post),
        "Uploaded": when(uploaded) if post.cover.media_url else "",
        "Submitted" if post.step else "Saved": when(post.created_at),
        "Updated": when(post.updated_at),
    }
    return {label: words for label, words in facts.items() if words}


def _results_facts(results: Results, when: Callable[[datetime | None], str]) -> dict[str, str]:
    if not results.metrics:
        return {"Results": missing_metrics_words(results)}
    return {"Results": metrics_words(results), "As of": when(results.as_of)}


def _photos_words(post: Post) -> str:
    pictures, photos = len(post.photos), len(post.photo_ids)
    if pictures == 1:
        return ""
    return str(photos) if photos == pictures else f"{photos}, shown in {pictures} pictures"


def _tagged_words(post: Post) -> str:
    """Return who is tagged; as soon as a picture is uploaded, also who is cut off in it."""
    words = []
    for photo in post.photos:
        sent = {tag.handle for tag in photo.tags_in_picture()}
        words += [f"@{tag.handle}{'' if tag.handle in sent else ' (cut off)'}" for tag in photo.tags]
    return ", ".join(words)


def alt_text_lines(post: Post) -> list[str]:
    """Return the alt text, or that of each of several photos with its number."""
    if len(post.photos) == 1:
        return [f"Alt text: {post.alt_text}"] if post.alt_text else []
    numbered = enumerate(post.photos, 1)
    return [f"Alt text {number}: {photo.alt_text}" for number, photo in numbered if photo.alt_text]


def picture_facts(post: Post) -> dict[str, str]:
    """Return size and URL of each picture as posted, with its number if there are several; as far as known."""
    facts = {}
    for number, photo in enumerate(post.photos, 1):
        which = f"Picture {number}" if len(post.photos) > 1 else "Picture"
        facts[which] = rendition_words(photo.rendition or {})
        facts[f"{which} URL"] = photo.media_url or ""
    return facts


def rendition_words(rendition: Mapping[str, Any]) -> str:
    """Describe the picture as posted, from what delivery recorded: size, fit and removed location."""
    parts = []
    if rendition.get("width") and rendition.get("height"):
        parts.append(f"{rendition['width']}×{rendition['height']} JPEG")
    if rendition.get("bytes"):
        parts.append(bytes_words(rendition["bytes"]))
    if rendition.get("fit"):
        parts.append(FIT_WORDS.get(rendition["fit"], str(rendition["fit"])))
    if rendition.get("location_removed"):
        parts.append("location removed")
    if rendition.get("first_of_several"):
        parts.append("first picture of an animation")
    return " · ".join(parts)
