"""What helps to write a caption: earlier ones, hashtag sets, snippets, the photo outside of the terminal."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import TYPE_CHECKING

from textual import work

from fluffy_tui.networks import hashtags, rules_for, text_length
from fluffy_tui.personas import SnippetKind
from fluffy_tui.tui.caption.completions import Completions
from fluffy_tui.tui.platform.external_editor import EditorFailed, edit_outside
from fluffy_tui.tui.platform.image_viewer import show_outside
from fluffy_tui.tui.snippets import PickedText, PickTextScreen, SnippetsScreen
from fluffy_tui.tui.text.times import moment_words
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.frame_screen import FrameScreen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fluffy_tui.personas import Snippet
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.caption.caption_editor import CaptionEditor
    from fluffy_tui.tui.session.context import Context

EARLIER = 30
"""Captions that a new one is compared with, and that its hashtags are learned from."""
LISTED = 20
"""Captions that are listed to be used again."""
_NAME = 60
"""Characters of a caption that stand in the list."""


class WritesCaptions(FrameScreen):
    """A screen with a caption in it; a subclass says which it is, and reads the texts once it is shown.

    Args:
        context: The world.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._last_posts: tuple[Post, ...] = ()
        self._snippets: tuple[Snippet, ...] = ()

    @property
    @abstractmethod
    def caption_editor(self) -> CaptionEditor:
        """Where the caption is written."""

    @property
    @abstractmethod
    def photo(self) -> Photo | None:
        """What the caption is for; None while it is not known."""

    @abstractmethod
    def keep_now(self) -> None:
        """Write down what is typed before going on."""

    @abstractmethod
    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say something near the caption."""

    @abstractmethod
    def repaint(self) -> None:
        """Draw the picture anew: something else had the terminal."""

    def texts_read(self) -> None:
        """Hear that earlier captions, hashtag sets and snippets are known now."""

    def on_screen_suspend(self) -> None:
        """Offer nothing under another screen."""
        self.caption_editor.offered.close()

    @property
    def earlier_captions(self) -> tuple[str, ...]:
        """Captions of the persona's last posts, the newest first, without this photo's own."""
        return tuple(post.caption for post in self._earlier)

    @property
    def _earlier(self) -> list[Post]:
        own = self.photo.id if self.photo else None
        return [post for post in self._last_posts if post.photo_id != own]

    def offer(self, just_written: Iterable[str] = ()) -> None:
        """Offer what is known while the caption is typed.

        Args:
            just_written: captions that are no posts yet.
        """
        captions = (*just_written, *self.earlier_captions)
        self.caption_editor.completions = Completions(self._snippets, captions)

    @work(
        group="texts",
        exclusive=True,
        exit_on_error=False,
        description="reading earlier captions and snippets",
    )
    async def read_texts(self) -> None:
        """Read what can be used again, and offer it while a caption is typed."""
        await asyncio.to_thread(_build_patterns)
        services = self.context.services
        self._last_posts = tuple(await services.scheduling.posts(self.persona, limit=EARLIER))
        self._snippets = tuple(await services.snippets.list(self.persona.id))
        self.offer()
        self.texts_read()

    def action_earlier(self) -> None:
        """Choose one of the persona's last captions."""
        self._pick(
            f"last captions of {one_line(self.persona.name)}",
            [self._earlier_text(post) for post in self._earlier[:LISTED] if post.caption.strip()],
            "No other caption was written for this persona yet. They are listed here once there are some.",
        )

    def action_insert(self) -> None:
        """Choose a hashtag set or a snippet."""
        self._pick(
            f"hashtag sets and snippets of {one_line(self.persona.name)}",
            [_snippet_text(snippet) for snippet in self._snippets],
            self.context.with_keys(
                "There are no hashtag sets and no snippets yet. "
                f"{{picker.back}}, then {{{self.PLACE}.snippets}}, makes the first."
            ),
        )

    def action_snippets(self) -> None:
        """Write and change hashtag sets and snippets."""

        def read(_: None) -> None:
            self.read_texts()

        self.app.push_screen(SnippetsScreen(self.context, self.persona), read)

    def action_caption(self) -> None:
        """Give the keyboard to the caption."""
        self.caption_editor.focus()

    def action_editor(self) -> None:
        """Write the caption in the person's own editor."""
        self.keep_now()
        caption = self.caption_editor
        try:
            text = edit_outside(self.app, caption.text)
        except EditorFailed as error:
            self.say(str(error), wrong=True)
        else:
            if text != caption.text:
                caption.put(text, (0, 0), caption.document.end)
        finally:
            self.repaint()

    @work(group="outside", exclusive=True, exit_on_error=False, description="opening the photo outside")
    async def action_open_outside(self) -> None:
        """Open the photo outside of the terminal."""
        if self.photo is not None:
            await show_outside(self.app, self.photo.path)

    def _pick(self, title: str, texts: Sequence[PickedText], empty: str) -> None:
        self.app.push_screen(PickTextScreen(title, texts, empty), self._put)

    def _put(self, picked: PickedText | None) -> None:
        if picked is not None:
            self.caption_editor.put_apart(picked.text)
        self.caption_editor.focus()

    def _earlier_text(self, post: Post) -> PickedText:
        at = post.posted_at or post.scheduled_at or post.created_at
        when = moment_words(at, self.context.clock(), self.context.zone)
        channel = self.context.channel(post.channel_id)
        about = f"{when} · {channel.network}" if channel else when
        return PickedText(one_line(post.caption)[:_NAME], about, post.caption)


def _build_patterns() -> None:
    """Let the patterns of counting be built before the key that needs them, which would be felt."""
    hashtags("a.example/#b")
    text_length("a.example ", rules_for("twitter"))


def _snippet_text(snippet: Snippet) -> PickedText:
    if snippet.kind is SnippetKind.HASHTAGS:
        count = len(snippet.text.split())
        return PickedText(snippet.name, f"{count} hashtag{'s' * (count != 1)}", snippet.text)
    return PickedText(f";{snippet.name}", one_line(snippet.text)[:_NAME], snippet.text)
