"""Turns Buffer's JSON into our values.

Every function raises KeyError, TypeError, ValueError or AttributeError for JSON that does not match the schema; the
client turns those into a `BufferError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from fluffy_tui.buffer.clean_json import shortened
from fluffy_tui.buffer.values import (
    Account,
    BufferPost,
    BufferStatus,
    Channel,
    Metric,
    Organization,
    PinterestBoard,
    PostMetrics,
    SentPost,
    Service,
    SlotDay,
)

Answer = Mapping[str, Any]
"""A JSON object from Buffer."""

_YEARS = range(1900, 2200)
"""No post has a time outside of it, and not every zone could show one."""
_LONGEST_ID = 200
"""Characters; Buffer's have 24, and an index cannot hold any length."""
_LARGEST = 10**15
"""No network counts higher, and sums of such numbers stay exact."""
_DAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})

_LINK = re.compile(r"(https://|http://(127\.0\.0\.1|localhost)[:/])\S{1,2000}")
"""Addresses that a browser may be sent to; without TLS only on this computer, as the demo's are."""

_Known = TypeVar("_Known", bound=StrEnum)


def account_from(answer: Answer) -> Account:
    """Read an `Account`."""
    organizations = tuple(
        Organization(
            id=_id(item["id"]),
            name=_text(item["name"]),
            scheduled_posts_limit=_limit((item.get("limits") or {}).get("scheduledPosts")),
        )
        for item in answer["organizations"]
    )
    return Account(_id(answer["id"]), answer.get("timezone"), organizations)


def channel_from(answer: Answer) -> Channel:
    """Read a `Channel`."""
    boards = (answer.get("metadata") or {}).get("boards") or ()
    return Channel(
        id=_id(answer["id"]),
        organization_id=_id(answer["organizationId"]),
        name=_text(answer["name"]),
        display_name=_optional(answer.get("displayName")),
        service=_known(Service, answer["service"]),
        service_id=_text(answer["serviceId"]),
        timezone=_text(answer["timezone"]),
        is_disconnected=bool(answer["isDisconnected"]),
        is_locked=bool(answer["isLocked"]),
        is_queue_paused=bool(answer["isQueuePaused"]),
        posting_schedule=tuple(
            SlotDay(day["day"], tuple(_slot_times(day["times"])), bool(day["paused"]))
            for day in answer["postingSchedule"]
            if day["day"] in _DAYS
        ),
        pinterest_boards=tuple(
            PinterestBoard(_text(board["serviceId"]), _text(board["name"])) for board in boards
        ),
    )


def post_from(answer: Answer) -> BufferPost:
    """Read a `Post`."""
    error = answer.get("error") or {}
    created_at = _moment(answer["createdAt"])
    if created_at is None:
        raise ValueError("a post without createdAt")
    return BufferPost(
        id=_id(answer["id"]),
        status=_known(BufferStatus, answer["status"]),
        text=_optional(answer.get("text")) or "",
        channel_id=_id(answer["channelId"]),
        due_at=_moment(answer.get("dueAt")),
        sent_at=_moment(answer.get("sentAt")),
        created_at=created_at,
        via=_text(answer["via"]),
        external_link=_link(answer.get("externalLink")),
        error_message=shortened(error.get("message")),
        error_support_url=_link(error.get("supportUrl")),
        asset_sources=tuple(_text(asset["source"]) for asset in answer["assets"]),
        alt_texts=tuple(_optional((asset.get("image") or {}).get("altText")) for asset in answer["assets"]),
    )


def sent_post_from(answer: Answer) -> SentPost:
    """Read what a profile shows of a `Post`."""
    created_at = _moment(answer["createdAt"])
    if created_at is None:
        raise ValueError("a post without createdAt")
    assets = answer["assets"]
    return SentPost(
        id=_id(answer["id"]),
        channel_id=_id(answer["channelId"]),
        text=_optional(answer.get("text")) or "",
        sent_at=_moment(answer.get("sentAt")) or _moment(answer.get("dueAt")) or created_at,
        created_at=created_at,
        external_link=_link(answer.get("externalLink")),
        thumbnail=_link(assets[0]["thumbnail"]) if assets else None,
        asset_count=len(assets),
    )


def metrics_from(answer: Answer) -> PostMetrics:
    """Read the metrics of a `Post`, which may be null."""
    metrics = tuple(_metrics(answer.get("metrics") or ()))
    return PostMetrics(_id(answer["id"]), metrics, _moment(answer.get("metricsUpdatedAt")))


def _metrics(items: Iterable[Any]) -> Iterator[Metric]:
    """Yield the numbers that can be read: one that is null, or words, is left out."""
    for item in items:
        with suppress(KeyError, TypeError, ValueError):
            yield Metric(_metric_type(item["type"]), _number(item["value"]), item["unit"] == "percentage")


def _metric_type(value: object) -> str:
    if not re.fullmatch(r"\w{1,50}", _text(value)):
        raise ValueError("expected the name of a metric")
    return _text(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise TypeError("expected a number")  # a NaN is none either
    return float(value)


def _limit(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _LARGEST else None


def _slot_times(values: Iterable[object]) -> Iterator[str]:
    """Yield the times that can be read, as `HH:MM`; a slot that cannot be read is left out."""
    for value in values:
        with suppress(TypeError, ValueError):
            moment = time.fromisoformat(_text(value))
            yield f"{moment:%H:%M}"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, not {type(value).__name__}")
    return value


def _id(value: object) -> str:
    if not 0 < len(_text(value)) <= _LONGEST_ID:
        raise ValueError("expected an id, not an empty or a long string")
    return _text(value)


def _known(kind: type[_Known], value: object) -> _Known | str:
    text = _text(value)
    try:
        return kind(text)
    except ValueError:
        return text


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(_text(value))
    if moment.year not in _YEARS:
        raise ValueError(f"a time in the year {moment.year}")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _link(value: object) -> str | None:
    return value if isinstance(value, str) and _LINK.fullmatch(value) else None


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)
