"""What createPost accepts and what it refuses."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from demo.stand_in_caller import CREATE, MONDAY, Caller, jpeg, serving
from fluffy_tui.demo import Channel, Kind
from fluffy_tui.demo.stand_in.post_requirements import ALREADY_SCHEDULED, POSTED_RECENTLY

UNREADABLE = ("InvalidInputError", "Invalid post: Image could not be read from its URL.")


async def test_a_photo_is_accepted_and_measured(buffer: Caller) -> None:
    post = await buffer.create(buffer.photo())
    assert post["status"] == "scheduled"
    assert post["via"] == "buffer"
    assert post["dueAt"] == "2026-03-02T18:00:00.000Z"
    (asset,) = post["assets"]
    assert asset == {
        "id": None,
        "type": "image",
        "mimeType": "image/jpeg",
        "source": f"{buffer.server.media_url}/a.jpg",
        "image": {"altText": "A plain picture", "width": 1080, "height": 1350},
    }


async def test_unknown_channel(buffer: Caller) -> None:
    assert await buffer.refused(buffer.photo(channelId="f" * 24)) == ("NotFoundError", "Channel not found")


async def test_neither_text_nor_media(buffer: Caller) -> None:
    kind, message = await buffer.refused(buffer.photo(text="  ", assets=[]))
    assert (kind, message) == ("InvalidInputError", "Invalid post: Post must have either text or media.")


async def test_all_reasons_are_joined(buffer: Caller) -> None:
    _, message = await buffer.refused(buffer.photo(assets=[], metadata=None))
    assert message == (
        "Invalid post: Instagram posts require at least one image or video., "
        "Instagram posts require a type (post, story, or reel)."
    )


@pytest.mark.parametrize(
    ("service", "metadata", "message"),
    [
        ("facebook", {}, "Facebook posts require a type (post, story, or reel)."),
        ("pinterest", {"pinterest": {"title": "x"}}, "Pinterest posts require a board."),
        ("googlebusiness", {}, "Google Business posts require a type (event, offer, or whats_new)."),
    ],
)
async def test_requirements_of_each_network(
    buffer: Caller, service: str, metadata: dict[str, Any], message: str
) -> None:
    channel = buffer.server.world.add_channel(Channel("other", service))
    request = buffer.photo(channelId=channel.id, metadata=metadata)
    assert await buffer.refused(request) == ("InvalidInputError", f"Invalid post: {message}")


@pytest.mark.parametrize(("text", "taken"), [("é" * 300, True), ("👩‍👩‍👧" * 300, True), ("é" * 301, False)])
async def test_length_is_counted_as_the_network_counts(buffer: Caller, text: str, taken: bool) -> None:
    answer = await buffer.ask(CREATE, input=buffer.text_post(text))
    assert (answer["__typename"] == "PostActionSuccess") is taken


async def test_link_attachment_and_pictures_exclude_each_other(buffer: Caller) -> None:
    link = {"bluesky": {"linkAttachment": {"url": "https://example.org"}}}
    request = buffer.text_post(assets=buffer.photo()["assets"], metadata=link)
    _, message = await buffer.refused(request)
    assert "link attachment" in message
    await buffer.create(buffer.text_post(metadata=link))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gone.jpg", None),
        ("empty.jpg", b""),
        ("cut.jpg", jpeg()[:900]),
        ("text.jpg", b"This is no picture at all."),
        ("liar.png", jpeg()),
        ("photo.webp", jpeg(kind="WEBP")),
        ("page.html", b"<html>"),
        ("with space.jpg", None),
    ],
)
async def test_unreadable_pictures(buffer: Caller, name: str, content: bytes | None) -> None:
    if content is not None:
        (buffer.media / name).write_bytes(content)
    request = buffer.photo(assets=[{"image": {"url": f"{buffer.server.media_url}/{name}"}}])
    assert await buffer.refused(request) == UNREADABLE
    assert buffer.server.posts() == []


async def test_one_reason_per_unreadable_picture(buffer: Caller) -> None:
    bad = {"image": {"url": f"{buffer.server.media_url}/none.jpg"}}
    video = {"video": {"url": "https://example.org/v.mp4"}}
    _, message = await buffer.refused(buffer.photo(assets=[bad, bad, video]))
    assert message == (
        "Invalid post: Image could not be read from its URL., Image could not be read from its URL., "
        "Video could not be read from its URL."
    )


async def test_addresses_that_are_not_public_pictures(buffer: Caller) -> None:
    for url in ("http://example.org/a.jpg", "file:///etc/passwd", "nonsense", "http://127.0.0.1:1/a.jpg"):
        assert await buffer.refused(buffer.photo(assets=[{"image": {"url": url}}])) == UNREADABLE


@pytest.mark.parametrize(
    ("service", "most", "title"),
    [("instagram", 10, "Instagram"), ("twitter", 4, "Twitter"), ("googlebusiness", 1, "Google Business")],
)
async def test_more_pictures_than_the_network_takes(
    buffer: Caller, service: str, most: int, title: str
) -> None:
    channel = buffer.server.world.add_channel(Channel("other", service))
    metadata = {
        "instagram": {"instagram": {"type": "post", "shouldShareToFeed": True}},
        "googlebusiness": {"google": {"type": "whats_new"}},
    }.get(service)
    asset = buffer.photo()["assets"][0]
    request = buffer.photo(channelId=channel.id, metadata=metadata, assets=[asset] * (most + 1))
    assert await buffer.refused(request) == (
        "InvalidInputError",
        f"Invalid post: {title} posts cannot have more than {most} images.",
    )
    post = await buffer.create(request | {"assets": [asset] * most, "saveToDraft": True})
    assert len(post["assets"]) == most


async def test_carousel_is_not_a_type_of_post(buffer: Caller) -> None:
    metadata = {"instagram": {"type": "carousel", "shouldShareToFeed": True}}
    assert await buffer.refused(buffer.photo(metadata=metadata)) == (
        "InvalidInputError",
        "Invalid post: Instagram posts require a type (post, story, or reel).",
    )


async def test_first_comment_needs_a_paid_plan(buffer: Caller) -> None:
    metadata = {"instagram": {"type": "post", "shouldShareToFeed": True, "firstComment": "#fog"}}
    buffer.server.set_plan(paid=False)
    assert await buffer.refused(buffer.photo(metadata=metadata)) == (
        "InvalidInputError",
        "Invalid post: Instagram first comment requires a paid plan. Please upgrade to use this feature.",
    )
    metadata["instagram"]["firstComment"] = ""
    await buffer.create(buffer.photo(metadata=metadata, text="No comment"))
    buffer.server.set_plan(paid=True)
    metadata["instagram"]["firstComment"] = "x" * 2_197
    _, message = await buffer.refused(buffer.photo(metadata=metadata))
    assert message == "Invalid post: Instagram first comment cannot exceed 2196 characters."


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ({"handle": "ann", "x": 540, "y": 0.5}, "User tags must have an x and a y between 0.0 and 1.0."),
        ({"handle": "ann", "x": 0.5, "y": -0.1}, "User tags must have an x and a y between 0.0 and 1.0."),
        ({"handle": "@ann", "x": 0.5, "y": 0.5}, "User tags must have a handle without the leading @."),
    ],
)
async def test_wrong_tags(buffer: Caller, tag: dict[str, Any], message: str) -> None:
    details = {"altText": "two people", "userTags": [{"handle": "bo", "x": 0, "y": 1}, tag]}
    image = {"url": buffer.picture(), "metadata": details}
    _, said = await buffer.refused(buffer.photo(assets=[{"image": image}]))
    assert said == f"Invalid post: {message}"


async def test_metadata_of_another_network(buffer: Caller) -> None:
    metadata = buffer.photo()["metadata"] | {"facebook": {"type": "post"}}
    _, message = await buffer.refused(buffer.photo(metadata=metadata))
    assert message == "Invalid post: Instagram posts cannot have metadata for facebook."
    await buffer.create(buffer.photo(metadata=metadata | {"facebook": None}))


async def test_png_is_accepted(buffer: Caller) -> None:
    file = io.BytesIO()
    Image.new("RGB", (800, 800)).save(file, "PNG")
    url = buffer.picture("a.png", file.getvalue())
    post = await buffer.create(buffer.photo(assets=[{"image": {"url": url}}]))
    assert post["assets"][0]["mimeType"] == "image/png"


@pytest.mark.parametrize(
    ("size", "taken"), [((1080, 1350), True), ((1080, 1440), False), ((2000, 1000), False)]
)
async def test_instagram_ratio(buffer: Caller, size: tuple[int, int], taken: bool) -> None:
    url = buffer.picture("r.jpg", jpeg(*size))
    answer = await buffer.ask(CREATE, input=buffer.photo(assets=[{"image": {"url": url}}]))
    assert (answer["__typename"] == "PostActionSuccess") is taken


async def test_the_same_text_again_is_refused(buffer: Caller) -> None:
    await buffer.create(buffer.photo())
    assert await buffer.refused(buffer.photo()) == ("InvalidInputError", f"Invalid post: {ALREADY_SCHEDULED}")
    await buffer.create(buffer.text_post("A caption"))  # another channel
    await buffer.server.advance(3 * 3600)
    await buffer.create(buffer.photo())


async def test_the_same_text_soon_after_it_was_published(buffer: Caller) -> None:
    await buffer.create(buffer.photo(mode="shareNow"))
    await buffer.server.advance(60)
    assert await buffer.refused(buffer.photo()) == ("InvalidInputError", f"Invalid post: {POSTED_RECENTLY}")


async def test_two_creates_at_once_make_one_post(buffer: Caller) -> None:
    request = buffer.photo()
    answers = await asyncio.gather(*(buffer.ask(CREATE, input=request) for _ in range(2)))
    assert sorted(answer["__typename"] for answer in answers) == ["InvalidInputError", "PostActionSuccess"]
    assert len(buffer.server.posts()) == 1


async def test_queue_is_full_after_ten(buffer: Caller) -> None:
    for number in range(10):
        await buffer.create(buffer.text_post(f"Post {number}"))
    assert await buffer.refused(buffer.text_post("One more")) == (
        "LimitReachedError",
        "Limit reached: Scheduled posts limit reached. You have 10 scheduled posts out of 10 allowed",
    )
    await buffer.create(buffer.text_post("A draft", saveToDraft=True))
    await buffer.create(buffer.text_post("At once", mode="shareNow"))
    await buffer.create(buffer.photo())


async def test_custom_time(buffer: Caller) -> None:
    due = "2026-03-05T12:30:00-05:00"
    post = await buffer.create(buffer.text_post(mode="customScheduled", dueAt=due))
    assert post["dueAt"] == "2026-03-05T17:30:00.000Z"
    kind, _ = await buffer.refused(
        buffer.text_post("b", mode="customScheduled", dueAt="2026-03-01T00:00:00Z")
    )
    assert kind == "InvalidInputError"
    kind, _ = await buffer.refused(buffer.text_post("c", mode="customScheduled"))
    assert kind == "InvalidInputError"


async def test_draft_has_no_time_and_is_never_published(buffer: Caller) -> None:
    post = await buffer.create(buffer.text_post(saveToDraft=True))
    assert (post["status"], post["dueAt"]) == ("draft", None)
    await buffer.server.advance(30 * 86_400)
    assert buffer.server.posts()[0].status == "draft"


async def test_queue_takes_the_next_free_slot(buffer: Caller) -> None:
    fixed = "2026-03-03T09:00:00Z"
    await buffer.create(buffer.text_post("fixed", mode="customScheduled", dueAt=fixed))
    dues = [(await buffer.create(buffer.text_post(f"Post {number}")))["dueAt"] for number in range(3)]
    assert [due[:16] for due in dues] == ["2026-03-02T18:00", "2026-03-03T18:00", "2026-03-04T09:00"]


async def test_share_next_pushes_the_others_back(buffer: Caller) -> None:
    await buffer.create(buffer.text_post("first"))
    await buffer.create(buffer.text_post("second"))
    post = await buffer.create(buffer.text_post("urgent", mode="shareNext"))
    assert post["dueAt"] == "2026-03-02T18:00:00.000Z"
    dues = {post.text: post.due_at for post in buffer.server.posts()}
    assert sorted(dues, key=lambda text: str(dues[text])) == ["urgent", "first", "second"]
    assert len(set(dues.values())) == 3


async def test_channel_without_slots_accepts_the_post_without_a_time(buffer: Caller) -> None:
    buffer.sky.posting_schedule = ()
    post = await buffer.create(buffer.text_post())
    assert (post["status"], post["dueAt"]) == ("scheduled", None)


async def test_slots_follow_the_channels_time_zone(tmp_path: Path) -> None:
    async with serving(tmp_path) as buffer:
        buffer.sky.timezone = "America/New_York"
        buffer.sky.posting_schedule = tuple(
            day.__class__(day.day, ("09:00",)) for day in buffer.sky.posting_schedule
        )
        dues = [(await buffer.create(buffer.text_post(f"Post {number}")))["dueAt"] for number in range(7)]
        assert dues[0] == "2026-03-02T14:00:00.000Z"
        assert dues[-1] == "2026-03-08T13:00:00.000Z"  # summer time starts that night
        assert MONDAY.weekday() == 0


async def test_locked_channel(buffer: Caller) -> None:
    buffer.server.set_channel(buffer.sky.id, locked=True)
    assert (await buffer.refused(buffer.text_post()))[0] == "InvalidInputError"


async def test_switch_makes_the_queue_full(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.QUEUE_FULL, channel=buffer.insta.id)
    await buffer.create(buffer.text_post())
    assert (await buffer.refused(buffer.photo()))[0] == "LimitReachedError"
    await buffer.create(buffer.photo())
