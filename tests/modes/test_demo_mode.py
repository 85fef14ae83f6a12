"""The demo has its own Buffer account and posts, but uses the user's preferences for app and terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pillow_heif
import pytest

from fluffy_tui.bootstrap import open_services
from fluffy_tui.demo import AT_ONCE, COMING_DAYS, EARLIER, ManualClock, StandIn
from fluffy_tui.demo.sample_photos.photo_files import SAMPLE_PHOTOS
from fluffy_tui.modes.demo_mode import StandInAddress, add_personas, demo_environment
from fluffy_tui.paths import Paths
from fluffy_tui.scheduling import Step, channel_zone, compare
from fluffy_tui.settings import Notify, load_settings
from fluffy_tui.tui.session.submit_undo import is_in_grace
from scheduling.workplace import stand_in_settings, write_photo

STAND_IN = StandInAddress("http://127.0.0.1:9", "http://127.0.0.1:9/media", "a-key", 0)


def test_preferences_apply_and_accounts_do_not(tmp_path: Path) -> None:
    own = load_settings(
        {
            "FLUFFY_DATA_DIR": str(tmp_path),
            "FLUFFY_CONFIG": str(tmp_path / "config.toml"),
            "FLUFFY_NOTIFY": "desktop",
            "FLUFFY_UNDO_SECONDS": "3",
            "FLUFFY_S3_BUCKET": "mine",
            "FLUFFY_MODEL_URL": "http://localhost:11434",
            "FLUFFY_MODEL_KEY": "my-key",
        }
    )
    demo = load_settings(demo_environment(own, STAND_IN))
    assert (demo.notify, demo.undo_seconds) == (Notify.DESKTOP, 3.0)
    assert demo.origins["FLUFFY_NOTIFY"] == "environment"
    assert demo.origins["FLUFFY_PREVIEW"] == "default", "what the user did not set remains a default"
    assert demo.buffer_url == STAND_IN.url
    assert demo.origins["FLUFFY_S3_BUCKET"] == "default"
    assert (demo.model_url, demo.model_key) == (own.model_url, own.model_key), (
        "so that captions are suggested"
    )
    assert demo.origins["FLUFFY_MODEL_NAME"] == "default"


@pytest.mark.slow
async def test_a_new_demo_has_a_week_of_posts_of_which_one_cannot_be_published(
    database_url: str, tmp_path: Path
) -> None:
    pillow_heif.register_heif_opener()
    for name, samples in SAMPLE_PHOTOS.items():  # files that exist are kept, so this demo has small ones
        for number, sample in enumerate(samples):
            write_photo(tmp_path / "photos" / name / sample.file_name, number, (400 + number, 500))
    async with StandIn(media=tmp_path / "media", clock=ManualClock()) as stand_in:
        paths = Paths(config_file=tmp_path / "config.toml", data=tmp_path)
        settings = stand_in_settings(stand_in, database_url, tmp_path, paths=paths)
        async with open_services(settings) as services:
            for _ in range(2):  # the second time it is not new any more
                await add_personas(services, lambda step: None, folder=None, stand_in_url=stand_in.url)
            sarah, leo = sorted(await services.personas.list(), key=lambda persona: persona.name != "sarah")
            posts = await services.scheduling.open_posts(sarah)
            assert [post.photo_id for post in await services.scheduling.open_posts(leo)] == []
            earlier = await services.scheduling.counted_posts(leo.id)
            assert [post.caption for post in earlier] == [post.caption for _, post in EARLIER]
            assert all(post.results.by_type["reach"] for post in earlier)
            assert len(compare(earlier).posts) == len(EARLIER), "there is something to see in Results"
            assert [post.caption for post in posts] == [post.caption for post in (*AT_ONCE, *COMING_DAYS)]
            at_once, coming = posts[: len(AT_ONCE)], posts[len(AT_ONCE) :]
            assert {post.step for post in posts} == {Step.QUEUED}
            assert not any(is_in_grace(post, datetime.now(UTC)) for post in posts)
            assert sarah.channel is not None
            zone = channel_zone(sarah.channel)
            days = [
                post.requested_at_time.astimezone(zone).date() for post in coming if post.requested_at_time
            ]
            assert days == sorted(set(days)), "one a day"
            for post in at_once:
                await services.delivery.deliver(post.id)
                await stand_in.advance(60)
            assert [(post.text, post.status) for post in stand_in.posts("error", "sent")][-2:] == [
                (AT_ONCE[0].caption, "error"),
                (AT_ONCE[1].caption, "sent"),
            ]
