"""Fault switches: each makes the stand-in fail in one way that the real Buffer was seen to fail."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Every way in which the stand-in can fail on request."""

    ACCEPT_THEN_DROP = "accept_then_drop"
    """The request is carried out, then the connection is dropped without a reply."""
    DROP_BEFORE = "drop_before"
    """The connection is dropped before anything is done."""
    SERVER_ERROR_BEFORE = "server_error_before"
    """HTTP 502 with a page that is not JSON; nothing was done."""
    SERVER_ERROR_AFTER = "server_error_after"
    """The same, but the request was carried out."""
    SLOW = "slow"
    """No reply until `release` is called (or for `seconds`); before the work, or `after` it."""
    RATE_LIMITED = "rate_limited"
    """HTTP 429 for `window`, with a `Retry-After` of `seconds` (30 by default)."""
    UNEXPECTED = "unexpected"
    """HTTP 200 with `errors[]` UNEXPECTED and null data; with `after`, the work was done."""
    UNKNOWN_TYPENAME = "unknown_typename"
    """A union member that no client knows yet; nothing was done."""
    DROP_ASSET = "drop_asset"
    """The post is created or changed without its pictures, and reported as a success."""
    DROP_ONE_ASSET = "drop_one_asset"
    """The same with the last of several pictures; a post with one is not affected."""
    EDIT_IGNORES_DUE = "edit_ignores_due"
    """An edit succeeds but the due time does not change."""
    NETWORK_IMPORTED = "network_imported"
    """A post that was made on the network itself appears in `posts` (`via: network`)."""
    NULL_EDGES = "null_edges"
    """`posts` returns `edges: null`."""
    LATE_EXTERNAL_LINK = "late_external_link"
    """A post is `sent` for `seconds` (60 by default) before its `externalLink` appears."""
    NOT_JSON_403 = "not_json_403"
    """What Buffer's content delivery network replies to a client that it blocks."""
    DISCONNECT_CHANNEL = "disconnect_channel"
    """The channel loses its connection right after the post was created."""
    QUEUE_PAUSED = "queue_paused"
    """The queue is paused just before the post is created: it is accepted and never published."""
    IMAGE_UNREADABLE = "image_unreadable"
    """The picture cannot be read when the post is created or (`after`) published."""
    QUEUE_FULL = "queue_full"
    """The limit of scheduled posts is reported as reached."""
    BAD_KEY = "bad_key"
    """The key is reported as invalid."""
    LATE_WORK = "late_work"
    """The connection is dropped without a reply, and the request is carried out `seconds` (70 by default) later."""
    LAGGING_READS = "lagging_reads"
    """Posts made in the last `seconds` (120 by default) are not there yet, in lists and when asked for by id."""
    REWRITTEN_ASSETS = "rewritten_assets"
    """A new post has all its pictures at addresses of Buffer's own."""
    NULL_NODES = "null_nodes"
    """`posts` returns a page on which every post is null."""
    POISONED_TEXT = "poisoned_text"
    """The texts of posts have characters that no database or terminal can take, and invalid links."""
    ABSURD_HEADERS = "absurd_headers"
    """HTTP 429 that asks for a pause of decades."""
    ENDLESS_BODY = "endless_body"
    """A reply that does not end; with `after` it comes compressed, and is small until it is unpacked."""


ANY_OPERATION = "*"

_OPERATIONS = {
    Kind.RATE_LIMITED: ANY_OPERATION,
    Kind.NOT_JSON_403: ANY_OPERATION,
    Kind.BAD_KEY: ANY_OPERATION,
    Kind.NULL_EDGES: "posts",
    Kind.NETWORK_IMPORTED: "posts",
    Kind.EDIT_IGNORES_DUE: "editPost",
    Kind.LATE_EXTERNAL_LINK: ANY_OPERATION,
    Kind.DISCONNECT_CHANNEL: ANY_OPERATION,
    Kind.DROP_ASSET: ANY_OPERATION,
    Kind.DROP_ONE_ASSET: ANY_OPERATION,
    Kind.QUEUE_PAUSED: ANY_OPERATION,
    Kind.IMAGE_UNREADABLE: ANY_OPERATION,
    Kind.QUEUE_FULL: ANY_OPERATION,
    Kind.LAGGING_READS: ANY_OPERATION,
    Kind.NULL_NODES: "posts",
    Kind.POISONED_TEXT: ANY_OPERATION,
    Kind.ABSURD_HEADERS: ANY_OPERATION,
    Kind.ENDLESS_BODY: ANY_OPERATION,
}
"""Which operation a fault applies to by default; those not listed here apply to `createPost`."""


@dataclass(slots=True)
class Fault:
    """One switch: what fails, for which operation and channel, and how many more times."""

    kind: Kind
    count: int = 1
    operation: str = "createPost"
    """Root field of the request (`createPost`, `posts`, …) or `*` for any."""
    channel: str | None = None
    """Only for requests about this channel."""
    after: bool = False
    """Whether the work is done before the failure, where both are possible."""
    seconds: float | None = None
    window: str = "15m"


class Faults:
    """The switches that are set, and the gate that delays slow replies."""

    def __init__(self) -> None:
        self._set: list[Fault] = []
        self._gate = asyncio.Event()

    def add(
        self,
        kind: Kind | str,
        *,
        count: int = 1,
        operation: str | None = None,
        channel: str | None = None,
        after: bool = False,
        seconds: float | None = None,
        window: str = "15m",
    ) -> Fault:
        """Set a switch and return it; its `count` goes down each time it takes effect.

        Raises:
            ValueError: No such kind or window, or a count below one.
        """
        kind = Kind(kind)
        if count < 1:
            raise ValueError(f"A fault has to happen at least once, not {count} times.")
        if window not in {"15m", "24h", "30d"}:
            raise ValueError(f"There is no window called {window!r}: use 15m, 24h or 30d.")
        fault = Fault(
            kind=kind,
            count=count,
            operation=operation or _OPERATIONS.get(kind, "createPost"),
            channel=channel,
            after=after,
            seconds=seconds,
            window=window,
        )
        self._set.append(fault)
        if kind is Kind.SLOW:
            self._gate.clear()
        return fault

    def take(
        self,
        kind: Kind,
        operations: frozenset[str] = frozenset(),
        channels: frozenset[str] = frozenset(),
        *,
        after: bool | None = None,
    ) -> Fault | None:
        """Use a matching switch once and return it; None if nothing should fail."""
        for fault in self._set:
            if fault.kind is not kind or (after is not None and fault.after is not after):
                continue
            if fault.operation != ANY_OPERATION and fault.operation not in operations:
                continue
            if fault.channel is not None and fault.channel not in channels:
                continue
            fault.count -= 1
            if fault.count == 0:
                self._set.remove(fault)
            return fault
        return None

    def clear(self) -> None:
        """Remove every switch and release slow replies."""
        self._set.clear()
        self.release()

    def release(self) -> None:
        """Release every reply that a `slow` fault delays."""
        self._gate.set()

    async def hold(self, fault: Fault) -> None:
        """Wait as a `slow` fault requires: until `release`, or for at most its `seconds`."""
        try:
            async with asyncio.timeout(fault.seconds):
                await self._gate.wait()
        except TimeoutError:
            return
