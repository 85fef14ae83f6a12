"""Reading, paging, finding, editing and deleting, over real HTTP."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from buffer.scripted_buffer import (
    CREATED,
    PICTURE,
    Drop,
    Reply,
    asking,
    error_entry,
    new_post,
    post_json,
    posts_page,
    refusal,
    success,
)
from fluffy_tui.buffer import (
    Account,
    BufferClient,
    BufferError,
    BufferStatus,
    Channel,
    Metric,
    NextStep,
    Organization,
    PinterestBoard,
    PostMetrics,
    Service,
    ShareMode,
    SlotDay,
)

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
DUE = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def channel_json(**changes: Any) -> dict[str, Any]:
    """Return a channel as Buffer sends it."""
    values: dict[str, Any] = {
        "id": "c1",
        "organizationId": "o1",
        "name": "sarah.photos",
        "displayName": "Sarah",
        "service": "instagram",
        "serviceId": "1784",
        "timezone": "Europe/Berlin",
        "isDisconnected": False,
        "isLocked": False,
        "isQueuePaused": False,
        "postingSchedule": [{"day": "mon", "times": ["09:00", "18:30"], "paused": False}],
        "metadata": {"__typename": "InstagramMetadata"},
    }
    return values | changes


async def channel_of(**changes: Any) -> Channel:
    """Read a channel with these fields."""
    async with asking(Reply({"data": {"channel": channel_json(**changes)}})) as (client, _):
        return await client.channel("c1")


async def test_account() -> None:
    """Names are not changed; limits may be missing."""
    organizations = [
        {"id": "o1", "name": "Home", "limits": {"scheduledPosts": 10}},
        {"id": "o2", "name": "[b]Work[/b]", "limits": None},
    ]
    body = {"data": {"account": {"id": "1", "timezone": "Europe/Berlin", "organizations": organizations}}}
    async with asking(Reply(body)) as (client, _):
        expected = (Organization("o1", "Home", 10), Organization("o2", "[b]Work[/b]", None))
        assert await client.account() == Account("1", "Europe/Berlin", expected)


async def test_channels() -> None:
    """Schedule, boards and the missing display name are read."""
    boards = {"__typename": "PinterestMetadata", "boards": [{"serviceId": "b7", "name": "Fog"}]}
    items = [channel_json(), channel_json(id="c2", service="pinterest", metadata=boards, displayName=None)]
    async with asking(Reply({"data": {"channels": items}})) as (client, server):
        instagram, pinterest = await client.channels("o1")
        assert server.asked[0].input == {"organizationId": "o1"}
    assert instagram.service is Service.INSTAGRAM
    assert instagram.posting_schedule == (SlotDay("mon", ("09:00", "18:30"), paused=False),)
    assert instagram.has_slots
    assert instagram.problem == ""
    assert pinterest.pinterest_boards == (PinterestBoard("b7", "Fog"),)


async def test_a_new_network_is_kept() -> None:
    """A service that is not in the enum is not an error."""
    channel = await channel_of(service="holodeck", metadata=None)
    assert channel.service == "holodeck"
    assert channel.network == "holodeck"


@pytest.mark.parametrize(
    ("flag", "word"),
    [("isDisconnected", "Reconnect"), ("isLocked", "locked"), ("isQueuePaused", "paused")],
)
async def test_a_channels_problem_is_explained(flag: str, word: str) -> None:
    """Each flag has a message that names the channel."""
    channel = await channel_of(**{flag: True})
    assert word in channel.problem
    assert "Instagram sarah.photos" in channel.problem


@pytest.mark.parametrize(
    "schedule",
    [[], [{"day": "mon", "times": [], "paused": False}, {"day": "tue", "times": ["09:00"], "paused": True}]],
)
async def test_schedule_without_slots(schedule: list[dict[str, Any]]) -> None:
    """Without days or times, or with paused days only, nothing is sent from the queue."""
    assert not (await channel_of(postingSchedule=schedule)).has_slots


async def test_created_post_is_returned_as_it_is_in_buffer() -> None:
    """Status, times and picture come from Buffer's reply, not from the request."""
    async with asking(Reply(success(status="sending", error=None))) as (client, server):
        post = await client.create_post(new_post())
        assert server.asked[0].input["channelId"] == "c" * 24
    assert post.status is BufferStatus.SENDING
    assert post.due_at == DUE
    assert post.created_at == datetime.fromisoformat(CREATED)
    assert post.asset_sources == (PICTURE,)


