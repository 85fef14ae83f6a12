"""Every change of a post's state: compare-and-set on its step, guarded by the claim of the current attempt.

Nothing else in the program writes `posts.step` or `posts.status`.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    and_,
    any_,
    case,
    delete,
    exists,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from fluffy_tui.buffer import Code, ShareMode
from fluffy_tui.photos import ids_by_hash, locked
from fluffy_tui.scheduling.delivery_key import PHOTO_DIGITS, delivery_stem, next_delivery_key, photo_digits_in
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import IN_BUFFER, ON_THE_WAY, PostStatus, Step
from fluffy_tui.scheduling.photo_usage import taking_photos
from fluffy_tui.scheduling.post_from_buffer import changed_values, missing_pictures, row_values, shown_photos
from fluffy_tui.scheduling.post_photo import PostPhoto
from fluffy_tui.scheduling.tables import PlannedEditRow, PostPhotoRow, PostRow, UnknownPostRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferPost
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling.tables import WithdrawnDeliveryRow

_MAYBE_SENT = (Step.SENDING, Step.UNCONFIRMED)
_PREPARING = (Step.RENDERING, Step.HOSTING)


async def claim(session: AsyncSession, post_id: int) -> PostRow | None:
    """Claim a post for one attempt; older attempts can no longer change it.

    A post that may have been sent becomes `unconfirmed`; any other post that is due starts at `rendering`.

    Returns:
        The row with its new token in `claim`, or None if there is nothing to do: gone, accepted, not due yet, or
        waiting for its picture from another machine.
    """
    due = or_(PostRow.next_try_at.is_(None), PostRow.next_try_at <= func.now())
    has_picture = PostRow.waits_for_machines.is_(None)
    statement = (
        update(PostRow)
        .where(PostRow.id == post_id, PostRow.step.in_(ON_THE_WAY), due, has_picture)
        .values(
            claim=secrets.token_hex(8),
            # the error it was held for stays until it is known to be over
            step=case((PostRow.step.in_(_MAYBE_SENT), Step.UNCONFIRMED), else_=Step.RENDERING),
            attempts=PostRow.attempts + 1,
            next_try_at=None,
        )
        .returning(PostRow)
    )
    return await session.scalar(statement)


async def claim_picture(session: AsyncSession, post_id: int, machine_id: str) -> PostRow | None:
    """Claim a post that waits for this machine, to make its picture; None if another one is at it, or nothing is to do.

    It goes on to wait, so that nobody claims it to send it meanwhile.
    """
    statement = (
        update(PostRow)
        .where(
            PostRow.id == post_id,
            PostRow.step.in_((Step.QUEUED, Step.HELD, *_PREPARING)),
            PostRow.create_sent_at.is_(None),
            PostRow.claim.is_(None),
            literal(machine_id) == any_(PostRow.waits_for_machines),
        )
        .values(
            claim=secrets.token_hex(8), step=Step.RENDERING, attempts=PostRow.attempts + 1, next_try_at=None
        )
        .returning(PostRow)
    )
    return await session.scalar(statement)


async def picture_uploaded(session: AsyncSession, post: PostRow) -> bool:
    """Queue a post whose picture a machine with its photo has uploaded: any worker can send it now."""
    values = {"claim": None, "waits_for_machines": None, "error_code": None, "error_message": None}
    return await move(session, post, Step.QUEUED, **values, attempts=0, stalls=0)


async def release_pictures(session: AsyncSession, *, being_made: ColumnElement[bool]) -> None:
    """Release the posts whose picture nobody makes any more, though one had claimed them for that.

    `being_made` is the condition that a post's job runs, which begins before the claim and ends after it.
    """
    await session.execute(
        update(PostRow)
        .where(
            PostRow.step.in_(_PREPARING),
            PostRow.waits_for_machines.is_not(None),
            PostRow.claim.is_not(None),
            ~being_made,
        )
        .values(claim=None)
    )


async def move(session: AsyncSession, post: PostRow, to: Step, **values: Any) -> bool:
    """Move a claimed post to a step; False if another attempt or the user changed it first."""
    statement = (
        update(PostRow)
        .where(PostRow.id == post.id, PostRow.claim == post.claim, PostRow.step.in_(ON_THE_WAY))
        .values(step=to, **values)
    )
    return _one_row(await session.execute(statement))


async def record_creation(session: AsyncSession, post_id: int, found: BufferPost, **differing: Any) -> bool:
    """Record that the post is in Buffer, with those values of the row that differ from what was sent.

    This needs no claim: it is true whoever has seen it. A creation that was recorded before stays as it is, so
    recording it twice does no harm.
    """
    statement = (
        update(PostRow)
        .where(PostRow.id == post_id, PostRow.step.in_(ON_THE_WAY), PostRow.buffer_post_id.is_(None))
        .values(**(_created(found) | differing))
    )
    return _one_row(await session.execute(statement))


def _created(found: BufferPost) -> dict[str, Any]:
    """Return the values of a row whose post is in Buffer."""
    return {
        "buffer_post_id": found.id,
        "create_sent_at": None,
        "missing_since": None,
        "next_try_at": None,
        "waits_for_machines": None,
        "claim": None,
        "stalls": 0,
        "scheduled_at": found.due_at or found.sent_at or func.now(),
        **row_values(found),
    }


async def catch_up(session: AsyncSession, row: PostRow, organization_id: str, found: BufferPost) -> None:
    """Record that a post is in Buffer whose row is from before it was sent, in whatever state that is."""
    await session.execute(taking_photos(row.persona_id))
    unchanged = (PostRow.delivery_key == row.delivery_key, PostRow.buffer_post_id.is_(None))
    await session.execute(
        update(PostRow)
        .where(PostRow.id == row.id, *unchanged)
        .values(channel_id=found.channel_id, organization_id=organization_id, **_created(found))
    )


async def note_lost_create(session: AsyncSession, row: PostRow) -> None:
    """Record that a create of this post has left, of which the row knows nothing."""
    unchanged = (PostRow.delivery_key == row.delivery_key, PostRow.buffer_post_id.is_(None))
    await session.execute(
        update(PostRow)
        .where(PostRow.id == row.id, *unchanged, PostRow.lost_creates == 0)
        .values(lost_creates=1)
    )


async def take_in(
    session: AsyncSession, photos: Sequence[Photo], delivery_key: str, organization_id: str, found: BufferPost
) -> bool:
    """Write the row of a post that only Buffer knows; False if a photo of it has a post."""
    await session.execute(taking_photos(photos[0].persona_id))
    taken = select(PostPhotoRow.photo_id).where(PostPhotoRow.photo_id.in_([photo.id for photo in photos]))
    if await session.scalar(taken.limit(1)) is not None:
        return False
    row = {
        "photo_id": photos[0].id,
        "photos": shown_photos([PostPhoto(photo.id, photo.sha256) for photo in photos], found),
        "persona_id": photos[0].persona_id,
        "caption": found.text,
        "channel_id": found.channel_id,
        "organization_id": organization_id,
        "delivery_key": delivery_key,
        "share_mode": ShareMode.ADD_TO_QUEUE,
        "first_create_buffer_time": found.created_at,
        **_created(found),
    }
    statement = insert(PostRow).values(row).on_conflict_do_nothing().returning(PostRow.id)
    return await session.scalar(statement) is not None


async def fail(
    session: AsyncSession, post: PostRow, code: str, message: str, *, buffer_post_id: str | None = None
) -> bool:
    """Fail a claimed post, which frees its photos: it is not sent unless the user acts."""
    await session.execute(taking_photos(post.persona_id))
    return await move(
        session,
        post,
        Step.FAILED,
        status=PostStatus.FAILED,
        error_code=code,
        error_message=message,
        next_try_at=None,
        waits_for_machines=None,
        claim=None,
        create_sent_at=None,
        buffer_post_id=buffer_post_id,
    )


async def pause(
    session: AsyncSession,
    post: PostRow,
    step: Step,
    code: str,
    message: str,
    until: datetime,
    *,
    waits_for_machines: Sequence[str] = (),
) -> bool:
    """Pause a claimed post, held or unconfirmed, until the given time.

    The count of attempts restarts with each new error, so it shows how long the present one has lasted.
    """
    values: dict[str, Any] = {
        "error_code": code,
        "error_message": message,
        "next_try_at": until,
        "waits_for_machines": list(waits_for_machines) or None,
        "claim": None,
        "stalls": 0,
    }
    if post.error_code != code:
        values["attempts"] = 1
    if step is Step.HELD:
        values["create_sent_at"] = None
    return await move(session, post, step, **values)


async def seconds_until_settled(
    session: AsyncSession, post: PostRow, settle: float, buffer_now: datetime
) -> float:
    """Return for how many more seconds a create of this post may still appear in Buffer; 0 or less if settled.

    Both the database's clock, which all machines share, and Buffer's have to say so: either may be set at any moment.
    """
    elapsed = func.least(
        func.now() - PostRow.create_sent_at,
        func.coalesce(buffer_now - PostRow.create_buffer_time, func.now() - PostRow.create_sent_at),
    )
    query = select(settle - extract("epoch", elapsed)).where(PostRow.id == post.id)
    return float(await session.scalar(query) or 0.0)


async def known_in_buffer(session: AsyncSession, candidates: Sequence[BufferPost]) -> set[str]:
    """Return the ids of those posts in Buffer that are known to be some post here."""
    ids = [candidate.id for candidate in candidates]
    known = await session.scalars(select(PostRow.buffer_post_id).where(PostRow.buffer_post_id.in_(ids)))
    return {str(id_) for id_ in known}


async def unclaimed(
    session: AsyncSession, post: PostRow | WithdrawnDeliveryRow, candidates: Sequence[BufferPost]
) -> list[BufferPost]:
    """Return those posts in Buffer that can only be `post`: none if another delivery could be meant as well."""
    own_id = post.id if isinstance(post, PostRow) else None
    taken = await known_in_buffer(session, candidates)
    rival = select(PostRow.id).where(
        PostRow.channel_id == post.channel_id,
        PostRow.caption == post.caption,
        PostRow.create_sent_at.is_not(None),
        PostRow.id.is_distinct_from(own_id),
    )
    if await session.scalar(rival.limit(1)) is not None:
        return []
    return [candidate for candidate in candidates if candidate.id not in taken]


async def lose_create(session: AsyncSession, post: PostRow, to: Step) -> bool:
    """Record that the effect of a create never appeared, so that another one may be sent."""
    return await move(session, post, to, create_sent_at=None, lost_creates=PostRow.lost_creates + 1)


async def requeue(session: AsyncSession, post_id: int) -> PostRow | None:
    """Queue a failed or held post or a draft; None if it is not in such a state.

    A post that Buffer accepted and then failed to publish becomes another version, because the old one would be found
    in Buffer and mistaken for the new delivery. Any other keeps its delivery key.
    """
    row = await session.scalar(select(PostRow).where(PostRow.id == post_id).with_for_update())
    if row is None or not row.to_post().can_be_retried:
        return None
    if row.buffer_post_id is not None:
        await _drop_planned_edit(session, row.id)
        row.delivery_key, row.buffer_post_id = next_delivery_key(row.delivery_key), None
        row.photos = without_pictures(row.photos)
        row.scheduled_at = row.missing_since = None
    if row.error_code == PostError.POSTED_BEFORE:  # the user wants it posted again
        await session.execute(delete(UnknownPostRow).where(shows_photo_of(row)))
    row.lost_creates = min(1, row.lost_creates + (row.create_sent_at is not None))
    row.create_sent_at = None
    row.status, row.step = PostStatus.DRAFT, Step.QUEUED
    row.photo_id = (
        row.cover.photo_id if row.lead_post_id is None else None
    )  # which it had freed if it had failed
    row.next_try_at = row.error_code = row.error_message = row.claim = None
    row.attempts = row.stalls = row.link_looks = 0
    row.support_url = row.waits_for_machines = None
    await session.flush()
    return row


def without_pictures(photos: tuple[PostPhoto, ...]) -> tuple[PostPhoto, ...]:
    """Return the photos with all of their pictures still to be uploaded."""
    return tuple(photo.without_picture() for photo in photos)


def shows_photo_of(post: PostRow) -> ColumnElement[bool]:
    """Return the condition that an unknown post in Buffer shows a photo of this post."""
    digits = [photo.sha256[:PHOTO_DIGITS] for photo in post.photos]
    shows: ColumnElement[bool] = UnknownPostRow.photo_digits.overlap(digits)
    return shows


async def delete_unsent(session: AsyncSession, post_ids: Collection[int]) -> list[PostRow]:
    """Delete those of these posts that cannot be in Buffer, which frees their photos, and return them.

    An ambiguous post counts as unsent: the user says that the one in Buffer is to stay, or is not this one.
    """
    found = select(PostRow.id, PostRow.persona_id).where(PostRow.id.in_(post_ids), _is_unsent())
    persona_by_id = dict((await session.execute(found)).all())
    if not persona_by_id:
        return []
    for persona_id in sorted(set(persona_by_id.values())):
        await session.execute(taking_photos(persona_id))
    ids = [*persona_by_id]
    leads = select(func.coalesce(PostRow.lead_post_id, PostRow.id)).where(PostRow.id.in_(ids))
    photos = select(PostPhotoRow.photo_id).where(PostPhotoRow.post_id.in_(leads))
    await session.execute(locked(await session.scalars(photos)))
    # with the cross-posts, one of which may become the lead; in the order of the ids, as moving up in the queue does
    cross_posts = select(PostRow.id).where(PostRow.lead_post_id.in_(ids))
    all_ids = union_all(select(PostRow.id).where(PostRow.id.in_(ids)), cross_posts)
    in_order = select(PostRow.id).where(PostRow.id.in_(all_ids)).order_by(PostRow.id).with_for_update()
    await session.execute(in_order)
    statement = delete(PostRow).where(PostRow.id.in_(ids), _is_unsent()).returning(PostRow)
    deleted = await session.scalars(statement, execution_options={"synchronize_session": False})
    return sorted(deleted, key=lambda row: row.id)


def _is_unsent() -> ColumnElement[bool]:
    """Return the condition that a post cannot be in Buffer, or that only the user can tell."""
    waits = PostRow.step.in_((Step.QUEUED, Step.HELD, Step.FAILED, *_PREPARING))
    is_ambiguous = and_(PostRow.step == Step.UNCONFIRMED, PostRow.error_code == PostError.AMBIGUOUS)
    # it waits there without all of its pictures
    is_incomplete = and_(PostRow.buffer_post_id.is_not(None), PostRow.error_code == Code.IMAGE_DROPPED)
    never_left = and_(or_(PostRow.step.is_(None), waits), PostRow.create_sent_at.is_(None))
    return and_(or_(never_left, is_ambiguous), is_incomplete.is_not(True))


async def delete_removed(session: AsyncSession, post_id: int, buffer_post_id: str) -> bool:
    """Delete a post that was just deleted in Buffer; False if it was sent again in the meantime."""
    statement = delete(PostRow).where(
        PostRow.id == post_id,
        PostRow.buffer_post_id == buffer_post_id,
        PostRow.step.in_((*IN_BUFFER, Step.FAILED)),
    )
    return _one_row(await session.execute(statement))


async def edit_unsent(
    session: AsyncSession, row: PostRow, photos: tuple[PostPhoto, ...], *, new_pictures: bool, **values: Any
) -> PostRow | None:
    """Change a post that cannot be in Buffer; None if it may be there.

    An attempt in progress loses its claim, so it can no longer send the old text, and the post is queued again. After
    a lost create it becomes another version, so that the old one is recognised if the create takes effect after all.
    """
    in_progress = PostRow.step.in_(_PREPARING)
    is_other = or_(literal(new_pictures), PostRow.lost_creates > 0)
    unpictured = literal(without_pictures(photos), PostRow.photos.type)
    statement = (
        update(PostRow)
        .where(
            PostRow.id == row.id,
            PostRow.create_sent_at.is_(None),
            or_(PostRow.step.is_(None), in_progress, PostRow.step.in_((Step.QUEUED, Step.HELD, Step.FAILED))),
        )
        .values(
            **values,
            delivery_key=case((is_other, next_delivery_key(row.delivery_key)), else_=PostRow.delivery_key),
            photos=case((is_other, unpictured), else_=literal(photos, PostRow.photos.type)),
            photo_id=case((PostRow.photo_id.is_not(None), photos[0].photo_id)),
            step=case((in_progress, Step.QUEUED), else_=PostRow.step),
            waits_for_machines=case((in_progress, null()), else_=PostRow.waits_for_machines),
            claim=None,
        )
        .returning(PostRow)
    )
    changed = await session.scalar(statement)
    if changed is not None and changed.step is Step.FAILED:
        await _drop_planned_edit(session, row.id)  # which would undo this one if it arrived late
    return changed


async def record_edit(session: AsyncSession, plan: PlannedEditRow, found: BufferPost) -> None:
    """Record that Buffer has taken a planned edit; the post's step does not change."""
    await session.execute(
        update(PostRow)
        .where(PostRow.id == plan.post_id, PostRow.buffer_post_id == found.id)
        .values(
            caption=plan.caption,
            first_comment=plan.first_comment,
            ai_generated=plan.ai_generated,
            ai_assisted=plan.ai_assisted,
            photos=plan.photos,
            photo_id=case((PostRow.photo_id.is_not(None), plan.photos[0].photo_id)),
            share_mode=plan.share_mode,
            requested_at_time=plan.due_at,
            scheduled_at=found.due_at or PostRow.scheduled_at,
            delivery_key=plan.delivery_key or PostRow.delivery_key,
        )
    )


