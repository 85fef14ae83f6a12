"""Whatever Buffer answers becomes a value of the schema, or is no answer: nothing else ever comes out of the client."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings, strategies as st

from fluffy_tui.buffer import graphql_documents
from fluffy_tui.buffer.client import _next_cursor, _page_edges, _read
from fluffy_tui.buffer.errors import BufferError
from fluffy_tui.buffer.response_parser import (
    account_from,
    channel_from,
    metrics_from,
    post_from,
    sent_post_from,
)

POST = {
    "id": "post",
    "status": "sent",
    "text": "caption",
    "channelId": "channel",
    "dueAt": "2026-05-01T12:00:00.000Z",
    "sentAt": "2026-05-01T12:00:01.000Z",
    "createdAt": "2026-05-01T11:00:00.000Z",
    "via": "api",
    "externalLink": "https://network.example/p/1",
    "error": {"message": "no", "supportUrl": "https://support.example"},
    "assets": [
        {
            "source": "https://a.example/1.jpg",
            "thumbnail": "https://a.example/2.jpg",
            "image": {"altText": "a"},
        }
    ],
    "metrics": [{"type": "reach", "value": 3, "unit": "count"}],
    "metricsUpdatedAt": "2026-05-02T00:00:00.000Z",
}
CHANNEL = {
    "id": "channel",
    "organizationId": "organization",
    "name": "sarah",
    "displayName": "Sarah",
    "service": "instagram",
    "serviceId": "1",
    "timezone": "Europe/Berlin",
    "isDisconnected": False,
    "isLocked": False,
    "isQueuePaused": False,
    "postingSchedule": [{"day": "mon", "times": ["09:00"], "paused": False}],
    "metadata": {"boards": [{"serviceId": "1", "name": "board"}]},
}
ACCOUNT = {
    "id": "account",
    "timezone": "Europe/Berlin",
    "organizations": [{"id": "organization", "name": "name", "limits": {"scheduledPosts": 10}}],
}
READERS: list[tuple[Callable[[Any], Any], dict[str, Any]]] = [
    (post_from, POST),
    (sent_post_from, POST),
    (metrics_from, POST),
    (channel_from, CHANNEL),
    (account_from, ACCOUNT),
    (_page_edges, {"edges": [{"node": POST}]}),
    (_next_cursor, {"pageInfo": {"endCursor": "x", "hasNextPage": True}}),
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 2**63, 1e308]),
    st.floats(),
    st.text(),
    st.sampled_from(["", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "x" * 5_000, "https://"]),
    st.lists(st.none() | st.integers() | st.text(), max_size=2),
    st.dictionaries(st.text(), st.none() | st.text(), max_size=2),
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place of a JSON value: the object or list, and the key or index in it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(value, key) for key, _ in inside]
    for container, key in [*found]:
        if isinstance(container[key], dict | list):
            found += places(container[key])
    return found


@given(reader=st.sampled_from(READERS), data=st.data())
@settings(max_examples=2_000)
def test_an_answer_with_anything_in_it_is_read_or_is_no_answer(
    reader: tuple[Callable[[Any], Any], dict[str, Any]], data: st.DataObject
) -> None:
    answer = copy.deepcopy(reader[1])
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(answer) or [({}, "")]))
        if isinstance(container, dict) and data.draw(st.booleans()):
            container.pop(key, None)
        elif isinstance(container, dict) or key < len(container):
            container[key] = data.draw(ODD)
    with contextlib.suppress(BufferError):
        _read(graphql_documents.POSTS, reader[0], answer)


def test_a_slot_that_is_no_time_or_day_leaves_the_others() -> None:
    days = [
        {"day": "mon", "times": ["09:00", "24:61", None, "nine", "18:30"], "paused": False},
        {"day": "someday", "times": ["10:00"], "paused": False},
    ]
    schedule = channel_from({**CHANNEL, "postingSchedule": days}).posting_schedule
    assert [(day.day, day.times) for day in schedule] == [("mon", ("09:00", "18:30"))]
