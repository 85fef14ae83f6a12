"""What list and preview show about a photo besides the photo: draft, selection, duplicates, distance, damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.networks import UNKNOWN_SERVICE, rules_for
from fluffy_tui.photos import BestBy, Sort, Verdict
from fluffy_tui.similarity import Relation
from fluffy_tui.tui.library.photo_line import UNREADABLE, RowNote
from fluffy_tui.tui.library.stacks import ALONE
from fluffy_tui.tui.photo.photo_details import photo_details, short_path
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fluffy_tui.photos import Photo
    from fluffy_tui.similarity import Neighbour
    from fluffy_tui.tui.library.library_view import LibraryView
    from fluffy_tui.tui.library.stacks import Stacks
    from fluffy_tui.tui.session.context import Context

_RELATIONS = {
    Relation.SAME_FILE: "same file",
    Relation.SAME_PICTURE: "same picture, saved differently",
    Relation.SAME_SCENE: "same scene",
    Relation.SIMILAR: "similar",
    Relation.OTHER: "not very similar",
}
_REASONS = {
    BestBy.PICKED: "picked one",
    BestBy.EDITED: "edited one",
    BestBy.LARGEST: "largest",
    BestBy.SHARPEST: "sharpest",
    BestBy.OLDEST: "oldest",
}
_DECIDED = {Verdict.PICK: "Picked", Verdict.REJECT: "Rejected", Verdict.UNDECIDED: "Unflagged"}
_FLAGS = {Verdict.PICK: "picked", Verdict.REJECT: "rejected"}


class PhotoNotes:
    """Puts together what context, view and stacks know about a photo."""

    def __init__(self, context: Context, view: LibraryView, stacks: Stacks) -> None:
        self._context = context
        self._view = view
        self._stacks = stacks
        self._drafts: frozenset[str] = frozenset()
        self._unreadable: dict[int, str] = {}
        self._has_warned = False

    def reload_drafts(self) -> None:
        """Look up which photos have a draft."""
        self._drafts = self._context.drafts.photos_with_drafts(self._view.persona_id)

    async def fetch(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos of some rows, and keep what is to be shown about them."""
        photos = await self._stacks.fetch(ids)
        found = await self._context.services.similarity.unreadable(ids)
        self._unreadable = {id_: why for id_, why in self._unreadable.items() if id_ not in ids} | found
        return photos

    def row(self, photo: Photo) -> RowNote:
        """Return what the list shows about a photo."""
        neighbour, in_library = self._view.neighbour(photo.id), self._view.query is None
        is_duplicate = neighbour is None and self._stacks.first_of(photo.id) is not None
        stack = self._stacks.of(photo.id) if in_library and not is_duplicate else ALONE
        is_expanded = self._stacks.is_expanded(photo.id)
        return RowNote(
            has_draft=photo.sha256 in self._drafts,
            is_selected=photo.id in self._context.selection,
            duplicates=len(stack.behind),
            verdicts=frozenset() if is_expanded else stack.verdicts,
            is_expanded=is_expanded,
            is_duplicate=is_duplicate,
            distance=_distance(neighbour) if neighbour else "",
            unreadable=self._unreadable.get(photo.id, ""),
        )

    def details(self, photo: Photo) -> str:
        """Return what is shown below the picture."""
        persona = self._context.overview.persona
        rules = rules_for(persona.service if persona else UNKNOWN_SERVICE)
        return photo_details(photo, rules, self._context.zone, tuple(self._lines(photo)))

    def _lines(self, photo: Photo) -> Iterator[str]:
        note, neighbour = self.row(photo), self._view.neighbour(photo.id)
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

    def warn_of_duplicates(self, photo: Photo, verdict: Verdict) -> str:
        """Return once, for the first such verdict, that it does not include the collapsed photos; else nothing."""
        note = self.row(photo)
        if not note.duplicates or note.is_expanded or self._has_warned:
            return ""
        self._has_warned = True
        others = "other photo" if note.duplicates == 1 else f"{note.duplicates:,} other photos"
        return self._with_keys(
            f"{_DECIDED[verdict]} only this photo, not the {others} of its stack. {{library.duplicates}} expands it."
        )

    def why_no_duplicates(self, progress: str) -> str:
        """Return why a photo has no stack to expand, given the progress of the index."""
        if not self._view.browse.folded:
            return self._with_keys("Stacks are not collapsed. {library.all_duplicates} collapses them.")
        return f"No stack found yet, {progress}." if progress else "This photo is in no stack."

    def _reason(self, photo: Photo) -> str:
        """Return why a photo is the first of its stack, such as `sharpest of 7`."""
        stack = self._stacks.of(photo.id)
        return f"{_REASONS[stack.best_by]} of {len(stack.behind) + 1:,}"

    def _with_keys(self, sentence: str) -> str:
        return self._context.with_keys(sentence)


def _distance(neighbour: Neighbour) -> str:
    """Return a distance with its meaning, such as `0.12 same scene`; only the number where it has none."""
    relation = "" if neighbour.relation is Relation.OTHER else f" {neighbour.relation}"
    return f"{neighbour.distance:.2f}{relation}"