async def _drop_planned_edit(session: AsyncSession, post_id: int) -> None:
    """Drop an edit whose outcome no longer matters, since its post is not in Buffer any more."""
    await session.execute(delete(PlannedEditRow).where(PlannedEditRow.post_id == post_id))


async def record_status(session: AsyncSession, row: PostRow, found: BufferPost) -> bool:
    """Record Buffer's answer about a post that it had; False if nothing is new or the row has changed.

    `row` is the post as it was before Buffer was asked: if it has changed since, the answer may be out of date.
    """
    values = changed_values(row, found)
    if row.missing_since is not None:
        values["missing_since"] = None
    if not values:
        return False
    if Step.FAILED in (row.step, values.get("step")):
        await session.execute(taking_photos(row.persona_id))
    statement = (
        update(PostRow)
        .where(
            PostRow.id == row.id,
            PostRow.buffer_post_id == found.id,
            PostRow.step == row.step,
            PostRow.updated_at == row.updated_at,
        )
        .values(**values)
    )
    return _one_row(await session.execute(statement))


async def record_missing(session: AsyncSession, row: PostRow, buffer_now: datetime) -> None:
    """Record since when Buffer does not show a post that it has accepted; the first time counts."""
    await session.execute(
        update(PostRow)
        .where(PostRow.id == row.id, PostRow.step.in_(IN_BUFFER), PostRow.missing_since.is_(None))
        .values(missing_since=buffer_now)
    )


