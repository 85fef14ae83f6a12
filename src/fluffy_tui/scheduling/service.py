"""What screens, console and scripts ask of scheduling: submit, list, edit, retry, cancel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, func, select, true, union_all
from sqlalchemy.orm import aliased

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.database import database_now, rows_of
from fluffy_tui.images import Unreadable
from fluffy_tui.media import Framing
from fluffy_tui.networks import clean_caption
from fluffy_tui.photos import Photo, PhotoNotFound, PhotoState, PhotoUnreadable, from_disk
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.picture_upload import PictureUpload
from fluffy_tui.scheduling.edits.cancellation import Cancellation, not_found
from fluffy_tui.scheduling.edits.post_edit import EditRequest, PostEdit
from fluffy_tui.scheduling.edits.retry import Retry
from fluffy_tui.scheduling.model import (
    ON_THE_WAY,
    Missing,
    NotPossibleNow,
    PersonaCounts,
    Post,
    PostEvent,
    PostPage,
    PostStatus,
    Reason,
    ScheduleResult,
    Step,
)
from fluffy_tui.scheduling.post_photo import PostPhoto
from fluffy_tui.scheduling.posts_by_time import has_text, next_due, posts_beyond
from fluffy_tui.scheduling.problems.problem_inbox import ProblemInbox
from fluffy_tui.scheduling.results.counted_posts import counted_posts
from fluffy_tui.scheduling.results.post_results import Results, results_of
from fluffy_tui.scheduling.submit.ai_label import proposed_ai_label
from fluffy_tui.scheduling.submit.channel_choice import ChannelChoice, chosen_channels
from fluffy_tui.scheduling.submit.post_again_rule import again_refusal, holders_of
from fluffy_tui.scheduling.submit.post_request import PostRequest
from fluffy_tui.scheduling.submit.post_writer import PostWriter, is_unsubmitted
from fluffy_tui.scheduling.submit.submission_check import (
    buffer_now,
    channel_refusal,
    content_refusal,
    file_refusal,
    photos_refusal,
    possible_everywhere,
    tagged_people,
)
from fluffy_tui.scheduling.tables import HAS_ENDED, PostEventRow, PostPhotoRow, PostRow
from fluffy_tui.scheduling.timings import Timings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from procrastinate import App
    from sqlalchemy import ColumnElement, Select

    from fluffy_tui.buffer import Budget, BufferClient
    from fluffy_tui.core.database import Database
    from fluffy_tui.media import MediaHost
    from fluffy_tui.personas import Persona, Personas
    from fluffy_tui.photos import Photos
    from fluffy_tui.scheduling.background.workers import Workers
    from fluffy_tui.scheduling.model import TimeKey
    from fluffy_tui.scheduling.post_photo import TaggedPerson
    from fluffy_tui.scheduling.problems.problem import Problem
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.results.comparison import CountedPost
    from fluffy_tui.scheduling.submit.submission_check import Submission


@dataclass(frozen=True, slots=True)
class Scheduling:
    """The posts of one database."""

    database: Database
    queue: App
    personas: Personas
    photos: Photos
    request_budget: RequestBudget
    workers: Workers
    buffer: BufferClient | None
    """None while no key is configured."""
    timings: Timings = field(default_factory=Timings)
    undo_seconds: float = 0.0
    """How long a submitted post waits before it is sent, so that submitting can be undone."""
    again_after_months: int = 3
    """For how long a post has to be live before its photos may be posted again."""
    host: MediaHost | None = None
    """None while no media host is configured."""
    missing: tuple[Missing, ...] = field(default=())
    """What delivery lacks, such as a Buffer key; while it lacks something, posts stay drafts."""

    async def schedule_post(
        self,
        photo: Photo | PostPhoto | int,
        caption: str,
        *,
        alt_text: str = "",
        share_mode: ShareMode = ShareMode.ADD_TO_QUEUE,
        at: datetime | None = None,
        framing: Framing = Framing(),
        accept_damaged: bool = False,
        more_photos: Sequence[Photo | PostPhoto | int] = (),
        channels: str | Sequence[str | ChannelChoice] | None = None,
        captions: Mapping[str, str] | None = None,
        first_comment: str = "",
        ai_generated: bool | None = None,
        tags: Sequence[TaggedPerson | Mapping[str, Any]] = (),
        ai_assisted: bool = False,
        again: bool = False,
        dry_run: bool = False,
    ) -> ScheduleResult:
        """Submit photos: write a post for each channel and defer its delivery in one transaction, or refuse.

        A photo is in one submission at most. Of two at the same moment one succeeds, and the other is refused.

        Args:
            photo: the photo or its id, or with texts and frame of its own; the cover if there are more.
            caption: stored as given, but for NUL characters and foreign line endings.
            alt_text: describes the cover for those who cannot see it.
            share_mode: next slot, front of the queue, at a time, or now.
            at: the time, with its zone, for CUSTOM_SCHEDULED.
            framing: fit, shape and turn of the cover; the fit is also that of the other photos without their own.
            accept_damaged: post what is left of a photo if it is damaged; otherwise that is a refusal.
            more_photos: those after the cover, in their order.
            channels: one id or several of the persona's channels to post to, or what is different on each; all if not
                given.
                One that is not the persona's any more is a refusal.
            captions: by channel id, where it differs; one for another channel is a refusal.
            first_comment: posted below the post; networks without first comments get the hashtags at its end with the
                caption, unless that is their own, or all are such.
            ai_generated: tell the networks that the pictures were made with AI; if not given, whether the persona or
                the mark in a photo says so.
            tags: people in the cover, at their places in the photo, each a `TaggedPerson` or a mapping with `handle`,
                `x` and `y`; networks without people tags get none,
                unless all are such.
            ai_assisted: tell Buffer that a text came from a model.
            again: the photos may be those of a live post that is old enough; it hands them on to the new one.
            dry_run: make all checks and write nothing, so that a success has no posts; photos that are given whole
                need not be in the library yet.

        Returns:
            A success or a refusal; refusals are never raised.
        """
        people = tagged_people(tags)
        if isinstance(people, ScheduleResult):
            return people
        request = PostRequest(
            (photo, *more_photos),
            caption,
            alt_text,
            share_mode,
            at,
            framing,
            accept_damaged,
            [channels] if isinstance(channels, str) else channels,
            captions or {},
            first_comment,
            ai_generated,
            people,
            ai_assisted,
            again,
        )
        if not dry_run:
            return (await self.schedule_posts([request]))[0]
        checked = await self._checked(request, dry_run=True)
        return checked if isinstance(checked, ScheduleResult) else await self._writer.check(checked)

    async def schedule_posts(self, requests: Sequence[PostRequest]) -> list[ScheduleResult]:
        """Submit several posts together: each succeeds or is refused by itself, and all can be undone equally long.

        All are checked before any is written, so that the first does not leave while the last is still checked.
        """
        checked = [await self._checked(request) for request in requests]
        passed = [each for each in checked if not isinstance(each, ScheduleResult)]
        written = iter(await self._writer.write(passed) if passed else ())
        return [each if isinstance(each, ScheduleResult) else next(written) for each in checked]

    @property
    def _writer(self) -> PostWriter:
        return PostWriter(
            self.database,
            self.queue,
            self.photos,
            self.undo_seconds,
            self.missing,
            self.again_after_months,
        )

    async def _checked(
        self, request: PostRequest, *, dry_run: bool = False
    ) -> list[Submission] | ScheduleResult:
        """Return what each channel is to get, or why the request is refused."""
        try:
            shown = await self._photos_of_post(request, as_given=dry_run)
        except PhotoNotFound as error:
            return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_MISSING)
        persona = await self.personas.by_id(shown[0][0].persona_id)
        common = ChannelChoice(
            "",
            clean_caption(request.caption),
            request.share_mode,
            request.at,
            None,
            clean_caption(request.first_comment),
        )
        chosen = chosen_channels(persona, request.channels, request.captions, common)
        if isinstance(chosen, ScheduleResult):
            return chosen
        wanted = tuple(wanted for _, wanted in shown)
        label = request.ai_generated
        if label is None:
            try:
                label = await proposed_ai_label(persona, [known for known, _ in shown])
            except PhotoUnreadable as error:
                return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_UNREADABLE)
        submissions = possible_everywhere(
            [
                replace(
                    choice.submission(persona, wanted, ai_generated=label, ai_assisted=request.ai_assisted),
                    again=request.again,
                )
                for choice in chosen
            ]
        )
        refusal = photos_refusal([known for known, _ in shown], wanted, persona.id)
        if request.again and refusal is None:
            refusal = await self._again_refusal([photo.photo_id for photo in wanted])
        for submission in submissions:
            refusal = refusal or content_refusal(submission, buffer_now(self.buffer))
        refusal = refusal or await self._files_refusal(shown, dry_run=dry_run)
        for submission in submissions if not self.missing else ():
            refusal = refusal or channel_refusal(persona, submission.chosen)
        return refusal or submissions

    async def _again_refusal(self, photo_ids: Collection[int]) -> ScheduleResult | None:
        """Return why the posts that have these photos cannot be posted again, but for a draft that is replaced."""
        async with self.database.transaction() as session:
            now = await database_now(session)
            for group in (await holders_of(session, photo_ids)).values():
                is_draft = is_unsubmitted(group[0])
                if not is_draft and (reason := again_refusal(group, now, self.again_after_months)):
                    return ScheduleResult(False, group[0].to_post(), reason, Reason.ALREADY_SCHEDULED)
        return None

    async def posts_to_repeat(self, post_id: int) -> list[Post]:
        """Return all posts of a live submission, the lead first, if it may be posted again with `PostRequest.again`.

        Raises:
            NotPossibleNow: it is not live everywhere, not for long enough, or has been posted again since.
            PostNotFound: it was cancelled.
        """
        existing = await self._existing(post_id)
        group = await self.groups([existing.group_id])
        if reason := again_refusal(group, await self.database_time(), self.again_after_months):
            raise NotPossibleNow(reason)
        refusal = await self._again_refusal({id_ for post in group for id_ in post.photo_ids})
        if refusal is not None:
            raise NotPossibleNow(refusal.reason)
        return group

    async def _photos_of_post(self, request: PostRequest, *, as_given: bool) -> list[tuple[Photo, PostPhoto]]:
        """Return each photo with how it is to be posted; `as_given` takes a `Photo` for what the library has.

        Raises:
            PhotoNotFound: one is not in the library.
        """
        shown: list[tuple[Photo, PostPhoto]] = []
        for wanted in request.photos:
            if isinstance(wanted, PostPhoto):
                known = await self.photos.get(wanted.photo_id)
                of_post = replace(
                    wanted.without_picture(),  # which would be that of another post
                    sha256=known.sha256,
                    alt_text=clean_caption(wanted.alt_text),
                )
            else:
                if isinstance(wanted, Photo) and as_given:
                    known = wanted
                else:
                    known = await self.photos.get(wanted if isinstance(wanted, int) else wanted.id)
                framing = request.framing
                of_post = PostPhoto(known.id, known.sha256, framing=Framing(framing.fit))
                if not shown:
                    alt_text = clean_caption(request.alt_text)
                    of_post = replace(of_post, alt_text=alt_text, framing=framing, tags=request.tags)
            accepts_damage = request.accept_damaged or of_post.accept_damaged
            shown.append((known, replace(of_post, accept_damaged=accepts_damage)))
        return shown

    async def _files_refusal(
        self, shown: Sequence[tuple[Photo, PostPhoto]], *, dry_run: bool
    ) -> ScheduleResult | None:
        """Return why one of the photos cannot be posted, because of its file."""
        for known, of_post in shown:
            try:
                state = await self.photos.check(known, dry_run=dry_run)
            except PhotoUnreadable as error:
                return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_UNREADABLE)
            if state is PhotoState.ELSEWHERE:
                continue  # the machine that has it looks at it
            if state is not PhotoState.UNCHANGED:
                return file_refusal(state, known)
            refusal = await self._picture_refusal(
                known, accept_damaged=of_post.accept_damaged, dry_run=dry_run
            )
            if refusal is not None:
                return refusal
        return None

    async def _picture_refusal(
        self, photo: Photo, *, accept_damaged: bool, dry_run: bool
    ) -> ScheduleResult | None:
        """Return why a photo cannot be posted that does not decode whole; quick where it has been shown before."""
        try:
            await from_disk(partial(self.photos.thumbnail, photo, 1, 1, dry_run=dry_run), photo.name)
        except PhotoUnreadable as error:
            if error.reason is not Unreadable.DAMAGED:
                return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_UNREADABLE)
            if not accept_damaged:
                return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_DAMAGED)
        return None

    async def posts(self, persona: Persona | int | None = None, *, limit: int = 200) -> list[Post]:
        """Return the posts that were submitted last, of one persona or of all, newest first."""
        query = select(PostRow).order_by(PostRow.id.desc()).limit(limit)
        if persona is not None:
            query = query.where(PostRow.persona_id == (persona if isinstance(persona, int) else persona.id))
        return await self._posts(query)

    async def posts_by_time(
        self,
        persona_id: int,
        start: TimeKey,
        *,
        later: bool,
        steps: Collection[Step | None] | None = None,
        text: str = "",
        limit: int = 200,
    ) -> PostPage:
        """Return the posts of a persona next to a place in the order of `Post.time_key`.

        Args:
            persona_id: whose posts.
            start: the place; a post that is there is not returned.
            later: whether those with a later time are wanted, or those with an earlier one.
            steps: only posts at one of these steps; all if not given.
            text: only posts with these words in the caption or in the name of a photo's file.
            limit: how many are looked at; of the rest, those with the text are found from `PostPage.rest` on.
        """
        query = posts_beyond(persona_id, start, later=later, steps=steps, limit=limit, text=text)
        async with self.database.transaction() as session:
            nearest = [(row.to_post(), found) for row, found in await session.execute(query)]
        rest = nearest[-1][0].time_key if len(nearest) == limit else None
        posts = [post for post, found in nearest if found]
        return PostPage(tuple(posts[::-1] if later else posts), rest)

    async def is_found(self, post_id: int, text: str) -> bool:
        """Return whether `posts_by_time` finds a post with a text."""
        query = select(has_text(PostRow, text)).where(PostRow.id == post_id)
        async with self.database.transaction() as session:
            return bool(await session.scalar(query))

    async def open_posts(self, persona: Persona | None = None) -> list[Post]:
        """Return all posts that are neither live nor failed, of one persona or of all, oldest first."""
        is_open = PostRow.status.in_((PostStatus.DRAFT, PostStatus.SCHEDULED))
        return await self._posts(select(PostRow).where(is_open, _of(persona)).order_by(PostRow.id))

    async def ended_posts(self, persona: Persona | None = None, *, limit: int) -> list[Post]:
        """Return the posts that went live or failed last, of one persona or of all, newest first."""
        personas = [persona] if persona else await self.personas.list()
        return await self._posts(last_ended([each.id for each in personas], limit))

    async def groups(self, group_ids: Collection[int]) -> list[Post]:
        """Return all posts of these submissions, by `Post.group_id`, in the order in which they were written."""
        return await self._posts(in_groups(group_ids)) if group_ids else []

    async def posts_with(self, photo_ids: Collection[int]) -> list[Post]:
        """Return the posts that have any of these photos: those of one submission at most for each photo."""
        leads = select(PostPhotoRow.post_id).where(PostPhotoRow.photo_id.in_(photo_ids))
        groups = await self._posts(in_groups(leads)) if photo_ids else []
        return [post for post in groups if not post.photo_ids.isdisjoint(photo_ids)]

    async def post(self, post_id: int) -> Post | None:
        """Return one post, or None if it does not exist any more."""
        found = await self._posts(select(PostRow).where(PostRow.id == post_id))
        return found[0] if found else None

    async def on_their_way(self) -> list[Post]:
        """Return the submitted posts that Buffer has not accepted yet, oldest first."""
        return await self._posts(select(PostRow).where(PostRow.step.in_(ON_THE_WAY)).order_by(PostRow.id))

    async def timeline(self, post_id: int) -> list[PostEvent]:
        """Return the history of a post, oldest first; empty if it does not exist any more."""
        query = select(PostEventRow).where(PostEventRow.post_id == post_id).order_by(PostEventRow.id)
        async with self.database.transaction() as session:
            return [row.to_event() for row in await session.scalars(query)]

    async def database_time(self) -> datetime:
        """Return the time by the database's clock, by which posts wait."""
        async with self.database.transaction() as session:
            return await database_now(session)

    async def results(self, posts: Sequence[Post]) -> dict[int, Results]:
        """Return what is known of each live post among these, by its id."""
        return await results_of(self.database, posts)

    async def counted_posts(self, persona_id: int) -> list[CountedPost]:
        """Return the persona's live posts of the last year, newest first, with what the networks count."""
        return await counted_posts(self.database, persona_id)

    async def _posts(self, query: Select[PostRow]) -> list[Post]:
        async with self.database.transaction() as session:
            return [row.to_post() for row in await session.scalars(query)]

    async def counts(self) -> dict[int, PersonaCounts]:
        """Return the counts of each persona, by persona id; personas without photos are left out."""
        counted = await self.photos.counts("unscheduled", "drafts", "queued", "scheduled", "failed", "posted")
        async with self.database.transaction() as session:
            due = dict((await session.execute(next_due(list(counted)))).all())
        return {
            persona_id: PersonaCounts(**numbers, next_due_at=due.get(persona_id))
            for persona_id, numbers in counted.items()
        }

    async def retry(self, post_id: int) -> Post:
        """Queue a failed or held post or a draft again; Buffer is searched before anything is created.

        Raises:
            NotPossibleNow: it is being sent or in Buffer already, its time is past, something is missing, or it had
                failed and another post has a photo of it by now.
            PostNotFound: it was cancelled.
            BufferError: Buffer could not be asked what became of the first try.
        """
        return await self._retry.retry(await self._existing(post_id))

    async def upload_again(self, post_id: int) -> Post:
        """Render and upload a post's pictures again: at once if Buffer has the post, otherwise with a retry.

        If a photo was exported again over its file meanwhile, the post gets the new picture.

        Raises:
            NotPossibleNow: it is being sent or live, or something that delivery needs is missing.
            PostNotFound: it was cancelled.
            FluffyError: the changed file cannot be used, or the change of a post in Buffer failed.
        """
        existing = await self._existing(post_id)
        changed = [photo for photo in existing.photos if await self._has_changed(photo)]
        if changed and existing.can_be_uploaded_again and not existing.is_ambiguous:
            for photo in changed:
                await self.photos.read_again(await self.photos.get(photo.photo_id))
            current = [
                replace(photo, sha256=(await self.photos.get(photo.photo_id)).sha256)
                for photo in existing.photos
            ]
            request = EditRequest(photos=tuple(current), new_pictures=True)
            existing = await self._post_edit.edit(post_id, request)
            if existing.step in (Step.QUEUED, Step.ACCEPTED):
                return existing
        return await self._retry.upload_again(existing)

    async def _has_changed(self, photo: PostPhoto) -> bool:
        return await self.photos.check(await self.photos.get(photo.photo_id)) is PhotoState.CHANGED

    async def problems(self, persona: Persona | int | None = None) -> list[Problem]:
        """Return everything that needs attention, of one persona or of all, the worst first."""
        persona_id = persona if persona is None or isinstance(persona, int) else persona.id
        inbox = ProblemInbox(
            self.database,
            self.personas,
            self.photos,
            self.workers,
            self.request_budget,
            self.timings,
            self.missing,
        )
        return await inbox.problems(persona_id)

    async def cancel(self, post_id: int) -> None:
        """Delete a post and free its photo: at once if it was not sent yet, through Buffer once it is there.

        Raises:
            NotPossibleNow: it is being published, is live, or it is not known whether Buffer has it.
            PostNotFound: it was cancelled already.
            BufferError: Buffer could not be asked, or did not answer.
        """
        await self._cancellation.cancel(post_id)

    async def cancel_unsent(self, post_ids: Collection[int]) -> set[int]:
        """Cancel those of these posts that were not sent yet, all at once, and return their ids.

        For the others `cancel` asks Buffer, or says why they cannot be cancelled.
        """
        return await self._cancellation.cancel_unsent(post_ids)

    async def edit(
        self,
        post_id: int,
        *,
        caption: str | None = None,
        alt_text: str | None = None,
        share_mode: ShareMode | None = None,
        at: datetime | None = None,
        framing: Framing | None = None,
        photos: Sequence[PostPhoto] | None = None,
        first_comment: str | None = None,
        ai_generated: bool | None = None,
        ai_assisted: bool = False,
    ) -> Post:
        """Change a post's texts, time or photos and leave what is not given; a failed post must then be retried.

        New pictures of a post that Buffer has are rendered and uploaded before Buffer gets their URLs.

        Args:
            post_id: which post.
            caption: the new caption.
            alt_text: the new alt text of the cover.
            share_mode: when it is to go out.
            at: the time, with its zone.
            framing: how the cover is to be fitted.
            photos: all of its photos in their new order; `PostPhoto`s of the post keep their texts and frames.
            first_comment: the new first comment.
            ai_generated: whether the networks are told that the pictures were made with AI.
            ai_assisted: tell Buffer that a text came from a model; this cannot be taken back.

        Raises:
            NotPossibleNow: the text or the photos are refused, or the post is being sent or published, or is live.
            PostNotFound: it was cancelled.
            DeliveryFailure: the picture is to change, and the photo's file is missing, changed or unreadable.
            MediaHostError: the picture is to change, and the upload failed.
            BufferError: Buffer did not do it; with `edit_ignored` it took the text and kept the time.
        """
        wanted = tuple(photos) if photos is not None else None
        if wanted is not None:
            existing = await self._existing(post_id)
            if not wanted:
                raise NotPossibleNow(
                    "A post needs at least one photo.", "Cancel the post to take all of them out."
                )
            known = [await self.photos.get(photo.photo_id) for photo in wanted]
            wanted = tuple(
                replace(photo, sha256=photo.sha256 or each.sha256)
                for photo, each in zip(wanted, known, strict=True)
            )
            if (refusal := photos_refusal(known, wanted, existing.persona_id)) is not None:
                raise NotPossibleNow(refusal.reason)
        request = EditRequest(
            caption, alt_text, share_mode, at, framing, wanted, first_comment, ai_generated, ai_assisted
        )
        return await self._post_edit.edit(post_id, request)

    @property
    def _post_edit(self) -> PostEdit:
        pictures = PictureUpload(self.photos, self.host, self.timings)
        return PostEdit(self._cancellation, self.personas, pictures, self.timings)

    @property
    def _retry(self) -> Retry:
        return Retry(self.database, self.queue, self.personas, self.buffer, self.missing, self.request_budget)

    @property
    def _cancellation(self) -> Cancellation:
        return Cancellation(self.database, self.queue, self.buffer, self.timings)

    async def queued_posts(self, channel_id: str) -> list[Post]:
        """Return the posts of a channel that Buffer has not accepted yet, in the order in which they are sent."""
        query = select(PostRow).where(PostRow.channel_id == channel_id, PostRow.step.in_(ON_THE_WAY))
        return await self._posts(query.order_by(channel_queue.POSITION, PostRow.id))

    async def move_up(self, post_id: int) -> Post:
        """Swap a queued post with the one ahead of it.

        Raises:
            NotPossibleNow: it is the first, or is not in the queue.
            PostNotFound: it was cancelled.
        """
        existing = await self._existing(post_id)
        async with self.database.transaction() as session:
            if not await channel_queue.move_up(session, self.queue, post_id):
                raise NotPossibleNow(
                    "This post is already first in the queue."
                    if existing.can_be_moved_up
                    else "This post is not in the queue."
                )
            return (await session.get_one(PostRow, post_id)).to_post()

    async def budget(self) -> Budget:
        """Return how many requests Buffer still allows, as last reported to any process with this key."""
        return await self.request_budget.current()

    async def _existing(self, post_id: int) -> Post:
        existing = await self.post(post_id)
        if existing is None:
            raise not_found()
        return existing


