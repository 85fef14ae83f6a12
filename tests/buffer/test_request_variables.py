"""A new post as Buffer's input, network by network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from buffer.scripted_buffer import ALT_TEXT, CAPTION, PICTURE, new_post
from fluffy_tui.buffer import BufferError, NewPicture, NextStep, PeopleTag, Service, ShareMode
from fluffy_tui.buffer.request_variables import create_input, edit_input
from fluffy_tui.networks import rules_for

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
                    "url": PICTURE,
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
    (asset,) = create_input(new_post(pictures=(NewPicture(PICTURE),)))["assets"]
    assert asset["image"]["metadata"] == {"altText": ""}


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("count", [1, 2, 10])
def test_pictures_keep_their_order_on_every_network(service: Service, count: int) -> None:
    """The order of the list is the order of the carousel, and the kind of post stays the same."""
    pictures = tuple(NewPicture(f"https://media.example.com/{n}.jpg", f"picture {n}") for n in range(count))
    values = create_input(new_post(service=service, pictures=pictures, pinterest_board_id="board-7"))
    sent = [asset["image"] for asset in values["assets"]]
    assert [(image["url"], image["metadata"]["altText"]) for image in sent] == [
        (picture.url, picture.alt_text) for picture in pictures
    ]
    assert values.get("metadata") == METADATA[service]


@pytest.mark.parametrize("service", Service)
def test_a_first_comment_is_sent_where_the_network_has_one(service: Service) -> None:
    """The builder and the rules agree on where that is."""
    values = create_input(new_post(service=service, first_comment="#fog", pinterest_board_id="board-7"))
    comments = [own["firstComment"] for own in values.get("metadata", {}).values() if "firstComment" in own]
    assert comments == (["#fog"] if rules_for(service).first_comment_limit is not None else [])


@pytest.mark.parametrize("service", Service)
def test_the_ai_label_is_sent_where_the_network_has_it(service: Service) -> None:
    """The builder and the rules agree on where that is."""
    values = create_input(new_post(service=service, is_ai_generated=True, pinterest_board_id="board-7"))
    labels = [own["isAiGenerated"] for own in values.get("metadata", {}).values() if "isAiGenerated" in own]
    assert labels == ([True] if rules_for(service).has_ai_label else [])


@pytest.mark.parametrize("service", Service)
def test_people_are_tagged_where_the_network_has_that(service: Service) -> None:
    """The builder and the rules agree on where that is; each picture has its own tags."""
    tagged = NewPicture(PICTURE, "two people", (PeopleTag("ann", 0, 0.25), PeopleTag("bo", 0.5, 1)))
    new = new_post(service=service, pictures=(tagged, NewPicture(PICTURE)), pinterest_board_id="board-7")
    tags = [asset["image"]["metadata"].get("userTags") for asset in create_input(new)["assets"]]
    sent = [{"handle": "ann", "x": 0, "y": 0.25}, {"handle": "bo", "x": 0.5, "y": 1}]
    assert tags == [sent if rules_for(service).people_tag_limit else None, None]


@pytest.mark.parametrize("comment", ["", " \n"])
def test_an_empty_first_comment_is_not_sent(comment: str) -> None:
    """A plan without first comments would refuse the whole post."""
    values = create_input(new_post(service=Service.LINKEDIN, first_comment=comment))
    assert "metadata" not in values


def test_help_by_ai_is_only_sent_if_there_was_any() -> None:
    """Buffer keeps it with the post."""
    assert create_input(new_post(is_ai_assisted=True))["aiAssisted"] is True
    assert "aiAssisted" not in create_input(new_post())


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
    new = new_post(
        share_mode=ShareMode.CUSTOM_SCHEDULED, due_at=due, first_comment="#fog", is_ai_generated=True
    )
    created, edited = create_input(new), edit_input("p1", new)
    assert edited.pop("id") == "p1"
    assert created.pop("channelId") == new.channel_id
    assert edited == created


@pytest.mark.parametrize(
    ("service", "removed"),
    [
        (Service.INSTAGRAM, {"instagram": {"firstComment": None, "isAiGenerated": False}}),
        (Service.FACEBOOK, {"facebook": {"firstComment": None}}),
        (Service.LINKEDIN, {"linkedin": {"firstComment": None}}),
        (Service.TWITTER, {"twitter": {"isAiGenerated": False}}),
        (Service.BLUESKY, {}),
    ],
)
def test_an_edit_removes_what_the_post_no_longer_has(service: Service, removed: dict[str, Any]) -> None:
    """Buffer may keep a field that is left out."""
    metadata = edit_input("p1", new_post(service=service)).get("metadata", {})
    assert {name: {**own, **removed[name]} for name, own in metadata.items()} == metadata
    assert set(metadata) == set(removed)


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