async def record_removal(
    session: AsyncSession, row: PostRow, *, code: str | None = None, message: str | None = None
) -> bool:
    """Fail a post that is no longer in Buffer, which frees its photos."""
    await session.execute(taking_photos(row.persona_id))
    statement = (
        update(PostRow)
        .where(
            PostRow.id == row.id,
            PostRow.buffer_post_id == row.buffer_post_id,
            PostRow.step.in_(IN_BUFFER),
            PostRow.updated_at == row.updated_at,
        )
        .values(
            status=PostStatus.FAILED,
            step=Step.FAILED,
            error_code=code or PostError.REMOVED_IN_BUFFER,
            error_message=message
            or "Buffer no longer has this post: it was deleted there, or the key belongs to another account. "
            "Retry it, or cancel it.",
        )
    )
    if not _one_row(await session.execute(statement)):
        return False
    await _drop_planned_edit(session, row.id)
    return True


async def record_unreadable(session: AsyncSession, row: PostRow, code: str, message: str) -> None:
    """Record why Buffer refuses to show a post that it has accepted."""
    await session.execute(
        update(PostRow)
        .where(PostRow.id == row.id, PostRow.step.in_(IN_BUFFER), PostRow.error_code.is_distinct_from(code))
        .values(error_code=code, error_message=message)
    )


