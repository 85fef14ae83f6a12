"""A hashtag set is created in the app, offered in the composer and posted, with real services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.personas import SnippetKind
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.snippets.screen import SnippetsScreen
from fluffy_tui.tui.snippets.snippet_editor import SnippetEditorScreen
from fluffy_tui.tui.snippets.snippet_picker import PickTextScreen

if TYPE_CHECKING:
    from journey.installation import Installation


async def test_a_hashtag_set_is_created_offered_and_posted(installation: Installation) -> None:
    async with installation.with_photos(2).running() as real:
        await real.on(PersonasScreen)
        await real.until(lambda: real.shows("2 unscheduled"))
        await real.pilot.press("s")
        await real.on(SnippetsScreen)
        await real.until(lambda: real.shows("No hashtag sets or snippets yet"))
        await real.pilot.press("n")
        await real.on(SnippetEditorScreen)
        await real.type("by the sea")
        await real.pilot.press("enter")
        await real.type("north, #Sea sea")
        await real.pilot.press("ctrl+s")
        await real.on(SnippetsScreen)
        await real.until(lambda: real.shows("#north #Sea"))
        await real.pilot.press("escape")

        await real.to_library(2)
        await real.until(lambda: real.shows("IMG_0000.jpg"))
        await real.pilot.press("enter")
        await real.on(ComposeScreen)
        composer: Any = real.app.screen
        editor = composer.form.caption
        await real.until(lambda: editor.autocomplete.vocabulary is not None)
        await real.type("fog #s")
        await real.until(lambda: editor.autocomplete.is_open)
        await real.pilot.press("tab", "ctrl+g")
        await real.on(PickTextScreen)
        await real.pilot.press("enter")
        await real.on(ComposeScreen)
        await real.until(lambda: editor.text == "fog #Sea #north #Sea")
        await real.pilot.press("ctrl+s")
        await real.on(LibraryScreen)
        await real.until(lambda: real.shows("in Buffer for"))
        assert "fog #Sea #north #Sea" in [post.text for post in installation.stand_in.posts()]
        [persona] = await real.services.personas.list()
        [saved] = await real.services.snippets.list(persona.id)
        assert (saved.kind, saved.name, saved.text) == (SnippetKind.HASHTAGS, "by the sea", "#north #Sea")
