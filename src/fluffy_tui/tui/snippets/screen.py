"""A persona's hashtag sets and snippets: create, edit, rename, delete, undo."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.core.app_events import Connected
from fluffy_tui.networks import hashtag_count, rules_for
from fluffy_tui.personas import Persona, Snippet, SnippetKind
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.snippets.snippet_editor import SnippetEditorScreen, over_limit_words
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.ui.deleted_items import DeletedItems
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import ActiveBinding

    from fluffy_tui.tui.session.context import Context

_EMPTY = """No hashtag sets or snippets yet

{snippets.new_set} creates a hashtag set. In a caption, # suggests its hashtags, \
and {compose.insert} inserts the whole set.
{snippets.new_snippet} creates a snippet, such as a signature. In a caption, type ; and its name to insert it."""


class SnippetsScreen(FrameScreen):
    """Lists hashtag sets and snippets, and shows the whole text of the one under the cursor."""

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
        service = context.services.snippets
        self._deleted: DeletedItems[Snippet] = DeletedItems(
            self,
            service.delete,
            lambda gone: service.create(gone.persona_id, gone.kind, gone.name, gone.text),
        )
        self._chosen: int | None = None
        """The snippet to which the cursor goes once it is listed."""

    def compose_body(self) -> ComposeResult:
        listing = VimList(id="snippets", classes="box")
        listing.border_title = Content(f"Snippets of {one_line(self._persona.name)}")
        with Horizontal(id="snippet-panes"):
            yield listing
            with VerticalScroll(id="snippet", classes="box", can_focus=False):
                yield Static(id="snippet-words", markup=False)
        yield Static(self.context.with_keys(_EMPTY), id="no-snippets", markup=False)

    def on_mount(self) -> None:
        self._load()

    @on_event(Connected)
    @work(group="snippets", exclusive=True, exit_on_error=False, description="loading snippets")
    async def _load(self) -> None:
        """Load the list, and put the cursor on the chosen snippet."""
        self._snippets = await self.context.services.snippets.list(self._persona.id)
        listing = self.query_one(VimList)
        before = listing.highlighted or 0
        listing.set_options([_line(snippet) for snippet in self._snippets])
        self.set_class(not self._snippets, "-empty")
        ids = [snippet.id for snippet in self._snippets]
        if ids:
            listing.highlighted = ids.index(self._chosen) if self._chosen in ids else before
            self._chosen = None
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
        words = [Content(snippet.text)]
        if warning := over_limit_words(count, self._rules):
            words.append(Content.styled(warning, "$text-warning"))
        self.query_one("#snippet-words", Static).update(Content("\n\n").join(words))

    @property
    def _highlighted(self) -> Snippet | None:
        index = self.query_one(VimList).highlighted
        return None if index is None else self._snippets[index]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the actions that have nothing to act on."""
        if action in ("edit", "rename", "delete") and not self._snippets:
            return None
        return True

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return self._deleted.dimmed(super().active_bindings)

    def action_new_set(self) -> None:
        self._create(SnippetKind.HASHTAGS)

    def action_new_snippet(self) -> None:
        self._create(SnippetKind.PHRASE)

    def _create(self, kind: SnippetKind) -> None:
        save = partial(self.context.services.snippets.create, self._persona.id, kind)
        editor = SnippetEditorScreen(kind, self._rules, save, own=self.context.keys)
        self.app.push_screen(editor, self._saved)

    @on(OptionList.OptionSelected)
    def action_edit(self) -> None:
        if snippet := self._highlighted:

            async def save(name: str, text: str) -> Snippet:
                return await self.context.services.snippets.change(snippet, name=name, text=text)

            keys = self.context.keys
            editor = SnippetEditorScreen(snippet.kind, self._rules, save, snippet, own=keys)
            self.app.push_screen(editor, self._saved)

    def action_rename(self) -> None:
        if snippet := self._highlighted:

            async def rename(name: str) -> Snippet:
                return await self.context.services.snippets.change(snippet, name=name)

            keys = self.context.keys
            question = AskTextScreen("Rename", "New name", rename, text=snippet.name, own=keys)
            self.app.push_screen(question, self._saved)

    def _saved(self, snippet: Snippet | None) -> None:
        if snippet is not None:
            self._chosen = snippet.id
            self._load()

    @work(group="snippets-change", exit_on_error=False, description="deleting a snippet")
    async def action_delete(self) -> None:
        snippet = self._highlighted
        if snippet is None:
            return
        await self._deleted.delete(snippet, f"“{one_line(snippet.name)}”")
        self._load()

    @work(group="snippets-change", exit_on_error=False, description="restoring a snippet")
    async def action_undo(self) -> None:
        """Restore the snippet that was deleted last."""
        self._saved(await self._deleted.undo())


def _line(snippet: Snippet) -> Content:
    is_set = snippet.kind is SnippetKind.HASHTAGS
    count = hashtag_count(snippet.text)
    about = f"{count} {plural(count, 'hashtag')}" if is_set else one_line(snippet.text)
    name = f"{'#' if is_set else ';'} {one_line(snippet.name)}"
    return Content.assemble((name, "bold"), (f"  {about}", "dim"))