async def test_each_picture_has_its_alt_text() -> None:
    """The texts are in the order of the pictures, with a gap for what is not a picture."""
    assets: list[dict[str, Any]] = [
        {"source": "https://media.example.com/1.jpg", "image": {"altText": "fog"}},
        {"source": "https://media.example.com/2.mp4"},
        {"source": "https://media.example.com/3.jpg", "image": {"altText": ""}},
    ]
    async with asking(Reply({"data": {"post": post_json(assets=assets)}})) as (client, _):
        post = await client.post("p1")
    assert post is not None
    assert post.alt_texts == ("fog", None, "")


async def test_failed_post_has_its_reason() -> None:
    """The network's error and Buffer's help page are read."""
    error = {"message": "the media could not be fetched", "supportUrl": "https://support.buffer.com/1"}
    body = {"data": {"post": post_json(status="error", error=error)}}
    async with asking(Reply(body)) as (client, _):
        post = await client.post("p1")
    assert post is not None
    assert post.status is BufferStatus.ERROR
    assert post.error_message == "the media could not be fetched"
    assert post.error_support_url == "https://support.buffer.com/1"


async def test_a_new_status_is_kept() -> None:
    """A status that is not in the enum is not an error."""
    async with asking(Reply({"data": {"post": post_json(status="levitating")}})) as (client, _):
        post = await client.post("p1")
    assert post is not None
    assert post.status == "levitating"


async def test_no_post_is_another_answer_than_none() -> None:
    """Only what Buffer says about the post itself means that it is gone."""
    gone = {"data": {"post": None}, "errors": [error_entry("Post not found", "NOT_FOUND")]}
    refused = {"data": None, "errors": [error_entry("Not yours", "FORBIDDEN")]}
    async with asking(Reply(gone), Reply(refused)) as (client, _):
        assert await client.post("p1") is None
        with pytest.raises(BufferError) as caught:
            await client.post("p1")
    assert caught.value.code == "forbidden"


async def test_posts_are_paged() -> None:
    """Every page is requested with the same conditions and the cursor of the previous one."""
    pages = posts_page(post_json(id="p1"), post_json(id="p2"), after="x1"), posts_page(post_json(id="p3"))
    async with asking(*map(Reply, pages)) as (client, server):
        found = [
            post.id
            async for post in client.posts(
                "o1",
                channel_ids=["c1", "c2"],
                created_after=SINCE,
            )
        ]
        assert found == ["p1", "p2", "p3"]
        assert [asked.body["variables"]["after"] for asked in server.asked] == [None, "x1"]
        assert server.asked[1].input == {
            "organizationId": "o1",
            "filter": {
                "channelIds": ["c1", "c2"],
                "createdAt": {"start": "2026-11-01T00:00:00.000Z"},
            },
            "sort": [{"field": "createdAt", "direction": "desc"}],
        }


async def test_null_edges_are_an_empty_page() -> None:
    """Null edges, and a null among them, contain no post and do not end the paging."""
    empty = {"data": {"posts": {"edges": None, "pageInfo": {"hasNextPage": True, "endCursor": "x1"}}}}
    full = posts_page(post_json(id="p1"))
    full["data"]["posts"]["edges"].insert(0, None)
    async with asking(Reply(empty), Reply(full)) as (client, _):
        assert [post.id async for post in client.posts("o1", channel_ids=["c1"])] == ["p1"]


