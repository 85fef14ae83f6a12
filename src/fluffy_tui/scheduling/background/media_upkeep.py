"""Uploaded pictures: verified before their post is due, uploaded again if necessary, deleted when no longer needed.

Buffer and the networks fetch a picture again when its post is published, so it has to be there until then.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import MediaHostError, media_key, public_digest
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure, StepTimeout
from fluffy_tui.scheduling.delivery.delivery_jobs import defer_verification
from fluffy_tui.scheduling.delivery.picture_upload import rendition_facts
from fluffy_tui.scheduling.delivery_key import picture_name
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import Step
from fluffy_tui.scheduling.post_events import notify_screens
from fluffy_tui.scheduling.tables import HostedPictureRow, PostRow
from fluffy_tui.scheduling.timings import FOREVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery
    from fluffy_tui.scheduling.post_photo import PostPhoto

log = logging.getLogger(__name__)


class Verification(StrEnum):
    """The result of verifying an uploaded picture."""

    OK = "ok"
    UPLOADED_AGAIN = "uploaded_again"
    FAILED = "failed"


class UnusedReason(StrEnum):
    """Why an uploaded picture is no longer needed."""

    LIVE = "live"
    """Its post has been live for longer than pictures are kept."""
    NO_POST = "no_post"
    """Its post was cancelled, or is delivered with another picture."""


@dataclass(frozen=True, slots=True)
class UnusedPicture:
    """An uploaded picture that may be deleted."""

    key: str
    """Where it is on the media host."""
    why: UnusedReason
    since: datetime


@dataclass(frozen=True, slots=True)
class CleanupResult:
    """What a clean-up deleted, or would delete."""

    unused: tuple[UnusedPicture, ...]
    kept: int
    """Pictures that a post needs, or that are not old enough."""
    unknown: int
    """Pictures on the host that are not in this database, such as those of another one; never deleted."""


@dataclass(frozen=True, slots=True)
class MediaUpkeep:
    """Takes care of the pictures on the media host."""

    delivery: Delivery

    async def verify_due(self) -> dict[int, Verification]:
        """Fetch the picture of every post that is due soon, and upload again what is missing or different.

        Returns:
            The result by post id. A post whose picture cannot be uploaded keeps its state, since Buffer's does not
            change either; it is listed as a problem, and the next call tries again.
        """
        if self.delivery.host is None:
            return {}
        async with self.delivery.database.transaction() as session:
            posts = list(await session.scalars(self._due_soon()))
        return {post.id: await self._verify(post) for post in posts}

    async def verify(self, post_id: int) -> None:
        """Verify the pictures of one post with a photo that is on this machine."""
        async with self.delivery.database.transaction() as session:
            query = select(PostRow).where(PostRow.id == post_id, PostRow.step == Step.ACCEPTED)
            post = await session.scalar(query)
        if post is not None:
            await self._verify(post)

    def _due_soon(self) -> Select[PostRow]:
        due, verified, now = PostRow.scheduled_at, HostedPictureRow.verified_at, func.now()
        windows: list[ColumnElement[bool]] = [
            and_(due <= now + before, or_(verified.is_(None), verified < due - before))
            for before in map(_seconds, self.delivery.timings.verify_before)
        ]
        again = _seconds(min(self.delivery.timings.verify_before))
        # an overdue one: its queue is paused, and it may be published at any time
        windows.append(and_(due <= now, verified < now - again))
        return (
            select(PostRow)
            .outerjoin(HostedPictureRow, HostedPictureRow.delivery_key == PostRow.delivery_key)
            .where(PostRow.step == Step.ACCEPTED, or_(*windows))
            .distinct()
            .order_by(due)
        )

    async def _verify(self, post: PostRow) -> Verification:
        """Verify every picture of a post; the worst result counts."""
        results = {
            await self._verify_one(post, place, photo)
            for place, photo in enumerate(post.photos)
            if photo.media_url is not None
        }
        worst_first = (Verification.FAILED, Verification.UPLOADED_AGAIN, Verification.OK)
        return next((result for result in worst_first if result in results), Verification.OK)

    async def _verify_one(self, post: PostRow, place: int, photo: PostPhoto) -> Verification:
        facts = photo.rendition or {}
        name = picture_name(post.delivery_key, place, photo.sha256)
        try:
            digest = await public_digest(str(photo.media_url), int(facts.get("bytes", 0)))
            if facts.get("sha256", digest) == digest:
                return await self._record(post, name, Verification.OK)
        except MediaHostError as error:
            log.warning("a picture of post %s: %s", post.id, error)
        try:
            await self._upload_again(post, place, name)
        except DeliveryFailure as error:
            return await self._record(post, name, Verification.FAILED, str(error), error.machine_ids)
        except (MediaHostError, StepTimeout) as error:
            return await self._record(post, name, Verification.FAILED, str(error))
        return await self._record(post, name, Verification.UPLOADED_AGAIN)

    async def _upload_again(self, post: PostRow, place: int, name: str) -> None:
        channel = await self.delivery.personas.known_channel(str(post.channel_id), FOREVER)
        if channel is None:
            raise DeliveryFailure.final(PostError.CHANNEL_UNKNOWN, "The post's channel no longer exists.")
        pictures = self.delivery.pictures
        photo = post.photos[place]
        service = str(channel.service)
        ratio = await pictures.shared_ratio(post.photos, service) if place else None
        rendition = await pictures.render(photo, service, ratio)
        await pictures.upload(name, rendition, url=photo.media_url)
        renewed = replace(photo, rendition=rendition_facts(rendition))
        post.photos = (*post.photos[:place], renewed, *post.photos[place + 1 :])
        async with self.delivery.database.transaction() as session:
            same = (PostRow.id == post.id, PostRow.delivery_key == post.delivery_key)
            await session.execute(
                update(PostRow).where(*same).values(photos=post.photos, updated_at=PostRow.updated_at)
            )
        log.info("picture %d of post %s was uploaded again", place + 1, post.id)

    async def _record(
        self,
        post: PostRow,
        name: str,
        result: Verification,
        problem: str | None = None,
        machine_ids: Sequence[str] = (),
    ) -> Verification:
        """Record the result; the machines that have the photo, if this one has not, verify the picture as well."""
        async with self.delivery.database.transaction() as session:
            for machine_id in machine_ids:
                await defer_verification(session, self.delivery.queue, post.id, machine_id)
            known = await session.get(HostedPictureRow, name)
            changed = (known.problem if known else None) != problem
            values: dict[Any, Any] = {HostedPictureRow.problem: problem}
            if result is not Verification.FAILED:
                values[HostedPictureRow.verified_at] = func.now()
            statement = insert(HostedPictureRow).values(
                {HostedPictureRow.name: name, HostedPictureRow.delivery_key: post.delivery_key, **values}
            )
            await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
            if changed:
                await notify_screens(session, [post.id])
        return result

    async def clean(self, *, dry_run: bool = False) -> CleanupResult:
        """Delete pictures that have not been needed for as long as pictures are kept; only return them in a dry run.

        Only pictures that this database knows are deleted; others may belong to another one.

        Raises:
            MediaHostError: the host does not answer; what was deleted before stays deleted.
        """
        host = self.delivery.pictures.required_host()
        stored = set(await host.list_keys())  # read before the posts, so that it contains no newer picture
        unused, known = await self._unused()
        found = tuple(picture for picture in unused if picture.key in stored)
        if not dry_run:
            for picture in unused:
                if picture.key in stored:
                    await host.delete(picture.key)
                await self._forget(picture.key)
        return CleanupResult(found, kept=len(stored & known) - len(found), unknown=len(stored - known))

    async def _unused(self) -> tuple[list[UnusedPicture], set[str]]:
        kept_since = func.now() - _seconds(self.delivery.timings.picture_retention)
        live = and_(PostRow.step == Step.LIVE, PostRow.posted_at < kept_since)
        gone = and_(PostRow.id.is_(None), HostedPictureRow.left_at < kept_since)
        query = select(
            HostedPictureRow.name,
            or_(func.coalesce(live, False), func.coalesce(gone, False)),
            PostRow.posted_at,
            HostedPictureRow.left_at,
        ).outerjoin(PostRow, PostRow.delivery_key == HostedPictureRow.delivery_key)
        unused: list[UnusedPicture] = []
        known: set[str] = set()
        async with self.delivery.database.transaction() as session:
            for name, is_unused, posted_at, left_at in (await session.execute(query)).all():
                key = media_key(name)
                known.add(key)
                since = posted_at or left_at
                if is_unused and since is not None:
                    why = UnusedReason.LIVE if posted_at else UnusedReason.NO_POST
                    unused.append(UnusedPicture(key, why, since))
        return sorted(unused, key=lambda picture: picture.since), known

    async def _forget(self, key: str) -> None:
        name = key.rsplit("/", 1)[-1].removesuffix(".jpg")
        async with self.delivery.database.transaction() as session:
            await session.execute(delete(HostedPictureRow).where(HostedPictureRow.name == name))

    async def clean_quietly(self) -> None:
        """Clean up, as the recurring task does: errors are logged, and the next run tries again."""
        if self.delivery.host is None:
            return
        try:
            result = await self.clean()
        except FluffyError as error:
            log.warning("the media host could not be cleaned up: %s", error)
        else:
            log.info("%d pictures deleted from the media host, %d kept", len(result.unused), result.kept)


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
