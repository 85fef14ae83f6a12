"""The prompt in which the keywords of some photos are edited."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import LONGEST_KEYWORD
from fluffy_tui.tui.keywords.keyword_list import changes, line_of
from fluffy_tui.tui.keywords.keyword_suggester import KeywordSuggester
from fluffy_tui.tui.text.words import plural, quoted
from fluffy_tui.tui.ui.dialogs import AskTextScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.ui.frame_screen import FrameScreen

_LONGEST_LINE = 5_000
"""Characters beside those of the keywords that are there already, of which XMP may bring a thousand."""
ABOUT_ONE = "Separate keywords with commas."
ABOUT_SEVERAL = "Keywords of {count:,} photos, separated by commas. Those marked * are only on some of them."


class KeywordPrompt:
    """Asks for the keywords of photos, and stores what was changed."""

    def __init__(self, screen: FrameScreen, context: Context, persona_id: int) -> None:
        self._screen = screen
        self._keywords = context.services.keywords
        self._own = context.keys
        self._persona_id = persona_id

    def open(self, photo_ids: Sequence[int]) -> None:
        """Load the keywords of photos, and let the user edit them."""
        self._screen.run_worker(
            self._ask(photo_ids),
            group="keywords",
            exit_on_error=False,
            description="loading keywords",
        )

    async def _ask(self, photo_ids: Sequence[int]) -> None:
        line = line_of(await self._keywords.of(photo_ids), len(photo_ids))
        if not self._screen.is_current:  # the user has gone elsewhere meanwhile
            return
        several = len(photo_ids) > 1
        self._screen.app.push_screen(
            AskTextScreen(
                "keywords",
                "fog, black sand",
                partial(self._store, photo_ids, line),
                text=f"{line}, " if line else "",
                own=self._own,
                about=ABOUT_SEVERAL.format(count=len(photo_ids)) if several else ABOUT_ONE,
                may_be_empty=True,
                longest=len(line) + _LONGEST_LINE,
                suggester=KeywordSuggester(partial(self._keywords.complete, self._persona_id), several=True),
            ),
            self._report if several else None,
        )

    async def _store(self, photo_ids: Sequence[int], before: str, after: str) -> str:
        """Store the changes; return how many photos have been changed, in words."""
        wanted = changes(before, after)
        for word in wanted.added:
            if len(word) > LONGEST_KEYWORD:
                raise FluffyError(
                    f"{quoted(word)} is too long for a keyword.", f"Use at most {LONGEST_KEYWORD} characters."
                )
        if wanted.added:
            await self._keywords.add(photo_ids, wanted.added)
        if wanted.removed:
            await self._keywords.remove(photo_ids, wanted.removed)
        if not wanted.added and not wanted.removed:
            return ""
        return f"Keywords of {len(photo_ids):,} {plural(len(photo_ids), 'photo')} changed."

    def _report(self, done: str | None) -> None:
        if done:
            self._screen.notify(done, markup=False)
