"""What helps to write a caption: earlier captions, hashtag sets and snippets, the external editor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fluffy_tui.networks import hashtags, rules_for, text_length
from fluffy_tui.personas import Persona, Snippet, SnippetKind
from fluffy_tui.tui.caption.autocomplete import Vocabulary
from fluffy_tui.tui.compose.recent_captions import LISTED, NAME_LENGTH, caption_choices
from fluffy_tui.tui.keywords import InsertableTexts, load_written
from fluffy_tui.tui.platform.external_editor import edit_outside
from fluffy_tui.tui.snippets import PickedText, PickTextScreen, SnippetsScreen
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.caption.caption_editor import CaptionEditor
    from fluffy_tui.tui.keymap.bindings import Place
    from fluffy_tui.tui.session.context import Context

COMPARED = 30
"""Earlier captions that a new one is compared with, and that its hashtags are learned from."""


class CaptionTools:
    """Inserts texts into one caption editor; sentences name the keys of the place where it is."""

    def __init__(self, context: Context, persona: Persona, editor: CaptionEditor, place: Place) -> None:
        self._context, self.persona, self._editor, self._place = context, persona, editor, place
        self._posts: tuple[Post, ...] = ()
        self._snippets: tuple[Snippet, ...] = ()
        self.photo_id: int | None = None
        """The photo that the caption is for, whose own post is not offered."""
        self.written = InsertableTexts()
        """What was written about that photo."""
        self._unsubmitted: tuple[str, ...] = ()

    async def load(self) -> None:
        """Load what can be inserted, and suggest it from now on."""
        await asyncio.to_thread(_build_patterns)
        services = self._context.services
        self._posts = tuple(await services.scheduling.posts(self.persona, limit=COMPARED))
        self._snippets = tuple(await services.snippets.list(self.persona.id))
        await self.load_written()

    async def load_written(self) -> None:
        """Load what was written about the photo, to be offered."""
        photo_id, self.written = self.photo_id, InsertableTexts()
        if photo_id is not None:
            found = await load_written(self._context.services, photo_id)
            if photo_id == self.photo_id:
                self.written = found
        self.suggest(self._unsubmitted)

    @property
    def earlier_captions(self) -> tuple[str, ...]:
        """Captions of the persona's last posts, newest first."""
        return tuple(post.caption for post in self._earlier_posts)

    @property
    def _earlier_posts(self) -> list[Post]:
        return [post for post in self._posts if post.photo_id != self.photo_id]

    async def captions_to_differ_from(self) -> tuple[str, ...]:
        """Load and return the captions from which a new one is to differ: `LISTED` at most, the latest first."""
        await self.load()
        captions = (*self._unsubmitted, *self.earlier_captions)
        return tuple(dict.fromkeys(caption for caption in captions if caption.strip()))[:LISTED]

    def suggest(self, unsubmitted: Iterable[str] = ()) -> None:
        """Suggest hashtags and snippets while the caption is typed, also from captions that have no post yet."""
        self._unsubmitted = tuple(unsubmitted)
        captions = (*self._unsubmitted, *self.earlier_captions)
        self._editor.autocomplete.vocabulary = Vocabulary(self._snippets, captions, self.written.hashtags)

    def pick_earlier(self, editor: CaptionEditor) -> None:
        """List the persona's last captions, and insert one into a text."""
        self._pick(
            editor,
            f"recent captions of {one_line(self.persona.name)}",
            caption_choices(self._earlier_posts, self._context),
            "This persona has no other captions yet.",
        )

    def pick_snippet(
        self, editor: CaptionEditor, *, for_alt_text: bool = False, longest: int | None = None
    ) -> None:
        """List what was written about the photo, hashtag sets and snippets, and insert one into a text.

        What was read in the picture is cut to `longest` characters.
        """
        self._pick(
            editor,
            f"hashtag sets and snippets of {one_line(self.persona.name)}",
            [
                *self.written.choices(for_alt_text=for_alt_text, longest=longest),
                *(_snippet_choice(snippet) for snippet in self._snippets),
            ],
            self._context.with_keys(
                "No hashtag sets or snippets yet. "
                f"Press {{picker.back}}, then {{{self._place}.snippets}} to create one."
            ),
        )

    def manage_snippets(self, closed: Callable[[None], None]) -> None:
        self._editor.app.push_screen(SnippetsScreen(self._context, self.persona), closed)

    def open_editor(self) -> None:
        """Let the user write the caption in $VISUAL or $EDITOR.

        Raises:
            EditorFailed: The caption is unchanged.
        """
        text = edit_outside(self._editor.app, self._editor.text)
        if text != self._editor.text:
            self._editor.insert_text(text, (0, 0), self._editor.document.end)

    def _pick(self, editor: CaptionEditor, title: str, choices: Sequence[PickedText], empty: str) -> None:
        def insert(picked: PickedText | None) -> None:
            if picked is not None:
                editor.insert_apart(picked.text)
            editor.focus()

        editor.app.push_screen(PickTextScreen(title, choices, empty), insert)


def _build_patterns() -> None:
    """Compile the patterns for counting before the first key needs them, where it would be felt."""
    hashtags("a.example/#b")
    text_length("a.example ", rules_for("twitter"))


def _snippet_choice(snippet: Snippet) -> PickedText:
    if snippet.kind is SnippetKind.HASHTAGS:
        count = len(snippet.text.split())
        return PickedText(snippet.name, f"{count} hashtag{'s' * (count != 1)}", snippet.text)
    return PickedText(f";{snippet.name}", one_line(snippet.text)[:NAME_LENGTH], snippet.text)
