"""What is said before the app quits."""

from __future__ import annotations

from contextlib import suppress

import pytest

from fluffy_tui.tui.session import drafts as module
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.exit_guard import exit_question
from fluffy_tui.tui.session.import_run import ImportState
from tui.conftest import Running
from tui.fakes import FakeServices


async def test_unfinished_work_is_named(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        driver.app.context.import_run.state = ImportState.RUNNING
        assert exit_question(driver.app.context).splitlines() == [
            "5 posts are still on the way to Buffer. The worker finishes that after you quit.",
            "1 post is held and is retried only while fluffy-tui or a worker is running.",
            "The import stops. Photos imported so far are kept.",
        ]


async def test_nothing_is_asked_when_everything_is_finished(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft that could not be saved is not: it is tried once more, and named."""
    services.scheduling.all_posts.clear()
    async with running(persona="sarah") as driver:
        drafts, photo = driver.app.context.drafts, next(iter(services.photos.photos.values()))
        assert exit_question(driver.app.context) == ""

        def refuse(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(module, "write_atomically", refuse)
        with suppress(OSError):
            drafts.save(photo, Draft("fog"))
        assert exit_question(driver.app.context).startswith(
            "1 draft could not be saved (No space left on device) and would be lost. Free some space"
        )
        monkeypatch.undo()
        assert exit_question(driver.app.context) == ""


async def test_no_delivery_is_promised_without_a_worker(running: Running, services: FakeServices) -> None:
    services.workers.age = None
    services.workers.start_failure = "No such file or directory"
    async with running(persona="sarah") as driver:
        assert exit_question(driver.app.context).splitlines()[0] == (
            "5 posts are still on the way to Buffer, but there is no worker to send them "
            "(worker cannot be started: No such file or directory)."
        )
        assert "worker cannot be started: No such file or directory" in driver.screen_text()
