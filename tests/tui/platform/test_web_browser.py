"""Only web addresses are opened; everything else is shown as text at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.terminal_text import is_link
from fluffy_tui.tui.platform import web_browser
from fluffy_tui.tui.platform.web_browser import buffer_address, open_address

if TYPE_CHECKING:
    from tui.conftest import Running


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "--version", "https://a\x1b]0;b\x07"]
)
async def test_what_is_no_link_is_not_opened(
    running: Running, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    opened: list[str] = []

    async def opens(_: str, address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(web_browser, "run_without_secrets", opens)
    async with running() as driver:
        said = await open_address(driver.app, address)
    assert opened == []
    assert said.startswith("Not opened, because it is not an https address: ")
    assert said.isprintable()


@pytest.mark.parametrize("channel", ["5f3a", "../../settings", "a?b#c", "\x1b[31m", "é"])
def test_the_address_of_a_queue_is_a_link_whatever_the_channel_is_called(channel: str) -> None:
    address = buffer_address(channel)
    assert is_link(address)
    assert address.startswith("https://publish.buffer.com/channels/")
    assert address.count("/") == 5
