"""Whatever is submitted, published, posted again, changed and cancelled: each photo has the right holder."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import PostRequest, PostStatus

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

STEPS = 60

SHOWN = """
    SELECT DISTINCT coalesce(lead_post_id, id) AS lead, (photo ->> 'photo_id')::bigint AS photo_id, status
    FROM posts, jsonb_array_elements(photos) AS listed (photo) WHERE status <> 'failed'
"""
WRONG = {
    "a photo is in two posts that are not live": f"""
        SELECT photo_id FROM ({SHOWN}) AS shown WHERE status <> 'posted'
        GROUP BY photo_id HAVING count(DISTINCT lead) > 1
    """,
    "a photo of a post is held by nobody": f"""
        SELECT photo_id FROM ({SHOWN}) AS shown WHERE photo_id NOT IN (SELECT photo_id FROM post_photos)
    """,
    "a photo is held by a post that was posted again, or is no lead": """
        SELECT post_photos.photo_id FROM post_photos JOIN posts ON id = post_id
        WHERE lead_post_id IS NOT NULL OR id IN (SELECT again_of_id FROM posts WHERE again_of_id IS NOT NULL)
    """,
    "a photo is held although no post of the chain has it": f"""
        WITH RECURSIVE chain AS (
            SELECT id AS holder, id AS lead FROM posts WHERE id IN (SELECT post_id FROM post_photos)
            UNION ALL
            SELECT holder, again_of_id FROM chain JOIN posts ON id = lead WHERE again_of_id IS NOT NULL
        )
        SELECT photo_id FROM post_photos WHERE NOT EXISTS (
            SELECT FROM chain JOIN ({SHOWN}) AS shown USING (lead)
            WHERE holder = post_id AND shown.photo_id = post_photos.photo_id
        )
    """,
    "a lead lacks its cover though it was not posted again, or has it though it was": """
        SELECT id FROM posts WHERE lead_post_id IS NULL AND (photo_id IS NULL)
            <> (status = 'failed' OR id IN (SELECT again_of_id FROM posts WHERE again_of_id IS NOT NULL))
    """,
    "a post that is not live was posted again": """
        SELECT old.id FROM posts AS old JOIN posts AS new ON new.again_of_id IN (old.id, old.lead_post_id)
        WHERE old.status <> 'posted'
    """,
}


class People:
    """Does things at random, as a few people would."""

    def __init__(self, place: Workplace, photos: list[Photo], channels: list[str], random: Random) -> None:
        self._place, self._photos, self._channels, self._random = place, photos, channels, random
        self.again = 0
        """How often something was posted again."""

    async def act(self) -> None:
        """Do one thing; it may be refused."""
        posts = await self._place.services.scheduling.posts()
        acts = [self.submit, self.wait, self.publish, self.publish, self.post_again, self.post_again]
        acts += [self.cancel, self.take_out, self.fail, self.retry]
        try:
            await self._random.choice(acts if posts else [self.submit])(posts)
        except FluffyError:
            return

    async def submit(self, posts: list[Post], **options: Any) -> None:
        """Submit one photo or two."""
        chosen = self._random.sample(self._photos, self._random.randint(1, 2))
        await self._send(PostRequest(tuple(chosen), "words", channels=self._some_channels(), **options))

    async def post_again(self, posts: list[Post]) -> None:
        """Post the photos of a post again, or the first alone."""
        live = [post for post in posts if post.status is PostStatus.POSTED]
        photos = [photo.without_picture() for photo in self._random.choice(live or posts).photos]
        if self._random.random() < 0.3:
            photos = photos[:1]
        request = PostRequest(tuple(photos), "again", channels=self._some_channels(), again=True)
        self.again += await self._send(request)

    async def publish(self, posts: list[Post]) -> None:
        """Let posts of a submission go live, all of them or one, long ago or lately."""
        post = self._random.choice(posts)
        if post.status in (PostStatus.POSTED, PostStatus.FAILED):
            return
        which = "coalesce(lead_post_id, id)" if self._random.random() < 0.8 else "id"
        value = post.group_id if which != "id" else post.id
        months = self._random.choice([1, 6, 6, 6])
        await self._place.execute(
            "UPDATE posts SET step = 'live', status = 'posted', buffer_post_id = 'buffer-' || id,"
            f" error_message = NULL, next_try_at = NULL, posted_at = now() - interval '{months} months'"
            f" WHERE {which} = {value} AND status NOT IN ('posted', 'failed')"
        )

    async def retry(self, posts: list[Post]) -> None:
        """Retry a post that has failed."""
        failed = [post for post in posts if post.status is PostStatus.FAILED]
        await self._place.services.scheduling.retry(self._random.choice(failed or posts).id)

    async def wait(self, posts: list[Post]) -> None:
        """Let some months pass."""
        await self._place.execute("UPDATE posts SET posted_at = posted_at - interval '4 months'")

    async def cancel(self, posts: list[Post]) -> None:
        """Cancel a post."""
        await self._place.services.scheduling.cancel(self._random.choice(posts).id)

    async def take_out(self, posts: list[Post]) -> None:
        """Take the cover out of a post."""
        post = self._random.choice(posts)
        await self._place.services.scheduling.edit(post.id, photos=post.photos[1:] or post.photos)

    async def fail(self, posts: list[Post]) -> None:
        """Let a post fail."""
        await self._place.execute(
            "UPDATE posts SET step = 'failed', status = 'failed', error_message = 'no', next_try_at = NULL"
            f" WHERE id = {self._random.choice(posts).id} AND status <> 'posted'"
        )

    async def _send(self, request: PostRequest) -> bool:
        [result] = await self._place.services.scheduling.schedule_posts([request])
        return result.ok

    def _some_channels(self) -> list[str]:
        return self._random.sample(self._channels, self._random.randint(1, 2))


@pytest.mark.parametrize("number", range(6))
async def test_each_photo_has_one_holder_and_the_right_one(place: Workplace, number: int) -> None:
    names = ("sarah.frames", "leo.afterdark")
    known = {channel.name: channel.id for channel in await place.services.personas.available_channels()}
    channels = [known[name] for name in names]
    place.persona = await place.services.personas.set_channels(place.persona, dict.fromkeys(channels))
    people = People(place, [await place.photo(n) for n in range(4)], channels, Random(number))
    for _ in range(STEPS):
        await people.act()
        async with place.services.database.transaction() as session:
            for what, query in WRONG.items():
                assert not (await session.execute(text(query))).all(), what
    assert people.again, "nothing was posted again"
    posts = await place.services.scheduling.posts()
    for post in posts:
        if post.status is not PostStatus.POSTED:
            await place.services.scheduling.cancel(post.id)
    async with place.services.database.transaction() as session:
        for what, query in WRONG.items():
            assert not (await session.execute(text(query))).all(), what
