"""The client: one method for each request that fluffy-tui sends to Buffer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from fluffy_tui.buffer import graphql_documents
from fluffy_tui.buffer.budget import Budget
from fluffy_tui.buffer.errors import BufferError, Code, NextStep
from fluffy_tui.buffer.graphql_documents import Operation
from fluffy_tui.buffer.refusals import refused_by_type
from fluffy_tui.buffer.request_variables import create_input, edit_input, posts_input
from fluffy_tui.buffer.response_parser import (
    account_from,
    channel_from,
    metrics_from,
    post_from,
    sent_post_from,
)
from fluffy_tui.buffer.server_time import ServerTime
from fluffy_tui.buffer.transport import Transport
from fluffy_tui.buffer.values import (
    POSTS_A_REQUEST,
    Account,
    BufferPost,
    BufferStatus,
    Channel,
    NewPost,
    PostMetrics,
    SentPosts,
    ShareMode,
)
from fluffy_tui.settings import Secret

_SAME_TIME = timedelta(minutes=1)
"""Times closer than this count as equal: users choose minutes."""

_MOST_PAGES = 200
"""Of posts that are listed to the end; Buffer's budget for a quarter of an hour is 100 requests."""

_Value = TypeVar("_Value")


class BufferClient:
    """Buffer's API with one key.

    Use it as an async context manager or close it with `aclose`. Every method raises `BufferError`, and nothing else,
    for failures outside this process. Each request is sent once.

    Args:
        timeout: Seconds for one whole request.
        on_budget: Called with the budget after each reply, so that it can be shared; must not block.
    """

    def __init__(
        self,
        url: str,
        key: Secret,
        *,
        timeout: float = 30.0,
        on_budget: Callable[[Budget], None] | None = None,
    ) -> None:
        self._transport = Transport(url, key, timeout=timeout, on_budget=on_budget)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    @property
    def is_local(self) -> bool:
        """Whether Buffer is this computer's own: the demo's."""
        return self._transport.is_local

    @property
    def budget(self) -> Budget:
        """How many requests are left, as last reported."""
        return self._transport.budget

    @property
    def time(self) -> ServerTime:
        """What time it is at Buffer."""
        return self._transport.time

    async def is_reachable(self) -> bool:
        """Return whether requests reach Buffer, whatever it answers; costs none of the budget."""
        return await self._transport.is_reachable()

    async def account(self) -> Account:
        """Return the account of the key with its organisations."""
        return _read(
            graphql_documents.ACCOUNT, account_from, await self._transport.run(graphql_documents.ACCOUNT, {})
        )

    async def channels(self, organization_id: str) -> tuple[Channel, ...]:
        """Return all channels of an organisation, in Buffer's order; one that cannot be read is left out."""
        operation = graphql_documents.CHANNELS
        answer = await self._transport.run(operation, {"input": {"organizationId": organization_id}})
        items = _read(operation, list[object], answer)
        found = _readable(operation, channel_from, items)
        if items and not found:
            raise BufferError(Code.UNKNOWN_ANSWER, operation.in_doubt)
        return tuple(found)

    async def channel(self, channel_id: str) -> Channel:
        """Return the current state of a channel; check `Channel.problem` before creating a post."""
        answer = await self._transport.run(graphql_documents.CHANNEL, {"input": {"id": channel_id}})
        return _read(graphql_documents.CHANNEL, channel_from, answer)

    async def create_post(self, new: NewPost) -> BufferPost:
        """Create a post.

        Raises:
            BufferError: its next step says whether it may be sent again. With `image_dropped` the post exists
                without all its pictures: delete `error.post`.
        """
        return await self._post_action(graphql_documents.CREATE_POST, create_input(new))

    async def edit_post(self, post_id: str, new: NewPost) -> BufferPost:
        """Replace text, pictures and time of a post that was not sent yet; its channel cannot change.

        Raises:
            BufferError: `edit_ignored` when Buffer reports success but kept the old time.
        """
        post = await self._post_action(graphql_documents.EDIT_POST, edit_input(post_id, new))
        if new.share_mode is ShareMode.CUSTOM_SCHEDULED and new.due_at is not None:
            is_kept = post.due_at is None or abs(post.due_at - new.due_at) >= _SAME_TIME
            if is_kept:
                raise BufferError(Code.EDIT_IGNORED, NextStep.FINAL, post=post)
        return post

    async def delete_post(self, post_id: str) -> None:
        """Delete a post from Buffer; a post that does not exist counts as deleted."""
        try:
            payload = await self._transport.run(graphql_documents.DELETE_POST, {"input": {"id": post_id}})
            if _typename(graphql_documents.DELETE_POST, payload) != "DeletePostSuccess":
                raise refused_by_type(graphql_documents.DELETE_POST, payload)
        except BufferError as error:
            if error.code is not Code.NOT_FOUND:
                raise

    async def post(self, post_id: str) -> BufferPost | None:
        """Return the current state of a post; None if Buffer says that it does not exist."""
        try:
            answer = await self._transport.run(graphql_documents.POST, {"input": {"id": post_id}})
        except BufferError as error:
            if error.code is not Code.NOT_FOUND:
                raise
            return None
        return _read(graphql_documents.POST, post_from, answer)

    async def posts(
        self,
        organization_id: str,
        *,
        channel_ids: Collection[str],
        created_after: datetime | None = None,
        gaps_allowed: bool = True,
    ) -> AsyncIterator[BufferPost]:
        """Yield the posts that match all conditions, newest first, one request per 50 posts.

        They include posts that Buffer imported from the network (`via` is `network`). The schema allows null instead
        of a page and of any post in it, and one post may be unreadable; set `gaps_allowed` to False when the absence
        of a post matters.

        Raises:
            BufferError: `unknown_answer` for a gap, once everything that can be read was yielded; and whatever any
                request may raise.
        """
        conditions = posts_input(organization_id, channel_ids=channel_ids, created_after=created_after)
        has_gaps = False
        async for edges in self._pages(graphql_documents.POSTS, conditions):
            has_gaps = has_gaps or edges is None
            for edge in edges or ():
                try:
                    post = _read(graphql_documents.POSTS, lambda edge: post_from(edge["node"]), edge)
                except BufferError:
                    has_gaps = True
                else:
                    yield post
        if has_gaps and not gaps_allowed:
            raise BufferError(Code.UNKNOWN_ANSWER, graphql_documents.POSTS.in_doubt)

    async def metrics(
        self, organization_id: str, *, channel_ids: Collection[str], requests: int
    ) -> list[PostMetrics]:
        """Return what the networks count for the newest live posts on these channels, 50 for each request.

        Buffer calls this experimental: one post's numbers may be missing, null or unreadable, which leaves it out.
        """
        conditions = posts_input(organization_id, channel_ids=channel_ids, statuses=[BufferStatus.SENT])
        operation = graphql_documents.METRICS
        pages = [edges async for edges in self._pages(operation, conditions, limit=requests)]
        return _readable(operation, lambda edge: metrics_from(edge["node"]), _edges(pages))

    async def sent_posts(
        self,
        organization_id: str,
        *,
        channel_ids: Collection[str],
        created_after: datetime,
        created_before: datetime | None,
        requests: int,
    ) -> SentPosts:
        """Return what went out on these channels, also what was posted on the network itself; 50 for each request.

        Posts that came into Buffer before or after the two times are left out; of the others the last are found
        first.
        """
        conditions = posts_input(
            organization_id,
            channel_ids=channel_ids,
            created_after=created_after,
            created_before=created_before,
            statuses=[BufferStatus.SENT],
        )
        operation = graphql_documents.SENT_POSTS
        pages = [edges async for edges in self._pages(operation, conditions, limit=requests)]
        found = _readable(operation, lambda edge: sent_post_from(edge["node"]), _edges(pages))
        return SentPosts(tuple(found), is_whole=len(pages) < requests, has_gaps=None in pages)

    async def _pages(
        self, operation: Operation, conditions: Mapping[str, Any], *, limit: int | None = None
    ) -> AsyncIterator[list[Any] | None]:
        """Yield the edges of one page after the other, up to `limit`; None for a page without any."""
        cursor: str | None = None
        cursors: set[str | None] = set()
        while len(cursors) < (limit or _MOST_PAGES):
            cursors.add(cursor)
            variables = {"input": conditions, "first": POSTS_A_REQUEST, "after": cursor}
            answer = await self._transport.run(operation, variables)
            yield _read(operation, _page_edges, answer)
            cursor = _read(operation, _next_cursor, answer)
            if cursor is None:
                return
            if cursor in cursors:  # it would request the same pages until the budget is exhausted
                raise BufferError(Code.UNKNOWN_ANSWER, operation.in_doubt)
        if limit is None:  # a list without an end proves nothing
            raise BufferError(Code.UNKNOWN_ANSWER, operation.in_doubt)

    async def _post_action(self, operation: Operation, values: Mapping[str, Any]) -> BufferPost:
        payload = await self._transport.run(operation, {"input": values})
        if _typename(operation, payload) != "PostActionSuccess":
            raise refused_by_type(operation, payload)
        post = _read(operation, lambda answer: post_from(answer["post"]), payload)
        if len(post.asset_sources) < len(values["assets"]):
            # FINAL, so that no caller sends it again while a post with fewer pictures is in Buffer.
            raise BufferError(Code.IMAGE_DROPPED, NextStep.FINAL, post=post)
        return post


