"""One attempt to bring a post into Buffer: search for it, upload its picture, create it, record it.

The process may be killed at any instruction: everything that may have been sent is on record before its first byte
leaves, and nothing of that is sent again before Buffer was searched for it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func

from fluffy_tui.buffer import BufferError, BufferStatus, Code, NewPost, ShareMode
from fluffy_tui.core.clocks import elapsed_seconds
from fluffy_tui.media import MediaHostError
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.buffer_comparison import refuse_if_posted_before
from fluffy_tui.scheduling.delivery.delivery_failure import ClaimLost, DeliveryFailure
from fluffy_tui.scheduling.delivery.duplicate_refusal import refuse_if_duplicate
from fluffy_tui.scheduling.delivery.find_in_buffer import BufferMatch, find_in_buffer, may_have_left
from fluffy_tui.scheduling.delivery.picture_step import PictureStep, move_on
from fluffy_tui.scheduling.delivery.pinterest_board import board_of
from fluffy_tui.scheduling.error_codes import ACCOUNT_WIDE, PostError
from fluffy_tui.scheduling.model import Step
from fluffy_tui.scheduling.photo_usage import taking_photos
from fluffy_tui.scheduling.post_events import RequestEvent, record_event
from fluffy_tui.scheduling.post_from_buffer import missing_pictures
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from datetime import datetime

    from procrastinate import App

    from fluffy_tui.buffer import BufferClient, BufferPost, Channel
    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Personas
    from fluffy_tui.scheduling.delivery.buffer_comparison import BufferComparison
    from fluffy_tui.scheduling.delivery.picture_upload import PictureUpload
    from fluffy_tui.scheduling.timings import Timings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt for one claimed post."""

    post: PostRow
    buffer: BufferClient
    database: Database
    queue: App
    personas: Personas
    pictures: PictureUpload
    comparison: BufferComparison
    timings: Timings

    async def run(self) -> None:
        """Bring the post into Buffer.

        Raises:
            DeliveryFailure: it cannot be sent now; also the errors of Buffer and of the media host mean that.
            ClaimLost: another attempt or the user has changed the post.
        """
        is_searched = self.post.step == Step.UNCONFIRMED
        if is_searched and not await self._settle():
            return
        channel = await self._healthy_channel()
        self._refuse_past_time()
        if not is_searched and await self._record_match(await self._look_with_pictures(str(channel.service))):
            return
        await self._create(channel)

    def _refuse_past_time(self) -> None:
        due_at = self._due_at
        if due_at is not None and due_at <= self.buffer.time.now():
            raise DeliveryFailure.final(
                PostError.TIME_PAST,
                f"Its time, {due_at.astimezone():%Y-%m-%d %H:%M}, passed while it waited, so nothing was sent. "
                "Choose a new time.",
            )

    @property
    def _due_at(self) -> datetime | None:
        return self.post.requested_at_time if self.post.share_mode == ShareMode.CUSTOM_SCHEDULED else None

    async def _settle(self) -> bool:
        """Find out what became of an unanswered create; True if it certainly did not arrive.

        Not finding it proves nothing before the create had time to arrive, so until then the post stays unconfirmed.
        """
        post = self.post
        match = await find_in_buffer(self.buffer, post)
        if alike := (*match.lookalikes, *match.without_pictures):
            async with self.database.transaction() as session:
                match = match.without(await transitions.known_in_buffer(session, alike))
        try:
            if await self._record_match(match):
                return False
        except DeliveryFailure as failure:
            if failure.code == Code.REJECTED or failure.step is Step.FAILED:
                await self._keep_create(failure)
            raise
        await refuse_if_duplicate(self.buffer, self.database, post, match)
        unsettled = await self._seconds_until_settled()
        if unsettled > 0:
            code, message = post.error_code, post.error_message
            if code is None or message is None or code in ACCOUNT_WIDE:  # which is over: Buffer has answered
                code = Code.NO_ANSWER
                message = "Buffer did not answer. It is checked for the post before anything is sent again."
            raise DeliveryFailure(Step.UNCONFIRMED, code, message, self.timings.next_lookup(unsettled))
        if match.lookalikes or post.error_code == PostError.AMBIGUOUS:
            await self._take_lookalike(match.lookalikes)
            return False
        await self._lose_create()
        if post.error_code == Code.DUPLICATE_TEXT:
            raise DeliveryFailure.final(
                Code.DUPLICATE_TEXT, post.error_message or "Buffer says that it already has this text."
            )
        if post.lost_creates >= self.timings.max_lost_creates:
            raise DeliveryFailure.final(
                PostError.TOO_MANY_CREATES,
                f"It was sent {post.lost_creates} times, and Buffer shows none of them. "
                "Look in Buffer; if the post is not there, retry.",
            )
        return True

    async def _seconds_until_settled(self) -> float:
        async with self.database.transaction() as session:
            return await transitions.seconds_until_settled(
                session, self.post, self.timings.settle, self.buffer.time.now()
            )

    async def _lose_create(self) -> None:
        post = self.post
        async with self.database.transaction() as session:
            if not await transitions.lose_create(session, post, Step.RENDERING):
                raise ClaimLost
        post.step, post.create_sent_at = Step.RENDERING, None
        post.lost_creates += 1

    async def _keep_create(self, failure: DeliveryFailure) -> None:
        """Have a post that is to be held or fail still know of its create, which may yet take effect."""
        unsettled = await self._seconds_until_settled()
        if unsettled > 0:
            pause = self.timings.next_lookup(unsettled)
            raise DeliveryFailure(Step.UNCONFIRMED, failure.code, str(failure), pause) from failure
        await self._lose_create()

    async def _take_lookalike(self, lookalikes: tuple[BufferPost, ...]) -> None:
        """Record the one post that must be ours although Buffer has replaced the picture's URL, or ask the user.

        If none is left of those that looked alike, the user may have deleted it in Buffer: nothing is sent then either.
        """
        post = self.post
        async with self.database.transaction() as session:
            free = await transitions.unclaimed(session, post, lookalikes)
        if len(free) == 1:
            await self._record(free[0])
            return
        if lookalikes:
            count = len(lookalikes)
            found, which = ("a post", "it") if count == 1 else (f"{count} posts", "one of them")
            message = (
                f"Buffer has {found} with this text, and nothing shows whether {which} is this one. "
                "Look into Buffer: if this post is there, cancel it here; if it is not, retry it."
            )
        else:
            message = (
                "Buffer no longer has the post with this text that may have been this one. "
                "Retry it to send it again, or cancel it here."
            )
        raise DeliveryFailure(
            Step.UNCONFIRMED,
            PostError.AMBIGUOUS,
            message,
            self.timings.blocked(post.attempts if post.error_code == PostError.AMBIGUOUS else 1),
        )

    async def _healthy_channel(self) -> Channel:
        """Return the channel; Buffer is asked if what is known of it, or of its clock, is out of date or bad."""
        post = self.post
        channel = await self.personas.known_channel(str(post.channel_id), self.timings.channel_fresh)
        needs_time = self._due_at is not None and not self.buffer.time.is_known
        if channel is None or channel.problem or needs_time:
            channel = await self.buffer.channel(str(post.channel_id))
            await self.personas.remember_channel(channel)
        if channel.problem:
            raise DeliveryFailure.blocked(PostError.CHANNEL_UNHEALTHY, channel.problem, post, self.timings)
        if post.share_mode == ShareMode.ADD_TO_QUEUE and not channel.has_slots:
            raise DeliveryFailure.blocked(
                PostError.NO_SLOTS,
                f"{channel.name} has no posting times in Buffer, so its queue would never be published. "
                "Add posting times there.",
                post,
                self.timings,
            )
        return channel

    async def _look(self) -> BufferMatch:
        """Search Buffer for the post, or only make sure that this database knows all that was sent."""
        post = self.post
        if may_have_left(post):
            return await find_in_buffer(self.buffer, post)
        await self.comparison.ensure(self.buffer, str(post.organization_id))
        async with self.database.transaction() as session:
            await refuse_if_posted_before(session, post)
        return BufferMatch()

    async def _look_with_pictures(self, service: str) -> BufferMatch:
        """Look in Buffer with the pictures uploaded; in the first attempt they are made while Buffer answers.

        Later attempts follow an error, and spend no request of the day before the pictures are there.
        """
        post = self.post
        if post.is_uploaded:
            return await self._look()
        if post.attempts > 1:
            await self._upload_pictures(service)
            return await self._look()
        search = asyncio.create_task(self._look(), name=f"search-{post.id}")
        try:
            await self._upload_pictures(service)
            return await search
        finally:
            search.cancel()
            await asyncio.gather(search, return_exceptions=True)

    async def _upload_pictures(self, service: str) -> None:
        """Upload the pictures; where the media host cannot be reached, find out whether Buffer can."""
        try:
            await PictureStep(self.post, self.database, self.pictures).run(service)
        except MediaHostError as error:
            if error.unreachable and not await self.buffer.is_reachable():
                raise DeliveryFailure.offline(self.post, self.timings) from error
            raise

    async def _record_match(self, match: BufferMatch) -> bool:
        """Record the post if it is in Buffer, and return whether it is.

        An earlier version of it is deleted there, or recorded as the post if it is public already.
        """
        if match.posts:
            await self._record(match.posts[0])
            return True
        for incomplete in match.incomplete:
            if incomplete.is_public:
                await self._record(incomplete)
                return True
            await self._delete_incomplete(incomplete)
        for earlier in match.earlier:
            if earlier.is_public:
                await self._record(earlier)
                return True
            await self._delete_earlier(earlier)
        if match.without_pictures:
            raise DeliveryFailure.final(
                Code.IMAGE_DROPPED,
                "Buffer has a post with this text but without all of its pictures. Delete it in Buffer, then retry.",
            )
        return False

    async def _delete_earlier(self, earlier: BufferPost) -> None:
        post = self.post
        log.warning("post %s is in Buffer as it was before it was changed; deleting %s", post.id, earlier.id)
        try:
            await self.buffer.delete_post(earlier.id)
        except BufferError as error:
            if error.code is not Code.REJECTED:
                raise
            raise DeliveryFailure.temporary(
                Code.REJECTED,
                "Buffer has this post as it was before you changed it, and does not delete it. "
                f"It says: {error.buffer_message}",
                post,
                self.timings,
            ) from error
        async with self.database.transaction() as session:
            await record_event(session, post.id, RequestEvent.DOUBLE_DELETED)

    async def _create(self, channel: Channel) -> None:
        """Send the one create request. That it may have been sent is on record before its first byte leaves."""
        post = self.post
        new = NewPost(
            channel_id=channel.id,
            service=channel.service,
            text=post.caption,
            pictures=tuple(photo.new_picture() for photo in post.photos),
            share_mode=post.share_mode,
            due_at=self._due_at,
            pinterest_board_id=board_of(post, channel),
            first_comment=post.first_comment,
            is_ai_generated=post.ai_generated,
            is_ai_assisted=post.ai_assisted,
        )
        self._refuse_past_time()
        sent_at = self.buffer.time.now()
        before = elapsed_seconds()
        await self._move(
            Step.SENDING,
            create_sent_at=func.now(),
            create_buffer_time=sent_at,
            first_create_buffer_time=func.coalesce(PostRow.first_create_buffer_time, sent_at),
        )
        if elapsed_seconds() - before > self.timings.send_limit:
            # Whoever takes over after `settle` relies on no create being sent later than `send_limit`.
            raise DeliveryFailure.held(
                PostError.ASLEEP,
                "The computer was asleep just before sending, so nothing was sent.",
                self.timings.first_lookup,
            )
        try:
            created = await self.buffer.create_post(new)
        except BufferError as error:
            if error.code is Code.IMAGE_DROPPED and error.post is not None:
                await self._delete_incomplete(error.post)
            if error.code is Code.FIRST_COMMENT_REFUSED:
                await self.personas.note_first_comment(channel.id, refused=True)
            raise
        await self._record(created)
        if new.first_comment.strip():
            await self.personas.note_first_comment(channel.id, refused=False)

    async def _delete_incomplete(self, created: BufferPost) -> None:
        """Delete the post that Buffer made without all of its pictures, before another one may be sent."""
        post = self.post
        missing = "its picture" if len(post.photos) == 1 else "all of its pictures"
        log.warning("Buffer dropped pictures of post %s; deleting %s there", post.id, created.id)
        try:
            await self.buffer.delete_post(created.id)
        except BufferError as error:
            async with self.database.transaction() as session:
                message = (
                    f"Buffer created the post without {missing}, and it could not be deleted there "
                    f"({error.message}) Delete it in Buffer, then retry."
                )
                await transitions.fail(session, post, Code.IMAGE_DROPPED, message, buffer_post_id=created.id)
            raise ClaimLost from error
        raise DeliveryFailure.temporary(
            Code.IMAGE_DROPPED, f"Buffer created the post without {missing}.", post, self.timings
        )

    async def _record(self, found: BufferPost) -> None:
        async with self.database.transaction() as session:
            if found.status == BufferStatus.ERROR:  # then the post has failed
                await session.execute(taking_photos(self.post.persona_id))
            earlier = await transitions.earlier_version(session, self.post, found)
            differing = earlier or missing_pictures(self.post, found)
            recorded = await transitions.record_creation(session, self.post.id, found, **differing)
            if recorded:
                await channel_queue.wake_after_success(session, self.queue, self.post)
        log.info("post %s is %s in Buffer%s", self.post.id, found.id, "" if recorded else " (known before)")

    async def _move(self, step: Step, **values: object) -> None:
        await move_on(self.database, self.post, step, **values)
