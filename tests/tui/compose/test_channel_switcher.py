"""One post for several channels: what each of them gets, from the first key to the submission and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import PersonaEdited
from fluffy_tui.media import Fit, Framing
from fluffy_tui.media.ai_mark import xmp_packet
from fluffy_tui.scheduling import ChannelChoice
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from tui.fakes import CHANNELS, NOW, with_channels

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices

INSTAGRAM, BLUESKY, FACEBOOK = CHANNELS[:3]


def chips(driver: Driver) -> str:
    return driver.text("#channels")


def submitted(services: FakeServices) -> dict[str, Any]:
    (found,) = services.scheduling.submitted
    return found


@pytest.fixture
def services(services: FakeServices) -> FakeServices:
    """Give sarah an Instagram and a Bluesky channel."""
    assert (INSTAGRAM.service, BLUESKY.service) == ("instagram", "bluesky")
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], INSTAGRAM, BLUESKY)
    return services


async def test_a_single_channel_needs_no_chips(running: Running, services: FakeServices) -> None:
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], INSTAGRAM)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog")
        assert not driver.screen.query_one("#channels").display


async def test_all_channels_get_what_is_typed(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog")
        assert "● Instagram 3/2,200" in chips(driver)
        assert "● Bluesky 3/300" in chips(driver)
        assert "alt+↓ Next channel" in driver.screen_text()
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, LibraryScreen)
        assert submitted(services)["caption"] == "fog"
        assert submitted(services)["channels"] == [
            ChannelChoice(INSTAGRAM.id),
            ChannelChoice(BLUESKY.id, first_comment=""),
        ]
        lead, other = sorted(services.scheduling.all_posts.values(), key=lambda post: post.id)[-2:]
        assert (lead.channel_id, other.channel_id) == (INSTAGRAM.id, BLUESKY.id)
        assert other.lead_post_id == lead.id


async def test_what_is_typed_on_another_channel_counts_only_there(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "alt+down", *" here")
        assert driver.form.caption.text == "fog here"
        assert driver.form.rules.service == "bluesky"
        assert "8/300 ✎" in chips(driver)
        await driver.press("alt+up")
        assert driver.form.caption.text == "fog"
        await driver.press("f2", *" and sea")
        await driver.press("alt+down")
        assert driver.form.caption.text == "fog here"
        await driver.press("ctrl+s")
        assert submitted(services)["caption"] == "fog and sea"
        assert [choice.caption for choice in submitted(services)["channels"]] == [None, "fog here"]


async def test_a_caption_that_is_the_same_again_is_shared_again(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "alt+down", "s", "backspace", "alt+up", "f2", *"gy")
        await driver.press("ctrl+s")
        assert [choice.caption for choice in submitted(services)["channels"]] == [None, None]
        assert submitted(services)["caption"] == "foggy"


async def test_a_channel_is_switched_off_and_on(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "alt+down", "f9")
        assert "○ Bluesky off" in chips(driver)
        assert "this channel is off" in driver.text("#preflight")
        await driver.press("f9")
        assert "Bluesky off" not in chips(driver)
        await driver.press("f9", "ctrl+s")
        assert [choice.channel_id for choice in submitted(services)["channels"]] == [INSTAGRAM.id]


async def test_with_no_channel_on_nothing_is_submitted(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "f9", "alt+down", "f9")
        assert "no channel is on" in driver.text("#preflight")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ComposeScreen)
        assert "No channel is switched on" in driver.form.message
        assert "f9" in driver.form.message
        assert services.scheduling.submitted == []


async def test_the_channel_whose_network_refuses_the_caption_is_shown(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        driver.form.caption.load_clean("fog " * 90)
        await driver.settle()
        await driver.press("x")
        assert "Bluesky: 61 too long" in driver.text("#preflight")
        assert "✗" in chips(driver)
        await driver.press("ctrl+s")
        assert driver.form.rules.service == "bluesky"
        assert driver.form.caption.has_focus
        assert "allows 300" in driver.form.message
        assert services.scheduling.submitted == []
        await driver.press("alt+up")
        assert driver.form.rules.service == "instagram"


async def test_a_channel_has_its_own_time_in_its_own_zone(running: Running, services: FakeServices) -> None:
    personas = services.personas.personas
    far = replace(BLUESKY, timezone="Asia/Tokyo")
    personas[1] = with_channels(personas[1], INSTAGRAM, far)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "alt+down", "ctrl+t", "right", "right", "right")
        await driver.press(*"tomorrow 9:00")
        at = driver.form.when.at
        assert at is not None
        assert at.hour == 9
        assert str(at.tzinfo) == "Asia/Tokyo"
        await driver.press("alt+up")
        assert driver.form.when.share_mode is ShareMode.ADD_TO_QUEUE
        await driver.press("alt+down")
        assert driver.form.when.at == at
        await driver.press("ctrl+s")
        lead, other = submitted(services)["channels"]
        assert (lead.share_mode, lead.at) == (None, None)
        assert (other.share_mode, other.at) == (ShareMode.CUSTOM_SCHEDULED, at)


async def test_a_time_that_cannot_be_understood_stays_on_the_screen(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "ctrl+t", "right", "right", "right", *"whenever", "alt+down")
        assert driver.form.rules.service == "instagram"
        assert driver.form.message


async def test_a_channel_has_its_own_fit(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "alt+down", "ctrl+f", "down", "right", "right", "enter")
        assert driver.form.fitted.fit is Fit.CROP
        await driver.press("alt+up")
        fitted = driver.form.fitted
        assert fitted.fit is Fit.PAD
        await driver.press("ctrl+s")
        lead, other = submitted(services)["channels"]
        assert lead.framing is None
        assert other.framing == Framing(Fit.CROP)
        assert submitted(services)["framing"] == Framing()


async def test_drafts_keep_what_is_different_on_each_channel(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "alt+down", *" here", "f9", "f6")
        assert "Buffer cannot add a first comment on Bluesky" in driver.form.message
        await driver.press("alt+up", "f6", *"first!", "f12")
        await driver.saved()
        await driver.press("escape", "enter")
        assert driver.form.caption.text == "fog"
        assert driver.form.first_comment.text == "first!"
        assert driver.form.first_comment.display
        assert driver.form.has_ai_label
        assert "Bluesky off" in chips(driver)
        await driver.press("alt+down")
        assert driver.form.caption.text == "fog here"
        assert not driver.form.first_comment.display


async def test_the_first_comment_is_sent_where_the_network_has_one(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog #sea #pier", "alt+h")
        assert driver.form.caption.text == "fog"
        assert driver.form.first_comment.text == "#sea #pier"
        assert "first comment 10 of" in driver.text("#preflight")
        await driver.press("alt+h")
        assert driver.form.caption.text == "fog\n\n#sea #pier"
        assert not driver.form.first_comment.display
        await driver.press("alt+h", "ctrl+s")
        assert submitted(services)["first_comment"] == "#sea #pier"
        sent = list(services.scheduling.all_posts.values())[-2:]
        assert [(post.caption, post.first_comment) for post in sent] == [
            ("fog", "#sea #pier"),
            ("fog\n\n#sea #pier", ""),
        ]


async def test_hashtags_that_moved_stay_in_the_caption_of_a_network_without_first_comments(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog #sea", "alt+h", *" here", "alt+down")
        assert driver.form.caption.text == "fog here\n\n#sea"
        assert "left out" not in driver.text("#preflight")
        await driver.press("alt+h")
        assert driver.form.caption.text == "fog here\n\n#sea", "they are in it already"
        assert driver.form.message.startswith("Buffer cannot add a first comment on Bluesky")
        await driver.press("alt+up", "f6", "home", *"first! ", "alt+down")
        assert "! Bluesky has no first comment: left out" in driver.text("#preflight")
        await driver.press("f2", "ctrl+end", "alt+h")
        assert driver.form.caption.text == "fog here\n\n#sea\n\nfirst!"


async def test_hashtags_go_back_into_the_caption_only_where_it_is_shared(
    running: Running, services: FakeServices
) -> None:
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], INSTAGRAM, BLUESKY, FACEBOOK)
    async with running(persona="sarah") as driver:
        await driver.press(
            "enter", *"fog #sea", "alt+h", "alt+down", "alt+down", *" here", "alt+up", "alt+up", "alt+h"
        )
        assert driver.form.caption.text == "fog\n\n#sea"
        await driver.press("alt+down", "alt+down")
        assert driver.form.caption.text == "fog here"
        assert driver.form.first_comment.text == "#sea"
        await driver.press("ctrl+s")
        sent = list(services.scheduling.all_posts.values())[-3:]
        assert [(post.caption, post.first_comment) for post in sent] == [
            ("fog\n\n#sea", ""),
            ("fog\n\n#sea", ""),
            ("fog here", "#sea"),
        ]


async def test_a_first_comment_that_buffer_lately_rejected_is_said_before_submitting(
    running: Running, services: FakeServices
) -> None:
    personas = services.personas.personas
    lead, other = personas[1].channels
    personas[1] = replace(personas[1], channels=(replace(lead, first_comment_refused_at=NOW), other))
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "f6", *"first!")
        assert "✗ Buffer rejected a first comment here" in driver.text("#preflight")
        await driver.press("ctrl+s", "n")
        assert services.scheduling.submitted == []
        await driver.press("alt+h", "ctrl+s")
        assert submitted(services)["caption"] == "fog\n\nfirst!"


async def test_a_post_is_sent_without_the_first_comment_that_buffer_would_reject(
    running: Running, services: FakeServices
) -> None:
    """The other channel keeps its own."""
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], INSTAGRAM, FACEBOOK)
    lead, other = personas[1].channels
    personas[1] = replace(personas[1], channels=(replace(lead, first_comment_refused_at=NOW), other))
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "f6", *"first!", "ctrl+s")
        question = driver.text("#dialog Static")
        assert "on @sarah.ig Instagram: its plan" in question
        assert question.endswith("Send without the first comment?")
        await driver.press("y")
        sent = list(services.scheduling.all_posts.values())[-2:]
        assert {post.channel_id: post.first_comment for post in sent} == {
            INSTAGRAM.id: "",
            FACEBOOK.id: "first!",
        }


async def test_a_first_comment_that_buffer_rejects_while_the_next_is_written_can_be_left_out_there(
    running: Running, services: FakeServices
) -> None:
    personas = services.personas.personas
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "f6", *"first")
        lead, other = personas[1].channels
        personas[1] = replace(personas[1], channels=(replace(lead, first_comment_refused_at=NOW), other))
        services.tell(PersonaEdited(1))
        await driver.heard()
        await driver.press("!")
        assert "✗ Buffer rejected a first comment here" in driver.text("#preflight")
        await driver.press("ctrl+s", "y")
        assert [post.first_comment for post in list(services.scheduling.all_posts.values())[-2:]] == ["", ""]


async def test_the_ai_label_is_switched_on(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "f12")
        assert "✓ AI label" in driver.text("#preflight")
        await driver.press("f12")
        assert "AI label" not in driver.text("#preflight")
        await driver.press("f12", "ctrl+s")
        assert submitted(services)["ai_generated"]


async def test_the_ai_label_is_proposed_for_the_mark_of_any_photo(
    running: Running, services: FakeServices
) -> None:
    """Also one that was never shown; what the user does not switch is left to the service."""
    path = services.photos.photos[39].path
    with Image.open(path) as picture:
        picture.save(path, xmp=xmp_packet("trainedAlgorithmicMedia"))
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter", *"fog")
        assert "✓ AI label" in driver.text("#preflight")
        await driver.press("ctrl+s")
        assert submitted(services)["ai_generated"] is None


async def test_a_channel_that_takes_fewer_photos_is_shown_with_the_key_that_switches_it_off(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*["space"] * 5, "enter", *"fog", "ctrl+s")
        assert driver.form.rules.service == "bluesky"
        words = "The post has 5 photos, and Bluesky allows 4. Remove 1. Or switch Bluesky off: f9."
        assert driver.form.message == f"! {words}"
        assert services.scheduling.submitted == []
        await driver.press("f9")
        assert driver.form.message == ""
        await driver.press("ctrl+s")
        assert [choice.channel_id for choice in submitted(services)["channels"]] == [INSTAGRAM.id]


async def test_a_chip_is_not_judged_by_the_picture_of_the_channel_that_is_shown(
    running: Running, services: FakeServices
) -> None:
    """The picture is enlarged for Instagram, not for Bluesky."""
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "f3", *"a pier")
        assert "enlarged" in driver.text("#preflight")
        instagram, bluesky = chips(driver).split("● ")[1:3]
        assert ("!" in instagram, "!" in bluesky) == (True, False), chips(driver)


async def test_the_chips_are_chosen_with_the_mouse(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog")
        await driver.pilot.click("#channels", offset=(1 + chips(driver).index("Bluesky"), 0))
        await driver.settle()
        assert driver.form.rules.service == "bluesky"


async def test_two_channels_of_one_network_are_told_by_their_names(
    running: Running, services: FakeServices
) -> None:
    personas = services.personas.personas
    second = replace(INSTAGRAM, id="second", name="sarah.two")
    personas[1] = with_channels(personas[1], INSTAGRAM, second, BLUESKY)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog")
        assert "● @sarah.ig Instagram 3/2,200" in chips(driver)
        assert "● @sarah.two Instagram 3/2,200" in chips(driver)
        assert "● Bluesky 3/300" in chips(driver)


async def test_an_undo_brings_back_what_each_channel_was_to_get(
    running: Running, services: FakeServices
) -> None:
    personas, posts = services.personas.personas, services.scheduling.all_posts
    personas[1] = with_channels(personas[1], *CHANNELS[:3])
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "alt+down", *" here", "alt+down", "f9", "ctrl+s")
        for id_, post in list(posts.items())[-2:]:
            services.scheduling._store(replace(post, next_try_at=NOW + timedelta(seconds=8)))
            assert id_ in posts
        await driver.heard()
        before = len(posts)
        await driver.press("z")
        assert len(posts) == before - 2
        await driver.press("g", "enter")
        assert driver.form.caption.text == "fog"
        assert "● Bluesky 8/300 ✎" in chips(driver)
        assert "Facebook off" in chips(driver)
        await driver.press("alt+down")
        assert driver.form.caption.text == "fog here"