def _of(persona: Persona | None) -> ColumnElement[bool]:
    return true() if persona is None else PostRow.persona_id == persona.id


def last_ended(persona_ids: Sequence[int], limit: int) -> Select[PostRow]:
    """Return the query for the posts of these personas that went live or failed last, newest first.

    Of each persona the last are read in the order of an index, however many posts there are.
    """
    persona = rows_of({"id": BigInteger()}, ((id_,) for id_ in persona_ids))
    ended_at = func.coalesce(PostRow.posted_at, PostRow.updated_at)
    of_persona = select(PostRow).where(PostRow.persona_id == persona.c.id, HAS_ENDED)
    last = of_persona.order_by(ended_at.desc(), PostRow.id.desc()).limit(limit).lateral()
    ended_last = func.coalesce(last.c.posted_at, last.c.updated_at).desc()
    query = select(aliased(PostRow, last)).select_from(persona).join(last, true())
    return query.order_by(ended_last, last.c.id.desc()).limit(limit)


def in_groups(group_ids: Collection[int] | Select[int]) -> Select[PostRow]:
    """Return the query for the posts of these submissions, oldest first."""
    # one for each index, since a condition with OR might read all posts
    leads = select(PostRow).where(PostRow.id.in_(group_ids))
    cross_posts = select(PostRow).where(PostRow.lead_post_id.in_(group_ids))
    both = union_all(leads, cross_posts).subquery()
    return select(aliased(PostRow, both)).order_by(both.c.id)
