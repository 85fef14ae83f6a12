"""Hosted pictures that stay: looked at again before their post is due, put back, and removed when nobody needs them.

Buffer and the networks fetch a picture once more when its post goes out, so it has to be there until then.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.event_stream import POSTS_CHANNEL
from fluffy_tui.media import MediaHostError, media_key, public_digest
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure
from fluffy_tui.scheduling.delivery.post_picture import facts_of, rendition_of
from fluffy_tui.scheduling.model import Step
from fluffy_tui.scheduling.tables import HostedPictureRow, PostRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.media import MediaHost
    from fluffy_tui.scheduling.delivery.delivery_steps import Delivery

log = logging.getLogger(__name__)

_EVER = 10 * 365 * 86_400.0
"""Seconds: a channel's network does not change, so any memory of it will do."""


class Verification(StrEnum):
    """How looking at a hosted picture ended."""

    FINE = "fine"
    PUT_BACK = "put_back"
    TROUBLE = "trouble"


class Idle(StrEnum):
    """Why nobody needs a hosted picture any more."""

    LIVE = "live"
    """Its post is live, and has been for longer than the grace period."""
    LET_GO = "let_go"
    """Its post was let go, or is delivered under another key."""


@dataclass(frozen=True, slots=True)
class IdlePicture:
    """A hosted picture that may be removed."""

    key: str
    """Where it is on the media host."""
    why: Idle
    since: datetime


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What a clean-up removed, or would remove."""

    idle: tuple[IdlePicture, ...]
    kept: int
    """Pictures that a post needs, or that are within the grace period."""
    unknown: int
    """Pictures on the host that this database knows nothing of, such as those of another one; never touched."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Looks after the pictures on the media host."""

    delivery: Delivery

    @property
    def _host(self) -> MediaHost:
        if self.delivery.host is None:
            raise MediaHostError("No media host is set.", "Set FLUFFY_MEDIA_HOST.", temporary=False)
        return self.delivery.host

    async def verify_due(self) -> dict[int, Verification]:
        """Fetch the picture of every post that is due soon, and put back what is missing or different.

        Returns:
            How it ended, by post id. A post whose picture cannot be put back keeps its state, since Buffer's is
            not changed by that; the trouble inbox tells of it, and it is tried again at the next call.
        """
        if self.delivery.host is None:
            return {}
        async with self.delivery.database.transaction() as session:
            posts = list((await session.execute(self._due_soon())).scalars())
        return {post.id: await self._verify(post) for post in posts}

    def _due_soon(self) -> Select[PostRow]:
        due, seen, now = PostRow.scheduled_at, HostedPictureRow.verified_at, func.now()
        windows: list[ColumnElement[bool]] = [
            and_(due <= now + before, or_(seen.is_(None), seen < due - before))
            for before in map(_seconds, self.delivery.pace.verify_before)
        ]
        again = _seconds(min(self.delivery.pace.verify_before))
        windows.append(and_(due <= now, seen < now - again))  # its queue is paused: it may go out at any time
        return (
            select(PostRow)
            .outerjoin(HostedPictureRow, HostedPictureRow.delivery_key == PostRow.delivery_key)
            .where(PostRow.step == Step.ACCEPTED, PostRow.media_url.is_not(None), or_(*windows))
            .order_by(due)
        )

    async def _verify(self, post: PostRow) -> Verification:
        facts = post.rendition or {}
        try:
            digest = await public_digest(str(post.media_url), int(facts.get("bytes", 0)))
            if facts.get("sha256", digest) == digest:
                return await self._note(post, Verification.FINE)
        except MediaHostError as error:
            log.warning("the picture of post %s: %s", post.id, error)
        try:
            await self._put_back(post)
        except (MediaHostError, DeliveryFailure) as error:
            return await self._note(post, Verification.TROUBLE, str(error))
        return await self._note(post, Verification.PUT_BACK)

    async def _put_back(self, post: PostRow) -> None:
        channel = await self.delivery.personas.known_channel(str(post.channel_id), _EVER)
        if channel is None:
            raise DeliveryFailure.final("channel_unknown", "The post's channel is not known any more.")
        rendition = await rendition_of(
            self.delivery.photos, post.photo_id, post.framing, str(channel.service)
        )
        await self._host.put(media_key(post.delivery_key), rendition.data)
        await self._host.verify(str(post.media_url), rendition.data)  # the address that Buffer knows
        async with self.delivery.database.transaction() as session:
            same = (PostRow.id == post.id, PostRow.delivery_key == post.delivery_key)
            await session.execute(
                update(PostRow)
                .where(*same)
                .values(rendition=facts_of(rendition), updated_at=PostRow.updated_at)
            )
        log.info("the picture of post %s was put back", post.id)

    async def _note(self, post: PostRow, outcome: Verification, trouble: str | None = None) -> Verification:
        async with self.delivery.database.transaction() as session:
            known = await session.get(HostedPictureRow, post.delivery_key)
            changed = (known.trouble if known else None) != trouble
            values = {"trouble": trouble}
            if outcome is not Verification.TROUBLE:
                values["verified_at"] = func.now()  # type: ignore[assignment]
            statement = insert(HostedPictureRow).values(delivery_key=post.delivery_key, **values)
            await session.execute(
                statement.on_conflict_do_update(index_elements=["delivery_key"], set_=values)
            )
            if changed:
                await _tell_screens(session, post)
        return outcome

    async def clean(self, *, dry_run: bool = False) -> CleanUp:
        """Remove the pictures that nobody needs any more: live or let go, and longer so than the grace period.

        Only pictures that this database once hosted are removed; others may belong to another one.

        Args:
            dry_run: only tell what would be removed.

        Raises:
            MediaHostError: the host does not answer; what was removed before stays removed.
        """
        there = set(
            await self._host.list_keys()
        )  # before the posts are read, so that no new picture is in it
        idle, known = await self._idle()
        found = tuple(picture for picture in idle if picture.key in there)
        if not dry_run:
            for picture in idle:
                if picture.key in there:
                    await self._host.delete(picture.key)
                await self._forget(picture.key)
        return CleanUp(found, kept=len(there & known) - len(found), unknown=len(there - known))

    async def _idle(self) -> tuple[list[IdlePicture], set[str]]:
        grace_over = func.now() - _seconds(self.delivery.pace.media_grace)
        live = and_(PostRow.step == Step.LIVE, PostRow.posted_at < grace_over)
        gone = and_(PostRow.id.is_(None), HostedPictureRow.left_at < grace_over)
        query = select(
            HostedPictureRow.delivery_key,
            or_(func.coalesce(live, False), func.coalesce(gone, False)),
            PostRow.posted_at,
            HostedPictureRow.left_at,
        ).outerjoin(PostRow, PostRow.delivery_key == HostedPictureRow.delivery_key)
        idle: list[IdlePicture] = []
        known: set[str] = set()
        async with self.delivery.database.transaction() as session:
            for delivery_key, is_idle, posted_at, left_at in (await session.execute(query)).all():
                key = media_key(delivery_key)
                known.add(key)
                since = posted_at or left_at
                if is_idle and since is not None:
                    idle.append(IdlePicture(key, Idle.LIVE if posted_at else Idle.LET_GO, since))
        return sorted(idle, key=lambda picture: picture.since), known

    async def _forget(self, key: str) -> None:
        name = key.rsplit("/", 1)[-1].removesuffix(".jpg")
        async with self.delivery.database.transaction() as session:
            await session.execute(delete(HostedPictureRow).where(HostedPictureRow.delivery_key == name))

    async def clean_quietly(self) -> None:
        """Clean up, as the recurring task does: what goes wrong is tried again the next time."""
        if self.delivery.host is None:
            return
        try:
            done = await self.clean()
        except FluffyError as error:
            log.warning("the media host was not cleaned up: %s", error)
        else:
            log.info("%d pictures removed from the media host, %d kept", len(done.idle), done.kept)


async def _tell_screens(session: AsyncSession, post: PostRow) -> None:
    told = json.dumps({"id": post.id, "persona_id": post.persona_id})
    await session.execute(select(func.pg_notify(POSTS_CHANNEL, told)))


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
