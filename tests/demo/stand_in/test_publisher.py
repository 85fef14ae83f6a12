"""What happens to a post when it is due."""

from __future__ import annotations

from demo.stand_in_caller import CREATE, Caller
from fluffy_tui.demo import Kind


async def test_from_scheduled_to_sent(buffer: Caller) -> None:
    await buffer.create(buffer.photo())
    (post,) = buffer.server.posts()
    await buffer.server.advance(6 * 3600 - 1)
    assert post.status == "scheduled"
    await buffer.server.advance(1)
    assert (post.status, post.external_link) == ("sending", None)
    await buffer.server.advance(15)
    assert post.status == "sent"
    assert post.sent_at is not None
    assert post.due_at is not None
    assert (post.sent_at - post.due_at).total_seconds() == 15
    page = await buffer.http.get(str(post.external_link))
    assert page.status_code == 200
    assert "A caption" in page.text


async def test_page_of_a_post_escapes_its_text(buffer: Caller) -> None:
    await buffer.create(buffer.text_post("<script>alert(1)</script>", mode="shareNow"))
    await buffer.server.advance(20)
    page = await buffer.http.get(str(buffer.server.posts()[0].external_link))
    assert "<script>" not in page.text
    assert (await buffer.http.get(f"{buffer.server.url}/p/nothing")).status_code == 404


async def test_page_of_a_post_has_all_its_pictures_and_its_first_comment(buffer: Caller) -> None:
    images = [{"image": {"url": buffer.picture(f"{name}.jpg")}} for name in "abc"]
    metadata = {"instagram": {"type": "post", "shouldShareToFeed": True, "firstComment": "<b>#fog"}}
    await buffer.create(buffer.photo(assets=images, metadata=metadata, mode="shareNow"))
    await buffer.server.advance(20)
    page = (await buffer.http.get(str(buffer.server.posts()[0].external_link))).text
    places = [page.index(f'src="{image["image"]["url"]}"') for image in images]
    assert places == sorted(places)
    assert "&lt;b&gt;#fog" in page


async def test_picture_that_was_deleted_meanwhile(buffer: Caller) -> None:
    await buffer.create(buffer.photo())
    (buffer.media / "a.jpg").unlink()
    await buffer.server.advance(86_400)
    (post,) = buffer.server.posts()
    assert post.status == "error"
    assert post.error_message == (
        "Failed to create media container for instagram: the media could not be fetched from this URI"
    )
    query = "query($i: PostInput!) { post(input: $i) { status error { message supportUrl rawError } } }"
    read = await buffer.ask(query, i={"id": post.id})
    assert read["error"]["message"] == post.error_message


async def test_share_now(buffer: Caller) -> None:
    post = await buffer.create(buffer.photo(mode="shareNow"))
    assert post["status"] == "sending"
    await buffer.server.advance(15)
    assert buffer.server.posts()[0].status == "sent"


async def test_share_now_on_x_returns_sent(buffer: Caller) -> None:
    buffer.sky.service = "twitter"
    post = await buffer.create(buffer.text_post(mode="shareNow"))
    assert post["status"] == "sent"
    assert post["externalLink"]


async def test_channel_that_was_disconnected_meanwhile(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.DISCONNECT_CHANNEL)
    await buffer.create(buffer.photo())
    assert buffer.insta.is_disconnected
    await buffer.server.advance(86_400)
    (post,) = buffer.server.posts()
    assert post.status == "error"
    assert "no longer connected" in str(post.error_message)


async def test_paused_queue_keeps_posts_until_it_is_resumed(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.QUEUE_PAUSED)
    await buffer.create(buffer.text_post())
    await buffer.server.advance(2 * 86_400)
    (post,) = buffer.server.posts()
    assert post.status == "scheduled"
    buffer.server.set_channel(buffer.sky.id, queue_paused=False)
    assert post.due_at is not None
    assert post.due_at > buffer.server.clock.now()
    await buffer.server.advance(86_400)
    assert post.status == "sent"


async def test_link_that_appears_late(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.LATE_EXTERNAL_LINK, seconds=300)
    await buffer.create(buffer.text_post(mode="shareNow"))
    await buffer.server.advance(15)
    (post,) = buffer.server.posts()
    assert (post.status, post.external_link) == ("sent", None)
    await buffer.server.advance(300)
    assert post.external_link


async def test_fault_for_a_picture_that_cannot_be_read(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.IMAGE_UNREADABLE)
    kind, message = await buffer.refused(buffer.photo())
    assert (kind, message) == ("InvalidInputError", "Invalid post: Image could not be read from its URL.")
    buffer.server.faults.add(Kind.IMAGE_UNREADABLE, after=True)
    await buffer.create(buffer.photo())
    await buffer.server.advance(86_400)
    assert buffer.server.posts()[0].status == "error"


async def test_posts_are_sent_in_the_order_of_their_time(buffer: Caller) -> None:
    for text, due in (("late", "2026-03-04T00:00:00Z"), ("early", "2026-03-03T00:00:00Z")):
        await buffer.ask(CREATE, input=buffer.text_post(text, mode="customScheduled", dueAt=due))
    await buffer.server.advance(7 * 86_400)
    sent = sorted(buffer.server.posts("sent"), key=lambda post: str(post.sent_at))
    assert [post.text for post in sent] == ["early", "late"]