async def adopt_double(session: AsyncSession, row: PostRow, double: BufferPost) -> bool:
    """Take over the other one of two posts in Buffer, since that is the one which is published."""
    await session.execute(taking_photos(row.persona_id))  # the row may have failed
    earlier = await earlier_version(session, row, double)
    values = row_values(double) | (earlier or missing_pictures(row, double))
    statement = (
        update(PostRow)
        .where(PostRow.id == row.id, PostRow.buffer_post_id == row.buffer_post_id)
        .values(buffer_post_id=double.id, **({"caption": double.text or row.caption} | values))
    )
    return _one_row(await session.execute(statement))


async def earlier_version(session: AsyncSession, row: PostRow, published: BufferPost) -> dict[str, Any]:
    """Return the values of a row whose post Buffer published as it was before it was edited; none if it was not.

    A post that has taken one of its photos since counts as one that posts them again.
    """
    sources = " ".join(published.asset_sources)
    if row.delivery_key in sources or delivery_stem(row.delivery_key) not in sources:
        return {}
    await session.execute(taking_photos(row.persona_id))
    values: dict[str, Any] = {"caption": published.text or row.caption}
    photos = await _photos_in(session, row, published)
    if [photo.photo_id for photo in photos] == [photo.photo_id for photo in row.photos]:
        return values
    lead_id = row.lead_post_id or row.id
    ids = [photo.photo_id for photo in photos]
    taken = PostPhotoRow.photo_id.in_(ids), PostPhotoRow.post_id != lead_id
    holders = set(await session.scalars(select(PostPhotoRow.post_id).where(*taken)))
    if holders:
        is_known = aliased(PostRow)
        again = (
            update(PostRow)
            .where(PostRow.id.in_(holders), PostRow.again_of_id.is_(None), literal(len(holders) == 1))
            .where(~exists().where(is_known.again_of_id == lead_id))
            .values(again_of_id=lead_id)
        )
        if not _one_row(await session.execute(again)):
            return values  # its photos cannot be shared out
    cover = null() if holders else case((PostRow.photo_id.is_not(None), ids[0]))
    return values | {"photos": photos, "photo_id": cover}


