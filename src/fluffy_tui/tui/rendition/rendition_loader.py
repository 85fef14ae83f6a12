"""Renders a photo as posted, off the event loop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.media import Framing, PhotoUnreadable, Rendition, Unreadable
from fluffy_tui.photos import from_disk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import PostPhoto
    from fluffy_tui.tui.session.context import Context


@dataclass(frozen=True, slots=True)
class RenderResult:
    """A rendition, or why there is none; of a damaged photo both."""

    rendition: Rendition | None = None
    problem: str = ""
    machine: str = ""
    """Where the photo is, if only another machine has it: that one makes the picture when the post is sent."""

    @property
    def prevents_post(self) -> bool:
        """Whether no picture can be made of the photo."""
        return self.rendition is None and not self.machine

    @property
    def is_damaged(self) -> bool:
        """Whether the rendition shows what is left of a damaged photo."""
        return self.rendition is not None and bool(self.problem)


async def load_rendition(
    context: Context, service: str, photo: Photo, framing: Framing, ratio: float | None = None
) -> RenderResult:
    """Render a photo for a network, in the ratio that its post's cover gives it; of a damaged one, what is left."""

    async def rendered(**options: bool) -> Rendition:
        preview = context.services.planning.preview_rendition
        making = partial(preview, photo, service, framing, ratio=ratio, **options)
        return await from_disk(making, photo.name)

    try:
        return RenderResult(await rendered())
    except PhotoUnreadable as error:
        if error.reason is not Unreadable.DAMAGED:
            is_elsewhere = error.reason is Unreadable.ELSEWHERE
            return RenderResult(problem=error.message, machine=photo.elsewhere if is_elsewhere else "")
        problem = error.message
    try:
        return RenderResult(await rendered(accept_damaged=True), problem)
    except PhotoUnreadable:
        return RenderResult(problem=problem)  # nothing is left


async def damages(
    context: Context, service: str, files: Sequence[Photo], photos: Sequence[PostPhoto]
) -> list[str]:
    """Return why each damaged photo of a post cannot be read whole, with its name."""
    reasons = []
    for file, photo in zip(files, photos, strict=True):
        result = await load_rendition(context, service, file, photo.framing)
        if result.is_damaged:
            name = "" if file.name in result.problem else f"{file.name}: "
            reasons.append(f"{name}{result.problem}")
    return reasons
