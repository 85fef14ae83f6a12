"""Same picture: earlier posts of a photo, found before it is posted again, and one of them shown beside it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.similarity import EarlierPost, OutsideMatch, Relation
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_details import file_facts
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.times import days_ago, own_moment
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.too_small_notice import TooSmallNotice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult
    from textual.dom import DOMNode

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)

GONE = "The photo of that post is no longer in the library."


class EarlierPosts:
    """Earlier posts of photos, as they are now: what was asked for when posts changed is asked for again.

    `found` is called whenever something else is known.
    """

    def __init__(self, context: Context, node: DOMNode, found: Callable[[], None]) -> None:
        self._context, self._node, self._found = context, node, found
        self.here: dict[int, EarlierPost | None] = {}
        """The latest one by photo, as far as they could be searched."""
        self.elsewhere: dict[int, OutsideMatch] = {}
        """By photo, the post from elsewhere that shows the same picture, where one was found."""
        self._asked: set[int] = set()
        self._waiting: dict[int, Photo] = {}
        self._is_searching = False

    def search(self, photos: Iterable[Photo], *, again: bool = False) -> None:
        """Search for the photos that are new, or for all of them `again`, since posts have changed."""
        wanted = {photo.id: photo for photo in photos if again or photo.id not in self._asked}
        self._asked |= wanted.keys()
        self._waiting |= wanted
        if self._waiting and not self._is_searching:
            self._is_searching = True
            self._node.run_worker(
                self._search(),
                group="earlier-post",
                exit_on_error=False,
                description="searching for earlier posts",
            )

    async def _search(self) -> None:
        try:
            while self._waiting:
                before = dict(self.here), dict(self.elsewhere)
                # Each once: where posts change all the time, some are due again by the end of the round.
                for photo in [*self._waiting.values()]:
                    await self._search_for(photo)
                if before != (self.here, self.elsewhere):
                    self._found()
        finally:
            self._is_searching = False

    async def _search_for(self, photo: Photo) -> None:
        del self._waiting[photo.id]
        has_searched, here = await _find_earlier_post(self._context, photo)
        elsewhere = await _find_outside_post(self._context, photo)
        if photo.id in self._waiting:
            return  # posts have changed meanwhile
        self.here.pop(photo.id, None)
        self.elsewhere.pop(photo.id, None)
        if has_searched:
            self.here[photo.id] = here
        if elsewhere is not None:
            self.elsewhere[photo.id] = elsewhere


async def _find_earlier_post(context: Context, photo: Photo) -> tuple[bool, EarlierPost | None]:
    """Return whether earlier posts could be searched, and the latest one of the same picture."""
    try:
        return True, await context.services.similarity.posted_before(photo)
    except FluffyError as error:
        log.info("photo %s was not compared with earlier posts: %s", photo.id, error)
        return False, None


async def _find_outside_post(context: Context, photo: Photo) -> OutsideMatch | None:
    """Return the latest post from elsewhere that shows the same picture; None also where that cannot be searched."""
    try:
        return await context.services.similarity.posted_elsewhere(photo)
    except FluffyError as error:
        log.info("photo %s was not compared with posts from elsewhere: %s", photo.id, error)
        return None


class SamePictureScreen(ReportsErrors, Screen[None]):
    """The photo beside the one that was posted, over what is known about that post."""

    PLACE = Place.SAME_PICTURE
    BINDINGS = bindings(Place.SAME_PICTURE)
    CSS: ClassVar[str] = """
    SamePictureScreen {
        #pictures { height: 1fr; }
        PhotoPreview { width: 1fr; }
        #earlier-post { height: auto; max-height: 6; padding: 0 1; }
    }
    """

    def __init__(self, context: Context, photo: Photo, earlier_post: EarlierPost, zone: tzinfo) -> None:
        super().__init__()
        self.context, self._photo, self._earlier_post = context, photo, earlier_post
        self._zone = zone
        renderer, thumbnail = renderer_named(context.preview), context.services.photos.thumbnail
        self._now, self._before = PhotoPreview(renderer, thumbnail), PhotoPreview(renderer, thumbnail)

    def compose(self) -> ComposeResult:
        yield Horizontal(self._now, self._before, id="pictures")
        yield Static("", id="earlier-post", markup=False)
        yield KeysFooter()
        yield TooSmallNotice()

    def on_mount(self) -> None:
        self._load()

    def on_screen_resume(self) -> None:
        """Draw what another screen covered."""
        self._now.repaint()
        self._before.repaint()

    @work(group="earlier-post", exit_on_error=False, description="loading the earlier post")
    async def _load(self) -> None:
        services, earlier = self.context.services, self._earlier_post
        photo = (await services.photos.by_ids([earlier.photo_id])).get(earlier.photo_id)
        post = await services.scheduling.post(earlier.post_id)
        zones = self._zone, self.context.zone
        text = earlier_post_text(earlier, post, self.context.clock(), *zones, count_bits=photo is not None)
        _show(self._now, "this photo", self._photo)
        if photo is None:
            self._before.show_sentence(GONE)
        else:
            _show(self._before, "the post's photo", photo)
        self.query_one("#earlier-post", Static).update(text)


def _show(preview: PhotoPreview, title: str, photo: Photo) -> None:
    preview.show(photo, file_facts(photo))
    preview.border_title = Content(f"{title} · {one_line(photo.name)}")


def earlier_post_text(
    earlier: EarlierPost,
    post: Post | None,
    now: datetime,
    zone: tzinfo,
    own_zone: tzinfo,
    *,
    count_bits: bool,
) -> str:
    """Describe an earlier post, which may be deleted by now, in two or three lines, with its time in the user's zone.

    `count_bits` says how much the pictures differ.
    """
    at = own_moment(earlier.at, now, zone, own_zone) if earlier.at is not None else ""
    if earlier.at is None:
        first = "This picture is in the queue already."
    elif earlier.posted:
        first = f"You posted this picture {days_ago(earlier.at, now, own_zone)}, {at}."
    else:
        first = f"This picture is scheduled already: {at}."
    lines = [first]
    if earlier.relation is Relation.SAME_FILE:
        lines.append("It is exactly the same file.")
    elif count_bits:
        lines.append(f"It is another file of the same picture: {earlier.bits} of 256 bits differ.")
    ids = list(dict.fromkeys(photo.photo_id for photo in post.photos)) if post is not None else []
    if len(ids) > 1:
        place = f"photo {ids.index(earlier.photo_id) + 1} of" if earlier.photo_id in ids else "one of"
        lines.append(f"It is {place} {len(ids)} in that post.")
    if post is not None and post.caption.strip():
        lines.append(f"“{one_line(post.caption)}”")
    return "\n".join(lines)