async def _photos_in(session: AsyncSession, row: PostRow, found: BufferPost) -> tuple[PostPhoto, ...]:
    """Return the photos that a version of a post in Buffer shows; the row's own if one of them is not known."""
    stem = delivery_stem(row.delivery_key)
    shown = [photo_digits_in(source, source.partition(stem)[0]) for source in found.asset_sources]
    digits = [each for each in shown if each]
    own = [photo.sha256[:PHOTO_DIGITS] for photo in row.photos]
    known = dict(zip(own, row.photos, strict=True))
    if len(digits) == len(shown) and digits != own:
        for photo_id, sha256 in await session.execute(ids_by_hash(row.persona_id, digits)):
            known.setdefault(sha256.hex()[:PHOTO_DIGITS], PostPhoto(photo_id, sha256.hex()))
        if known.keys() >= set(digits):
            return shown_photos([known[each] for each in digits], found)
    return row.photos


async def doubles_checked(session: AsyncSession, row: PostRow, double: str | None) -> None:
    """Record that no double of a post can appear any more, with what could not be undone about one.

    A post that had failed may have been retried and sent meanwhile: then nothing is known of its last create.
    """
    told = {"error_code": PostError.POSTED_TWICE, "error_message": double} if double else {}
    same_create = PostRow.create_buffer_time.is_not_distinct_from(row.create_buffer_time)
    await session.execute(
        update(PostRow).where(PostRow.id == row.id, same_create).values(lost_creates=0, **told)
    )


