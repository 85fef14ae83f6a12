"""A model server on loopback that speaks as OpenAI-compatible ones do, and validates every request."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from PIL import Image

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

CAPTIONS = ("Fog comes in.", "The sea is quiet.\n\n#sea #fog", "Nobody here but gulls 🌊")
ALT_TEXT = "A grey sea under low fog, with gulls on the sand."


def completion(content: object, **choice: Any) -> dict[str, Any]:
    """Return a chat completion with this content, which is written as JSON unless it is text or None."""
    text = content if content is None or isinstance(content, str) else json.dumps(content)
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": "llava",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"} | choice],
        "usage": {"prompt_tokens": 900, "completion_tokens": 120, "total_tokens": 1020},
    }


def suggestions(captions: Any = CAPTIONS, alt_text: Any = ALT_TEXT) -> dict[str, Any]:
    """Return a completion as asked for."""
    return completion({"captions": captions, "alt_text": alt_text})


def answering(body: Any, status: int = 200, **headers: str) -> Answer:
    """Return an answer with this body: bytes as they are, all else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=data, status=status, headers=named, content_type="application/json")

    return answer


async def cutting(request: web.Request) -> web.StreamResponse:
    """Send half of an answer, and break the connection."""
    response = web.StreamResponse(headers={"Content-Length": "4000"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.close()
    return response


@dataclass
class ModelServer:
    """What the server has received, and what it answers."""

    port: int = 0
    models: list[str] = field(default_factory=lambda: ["llava:latest"])
    answer: Answer = field(default_factory=lambda: answering(suggestions()))
    has_schemas: bool = True
    """Whether it accepts `response_format`; one that does not answers 400."""
    key: str = ""
    """Which every request has to bring."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the completions asked for."""
    errors: list[str] = field(default_factory=list)
    """What was wrong with requests."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client closes its connection before it is answered."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def material(self) -> dict[str, Any]:
        """What the model was given besides the picture, in the last request."""
        found: dict[str, Any] = json.loads(self.requests[-1]["messages"][1]["content"][0]["text"])
        return found

    @property
    def picture(self) -> Image.Image:
        """The picture of the last request."""
        return Image.open(io.BytesIO(self.jpeg))

    @property
    def jpeg(self) -> bytes:
        """The bytes of that picture."""
        return _jpeg(self.requests[-1])

    async def hang(self, request: web.Request) -> web.StreamResponse:
        """Never answer."""
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        return web.Response()

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Answer POST /v1/chat/completions."""
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return _error(401, f"Incorrect API key: {request.headers.get('Authorization')}")
        body = await request.json()
        try:
            check_request(body)
        except AssertionError as error:
            self.errors.append(str(error))
            return _error(422, str(error))
        self.requests.append(body)
        self.asked.set()
        if f"{body['model']}:latest" not in self.models and body["model"] not in self.models:
            return _error(404, f"model '{body['model']}' not found")
        if "response_format" in body and not self.has_schemas:
            return _error(400, "response_format is not supported")
        return await self.answer(request)

    async def list_models(self, request: web.Request) -> web.StreamResponse:
        """Answer GET /v1/models."""
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return _error(401, "Incorrect API key")
        return web.json_response(
            {"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]}
        )


def check_request(body: Any) -> None:
    """Raise AssertionError unless this is a request for captions of one small picture, without metadata."""
    assert isinstance(body, dict), "no object"
    assert body.keys() <= {"model", "messages", "stream", "response_format"}, (
        f"unknown fields in {list(body)}"
    )
    assert isinstance(body["model"], str), "no model"
    assert body["stream"] is False, "streams"
    assert [message["role"] for message in body["messages"]] == ["system", "user"], "roles"
    system, user = (message["content"] for message in body["messages"])
    assert isinstance(system, str), "no instructions"
    assert system, "no instructions"
    assert [part["type"] for part in user] == ["text", "image_url"], "parts"
    json.loads(user[0]["text"])
    if "response_format" in body:
        wanted = body["response_format"]
        assert wanted["type"] == "json_schema", "not a schema"
        schema = wanted["json_schema"]
        assert schema.keys() == {"name", "strict", "schema"}, "schema"
        assert schema["schema"]["additionalProperties"] is False, "open schema"
        assert set(schema["schema"]["required"]) == set(schema["schema"]["properties"]), "optional parts"
    jpeg = _jpeg(body)
    with Image.open(io.BytesIO(jpeg)) as picture:
        assert picture.format == "JPEG", "no JPEG"
        assert max(picture.size) <= 768, f"a picture of {picture.size}"
        assert not picture.getexif(), "EXIF"
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, (
            f"metadata: {list(picture.info)}"
        )


def _jpeg(body: Any) -> bytes:
    head, _, data = body["messages"][1]["content"][1]["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64", "no data URL"
    return base64.b64decode(data, validate=True)


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message, "type": "invalid_request_error"}}, status=status)


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    """Run a model server on a free port of loopback."""
    server = ModelServer()
    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/v1/chat/completions", server.complete)
    app.router.add_get("/v1/models", server.list_models)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await runner.cleanup()
        assert not server.errors, server.errors
