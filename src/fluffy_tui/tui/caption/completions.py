"""What is offered while a caption is typed: the persona's hashtags after `#`, its snippets after `;`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.networks import hashtags
from fluffy_tui.personas import SnippetKind
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fluffy_tui.personas import Snippet

MOST = 8
"""Offers at a time."""
SNIPPET_SIGN = ";"
"""What a snippet's name is typed after."""
_BEGUN = re.compile(r"(?<![^\s(])[#＃;][^\s#＃;]*$")
_ABOUT = 40
"""Characters of a snippet that are shown beside its name."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One offer."""

    word: str
    """What one would have typed, such as `#sunset` or `;sig`."""
    text: str
    """What takes the place of the word that was begun."""
    about: str
    """Why it is offered, or what it is."""


def begun(before: str) -> str:
    """Return the word at the end of a text that offers may complete, from its `#` or `;` on; empty without one."""
    found = _BEGUN.search(before)
    return found[0] if found else ""


class Completions:
    """The hashtags and snippets of one persona.

    Args:
        snippets: its hashtag sets and snippets.
        captions: its recent captions, the newest first.
    """

    def __init__(self, snippets: Sequence[Snippet] = (), captions: Iterable[str] = ()) -> None:
        self._snippets = [
            *(snippet for snippet in snippets if snippet.kind is SnippetKind.PHRASE),
            *(snippet for snippet in snippets if snippet.kind is SnippetKind.HASHTAGS),
        ]
        self._hashtags: dict[str, tuple[str, str]] = {}
        """Each hashtag in lower case, with how it is written and why it is known; the likeliest first."""
        self._know_hashtags([found for caption in captions for found in hashtags(caption)])

    def offers(self, word: str, used: Iterable[str] = ()) -> tuple[Completion, ...]:
        """Return what may complete a word that was begun; nothing where it is complete and alone.

        Args:
            word: as `begun` returns it.
            used: hashtags that the caption has elsewhere, which are not offered again.
        """
        sign, rest = word[:1], word[1:].casefold()
        if sign == SNIPPET_SIGN:
            return tuple(self._of_snippets(rest))[:MOST]
        if not sign:
            return ()
        taken = {_folded(hashtag) for hashtag in used}
        found = [
            Completion(written, written, about)
            for folded, (written, about) in self._hashtags.items()
            if folded.startswith(rest) and folded not in taken
        ]
        return () if [offer.text.casefold() for offer in found] == [f"#{rest}"] else tuple(found[:MOST])

    def _of_snippets(self, begun_name: str) -> Iterable[Completion]:
        for snippet in self._snippets:
            if snippet.name.casefold().startswith(begun_name):
                yield Completion(f";{snippet.name}", snippet.text, one_line(snippet.text)[:_ABOUT])

    def _know_hashtags(self, lately: list[str]) -> None:
        times = Counter(map(_folded, lately))
        written = {_folded(found): f"#{found[1:]}" for found in reversed(lately)}
        in_sets: dict[str, str] = {}
        for snippet in self._snippets:
            if snippet.kind is SnippetKind.HASHTAGS:
                for found in snippet.text.split():
                    written[_folded(found)] = found
                    in_sets.setdefault(_folded(found), one_line(snippet.name))
        for folded in sorted(written, key=lambda folded: (-times[folded], folded)):
            often = f"{times[folded]} × lately" if times[folded] else ""
            about = " · ".join(part for part in (in_sets.get(folded, ""), often) if part)
            self._hashtags[folded] = (written[folded], about)


def _folded(hashtag: str) -> str:
    return hashtag[1:].casefold()