async def count_crash(session: AsyncSession, post_id: int, *, of_picture: bool = False) -> list[PostRow]:
    """Count the crash of the worker that was delivering on this post's channel, or only made its picture.

    The post that it had is returned.
    """
    persona_id = await session.scalar(select(PostRow.persona_id).where(PostRow.id == post_id))
    if persona_id is not None:
        await session.execute(taking_photos(persona_id))  # one of them may fail
    channel = select(PostRow.channel_id).where(PostRow.id == post_id).scalar_subquery()
    is_its = (
        and_(PostRow.id == post_id, PostRow.waits_for_machines.is_not(None))
        if of_picture
        else and_(PostRow.channel_id == channel, PostRow.waits_for_machines.is_(None))
    )
    claimed = and_(is_its, PostRow.claim.is_not(None), PostRow.step.in_(ON_THE_WAY))
    # locked in the order of the ids, as moving a post up in the queue does
    in_order = select(PostRow.id).where(claimed).order_by(PostRow.id).with_for_update()
    ids = (await session.execute(in_order)).scalars().all()
    statement = (
        update(PostRow).where(PostRow.id.in_(ids)).values(stalls=PostRow.stalls + 1).returning(PostRow)
    )
    return list(await session.scalars(statement))


def _one_row(result: Any) -> bool:
    return bool(result.rowcount == 1)
