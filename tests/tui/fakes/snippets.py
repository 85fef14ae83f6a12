"""Hashtag sets and snippets in memory; sarah has two of each, one of them with markup."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.personas import Snippet, SnippetKind, SnippetNameTaken, SnippetNotFound
from tui.fakes.sample_data import MARKUP

if TYPE_CHECKING:
    from fluffy_tui.core.errors import FluffyError

Snippets = list[Snippet]


class FakeSnippets:
    """Snippets with the order and the refusals of the service."""

    def __init__(self) -> None:
        self.kept: dict[int, Snippet] = {}
        self.error: FluffyError | None = None
        """Raised by the next call."""
        for kind, name, text in (
            (SnippetKind.HASHTAGS, "autumn", "#leaves #november #goldenhour"),
            (SnippetKind.HASHTAGS, "sea and fog", "#sea #fog #beach #waves #northsea #morning"),
            (SnippetKind.PHRASE, "brackets", f"a phrase with {MARKUP} in it"),
            (SnippetKind.PHRASE, "sig", "— sarah, from the coast"),
        ):
            self._keep(Snippet(len(self.kept) + 1, 1, kind, name, text))

    async def list(self, persona_id: int) -> Snippets:
        """Return a persona's snippets."""
        self._raise()
        mine = [snippet for snippet in self.kept.values() if snippet.persona_id == persona_id]
        return sorted(mine, key=lambda snippet: (snippet.kind, snippet.name.casefold()))

    async def create(self, persona_id: int, kind: SnippetKind, name: str, text: str) -> Snippet:
        """Create one."""
        self._raise()
        made = Snippet(max(self.kept, default=0) + 1, persona_id, kind, name, text)
        return self._keep(made)

    async def change(self, snippet: Snippet, *, name: str | None = None, text: str | None = None) -> Snippet:
        """Change name or text."""
        self._raise()
        if snippet.id not in self.kept:
            raise SnippetNotFound("It was deleted already.")
        return self._keep(replace(snippet, name=name or snippet.name, text=text or snippet.text))

    async def delete(self, snippet: Snippet) -> None:
        """Delete one."""
        self._raise()
        if self.kept.pop(snippet.id, None) is None:
            raise SnippetNotFound("It was deleted already.")

    def _keep(self, snippet: Snippet) -> Snippet:
        for other in self.kept.values():
            same = (other.persona_id, other.kind) == (snippet.persona_id, snippet.kind)
            if same and other.id != snippet.id and other.name.casefold() == snippet.name.casefold():
                raise SnippetNameTaken(f"There is already one named {snippet.name}.", "Choose another name.")
        self.kept[snippet.id] = snippet
        return snippet

    def _raise(self) -> None:
        error, self.error = self.error, None
        if error is not None:
            raise error
