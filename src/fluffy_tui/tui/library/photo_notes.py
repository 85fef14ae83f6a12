"""What list and preview show about a photo besides the photo: draft, selection, duplicates, distance, damage."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING

from fluffy_tui.networks import UNKNOWN_SERVICE, rules_for
from fluffy_tui.photos import Keyword, Photo, PhotoTexts, Sort, Verdict
from fluffy_tui.similarity import Neighbour, Relation
from fluffy_tui.tui.library.photo_line import UNREADABLE, RowNote
from fluffy_tui.tui.library.stacks import ALONE, CAPACITY, Stacks
from fluffy_tui.tui.photo.photo_details import photo_details, short_path
from fluffy_tui.tui.results import SimilarPosts
from fluffy_tui.tui.text.stack_words import best_words
from fluffy_tui.tui.text.words import excerpt, one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fluffy_tui.tui.library.library_view import LibraryView
    from fluffy_tui.tui.session.context import Context

_RELATIONS = {
    Relation.SAME_FILE: "same file",
    Relation.SAME_PICTURE: "same picture, saved differently",
    Relation.SAME_SCENE: "same scene",
    Relation.SIMILAR: "similar",
    Relation.OTHER: "not very similar",
}
_DECIDED = {Verdict.PICK: "Picked", Verdict.REJECT: "Rejected", Verdict.UNDECIDED: "Unflagged"}
_LONGEST_NOTE = 80
"""Characters of a line below the picture."""
_IN_PICTURE = "text in the picture: "
_FLAGS = {Verdict.PICK: "picked", Verdict.REJECT: "rejected"}


class PhotoNotes:
    """Puts together what context, view and stacks know about a photo."""

    def __init__(self, context: Context, view: LibraryView, stacks: Stacks) -> None:
        self._context = context
        self._view = view
        self._stacks = stacks
        self.similar_posts = SimilarPosts(context.services, view.persona_id)
        self._unreadable: dict[int, str] = {}
        self._written: OrderedDict[int, tuple[tuple[str, ...], str]] = OrderedDict()
        """By photo id: lines, and the text in the picture, of which what is searched for is shown."""
        self._has_warned = False

    def reload_drafts(self) -> None:
        self._context.drafts.save_now()  # those of a screen that is just closing
        self._view.update_drafts(self._context.drafts.photos_with_drafts(self._view.persona_id))

    async def fetch(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos of some rows, and keep what is to be shown about them."""
        photos = await self._stacks.fetch(ids)
        found = await self._context.services.similarity.unreadable(ids)
        self._unreadable = {id_: why for id_, why in self._unreadable.items() if id_ not in ids} | found
        keywords = await self._context.services.keywords.of(ids)
        texts = await self._context.services.photos.texts(ids)
        for id_ in ids:
            lines = tuple(_written(keywords.get(id_, ()), texts.get(id_)))
            self._written[id_] = lines, texts[id_].in_picture if id_ in texts else ""
            self._written.move_to_end(id_)
        while len(self._written) > CAPACITY:
            self._written.popitem(last=False)
        return photos

    def row(self, photo: Photo) -> RowNote:
        """Return what the list shows about a photo."""
        neighbour, in_library = self._view.neighbour(photo.id), self._view.query is None
        is_duplicate = neighbour is None and self._stacks.first_of(photo.id) is not None
        stack = self._stacks.of(photo.id) if in_library and not is_duplicate else ALONE
        is_expanded = self._stacks.is_expanded(photo.id)
        return RowNote(
            has_draft=photo.sha256 in self._view.drafts,
            is_selected=photo.id in self._context.selection,
            duplicates=len(stack.behind),
            verdicts=frozenset() if is_expanded else stack.verdicts,
            is_expanded=is_expanded,
            is_duplicate=is_duplicate,
            distance=_distance(neighbour) if neighbour else "",
            unreadable=self._unreadable.get(photo.id, ""),
        )

    def details(self, photo: Photo, room: int) -> str:
        """Return what is shown below the picture, in so many columns."""
        persona = self._context.overview.persona
        rules = rules_for(persona.service if persona else UNKNOWN_SERVICE)
        return photo_details(photo, rules, self._context.zone, tuple(self._lines(photo, room)))

    def _lines(self, photo: Photo, room: int) -> Iterator[str]:
        note, neighbour = self.row(photo), self._view.neighbour(photo.id)
        lines, in_picture = self._written.get(photo.id, ((), ""))
        yield from lines
        if in_picture:
            searched = re.findall(r"\w+", " ".join((*self._view.browse.shown_words, self._view.browse.text)))
            shown = excerpt(one_line(in_picture), searched, _LONGEST_NOTE - len(_IN_PICTURE))
            yield f"{_IN_PICTURE}{shown}"
        if note.unreadable:
            yield f"{UNREADABLE} {one_line(note.unreadable)}"
        if photo.scores is None and self._view.browse.sort is Sort.SHARPNESS:
            yield "not indexed yet, so listed as the least sharp"
        if neighbour is not None:
            yield f"distance {neighbour.distance:.2f}: {_RELATIONS[neighbour.relation]}"
        if note.is_duplicate:
            yield "in the stack of the photo above"
        elif note.duplicates and note.is_expanded:
            yield self._with_keys(f"{self._reason(photo)} · {{library.duplicates}} collapses")
        elif note.duplicates:
            flags = " and ".join(_FLAGS[verdict] for verdict in _FLAGS if verdict in note.verdicts)
            hidden = f"{self._reason(photo)}{f', others {flags}' if flags else ''}"
            yield self._with_keys(f"{hidden} · {{library.duplicates}} expands · keys affect only this photo")
        if same_files := self._stacks.of(photo.id).same_files:
            others = f" and {len(same_files) - 1} more" if len(same_files) > 1 else ""
            yield f"same file also at {one_line(short_path(same_files[0]))}{others}"
        if results := self.similar_posts.line(photo.id, room):
            yield results

    def warn_of_duplicates(self, photo: Photo) -> str:
        """Return once, for the first such flag, that it does not include the collapsed photos; else nothing."""
        note = self.row(photo)
        if not note.duplicates or note.is_expanded or self._has_warned:
            return ""
        self._has_warned = True
        done = _DECIDED[Verdict(photo.verdict or Verdict.UNDECIDED)]
        others = "other photo" if note.duplicates == 1 else f"{note.duplicates:,} other photos"
        return self._with_keys(
            f"{done} only this photo, not the {others} of its stack. {{library.duplicates}} expands it."
        )

    def why_no_duplicates(self, progress: str) -> str:
        """Return why a photo has no stack to expand, given the progress of the index."""
        if not self._view.browse.folded:
            return self._with_keys("Stacks are not collapsed. {library.all_duplicates} collapses them.")
        return f"No stack found yet, {progress}." if progress else "This photo is in no stack."

    def _reason(self, photo: Photo) -> str:
        """Return why a photo is the first of its stack, such as `sharpest of 7`."""
        stack = self._stacks.of(photo.id)
        return best_words(stack.best_by, len(stack.behind) + 1)

    def _with_keys(self, sentence: str) -> str:
        return self._context.with_keys(sentence)


def _written(keywords: Sequence[Keyword], texts: PhotoTexts | None) -> Iterator[str]:
    """Yield what the user and other programs have written about a photo, a line each: keywords, then the rest."""
    if keywords:
        yield shortened(" ".join(f"#{one_line(keyword.word)}" for keyword in keywords), _LONGEST_NOTE)
    if texts is not None:
        label = f"label {texts.label}" if texts.label else ""
        alt_text = "has alt text" if texts.alt_text else ""
        words = " · ".join(filter(None, (label, alt_text, texts.title, texts.description)))
        if words:
            yield shortened(one_line(words), _LONGEST_NOTE)


def _distance(neighbour: Neighbour) -> str:
    """Return a distance with its meaning, such as `0.12 same scene`; only the number where it has none."""
    relation = "" if neighbour.relation is Relation.OTHER else f" {neighbour.relation}"
    return f"{neighbour.distance:.2f}{relation}"
