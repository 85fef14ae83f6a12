"""Statuses, bodies and headers of the HTTP layer, as Buffer's clients see them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from demo.stand_in_caller import CREATE, Caller, serving
from fluffy_tui.demo import Window

ACCOUNT = "{ account { id timezone organizations { id name limits { scheduledPosts } } } }"


async def test_account_and_channels(buffer: Caller) -> None:
    account = await buffer.ask(ACCOUNT)
    organization = account["organizations"][0]
    assert organization["limits"]["scheduledPosts"] == 10
    query = (
        "query($i: ChannelsInput!) { channels(input: $i) { id name service postingSchedule { day times } } }"
    )
    channels = await buffer.ask(query, i={"organizationId": organization["id"]})
    assert [channel["name"] for channel in channels] == ["insta", "sky"]
    assert channels[0]["postingSchedule"][0] == {"day": "mon", "times": ["09:00", "18:00"]}
    one = await buffer.ask(
        "query($i: ChannelInput!) { channel(input: $i) { name } }", i={"id": buffer.sky.id}
    )
    assert one == {"name": "sky"}


@pytest.mark.parametrize("path", ["", "/graphql"])
async def test_both_paths_serve_the_api(buffer: Caller, path: str) -> None:
    reply = await buffer.http.post(buffer.server.url + path, json={"query": "{ account { id } }"})
    assert reply.status_code == 200


async def test_missing_key_is_refused_before_the_document_is_read(buffer: Caller) -> None:
    async with httpx.AsyncClient() as stranger:
        reply = await stranger.post(buffer.server.url, json={"query": "{ nonsense"})
    assert reply.status_code == 401
    assert "RateLimit" not in reply.headers
    message = "An authentication JWT or Access Token is required"
    assert reply.json() == {"errors": [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]}


async def test_wrong_key(buffer: Caller) -> None:
    reply = await buffer.http.post(buffer.server.url, headers={"Authorization": "Bearer wrong"}, json={})
    assert reply.status_code == 401
    assert reply.json()["errors"][0]["message"] == "Access token is not valid"


async def test_get_is_refused(buffer: Caller) -> None:
    reply = await buffer.http.get(buffer.server.url)
    assert reply.status_code == 401
    assert reply.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_client_without_a_name_is_blocked(buffer: Caller) -> None:
    reply = await buffer.http.post(buffer.server.url, headers={"User-Agent": "Python-urllib/3.11"}, json={})
    assert (reply.status_code, reply.text) == (403, "error code: 1010")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ account { nothing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ account { id }", "GRAPHQL_PARSE_FAILED"),
        (CREATE.replace("{ post { ...Whole } }", "{ id }"), "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ posts(input: {organizationId: 5, filter: {status: [x]}}) { pageInfo { endCursor } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
async def test_invalid_documents(buffer: Caller, query: str, code: str) -> None:
    reply = await buffer.send(query)
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["extensions"]["code"] == code


async def test_names_are_in_double_quotes(buffer: Caller) -> None:
    reply = await buffer.send("{ account { nothing } }")
    assert reply.json()["errors"][0]["message"] == 'Cannot query field "nothing" on type "Account".'


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "now"},
        {"mode": None},
        {"assets": {"images": [{"url": "https://example.org/a.jpg"}]}},
        {"assets": [{"image": {"url": "u"}, "video": {"url": "u"}}]},
        {"assets": [{"image": {"url": "u", "metadata": {}}}]},
        {"metadata": {"instagram": {"type": "post"}}},
        {"metadata": {"facebook": {"type": "post", "title": "no such field"}}},
        {"dueAt": "tomorrow"},
        {"dueAt": "2026-03-10T10:00:00"},
    ],
)
async def test_invalid_variables(buffer: Caller, changes: dict[str, object]) -> None:
    reply = await buffer.send(CREATE, input=buffer.photo(**changes))
    assert reply.status_code == 400, reply.text
    assert reply.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert buffer.server.posts() == []


async def test_body_that_is_not_json(buffer: Caller) -> None:
    reply = await buffer.http.post(buffer.server.url, content=b"hello")
    assert reply.status_code == 400


async def test_too_many_aliases_and_too_deep(buffer: Caller) -> None:
    many = "{" + " ".join(f"a{number}: account {{ id }}" for number in range(31)) + "}"
    reply = await buffer.send(many)
    assert reply.status_code == 400
    assert reply.json() == {
        "errors": [{"message": "Query exceeds maximum allowed complexity. Please simplify your query."}]
    }
    assert (await buffer.send(many.replace("a30: account { id }", ""))).status_code == 200


async def test_every_reply_has_the_budget_in_its_headers(buffer: Caller) -> None:
    reply = await buffer.send("{ nonsense }")
    assert reply.headers.get_list("RateLimit") == [
        '"100-in-15min";r=99;t=900',
        '"250-in-24h";r=249;t=86400',
        '"3000-in-30d";r=2999;t=2592000',
    ]
    policies = reply.headers.get_list("RateLimit-Policy")
    assert [policy.split(";pk=")[0] for policy in policies] == [
        '"100-in-15min";q=100;w=900',
        '"250-in-24h";q=250;w=86400',
        '"3000-in-30d";q=3000;w=2592000',
    ]
    await buffer.server.advance(10)
    assert (await buffer.send(ACCOUNT)).headers.get_list("RateLimit")[0] == '"100-in-15min";r=98;t=890'


async def test_window_fills_up_and_rolls_on(tmp_path: Path) -> None:
    windows = (Window("15m", "15min", 900, 2), Window("24h", "24h", 86_400, 4))
    async with serving(tmp_path, windows=windows) as buffer:
        await buffer.send(ACCOUNT)
        await buffer.server.advance(60)
        assert (await buffer.send(ACCOUNT)).status_code == 200
        refused = await buffer.send(ACCOUNT)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "840"
        error = refused.json()["errors"][0]
        assert error["message"] == "Too many requests from this client. Please try again later."
        assert error["extensions"] == {"code": "RATE_LIMIT_EXCEEDED", "window": "15m"}
        await buffer.server.advance(1800)
        assert (await buffer.send(ACCOUNT)).status_code == 200
        refused = await buffer.send(ACCOUNT)  # the one that was refused counted too: five in a day
        assert refused.json()["errors"][0]["extensions"]["window"] == "24h"


async def test_requests_are_recorded_without_the_key(buffer: Caller) -> None:
    await buffer.send(CREATE, input=buffer.text_post())
    request = buffer.server.requests[-1]
    assert (request.operation_name, request.fields) == ("Create", frozenset({"createPost"}))
    assert request.variables["input"]["text"] == "Only text"
    assert request.channels == frozenset({buffer.sky.id})
    assert request.user_agent == "fluffy-tui-tests/1.0"
    assert buffer.server.key not in repr(request)
    assert buffer.server.key not in repr(buffer.server.world)
    assert buffer.server.key not in repr(buffer.server.address)
