"""The keys that act on posts do in the table what they do in the inbox, and the other way round."""

from __future__ import annotations

import pytest

from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from tui.conftest import Running
from tui.fakes import FakeServices

FAILED = 4


async def test_the_table_hosts_anew_and_leads_to_buffer(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    async with running(persona="sarah") as driver:
        await driver.press("2", "f", "h")
        assert services.scheduling.rehosted == [FAILED]
        await driver.press("a", "b")
        assert driver.app.clipboard == "https://publish.buffer.com/channels/channel-1/schedule"


async def test_the_inbox_asks_before_it_lets_go_and_has_no_link_of_what_is_not_out(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4")
        await driver.pilot.press("delete")
        while not isinstance(driver.app.screen, ConfirmScreen):
            await driver.pilot.pause()
        await driver.press("n", "y")
        assert FAILED in services.scheduling.all_posts
        assert "link" in driver.notices()[-1]


async def test_the_editing_screen_has_an_editor_and_a_time(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with running(persona="sarah") as driver:
        await driver.press("2", "f", "e", "ctrl+e")
        assert "No editor is named." in driver.screen_text()
        before = driver.app.focused
        await driver.press("ctrl+t")
        assert driver.app.focused is not before
        assert driver.app.focused is not None
        assert driver.app.focused.query_ancestor("#when")
