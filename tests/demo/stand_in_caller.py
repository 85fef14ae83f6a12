"""A stand-in Buffer on loopback with a clock that only tests move, and an HTTP client for it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from fluffy_tui.demo import Channel, ManualClock, StandIn, World, week

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVERY_DAY = "mon tue wed thu fri sat sun"

CREATE = """mutation Create($input: CreatePostInput!) { createPost(input: $input) { __typename
  ... on PostActionSuccess { post { ...Whole } }
  ... on MutationError { message } } }
fragment Whole on Post { id text status dueAt sentAt via shareMode schedulingType externalLink channelId
  error { message supportUrl rawError }
  assets { id type mimeType source ... on ImageAsset { image { altText width height } } } }"""
EDIT = CREATE.replace("mutation Create", "mutation Edit").replace("CreatePostInput", "EditPostInput")
EDIT = EDIT.replace("createPost(", "editPost(")
DELETE = """mutation Delete($input: DeletePostInput!) { deletePost(input: $input) { __typename
  ... on DeletePostSuccess { id } ... on MutationError { message } } }"""
POSTS = """query Posts($input: PostsInput!, $first: Int, $after: String) {
  posts(input: $input, first: $first, after: $after) {
    edges { cursor node { id text status via dueAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def jpeg(width: int = 1080, height: int = 1350, kind: str = "JPEG") -> bytes:
    """Return a small file of a single-coloured picture."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    return file.getvalue()


def two_channels() -> World:
    """Return a world with an Instagram and a Bluesky channel, 09:00 and 18:00 UTC every day."""
    world = World()
    world.add_channel(Channel("insta", "instagram", "UTC", week(EVERY_DAY, "09:00", "18:00")))
    world.add_channel(Channel("sky", "bluesky", "UTC", week(EVERY_DAY, "09:00", "18:00")))
    return world


@dataclass
class Caller:
    """Sends requests to a stand-in over HTTP, as any client would."""

    server: StandIn
    http: httpx.AsyncClient
    media: Path

    @property
    def insta(self) -> Channel:
        """The Instagram channel."""
        return self.server.world.channel_named("insta")

    @property
    def sky(self) -> Channel:
        """The Bluesky channel."""
        return self.server.world.channel_named("sky")

    def picture(self, name: str = "a.jpg", content: bytes | None = None) -> str:
        """Put a picture into the media folder and return its URL."""
        (self.media / name).write_bytes(jpeg() if content is None else content)
        return f"{self.server.media_url}/{name}"

    async def send(self, query: str, **variables: Any) -> httpx.Response:
        """Send a document and return the HTTP response."""
        return await self.http.post(self.server.url, json={"query": query, "variables": variables})

    async def ask(self, query: str, **variables: Any) -> Any:
        """Send a document that must succeed, and return the value of its only root field."""
        reply = await self.send(query, **variables)
        assert reply.status_code == 200, reply.text
        body = reply.json()
        assert "errors" not in body, body
        (value,) = body["data"].values()
        return value

    def photo(self, **changes: Any) -> dict[str, Any]:
        """Return the input of a complete Instagram post."""
        image = {"url": self.picture(), "metadata": {"altText": "A plain picture"}}
        complete = {
            "channelId": self.insta.id,
            "schedulingType": "automatic",
            "mode": "addToQueue",
            "text": "A caption",
            "assets": [{"image": image}],
            "metadata": {"instagram": {"type": "post", "shouldShareToFeed": True}},
        }
        return complete | changes

    def text_post(self, text: str = "Only text", **changes: Any) -> dict[str, Any]:
        """Return the input of a Bluesky post without a picture."""
        return {
            "channelId": self.sky.id,
            "schedulingType": "automatic",
            "mode": "addToQueue",
            "text": text,
        } | changes

    async def create(self, request: dict[str, Any]) -> Any:
        """Create a post that must be accepted, and return it."""
        answer = await self.ask(CREATE, input=request)
        assert answer["__typename"] == "PostActionSuccess", answer
        return answer["post"]

    async def refused(self, request: dict[str, Any], query: str = CREATE) -> tuple[str, str]:
        """Send a mutation that must be refused, and return the error's type and message."""
        answer = await self.ask(query, input=request)
        return answer["__typename"], answer["message"]


@asynccontextmanager
async def serving(folder: Path, **options: Any) -> AsyncIterator[Caller]:
    """Run a stand-in with the two test channels."""
    media = folder / "media"
    defaults: dict[str, Any] = {"clock": ManualClock(MONDAY), "world": two_channels(), "media": media}
    async with StandIn(**(defaults | options)) as server:
        headers = {"Authorization": f"Bearer {server.key}", "User-Agent": "fluffy-tui-tests/1.0"}
        async with httpx.AsyncClient(headers=headers, timeout=20) as http:
            yield Caller(server, http, media)
