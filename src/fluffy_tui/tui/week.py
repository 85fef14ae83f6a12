"""A week of posts being written: which photo goes into which slot, with what words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fluffy_tui.networks import caption_problem
from fluffy_tui.tui.kept_texts import KeptText

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post


@dataclass
class WeekPost:
    """One photo of the week."""

    photo: Photo
    text: KeptText = field(default_factory=KeptText)
    slot: datetime | None = None
    """The free slot that it will have; None where there are more photos than slots."""
    post: Post | None = None
    """What became of it once it was submitted."""
    refusal: str = ""
    """Why it was not submitted."""

    def problem(self, rules: NetworkRules) -> str:
        """Return why it cannot be submitted as it is; empty when it can."""
        found = caption_problem(self.text.caption, rules)
        if found is not None:
            return found.message
        surplus = len(self.text.alt_text) - rules.alt_text_limit
        return f"The alt text is {surplus:,} characters too long." if surplus > 0 else ""


def give_slots(week: Sequence[WeekPost], free: Sequence[datetime]) -> None:
    """Give the posts the free slots in their order."""
    for number, entry in enumerate(week):
        entry.slot = free[number] if number < len(free) else None


def apart(photo_ids: Sequence[int], stacks: Mapping[int, int]) -> list[int]:
    """Return the photos in an order in which no two of one stack follow each other, as far as that can be.

    The order given is kept where it can be: each place takes the first photo that is unlike the one before,
    unless a stack makes up half of what is left and has to go first.

    Args:
        photo_ids: Photos in the order wished for.
        stacks: The stack of each photo that has copies; photos of one stack show the same picture.
    """
    left, found = list(photo_ids), list[int]()
    while left:
        before = stacks.get(found[-1]) if found else None
        fitting = [id_ for id_ in left if stacks.get(id_) is None or stacks.get(id_) != before]
        sizes: dict[int, int] = {}
        for id_ in left:
            if (stack := stacks.get(id_)) is not None:
                sizes[stack] = sizes.get(stack, 0) + 1
        pressing = [id_ for id_ in fitting if 2 * sizes.get(stacks.get(id_, -1), 0) > len(left)]
        taken = (pressing or fitting or left)[0]
        left.remove(taken)
        found.append(taken)
    return found
