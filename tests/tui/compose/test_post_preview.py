"""The texts of a post below its picture, as on the network."""

from __future__ import annotations

from textual.events import Paste

from fluffy_tui.tui.compose.post_preview import PostPreview
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, FakeServices, with_channels


def shown(driver: Driver) -> str:
    """Return what the preview shows, with its title."""
    preview: PostPreview = driver.screen.query_one(PostPreview)
    return f"{preview.border_title}\n{preview.render().plain}"


def tinted(driver: Driver) -> list[str]:
    """Return what is drawn in the colour of hashtags."""
    content = driver.screen.query_one(PostPreview).render()
    return [content.plain[span.start : span.end] for span in content.spans if span.style == "$text-primary"]


async def test_texts_are_shown_as_on_the_network_while_they_are_typed(
    running: Running, services: FakeServices
) -> None:
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], *CHANNELS[:2])
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog #sea")
        assert shown(driver) == "as on Instagram\nsarah.ig\nfog #sea"
        assert tinted(driver) == ["#sea"]
        await driver.press("alt+h", "f6", "ctrl+end", *" #pier")
        assert shown(driver) == "as on Instagram\nsarah.ig\nfog\n\nsarah.ig #sea #pier"
        assert tinted(driver) == ["#sea", "#pier"]
        await driver.press("f2")
        driver.app.post_message(Paste(f"{'x' * 121} 👩‍👩‍👧‍👦 and more"))
        await driver.settle()
        assert shown(driver).splitlines()[2] == f"fog{'x' * 121}… more"  # no grapheme is cut
        await driver.press("alt+down")
        assert shown(driver).splitlines()[:3] == [
            "as on Bluesky",
            "northlight",
            f"fog{'x' * 121} 👩‍👩‍👧‍👦 and more",
        ]
        await driver.press("escape", "enter")
        assert "… more\n\nsarah.ig #sea #pier" in shown(driver)  # the draft


async def test_half_of_the_captions_room_is_as_narrow_as_a_phone(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        preview, caption = driver.screen.query_one(PostPreview), driver.screen.form.caption
        assert 0 <= preview.size.height - caption.size.height <= 1
        assert preview.region.y == caption.region.bottom and preview.outer_size.width == 56
        await driver.pilot.resize_terminal(120, 24)
        await driver.settle()
        assert preview.display and caption.size.height >= 2
        assert preview.region.bottom <= driver.screen.form.region.bottom
        await driver.pilot.resize_terminal(119, 45)
        await driver.settle()
        assert not preview.display


async def test_a_very_long_text_is_drawn_only_as_far_as_there_is_room(running: Running) -> None:
    async with running(persona="northern light", size=(80, 24)) as driver:
        await driver.press("enter", *"fog")
        preview = driver.screen.query_one(PostPreview)
        assert not preview.display
        await driver.pilot.resize_terminal(140, 45)
        await driver.settle()
        assert shown(driver) == "as on Bluesky\nnorthlight\nfog"
        driver.screen.form.caption.load_text("fog " * 5_000)
        assert len(preview.render().plain) <= preview.content_size.area + len("northlight\n")
