"""Reading, editing, deleting and moving posts."""

from __future__ import annotations

from typing import Any

import pytest

from demo.stand_in_caller import DELETE, EDIT, POSTS, Caller
from fluffy_tui.demo import Kind


async def listed(buffer: Caller, conditions: dict[str, Any] | None = None, **more: Any) -> list[str]:
    request = {"organizationId": buffer.server.world.organization_id, "filter": conditions or {}}
    if "sort" in more:
        request["sort"] = more.pop("sort")
    page = await buffer.ask(POSTS, input=request, **more)
    return [edge["node"]["text"] for edge in page["edges"]]


async def three(buffer: Caller) -> list[Any]:
    posts = []
    for number in range(3):
        posts.append(await buffer.create(buffer.text_post(f"Post {number}")))
        await buffer.server.advance(60)
    return posts


async def test_newest_first_or_in_the_requested_order(buffer: Caller) -> None:
    await three(buffer)
    assert await listed(buffer) == ["Post 2", "Post 1", "Post 0"]
    by_due = [{"field": "dueAt", "direction": "asc"}]
    assert await listed(buffer, sort=by_due) == ["Post 0", "Post 1", "Post 2"]


async def test_pages(buffer: Caller) -> None:
    await three(buffer)
    request = {"organizationId": buffer.server.world.organization_id}
    page = await buffer.ask(POSTS, input=request, first=2)
    assert page["pageInfo"]["hasNextPage"] is True
    assert page["pageInfo"]["hasPreviousPage"] is False
    rest = await buffer.ask(POSTS, input=request, first=2, after=page["pageInfo"]["endCursor"])
    assert [edge["node"]["text"] for edge in rest["edges"]] == ["Post 0"]
    assert rest["pageInfo"]["hasNextPage"] is False
    reply = await buffer.send(POSTS, input=request, after="nonsense")
    assert reply.json()["errors"][0]["message"] == "Invalid cursor"


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"status": ["sent"]}, []),
        ({"status": ["scheduled"]}, ["Post 2", "Post 1", "Post 0"]),
        ({"dueAt": {"end": "2026-03-02T18:00:00Z"}}, ["Post 0"]),
        ({"dueAt": {"start": "2026-03-03T09:00:00Z", "end": "2026-03-03T09:00:00Z"}}, ["Post 1"]),
        ({"createdAt": {"start": "2026-03-02T12:01:00Z"}}, ["Post 2", "Post 1"]),
        ({"dueAtPresence": "absent"}, []),
        ({"startDate": "2026-03-03T18:00:00Z"}, ["Post 2"]),
        ({"tagIds": ["a" * 24]}, []),
        ({"channelIds": ["a" * 24]}, []),
    ],
)
async def test_filters(buffer: Caller, conditions: dict[str, Any], found: list[str]) -> None:
    await three(buffer)
    assert await listed(buffer, conditions) == found


async def test_unknown_organisation_and_unknown_post(buffer: Caller) -> None:
    reply = await buffer.send(POSTS, input={"organizationId": "a" * 24})
    assert reply.status_code == 200
    assert reply.json()["errors"][0]["message"] == "Not authorized"
    reply = await buffer.send("query($i: PostInput!) { post(input: $i) { id } }", i={"id": "a" * 24})
    assert (reply.json()["data"], reply.json()["errors"][0]["extensions"]["code"]) == (None, "NOT_FOUND")


async def test_posts_made_on_the_network_and_null_edges(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.NETWORK_IMPORTED, channel=buffer.sky.id)
    request = {"organizationId": buffer.server.world.organization_id}
    page = await buffer.ask(POSTS, input=request)
    assert [edge["node"]["via"] for edge in page["edges"]] == ["network"]
    buffer.server.faults.add(Kind.NULL_EDGES)
    assert (await buffer.ask(POSTS, input=request))["edges"] is None
    assert len((await buffer.ask(POSTS, input=request))["edges"]) == 1


async def test_delete_twice(buffer: Caller) -> None:
    post = await buffer.create(buffer.text_post())
    assert await buffer.ask(DELETE, input={"id": post["id"]}) == {
        "__typename": "DeletePostSuccess",
        "id": post["id"],
    }
    assert await buffer.refused({"id": post["id"]}, DELETE) == ("VoidMutationError", "Post not found")


async def test_a_post_that_is_sending_cannot_be_deleted_or_edited(buffer: Caller) -> None:
    post = await buffer.create(buffer.text_post(mode="shareNow"))
    assert (await buffer.refused({"id": post["id"]}, DELETE))[0] == "VoidMutationError"
    assert (await buffer.refused({"id": post["id"], "text": "x"}, EDIT))[0] == "InvalidInputError"


async def test_edit_needs_the_whole_post(buffer: Caller) -> None:
    post = await buffer.create(buffer.text_post())
    kind, message = await buffer.refused({"id": post["id"], "dueAt": "2026-03-09T00:00:00Z"}, EDIT)
    assert (kind, message) == ("InvalidInputError", "Invalid post: Post must have either text or media.")
    assert (await buffer.refused({"id": "a" * 24, "text": "x"}, EDIT))[0] == "NotFoundError"


async def test_edit_without_mode_does_not_change_the_time(buffer: Caller) -> None:
    post = await buffer.create(buffer.text_post())
    due = "2026-03-09T00:00:00Z"
    edited = (await buffer.ask(EDIT, input={"id": post["id"], "text": "New", "dueAt": due}))["post"]
    assert (edited["text"], edited["dueAt"]) == ("New", post["dueAt"])
    whole = {
        "id": post["id"],
        "text": "New",
        "dueAt": due,
        "mode": "customScheduled",
        "schedulingType": "automatic",
    }
    assert (await buffer.ask(EDIT, input=whole))["post"]["dueAt"] == "2026-03-09T00:00:00.000Z"
    buffer.server.faults.add(Kind.EDIT_IGNORES_DUE)
    again = await buffer.ask(EDIT, input=whole | {"dueAt": "2026-03-10T00:00:00Z"})
    assert again["post"]["dueAt"] == "2026-03-09T00:00:00.000Z"


async def test_an_edit_can_publish_a_failed_post(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.IMAGE_UNREADABLE, after=True)
    post = await buffer.create(buffer.photo())
    await buffer.server.advance(86_400)
    assert buffer.server.posts("error")
    whole = {"id": post["id"], "text": "Again", "mode": "shareNow", "schedulingType": "automatic"}
    assert (await buffer.ask(EDIT, input=whole))["post"]["error"] is None
    await buffer.server.advance(15)
    assert buffer.server.posts("sent")
