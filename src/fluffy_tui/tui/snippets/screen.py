"""A persona's hashtag sets and snippets: made, changed, deleted and brought back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fluffy_tui.core.app_events import Connected
from fluffy_tui.networks import hashtag_count, rules_for
from fluffy_tui.personas import Snippet, SnippetKind
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.snippets.snippet_editor import Wording, WriteSnippetScreen, hashtag_words
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.session.context import Context

_EMPTY = """No hashtag sets and no snippets yet.

{snippets.new_set} makes a set of hashtags; in a caption, # offers each of them \
and {compose.insert} puts in the whole set.
{snippets.new_snippet} makes a snippet, such as a signature; in a caption, ; and its name put it in."""


class SnippetsScreen(FrameScreen):
    """Lists what a persona uses again and again; what is under the cursor is shown whole.

    Args:
        context: The world.
        persona: Whose they are.
    """

    PLACE = Place.SNIPPETS
    BINDINGS = bindings(Place.SNIPPETS)
    DEFAULT_CSS = """
    SnippetsScreen {
        #body { padding: 0 1; }
        #snippets { width: 44; height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        #snippet { width: 1fr; height: 1fr; }
        #snippet-words { height: auto; }
        #no-snippets { display: none; height: 1fr; padding: 2 4; }
        &.-empty #snippet-panes { display: none; }
        &.-empty #no-snippets { display: block; }
        &.-narrow #snippet-panes { layout: vertical; }
        &.-narrow #snippets { width: 1fr; }
        &.-normal #snippets { width: 36; }
    }
    """

    def __init__(self, context: Context, persona: Persona) -> None:
        super().__init__(context)
        self._persona = persona
        self._rules = rules_for(persona.service)
        self._snippets: list[Snippet] = []
        self._deleted: list[Snippet] = []

    def compose_body(self) -> ComposeResult:
        """Lay the list beside the text."""
        listing = VimList(id="snippets", classes="box")
        listing.border_title = Content(f"snippets of {one_line(self._persona.name)}")
        with Horizontal(id="snippet-panes"):
            yield listing
            with VerticalScroll(id="snippet", classes="box", can_focus=False):
                yield Static(id="snippet-words", markup=False)
        yield Static(self.context.with_keys(_EMPTY), id="no-snippets", markup=False)

    def on_mount(self) -> None:
        """Read them."""
        self._load()

    @on_event(Connected)
    def _reload(self) -> None:
        self._load()

    @work(
        group="snippets", exclusive=True, exit_on_error=False, description="reading hashtag sets and snippets"
    )
    async def _load(self, chosen: int | None = None) -> None:
        """Read them anew, and go to one of them."""
        self._snippets = await self.context.services.snippets.list(self._persona.id)
        listing = self.query_one(VimList)
        before = listing.highlighted or 0
        listing.clear_options()
        listing.add_options([Option(_line(snippet)) for snippet in self._snippets])
        self.set_class(not self._snippets, "-empty")
        ids = [snippet.id for snippet in self._snippets]
        if ids:
            listing.highlighted = ids.index(chosen) if chosen in ids else min(before, len(ids) - 1)
            listing.focus()
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        snippet = self._highlighted
        if snippet is None:
            return
        pane = self.query_one("#snippet")
        pane.border_title = Content(one_line(snippet.name))
        count, limit = hashtag_count(snippet.text), self._rules.hashtag_limit
        pane.border_subtitle = f"{count} of {limit} hashtags" if limit and count else ""
        told, too_many = hashtag_words(count, self._rules)
        words = [Content(snippet.text)]
        if too_many:
            words.append(Content.styled(told, "$text-warning"))
        self.query_one("#snippet-words", Static).update(Content("\n\n").join(words))

    @property
    def _highlighted(self) -> Snippet | None:
        index = self.query_one(VimList).highlighted
        return self._snippets[index] if index is not None and index < len(self._snippets) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what there is nothing for."""
        if action in ("edit", "rename", "delete") and not self._snippets:
            return None
        return None if action == "undo" and not self._deleted else True

    def action_new_set(self) -> None:
        """Make a set of hashtags."""
        self._write(SnippetKind.HASHTAGS)

    def action_new_snippet(self) -> None:
        """Make a snippet."""
        self._write(SnippetKind.PHRASE)

    def _write(self, kind: SnippetKind) -> None:
        keep = partial(self.context.services.snippets.create, self._persona.id, kind)
        self.app.push_screen(
            WriteSnippetScreen(kind, self._rules, keep, own=self.context.setup.settings.keys), self._kept
        )

    @on(OptionList.OptionSelected)
    def action_edit(self) -> None:
        """Change name and text."""
        snippet = self._highlighted
        if snippet is None:
            return

        async def keep(name: str, text: str) -> Snippet:
            return await self.context.services.snippets.change(snippet, name=name, text=text)

        wording = Wording(snippet.name, snippet.text)
        self.app.push_screen(
            WriteSnippetScreen(
                snippet.kind, self._rules, keep, wording, own=self.context.setup.settings.keys
            ),
            self._kept,
        )

    def action_rename(self) -> None:
        """Give it another name."""
        snippet = self._highlighted
        if snippet is None:
            return

        async def rename(name: str) -> Snippet:
            return await self.context.services.snippets.change(snippet, name=name)

        self.app.push_screen(
            AskTextScreen(
                "rename", "The new name", rename, text=snippet.name, own=self.context.setup.settings.keys
            ),
            self._kept,
        )

    def _kept(self, snippet: Snippet | None) -> None:
        if snippet is not None:
            self._load(snippet.id)

    @work(group="snippets-change", exit_on_error=False, description="deleting it")
    async def action_delete(self) -> None:
        """Delete it; `z` brings it back."""
        snippet = self._highlighted
        if snippet is None:
            return
        await self.context.services.snippets.delete(snippet)
        self._deleted.append(snippet)
        back = self.context.with_keys("{snippets.undo} brings it back.")
        self.notify(f"Deleted “{one_line(snippet.name)}”; {back}", markup=False)
        self._load()

    @work(group="snippets-change", exit_on_error=False, description="bringing it back")
    async def action_undo(self) -> None:
        """Bring back what was deleted last."""
        if not self._deleted:
            return
        gone = self._deleted[-1]
        back = await self.context.services.snippets.create(gone.persona_id, gone.kind, gone.name, gone.text)
        self._deleted.pop()
        self._load(back.id)

    async def action_back(self) -> None:
        """Go back."""
        await self.dismiss()


def _line(snippet: Snippet) -> Content:
    if snippet.kind is SnippetKind.HASHTAGS:
        count = hashtag_count(snippet.text)
        return Content.assemble(
            Content.styled(f"# {one_line(snippet.name)}", "bold"),
            Content.styled(f"  {count} hashtag{'s' * (count != 1)}", "dim"),
        )
    return Content.assemble(
        Content.styled(f"; {one_line(snippet.name)}", "bold"),
        Content.styled(f"  {one_line(snippet.text)}", "dim"),
    )
