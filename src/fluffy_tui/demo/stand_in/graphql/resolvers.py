"""The resolvers of the root fields that are asked for; returns plain values that graphql-core selects from."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from fluffy_tui.demo.stand_in.clock import Clock
from fluffy_tui.demo.stand_in.fault_switches import Faults, Kind
from fluffy_tui.demo.stand_in.graphql.views import account_view, channel_view, metrics_view, post_view
from fluffy_tui.demo.stand_in.mutations import Mutations
from fluffy_tui.demo.stand_in.post_requirements import Refused
from fluffy_tui.demo.stand_in.world import Channel, Post, World, imported

PAGE_SIZE = 20
"""Posts per page by default; Buffer's own figure is not documented."""

DEFAULT_LAG = 120
"""Seconds by which a lagging read is behind; the longest that was seen."""

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resolvers:
    """One method per root field that is asked for; each takes the field's arguments as a mapping."""

    world: World
    clock: Clock
    faults: Faults
    mutations: Mutations
    changed: Callable[[], None]

    def root(self) -> dict[str, Callable[..., Any]]:
        """Return the root value for graphql-core: Buffer's field names and their resolvers."""
        return {
            "account": _resolver(self.account),
            "channel": _resolver(self.channel),
            "channels": _resolver(self.channels),
            "post": _resolver(self.post),
            "posts": _resolver(self.posts),
            "createPost": _resolver(self.create_post),
            "editPost": _resolver(self.edit_post),
            "deletePost": _resolver(self.delete_post),
        }

    def account(self, arguments: Arguments) -> Arguments:
        return account_view(self.world)

    def channel(self, arguments: Arguments) -> Arguments:
        return channel_view(self._channel(arguments["input"]["id"]), self.world)

    def channels(self, arguments: Arguments) -> list[Arguments]:
        self._check_organization(arguments["input"]["organizationId"])
        locked = (arguments["input"].get("filter") or {}).get("isLocked")
        chosen = [each for each in self.world.channels.values() if locked is None or each.is_locked is locked]
        return [channel_view(channel, self.world) for channel in chosen]

    def post(self, arguments: Arguments) -> Arguments:
        post = self.world.posts.get(arguments["input"]["id"])
        if post is None or self._is_hidden(post, self._lag("post", {post.channel_id})):
            raise GraphQLError("Post not found", extensions={"code": "NOT_FOUND"})
        return self._view(post)

    def _lag(self, operation: str, channels: Collection[str]) -> timedelta:
        """Return how far this read is behind what was written."""
        fault = self.faults.take(Kind.LAGGING_READS, frozenset({operation}), frozenset(channels))
        if fault is None:
            return timedelta(0)
        return timedelta(seconds=DEFAULT_LAG if fault.seconds is None else fault.seconds)

    def _is_hidden(self, post: Post, lag: timedelta) -> bool:
        return bool(lag) and post.created_at > self.clock.now() - lag

    def _view(self, post: Post) -> Arguments:
        view = post_view(post, self.world)
        if self.world.has_metrics:
            view |= metrics_view(post, self.clock.now())
        if self.faults.take(Kind.POISONED_TEXT, frozenset({"posts"}), frozenset({post.channel_id})):
            view |= {
                "text": f"\x00\ud800\x1b{post.text}\x9f",
                "externalLink": "javascript:alert(1)" if post.external_link else None,
            }
        return view

    def posts(self, arguments: Arguments) -> Arguments:
        """Resolve `posts` to one page."""
        self._check_organization(arguments["input"]["organizationId"])
        conditions = arguments["input"].get("filter") or {}
        wanted = frozenset(conditions.get("channelIds") or self.world.channels)
        self._import_from_network(wanted)
        lag = self._lag("posts", wanted)
        found = [
            post
            for post in self.world.posts.values()
            if _matches(post, conditions) and not self._is_hidden(post, lag)
        ]
        for rule in reversed(arguments["input"].get("sort") or [{"field": "createdAt", "direction": "desc"}]):
            found.sort(key=_SORT_KEYS[rule["field"]], reverse=rule["direction"] == "desc")
        page = _page(found, arguments.get("first"), arguments.get("after"))
        if self.faults.take(Kind.NULL_EDGES, frozenset({"posts"}), wanted):
            return {"edges": None, "pageInfo": page["pageInfo"] | {"hasNextPage": False}}
        page["edges"] = [{"cursor": _cursor(post), "node": self._view(post)} for post in page.pop("posts")]
        return page

    async def create_post(self, arguments: Arguments) -> Arguments:
        return await self._success(self.mutations.create(arguments["input"]))

    async def edit_post(self, arguments: Arguments) -> Arguments:
        return await self._success(self.mutations.edit(arguments["input"]))

    def delete_post(self, arguments: Arguments) -> Arguments:
        try:
            return {"__typename": "DeletePostSuccess", "id": self.mutations.delete(arguments["input"]["id"])}
        except Refused as refusal:
            return {"__typename": refusal.typename, "message": refusal.message}

    async def _success(self, work: Awaitable[Post]) -> Arguments:
        try:
            post = await work
        except Refused as refusal:
            return {"__typename": refusal.typename, "message": refusal.message}
        return {"__typename": "PostActionSuccess", "post": post_view(post, self.world)}

    def _channel(self, channel_id: str) -> Channel:
        try:
            return self.world.channels[channel_id]
        except KeyError:
            raise GraphQLError("Channel not found", extensions={"code": "NOT_FOUND"}) from None

    def _check_organization(self, organization_id: str) -> None:
        if organization_id != self.world.organization_id:
            raise GraphQLError("Not authorized", extensions={"code": "UNAUTHORIZED"})

    def _import_from_network(self, channels: frozenset[str]) -> None:
        fault = self.faults.take(Kind.NETWORK_IMPORTED, frozenset({"posts"}), channels)
        if fault is None:
            return
        now = self.clock.now()
        for channel_id in [fault.channel] if fault.channel else sorted(channels):
            self.world.add_post(imported(channel_id, "Posted on the network itself", now))
        self.changed()


