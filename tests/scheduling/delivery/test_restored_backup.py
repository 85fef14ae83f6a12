"""A backup by pg_dump is restored while a worker runs: nothing that was sent since is sent again."""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fluffy_tui.core.embedded.installation import installation_folders
from fluffy_tui.scheduling import (
    AdoptedHistory,
    AdoptedPost,
    PostError,
    PostPhoto,
    PostRequest,
    ProblemKind,
    Step,
)
from fluffy_tui.scheduling.profile.outside_sync import OutsideSync

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace


class Backup:
    """A backup of a database.

    Args:
        url: of the database.
        file: where it is written, at once.
    """

    def __init__(self, url: str, file: Path) -> None:
        self._url, self._file = url, file
        self._run("pg_dump", "--format=custom", "--file", str(file))

    async def restore(self) -> None:
        """Restore it, while others use the database."""
        options = ("--clean", "--if-exists", "--exit-on-error", "--single-transaction")
        await asyncio.to_thread(self._run, "pg_restore", *options, str(self._file))

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(installation_folders()[0] / "bin" / program), "--dbname", self._url, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


async def ended(place: Workplace, request: PostRequest, step: Step) -> Post:
    """Submit a post, and return it once it is at that step."""
    [result] = await place.services.scheduling.schedule_posts([request])
    assert result.post is not None, result.reason
    return await place.until(result.post.id, lambda now: now.step is step)


async def test_nothing_that_was_sent_since_the_backup_is_sent_again(place: Workplace, tmp_path: Path) -> None:
    scheduling, photos = place.services.scheduling, place.services.photos
    history = AdoptedHistory(place.services.database)
    for number in range(7):
        await place.photo(number)  # those that are imported later are not in the backup
    async with place.worker():
        await place.arrived("before", 0)
        live = await place.arrived("live", 2)
    adopted = AdoptedPost(await place.photo(1), "adopted", datetime.now(UTC) - timedelta(days=300), "train 7")
    await history.write(place.persona.id, [adopted])
    await place.execute(
        "UPDATE posts SET step = 'live', status = 'posted', posted_at = now() - interval '4 months'"
        f" WHERE id = {live.id}"
    )
    await place.execute(
        "INSERT INTO post_metrics (post_id, type, value, is_percentage, as_of)"
        f" VALUES ({live.id}, 'reactions', 12, false, now())"
    )
    channel_id = str(place.persona.buffer_channel_id)
    place.stand_in.import_post(channel_id, "from the phone", timedelta(hours=1), "")
    await OutsideSync(place.services.delivery).run()
    waiting = await place.submit("waiting", 3)
    backup = Backup(place.services.database.url, tmp_path / "backup")

    carousel = [
        PostPhoto(photo.id, photo.sha256, photo.name) for photo in [await place.photo(n) for n in (4, 5)]
    ]
    again = PostRequest(live.photos, "again", again=True)
    async with place.worker():
        await place.until(waiting.id, lambda now: now.step is Step.ACCEPTED)
        await ended(place, PostRequest(tuple(carousel), "carousel"), Step.ACCEPTED)
        await ended(place, again, Step.ACCEPTED)
        await place.arrived("alone", 6)
        sent = [post.text for post in place.in_buffer()]
        place.stand_in.import_post(channel_id, "from the phone, too", timedelta(minutes=5), "")
        requests = len(place.requests())

        await backup.restore()

        refused = await ended(place, PostRequest(tuple(carousel[:1]), "carousel once more"), Step.FAILED)
        refused_again = await ended(place, again, Step.FAILED)
        assert {refused.error_code, refused_again.error_code} == {PostError.POSTED_BEFORE}
        await place.arrived("after", 7)
        behind = await place.until(waiting.id, lambda now: now.step is Step.ACCEPTED)
        assert behind.buffer_post_id in {post.id for post in place.in_buffer()}

    asked = [next(iter(request.fields)) for request in place.requests()[requests:]]
    assert asked.index("posts") < asked.index("createPost"), "compared before anything is sent"
    assert Counter(post.text for post in place.in_buffer()) == Counter(
        [*sent, "from the phone, too", "after"]
    )
    known = {post.caption: post for post in await scheduling.posts()}
    assert known["alone"].step is Step.ACCEPTED, "taken in"
    assert await history.taken([adopted.photo.id])
    assert (await scheduling.results([known["live"]]))[live.id].metrics[0].value == 12
    free = {photo.name for photo in await photos.unscheduled(place.persona)}
    assert free == {"IMG_0004.jpg", "IMG_0005.jpg"}, "which only Buffer knows as posted"
    [unknown] = [one for one in await scheduling.problems() if one.kind is ProblemKind.UNKNOWN_IN_BUFFER]
    assert "2 posts" in unknown.what

    await scheduling.cancel(refused.id)
    async with place.worker():
        await place.arrived("later", 8)
    known = {post.caption: post for post in await scheduling.posts()}
    assert [photo.photo_id for photo in known["carousel"].photos] == [photo.photo_id for photo in carousel]
    await place.execute("UPDATE outside_rounds SET asked_at = asked_at - interval '7 hours'")
    await OutsideSync(place.services.delivery).run()
    page = await place.services.profile.sent([channel_id], outside_only=True)
    assert [post.caption for post in page.posts] == ["from the phone, too", "from the phone"]
