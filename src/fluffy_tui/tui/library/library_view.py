"""What the library lists, and the photo it opens on: photos by filter and order, or the ones similar to others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fluffy_tui.photos import Browse, Photo, Sort, Verdict
from fluffy_tui.tui.text.day_parser import DateNotUnderstood
from fluffy_tui.tui.text.filter_query import filter_chips, parse_filter, parse_period

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime, tzinfo

    from fluffy_tui.similarity import Neighbour
    from fluffy_tui.tui.ports import PhotosPort, SimilarityPort

_USUALLY_DESCENDING = {Sort.TAKEN, Sort.IMPORTED, Sort.SHARPNESS, Sort.STARS}
SEPARATOR = " · "
_VERDICTS = (None, Verdict.UNDECIDED, Verdict.PICK, Verdict.REJECT)


@dataclass(frozen=True, slots=True)
class SimilarQuery:
    """A search for similar or dissimilar photos among those without a post."""

    photo_ids: tuple[int, ...]
    """What they are compared with."""
    title: str
    """The list's title, such as `like IMG_2041.HEIC · esc back`."""
    least: bool = False
    """Whether the most distant photos are wanted."""

    async def run(self, similarity: SimilarityPort) -> Sequence[Neighbour]:
        """Return the results, best first; raises FluffyError while the index is not ready."""
        if self.least:
            return await similarity.least_like(self.photo_ids, fold=True)
        return await similarity.more_like(self.photo_ids[0], fold=True)


class LibraryView:
    """Filter and order of a persona's library, and the query whose results replace it for a while."""

    def __init__(self, persona_id: int, zone: tzinfo, clock: Callable[[], datetime]) -> None:
        self.persona_id = persona_id
        self._zone = zone
        self._clock = clock
        self.browse = Browse(folded=True)
        """Filter and order, which also wait behind a query."""
        self.query: SimilarQuery | None = None
        """The similar photos that are listed instead."""
        self._neighbours: dict[int, Neighbour] = {}
        self.refusal = ""
        """Why the filter that was typed last has changed nothing: what is wrong, and what to do."""
        self.drafts: frozenset[str] = frozenset()
        """The SHA-256 sums of the photos that have a draft."""
        self._verdict: Verdict | None = None  # chosen by key; one that is typed in the filter wins

    @property
    def requested(self) -> Browse | SimilarQuery:
        """What is to be listed."""
        return self.query or self.browse

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What is listed, in words, each with the library's action that changes it."""
        if self.query:
            return [(self.query.title, "clear")]
        return [(f"! {self.refusal}", "filter")] if self.refusal else filter_chips(self.browse)

    @property
    def title(self) -> str:
        return SEPARATOR.join(words for words, _ in self.chips)

    async def opens_on(self, photos: PhotosPort, last: int | None) -> int | None:
        """Return the photo on which the cursor begins, given the last one that it was on, if known.

        That is the first one without a verdict from the last one on, else from the top, else the last one.
        """
        for after in dict.fromkeys((last, None)):
            found = await photos.first_ids(
                self.persona_id, self.browse, limit=1, after=after, verdict=Verdict.UNDECIDED
            )
            if found:
                return found[0]
        return last

    # Similar photos

    @property
    def neighbours(self) -> Sequence[Neighbour]:
        """The results of the query, best first."""
        return tuple(self._neighbours.values())

    def set_query(self, query: SimilarQuery | None, neighbours: Sequence[Neighbour]) -> None:
        """List the results of a query, or the library again."""
        self.query = query
        self._neighbours = {neighbour.photo_id: neighbour for neighbour in neighbours}

    def neighbour(self, photo_id: int) -> Neighbour | None:
        """Return a photo as a result of the query; None outside of one."""
        return self._neighbours.get(photo_id) if self.query is not None else None

    # Filter and order

    def lists(self, photo: Photo) -> bool:
        """Whether a photo stays in the list, with the flag and the stars that it has now."""
        least, most = self.browse.stars
        is_flagged_so = self.browse.verdict in (None, Verdict(photo.verdict or Verdict.UNDECIDED))
        return self.query is not None or (is_flagged_so and least <= photo.stars <= most)

    @property
    def is_of_decisions(self) -> bool:
        """Whether flags or stars decide what is listed."""
        return self.browse.verdict is not None or self.browse.stars != Browse().stars

    def filter_by(self, text: str) -> None:
        """List what a filter matches; a date that does not exist is refused, and the list stays as it is."""
        base = replace(self.browse, verdict=self._verdict)
        try:
            self.browse, self.refusal = parse_filter(text, base, self._today, self.drafts), ""
        except DateNotUnderstood as error:
            self.refusal = f"{error.message} {error.hint}"

    def update_drafts(self, drafts: frozenset[str]) -> None:
        """Note which photos have a draft now, which decides what is listed where the filter asks for that."""
        self.drafts = drafts
        if self.browse.contents is not None:
            self.browse = replace(self.browse, contents=drafts)

    def clear_filter(self) -> None:
        """Remove the filter, however it was set."""
        self._verdict = None
        self.filter_by("")

    def next_verdict(self) -> None:
        """List only unflagged, then picked, then rejected photos, then all."""
        now = _VERDICTS.index(self.browse.verdict)
        self._verdict = _VERDICTS[(now + 1) % len(_VERDICTS)]
        self.browse = replace(self.browse, verdict=self._verdict)

    def next_sort(self) -> None:
        """Sort by the next criterion, in its usual direction."""
        sorts = list(Sort)
        sort = sorts[(sorts.index(self.browse.sort) + 1) % len(sorts)]
        self.browse = replace(self.browse, sort=sort, descending=sort in _USUALLY_DESCENDING)

    def reverse_order(self) -> None:
        self.browse = replace(self.browse, descending=not self.browse.descending)

    @property
    def by_date(self) -> Browse:
        """The filter, ordered by the time taken: as it is if it has that order, else the newest first."""
        browse = self.browse
        return browse if browse.sort is Sort.TAKEN else replace(browse, sort=Sort.TAKEN, descending=True)

    def period(self, text: str) -> tuple[datetime, datetime]:
        """Return when a typed day, week, month or year begins and ends; raises FluffyError if it is none."""
        return parse_period(text, self._today)

    @property
    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    def sort_by_date(self) -> None:
        self.browse = self.by_date

    def toggle_duplicates(self) -> None:
        """List all duplicates as rows of their own, or collapse them."""
        self.browse = replace(self.browse, folded=not self.browse.folded)
