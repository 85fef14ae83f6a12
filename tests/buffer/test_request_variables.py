"""A new post as Buffer's input, network by network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from buffer.scripted_buffer import ALT_TEXT, CAPTION, new_post
from fluffy_tui.buffer import BufferError, NextStep, Service, ShareMode
from fluffy_tui.buffer.request_variables import create_input, edit_input

METADATA: dict[Service, dict[str, Any] | None] = {
    Service.BLUESKY: None,
    Service.FACEBOOK: {"facebook": {"type": "post"}},
    Service.GOOGLE_BUSINESS: {"google": {"type": "whats_new"}},
    Service.INSTAGRAM: {"instagram": {"type": "post", "shouldShareToFeed": True}},
    Service.LINKEDIN: None,
    Service.MASTODON: None,
    Service.PINTEREST: {"pinterest": {"boardServiceId": "board-7"}},
    Service.START_PAGE: None,
    Service.THREADS: None,
    Service.TIKTOK: None,
    Service.TWITTER: None,
    Service.YOUTUBE: None,
}


@pytest.mark.parametrize("service", Service)
def test_metadata_is_for_the_posts_network(service: Service) -> None:
    """Only what the network requires, under its own name."""
    values = create_input(new_post(service=service, pinterest_board_id="board-7"))
    assert values.get("metadata") == METADATA[service]


def test_a_new_network_gets_no_metadata() -> None:
    """Buffer reports what is missing."""
    assert "metadata" not in create_input(new_post(service="holodeck"))


def test_a_post_has_everything_that_buffer_needs() -> None:
    """This is the complete input of a simple post."""
    values = create_input(new_post(service=Service.TWITTER))
    assert values == {
        "channelId": "c" * 24,
        "text": CAPTION,
        "assets": [
            {
                "image": {
                    "url": "https://media.example.com/k7/delivery-1.jpg",
                    "metadata": {"altText": ALT_TEXT},
                }
            }
        ],
        "mode": "addToQueue",
        "schedulingType": "automatic",
        "source": "fluffy-tui",
    }


def test_alt_text_is_sent_even_if_empty() -> None:
    """Without it Buffer may drop the picture."""
    (asset,) = create_input(new_post(alt_text=""))["assets"]
    assert asset["image"]["metadata"] == {"altText": ""}


def test_custom_time_is_sent_in_utc() -> None:
    """Any time zone becomes UTC with `Z`."""
    due = datetime(2026, 11, 3, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    values = create_input(new_post(share_mode=ShareMode.CUSTOM_SCHEDULED, due_at=due))
    assert values["mode"] == "customScheduled"
    assert values["dueAt"] == "2026-11-03T08:30:00.000Z"


@pytest.mark.parametrize("mode", [mode for mode in ShareMode if mode is not ShareMode.CUSTOM_SCHEDULED])
def test_other_modes_send_no_time(mode: ShareMode) -> None:
    """Buffer would ignore it."""
    values = create_input(new_post(share_mode=mode, due_at=datetime(2026, 11, 3, tzinfo=UTC)))
    assert "dueAt" not in values


def test_an_edit_has_every_field() -> None:
    """It only has an id instead of a channel."""
    due = datetime(2026, 11, 3, 8, tzinfo=UTC)
    new = new_post(share_mode=ShareMode.CUSTOM_SCHEDULED, due_at=due)
    created, edited = create_input(new), edit_input("p1", new)
    assert edited.pop("id") == "p1"
    assert created.pop("channelId") == new.channel_id
    assert edited == created


def test_pinterest_without_a_board_fails_before_sending() -> None:
    """A pin needs a board."""
    with pytest.raises(BufferError) as caught:
        create_input(new_post(service=Service.PINTEREST))
    assert (caught.value.code, caught.value.next_step) == ("board_missing", NextStep.FINAL)


def test_custom_time_is_required_and_aware() -> None:
    """Both mistakes are detected when the post is created."""
    with pytest.raises(ValueError, match="needs due_at"):
        new_post(share_mode=ShareMode.CUSTOM_SCHEDULED)
    with pytest.raises(ValueError, match="time zone"):
        new_post(due_at=datetime(2026, 11, 3))