def _resolver(method: Callable[[Arguments], Any]) -> Callable[..., Any]:
    def resolve(_info: object, **arguments: Any) -> Any:
        return method(arguments)

    return resolve


_SORT_KEYS: dict[str, Callable[[Post], tuple[datetime, str]]] = {
    "createdAt": lambda post: (post.created_at, post.id),
    "dueAt": lambda post: (post.due_at or post.created_at, post.id),
}


def _within(moment: datetime | None, span: Arguments | None) -> bool:
    if not span:
        return True
    if moment is None:
        return False
    start, end = span.get("start"), span.get("end")
    return (start is None or moment >= start) and (end is None or moment <= end)


def _matches(post: Post, conditions: Arguments) -> bool:
    if conditions.get("dueAtPresence") == "absent" and conditions.get("dueAt"):
        raise GraphQLError(
            "dueAtPresence: absent cannot be combined with dueAt", extensions={"code": "UNEXPECTED"}
        )
    either = {"start": conditions.get("startDate"), "end": conditions.get("endDate")}
    tagged = conditions.get("tagIds") or (conditions.get("tags") and not conditions["tags"]["isEmpty"])
    return (
        post.channel_id in (conditions.get("channelIds") or [post.channel_id])
        and post.status in (conditions.get("status") or [post.status])
        and _within(post.due_at, conditions.get("dueAt"))
        and _within(post.created_at, conditions.get("createdAt"))
        and conditions.get("dueAtPresence") in (None, "present" if post.due_at else "absent")
        and (_within(post.created_at, either) or _within(post.due_at, either))
        and not tagged  # the stand-in has no tags
    )


def _cursor(post: Post) -> str:
    return base64.b64encode(f"post:{post.id}".encode()).decode()


def _page(found: list[Post], first: int | None, after: str | None) -> Arguments:
    if first is not None and first < 1:
        raise GraphQLError("first must be at least 1", extensions={"code": "UNEXPECTED"})
    if after is not None:
        ids = [post.id for post in found]
        try:
            found = found[ids.index(base64.b64decode(after).decode().removeprefix("post:")) + 1 :]
        except (ValueError, binascii.Error):
            raise GraphQLError("Invalid cursor", extensions={"code": "UNEXPECTED"}) from None
    chosen = found[: first or PAGE_SIZE]
    info = {
        "startCursor": _cursor(chosen[0]) if chosen else None,
        "endCursor": _cursor(chosen[-1]) if chosen else None,
        "hasNextPage": len(found) > len(chosen),
        "hasPreviousPage": False,
    }
    return {"posts": chosen, "pageInfo": info}