async def test_null_edges_are_an_error_when_absence_matters() -> None:
    null = {"data": {"posts": {"edges": None, "pageInfo": {"hasNextPage": False, "endCursor": None}}}}
    async with asking(Reply(null)) as (client, _):
        with pytest.raises(BufferError) as caught:
            [post async for post in client.posts("o1", channel_ids=["c1"], gaps_allowed=False)]
    assert (caught.value.code, caught.value.next_step) == ("unknown_answer", NextStep.RETRY)


async def test_a_repeated_cursor_ends_the_paging() -> None:
    """A broken cursor must not use up the request budget."""
    page = posts_page(post_json(), after="x1")
    async with asking(Reply(page), Reply(page), Reply(page)) as (client, server):
        with pytest.raises(BufferError) as caught:
            [post async for post in client.posts("o1", channel_ids=["c1"])]
        assert (caught.value.code, caught.value.next_step) == ("unknown_answer", NextStep.RETRY)
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    "page_info",
    [
        {"hasNextPage": None, "endCursor": None},
        {"hasNextPage": "false", "endCursor": "x1"},
        {"hasNextPage": True, "endCursor": None},
        {},
        None,
    ],
)
async def test_a_page_that_does_not_say_whether_it_is_the_last_proves_no_absence(page_info: object) -> None:
    """What is on it is there all the same."""
    page = {"data": {"posts": {"edges": [{"node": post_json()}], "pageInfo": page_info}}}
    found = []
    async with asking(Reply(page)) as (client, _):
        with pytest.raises(BufferError) as caught:
            async for post in client.posts("o1", channel_ids=["c1"]):
                found.append(post)
    assert (caught.value.code, caught.value.next_step) == ("unknown_answer", NextStep.RETRY)
    assert len(found) == 1


async def test_a_list_without_an_end_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fluffy_tui.buffer.client._MOST_PAGES", 3)
    pages = [Reply(posts_page(post_json(), after=f"x{number}")) for number in range(4)]
    async with asking(*pages) as (client, server):
        with pytest.raises(BufferError) as caught:
            [post async for post in client.posts("o1", channel_ids=["c1"])]
        assert (caught.value.code, len(server.asked)) == ("unknown_answer", 3)


async def test_numbers_that_cannot_be_read_are_left_out_alone() -> None:
    def counted(number: int, metrics: object) -> dict[str, Any]:
        return {"node": {"id": f"p{number}", "metrics": metrics, "metricsUpdatedAt": "2026-11-01T00:00:00Z"}}

    reach = {"type": "reach", "value": 12.0, "unit": "count"}
    edges = [
        counted(1, [reach, {"type": "engagementRate", "value": 3.5, "unit": "percentage"}]),
        counted(2, None),
        counted(3, [reach | {"value": value} for value in ("many", None, True, -(10**400))] + [None, reach]),
        counted(4, [reach | {"type": "\x1b[31m"}]),
        counted(5, "many"),
        counted(6, 5),
        None,
        {"node": None},
    ]
    page = {"data": {"posts": {"edges": edges, "pageInfo": {"hasNextPage": True, "endCursor": "x1"}}}}
    async with asking(Reply(page)) as (client, server):
        found = await client.metrics("o1", channel_ids=["c1"], requests=1)
        assert len(server.asked) == 1
        assert server.asked[0].input["filter"]["status"] == ["sent"]
    assert found == [
        PostMetrics("p1", (Metric("reach", 12.0), Metric("engagementRate", 3.5, is_percentage=True)), SINCE),
        PostMetrics("p2", (), SINCE),
        PostMetrics("p3", (Metric("reach", 12.0),), SINCE),
        PostMetrics("p4", (), SINCE),
        PostMetrics("p5", (), SINCE),
    ]


