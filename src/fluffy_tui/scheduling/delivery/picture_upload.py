"""Make the pictures of a post's photos and upload them, the same way for delivery, edit and repair."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager, nullcontext
from dataclasses import astuple, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import MediaHostError, canvas_ratio, media_key, render
from fluffy_tui.networks import rules_for
from fluffy_tui.photos import PhotoNotFound, PhotoState, PhotoUnreadable, from_disk
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure, StepTimeout, photo_failure
from fluffy_tui.scheduling.delivery_key import picture_name
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import Step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from contextlib import AbstractContextManager

    from fluffy_tui.media import MediaHost, Rendition
    from fluffy_tui.photos import Photo, Photos
    from fluffy_tui.scheduling.post_photo import PostPhoto
    from fluffy_tui.scheduling.timings import Timings


@dataclass(frozen=True, slots=True)
class PictureUpload:
    """Renders photos and uploads the results."""

    photos: Photos
    host: MediaHost | None
    """None while no media host is configured."""
    timings: Timings
    while_making: Callable[[], AbstractContextManager[None]] = nullcontext
    """Is entered while pictures are made."""

    def required_host(self) -> MediaHost:
        """Return the media host.

        Raises:
            MediaHostError: none is configured.
        """
        if self.host is None:
            raise MediaHostError("No media host is configured.", "Set FLUFFY_MEDIA_HOST.", temporary=False)
        return self.host

    async def upload_missing(
        self,
        key: str,
        photos: tuple[PostPhoto, ...],
        service: str,
        before_upload: Callable[[], Awaitable[None]],
    ) -> tuple[tuple[PostPhoto, ...], FluffyError | None]:
        """Make and upload the pictures that are not uploaded yet, side by side.

        Args:
            key: The post's delivery key.
            photos: All photos of the post.
            service: The network that the pictures are for.
            before_upload: Awaited once, when the first picture is made and none is uploaded yet.

        Returns:
            The photos with what was uploaded, and the error of the first one that could not be; it names the photo
            where the host took others.
        """
        self.required_host()
        ratio = await self.shared_ratio(photos, service)
        making = asyncio.Semaphore(os.cpu_count() or 1)
        begun = asyncio.Lock()
        has_begun = False

        async def upload(place: int, photo: PostPhoto) -> PostPhoto:
            nonlocal has_begun
            if photo.media_url is not None:
                return photo
            with self.while_making():  # also while it waits for its turn, so that there is no gap
                async with making:
                    rendition = await self.render(photo, service, ratio if place else None)
            async with begun:
                if not has_begun:
                    await before_upload()
                    has_begun = True
            url = await self.upload(picture_name(key, place, photo.sha256), rendition)
            return replace(photo, media_url=url, rendition=rendition_facts(rendition))

        jobs = (upload(place, photo) for place, photo in enumerate(photos))
        results = await asyncio.gather(*jobs, return_exceptions=True)
        error = None
        uploaded = []
        for photo, result in zip(photos, results, strict=True):
            if isinstance(result, BaseException):
                if not isinstance(result, FluffyError):
                    raise result
                if error is None:
                    error, failed = result, photo
            uploaded.append(photo if isinstance(result, BaseException) else result)
        if isinstance(error, MediaHostError | StepTimeout) and any(photo.media_url for photo in uploaded):
            name = (await self.photos.get(failed.photo_id)).name
            error.message = error.message if name in error.message else f"{name}: {error.message}"
        return tuple(uploaded), error

    async def shared_ratio(self, photos: Sequence[PostPhoto], service: str) -> float | None:
        """Return the ratio in which all pictures of a post are shown, its cover's; None where each has its own."""
        rules = rules_for(service)
        if len(photos) == 1 or not rules.has_one_ratio:
            return None
        try:
            cover = await self.photos.get(photos[0].photo_id)
        except PhotoNotFound as error:
            raise DeliveryFailure.final(PostError.PHOTO_UNREADABLE, str(error)) from error
        return canvas_ratio((cover.width, cover.height), rules.image, photos[0].framing)

    async def render(self, wanted: PostPhoto, service: str, ratio: float | None = None) -> Rendition:
        """Render a photo for a network, provided that its file is still the one that was imported.

        The ratio, width ÷ height, is as the framing says if it is not given.

        Raises:
            DeliveryFailure: the file is missing, has changed, cannot be read, or is on another machine.
            StepTimeout: it takes too long.
        """
        try:
            photo = await self.photos.get(wanted.photo_id)
            async with _limit(self.timings.render_limit, f"Making the picture of {photo.name}"):
                await self._refuse_other_file(photo)
                making = partial(
                    render,
                    photo.file,
                    rules_for(service),
                    wanted.framing,
                    ratio=ratio,
                    accept_damaged=wanted.accept_damaged,
                )
                return await from_disk(making, photo.name)
        except (PhotoNotFound, PhotoUnreadable) as error:
            raise DeliveryFailure.final(PostError.PHOTO_UNREADABLE, str(error)) from error

    async def _refuse_other_file(self, photo: Photo) -> None:
        """Read the photo's file, which takes for ever on a disk that hangs.

        Raises:
            DeliveryFailure: it is not the one that was imported.
        """
        state = await self.photos.check(photo)
        if state is PhotoState.ELSEWHERE and (machines := await self.photos.machines_with(photo.id)):
            names = " or ".join(machine.name for machine in machines)
            raise DeliveryFailure(
                Step.HELD,
                PostError.PHOTO_ELSEWHERE,
                f"It waits for {names}, which has its photo, {photo.name}.",
                machine_ids=[machine.id for machine in machines],
            )
        if state is not PhotoState.UNCHANGED:
            raise photo_failure(state, photo)

    async def upload(self, name: str, rendition: Rendition, url: str | None = None) -> str:
        """Upload a picture, check that its public URL returns it, and return the URL.

        Args:
            name: makes the URL unguessable, and the post recognisable in Buffer.
            rendition: the picture.
            url: where Buffer expects the picture, if it knows a URL already.

        Raises:
            MediaHostError: no host is configured, it refused the picture, or the URL does not return it.
            StepTimeout: it takes too long.
        """
        host = self.required_host()
        async with _limit(self.timings.upload_limit, "Uploading the picture"):
            stored = await host.put(media_key(name), rendition.data)
            await host.verify(url or stored, rendition.data)
        return stored


@asynccontextmanager
async def _limit(seconds: float, what: str) -> AsyncIterator[None]:
    """End a step that takes too long, so that the other posts of the channel go on."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise StepTimeout(f"{what} did not end within {seconds / 60:.0f} minutes.") from None


def rendition_facts(rendition: Rendition) -> dict[str, object]:
    """Return what a post stores about its picture."""
    return {
        "width": rendition.width,
        "height": rendition.height,
        "bytes": len(rendition.data),
        "sha256": rendition.sha256,
        "fit": rendition.fit_applied,
        "location_removed": rendition.location_removed,
        "first_of_several": rendition.is_first_of_several,
        "window": list(astuple(rendition.window)),
    }
