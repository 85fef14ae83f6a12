"""Every switch that makes the stand-in fail, and the control API that sets them."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from demo.stand_in_caller import CREATE, Caller
from fluffy_tui.demo import Kind


@pytest.mark.parametrize(
    ("kind", "made"), [(Kind.ACCEPT_THEN_DROP, 1), (Kind.DROP_BEFORE, 0)], ids=["after", "before"]
)
async def test_connection_is_dropped(buffer: Caller, kind: Kind, made: int) -> None:
    buffer.server.faults.add(kind)
    with pytest.raises(httpx.RemoteProtocolError):
        await buffer.send(CREATE, input=buffer.text_post())
    assert len(buffer.server.posts()) == made
    await buffer.create(buffer.text_post("again"))


@pytest.mark.parametrize(
    ("kind", "made"), [(Kind.SERVER_ERROR_AFTER, 1), (Kind.SERVER_ERROR_BEFORE, 0)], ids=["after", "before"]
)
async def test_server_error(buffer: Caller, kind: Kind, made: int) -> None:
    buffer.server.faults.add(kind)
    reply = await buffer.send(CREATE, input=buffer.text_post())
    assert reply.status_code == 502
    assert reply.headers["Content-Type"].startswith("text/html")
    assert len(buffer.server.posts()) == made


@pytest.mark.parametrize("after", [True, False])
async def test_slow_reply_is_sent_when_it_is_released(buffer: Caller, after: bool) -> None:
    buffer.server.faults.add(Kind.SLOW, after=after)
    call = asyncio.create_task(buffer.send(CREATE, input=buffer.text_post()))
    await buffer.server.received("createPost")
    if after:
        await buffer.server.until(lambda: len(buffer.server.posts()) == 1)
    assert len(buffer.server.posts()) == after
    assert not call.done()
    buffer.server.faults.release()
    assert (await call).status_code == 200
    assert len(buffer.server.posts()) == 1


async def test_work_continues_when_the_client_gives_up(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.SLOW)
    with pytest.raises(httpx.ReadTimeout):
        await buffer.http.post(
            buffer.server.url,
            json={"query": CREATE, "variables": {"input": buffer.text_post()}},
            timeout=httpx.Timeout(5, read=0.05),
        )
    buffer.server.faults.release()
    await buffer.server.until(lambda: len(buffer.server.posts()) == 1)


@pytest.mark.parametrize("after", [True, False])
async def test_unexpected(buffer: Caller, after: bool) -> None:
    buffer.server.faults.add(Kind.UNEXPECTED, after=after)
    reply = await buffer.send(CREATE, input=buffer.text_post())
    assert reply.status_code == 200
    assert reply.json() == {
        "data": None,
        "errors": [{"message": "Internal error, please try again", "extensions": {"code": "UNEXPECTED"}}],
    }
    assert len(buffer.server.posts()) == after


async def test_unknown_member(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.UNKNOWN_TYPENAME)
    kind, _ = await buffer.refused(buffer.text_post())
    assert kind == "ContentPolicyError"
    assert buffer.server.posts() == []


async def test_picture_is_dropped(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.DROP_ASSET)
    assert (await buffer.create(buffer.photo()))["assets"] == []


async def test_one_picture_of_several_is_dropped(buffer: Caller) -> None:
    images = [{"image": {"url": buffer.picture(f"{name}.jpg")}} for name in "abc"]
    buffer.server.faults.add(Kind.DROP_ONE_ASSET)
    assert len((await buffer.create(buffer.photo(text="One picture")))["assets"]) == 1
    kept = (await buffer.create(buffer.photo(assets=images)))["assets"]
    assert [asset["source"] for asset in kept] == [image["image"]["url"] for image in images[:2]]
    assert buffer.server.faults.take(Kind.DROP_ONE_ASSET) is None


@pytest.mark.parametrize("window", ["15m", "24h", "30d"])
async def test_rate_limited(buffer: Caller, window: str) -> None:
    buffer.server.faults.add(Kind.RATE_LIMITED, window=window, seconds=7)
    reply = await buffer.send("{ account { id } }")
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "7")
    assert reply.json()["errors"][0]["extensions"]["window"] == window
    assert len(reply.headers.get_list("RateLimit")) == 3
    assert (await buffer.send("{ account { id } }")).status_code == 200


async def test_reply_that_is_not_json_and_bad_key(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.NOT_JSON_403)
    assert (await buffer.send("{ account { id } }")).text == "error code: 1010"
    buffer.server.faults.add(Kind.BAD_KEY)
    assert (await buffer.send("{ account { id } }")).status_code == 401


async def test_count_channel_and_operation(buffer: Caller) -> None:
    buffer.server.faults.add(Kind.SERVER_ERROR_BEFORE, count=2, channel=buffer.insta.id)
    buffer.server.faults.add(Kind.SERVER_ERROR_BEFORE, operation="account")
    assert (await buffer.send(CREATE, input=buffer.text_post())).status_code == 200
    statuses = [(await buffer.send(CREATE, input=buffer.photo())).status_code for _ in range(3)]
    assert statuses == [502, 502, 200]
    assert (await buffer.send("{ account { id } }")).status_code == 502
    assert (await buffer.send("{ account { id } }")).status_code == 200


async def test_fault_of_a_channel_also_applies_to_its_posts_by_id(buffer: Caller) -> None:
    post = await buffer.create(buffer.text_post())
    buffer.server.faults.add(Kind.SERVER_ERROR_BEFORE, operation="deletePost", channel=buffer.sky.id)
    query = f'mutation {{ deletePost(input: {{id: "{post["id"]}"}}) {{ __typename }} }}'
    assert (await buffer.send(query)).status_code == 502


async def test_control_api(buffer: Caller) -> None:
    url = buffer.server.url
    for wrong in ({"kind": "nonsense"}, {"kind": "slow", "count": 0}, {"kind": "slow", "bogus": 1}, [1]):
        assert (await buffer.http.post(f"{url}/faults", json=wrong)).status_code == 400
    assert (await buffer.http.post(f"{url}/faults", content=b"{}")).status_code == 400
    fault = {"kind": "server_error_before", "operation": "createPost"}
    assert (await buffer.http.post(f"{url}/faults", json=fault)).status_code == 200
    assert (await buffer.send(CREATE, input=buffer.text_post())).status_code == 502
    earlier = {"text": "fog", "source": f"{url}/media/fog.jpg", "alt_text": "", "days_ago": 3.5}
    for channel, code in ((buffer.sky.id, 200), ("none", 404)):
        answer = await buffer.http.post(f"{url}/channels/{channel}/published", json=earlier)
        assert answer.status_code == code
    assert [post.text for post in buffer.server.posts("sent")] == ["fog"]
    state = await buffer.http.get(f"{url}/state")
    [post] = state.json()["posts"].values()
    assert post["text"] == "fog"
    assert buffer.server.key not in state.text


async def test_posts_of_the_network_itself_are_added_over_http(buffer: Caller) -> None:
    url, world = buffer.server.url, buffer.server.world
    channel = buffer.sky
    made = {"channel": channel.id, "text": "from the phone", "hours": 30, "picture": f"{url}/media/a.jpg"}
    assert (await buffer.http.post(f"{url}/imports", json=made)).status_code == 200
    assert (await buffer.http.post(f"{url}/imports", json={"channel": "none"})).status_code == 400
    [post] = world.posts_of(channel.id, "sent")
    assert (post.via, post.text, post.assets[0].thumbnail) == ("network", "from the phone", made["picture"])