def _page_edges(answer: Mapping[str, Any]) -> list[Any] | None:
    """Read the edges of one page of posts."""
    edges = answer.get("edges")
    if not isinstance(edges, list | None):
        raise TypeError("edges that are not a list")
    return edges


def _next_cursor(answer: Mapping[str, Any]) -> str | None:
    """Read the cursor of the page after this one; None if this is the last."""
    page_info = answer["pageInfo"]
    has_next, cursor = page_info["hasNextPage"], page_info["endCursor"]
    if not isinstance(has_next, bool) or (has_next and not isinstance(cursor, str)):
        raise TypeError("a page that does not say what comes after it")
    return cursor if has_next else None


def _edges(pages: Iterable[list[Any] | None]) -> Iterator[Any]:
    return (edge for edges in pages for edge in edges or ())


def _readable(operation: Operation, reader: Callable[[Any], _Value], items: Iterable[Any]) -> list[_Value]:
    """Read those of several items that match the schema."""
    found = []
    for item in items:
        with suppress(BufferError):
            found.append(_read(operation, reader, item))
    return found


def _typename(operation: Operation, payload: object) -> object:
    return _read(operation, lambda answer: answer.get("__typename"), payload)


def _read(operation: Operation, reader: Callable[[Any], _Value], answer: object) -> _Value:
    """Read a reply; if it does not match the schema, nobody knows what Buffer did."""
    try:
        return reader(answer)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BufferError(Code.UNKNOWN_ANSWER, operation.in_doubt) from error
