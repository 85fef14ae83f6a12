"""The part of an attempt that needs the photos: making and uploading their pictures, on a machine that has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.delivery_failure import ClaimLost
from fluffy_tui.scheduling.delivery.hosted_pictures import list_pictures
from fluffy_tui.scheduling.model import Step

if TYPE_CHECKING:
    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.delivery.picture_upload import PictureUpload
    from fluffy_tui.scheduling.tables import PostRow


@dataclass(frozen=True, slots=True)
class PictureStep:
    """Makes and uploads the pictures of one claimed post."""

    post: PostRow
    database: Database
    pictures: PictureUpload

    async def run(self, service: str) -> None:
        """Upload the pictures and record where they are; those that could be are not made again.

        Raises:
            DeliveryFailure: one cannot be made here and now; also the errors of the media host mean that.
            ClaimLost: another attempt or the user has changed the post.
        """
        post = self.post
        photos, error = await self.pictures.upload_missing(
            post.delivery_key, post.photos, service, self._begin_upload
        )
        if photos != post.photos:
            await move_on(self.database, post, Step.HOSTING, photos=photos)
            post.photos = photos
        if error is not None:
            raise error

    async def _begin_upload(self) -> None:
        """Record which pictures are being uploaded, so that everything on the host is known."""
        post = self.post
        async with self.database.transaction() as session:
            await list_pictures(session, post.delivery_key, post.photos)
            if not await transitions.move(session, post, Step.HOSTING):
                raise ClaimLost
        post.step = Step.HOSTING


async def move_on(database: Database, post: PostRow, step: Step, **values: object) -> None:
    """Move a claimed post to a step.

    Raises:
        ClaimLost: another attempt or the user has changed the post.
    """
    async with database.transaction() as session:
        if not await transitions.move(session, post, step, **values):
            raise ClaimLost
    post.step = step