async def test_failed_search_is_not_an_empty_one() -> None:
    """A failed search must never look like "not there"."""
    async with asking(Reply(posts_page(after="x1")), Drop()) as (client, _):
        with pytest.raises(BufferError):
            assert not [post async for post in client.posts("o1", channel_ids=["c1"], created_after=SINCE)]


async def test_edit_returns_the_changed_post() -> None:
    """Mode and scheduling type are sent, otherwise Buffer would ignore the new time."""
    new = new_post(share_mode=ShareMode.CUSTOM_SCHEDULED, due_at=DUE)
    async with asking(Reply(success("editPost"))) as (client, server):
        assert (await client.edit_post("p1", new)).due_at == DUE
        assert server.asked[0].input["id"] == "p1"
        assert server.asked[0].input["schedulingType"] == "automatic"


@pytest.mark.parametrize("kept", ["2026-11-01T09:30:00.000Z", None])
async def test_edit_that_kept_the_old_time_is_an_error(kept: str | None) -> None:
    """Buffer reports success in that case, so the returned time decides."""
    new = new_post(share_mode=ShareMode.CUSTOM_SCHEDULED, due_at=DUE)
    async with asking(Reply(success("editPost", dueAt=kept))) as (client, _):
        with pytest.raises(BufferError) as caught:
            await client.edit_post("p1", new)
    assert (caught.value.code, caught.value.next_step) == ("edit_ignored", NextStep.FINAL)
    assert caught.value.post is not None


async def test_an_edit_in_doubt_must_be_checked() -> None:
    """An edit with "share now" publishes the post, so it must not simply be repeated."""
    async with asking(Drop()) as (client, _):
        with pytest.raises(BufferError) as caught:
            await client.edit_post("p1", new_post())
    assert caught.value.next_step is NextStep.LOOK_FIRST


GONE = [
    {"data": {"deletePost": {"__typename": "DeletePostSuccess", "id": "p1"}}},
    refusal("VoidMutationError", "Post not found", field="deletePost"),
    {"data": None, "errors": [error_entry("Post not found", "NOT_FOUND")]},
]


@pytest.mark.parametrize("body", GONE, ids=["deleted", "gone-typed", "gone-error"])
async def test_deleting_a_missing_post_succeeds(body: dict[str, Any]) -> None:
    """All three replies mean that the post no longer exists."""
    async with asking(Reply(body)) as (client, server):
        await client.delete_post("p1")
        assert server.asked[0].input == {"id": "p1"}


async def test_delete_that_fails() -> None:
    """A refusal is final; after a lost reply it may be repeated."""
    body = refusal("VoidMutationError", "Post was already sent", field="deletePost")
    async with asking(Reply(body), Drop()) as (client, _):
        with pytest.raises(BufferError) as caught:
            await client.delete_post("p1")
        assert (caught.value.code, caught.value.next_step) == ("rejected", NextStep.FINAL)
        with pytest.raises(BufferError) as caught:
            await client.delete_post("p1")
        assert caught.value.next_step is NextStep.RETRY, "deleting again does no harm"


def test_values_do_not_import_httpx() -> None:
    """Screens import them before the first frame."""
    code = "import sys, fluffy_tui.buffer as b; b.NewPost; print('httpx' in sys.modules); b.BufferClient"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_unknown_name_at_the_front_door() -> None:
    """Only one name is imported lazily."""
    import fluffy_tui.buffer

    assert fluffy_tui.buffer.BufferClient is BufferClient
    with pytest.raises(AttributeError, match="Client2"):
        fluffy_tui.buffer.Client2  # noqa: B018 -- looking it up is the test


async def test_a_channel_that_cannot_be_read_leaves_the_others() -> None:
    items = [channel_json(), channel_json(id="", name=None), None]
    async with asking(Reply({"data": {"channels": items}})) as (client, _):
        assert [channel.id for channel in await client.channels("o1")] == ["c1"]
