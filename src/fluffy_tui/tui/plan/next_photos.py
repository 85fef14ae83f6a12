"""Which photos fill free slots: picked ones first, then undecided ones, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.photos import Browse, Verdict

if TYPE_CHECKING:
    from fluffy_tui.tui.ports import PhotosPort


@dataclass(frozen=True, slots=True)
class NextPhotos:
    """The newest photos without a post."""

    picked: tuple[int, ...]
    undecided: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """All of them, in the order in which they fill slots."""
        return self.picked + self.undecided

    @property
    def words(self) -> str:
        """How they were chosen, such as `the newest photos: 3 picked and 4 undecided`."""
        counts = ((len(self.picked), "picked"), (len(self.undecided), "undecided"))
        return f"the newest photos: {' and '.join(f'{count} {name}' for count, name in counts if count)}"


async def next_photos(photos: PhotosPort, persona_id: int, count: int) -> NextPhotos:
    """Return as many photos as wanted, or all there are."""

    async def newest(verdict: Verdict, limit: int) -> tuple[int, ...]:
        if not limit:
            return ()
        browse = Browse(verdict=verdict, missing=False)
        return tuple(await photos.first_ids(persona_id, browse, limit=limit))

    picked = await newest(Verdict.PICK, count)
    return NextPhotos(picked, await newest(Verdict.UNDECIDED, count - len(picked)))


async def count_undecided(photos: PhotosPort, persona_id: int) -> int:
    """Return how many photos are neither picked nor rejected."""
    return len(await photos.ids(persona_id, Browse(verdict=Verdict.UNDECIDED)))
