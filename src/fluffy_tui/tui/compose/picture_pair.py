"""Two pictures side by side that are the same one, and what became of the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.similarity import Relation
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.text.times import moment_words
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post
    from fluffy_tui.similarity import EarlierPost

GONE = "The photo that was posted is gone from the library."


class SamePicture(Vertical):
    """The photo that a caption is written for beside the one that was posted.

    Args:
        make_preview: Returns a preview that is not shown yet.
        facts: Returns what is to be said about a photo's file.
    """

    DEFAULT_CSS = """
    SamePicture {
        #both { height: 1fr; }
        PhotoPreview { width: 1fr; }
        #sighting { height: auto; max-height: 6; padding: 0 1; }
    }
    """

    def __init__(self, make_preview: Callable[[], PhotoPreview], facts: Callable[[Photo], str]) -> None:
        super().__init__()
        self._facts = facts
        self._now, self._before = make_preview(), make_preview()
        self._words = Static("", id="sighting", markup=False)

    @property
    def words(self) -> str:
        """What is said below the pictures."""
        return str(self._words.content)

    def compose(self) -> ComposeResult:
        """Lay the pictures over the words."""
        yield Horizontal(self._now, self._before, id="both")
        yield self._words

    def show(self, photo: Photo, earlier: Photo | None, words: str) -> None:
        """Show both photos; the earlier one is the same where its own file is wanted again, and None when gone."""
        self._show(self._now, "this photo", photo)
        if earlier is None:
            self._before.show_sentence(GONE)
        else:
            self._show(self._before, "the post's photo", earlier)
        self._words.update(words)

    def repaint(self) -> None:
        """Draw what another screen covered."""
        self._now.repaint()
        self._before.repaint()

    def _show(self, preview: PhotoPreview, title: str, photo: Photo) -> None:
        preview.show(photo, self._facts(photo))
        preview.border_title = Content(f"{title} · {one_line(photo.name)}")


def sighting_words(
    sighting: EarlierPost, post: Post | None, count_bits: bool, now: datetime, zone: tzinfo
) -> str:
    """Return what is known of an earlier post in two or three lines.

    Args:
        sighting: The post.
        post: The same, read for its caption; None when it was let go meanwhile.
        count_bits: Whether to say how far the pictures are apart.
        now: The present moment.
        zone: The person's.
    """
    if sighting.at is None:
        first = "This picture waits for its time in Buffer."
    elif sighting.posted:
        first = f"You posted this picture {days_ago(sighting.at, now, zone)}: {moment_words(sighting.at, now, zone)}."
    else:
        first = f"This picture goes out already: {moment_words(sighting.at, now, zone)}."
    lines = [first]
    if sighting.relation is Relation.SAME_FILE:
        lines.append("It is the very same file.")
    elif count_bits:
        lines.append(f"It is another file of the same picture: {sighting.bits} of 256 bits differ.")
    if post is not None and post.caption.strip():
        lines.append(f"“{one_line(post.caption)}”")
    return "\n".join(lines)


def days_ago(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return how many midnights lie between: `today`, `yesterday`, `12 days ago`."""
    days = (now.astimezone(zone).date() - moment.astimezone(zone).date()).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
