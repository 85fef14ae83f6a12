"""A stand-in for the image_embed service on loopback: its addresses, its answers, its faults.

Modelled on the behaviour of github.com/timlawrenz/image_embed; vectors are a fixed function of the picture.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from aiohttp import web
from PIL import Image

Fault = dict[str, Any] | int
"""A result for the task, or a status of HTTP."""


@dataclass
class ImageEmbedStandIn:
    """What the stand-in has received, and what it answers."""

    url: str = ""
    operations: list[str] = field(default_factory=lambda: ["classify", "embed_clip_vit_b_32"])
    faults: Callable[[int], Fault | None] = lambda _: None
    """Returns what goes wrong with a request, given its number from 0."""
    pictures: list[Image.Image] = field(default_factory=list)
    """Every picture that was received, decoded."""
    most_at_once: int = 0
    release: asyncio.Event | None = None
    """Until it is set, no picture is answered."""
    received: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first picture is received."""
    _at_work: int = 0

    async def list_operations(self, request: web.Request) -> web.Response:
        """Answer GET /available_operations/."""
        del request
        info = {"description": "", "allowed_targets": ["whole_image"], "default_target": "whole_image"}
        return web.json_response({"operations": dict.fromkeys(self.operations, info)})

    async def analyze(self, request: web.Request) -> web.Response:
        """Answer POST /analyze_image_upload/ as the service does."""
        self._at_work += 1
        self.most_at_once = max(self.most_at_once, self._at_work)
        try:
            return await self._analyze(await request.post())
        finally:
            self._at_work -= 1

    async def _analyze(self, form: Any) -> web.Response:
        if "image_file" not in form or "tasks_json" not in form:
            return web.json_response({"detail": "missing"}, status=422)
        try:
            tasks = json.loads(form["tasks_json"])
        except ValueError:
            return web.json_response({"detail": "Invalid tasks JSON"}, status=400)
        number = len(self.pictures)
        picture = Image.open(io.BytesIO(form["image_file"].file.read()))
        picture.load()
        assert form["image_file"].content_type == Image.MIME[str(picture.format)]
        self.pictures.append(picture)
        self.received.set()
        if self.release is not None:
            await self.release.wait()
        fault = self.faults(number)
        if isinstance(fault, int):
            return web.Response(status=fault, text="Internal Server Error")
        results = {task["operation_id"]: self._result(task, picture, fault) for task in tasks}
        return web.json_response({"image_url": "uploaded:photo.jpg", "results": results})

    def _result(self, task: dict[str, Any], picture: Image.Image, fault: Fault | None) -> Any:
        result = {"status": "success", "data": None, "cropped_image_bbox": None, "error_message": None}
        if isinstance(fault, dict):
            return result | fault
        if task["type"] not in self.operations or task["params"] != {"target": "whole_image"}:
            return result | {"status": "skipped", "error_message": "Unknown operation type"}
        return result | {"data": clip_vector(picture)}


def clip_vector(picture: Image.Image) -> list[float]:
    """Return 512 numbers that are near for similar pictures, of no particular length."""
    seen = np.asarray(picture.convert("RGB").resize((16, 16)), dtype=np.float64).reshape(-1)
    mixing = np.random.default_rng(0).normal(size=(seen.size, 512))
    return [float(number) for number in (seen - seen.mean()) @ mixing / 100]


@asynccontextmanager
async def image_embed_stand_in() -> AsyncIterator[ImageEmbedStandIn]:
    """Run a stand-in on a free port of loopback."""
    stand_in = ImageEmbedStandIn()
    app = web.Application(client_max_size=1 << 26)
    app.router.add_get("/available_operations/", stand_in.list_operations)
    app.router.add_post("/analyze_image_upload/", stand_in.analyze)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        stand_in.url = f"http://127.0.0.1:{port}"
        yield stand_in
    finally:
        if stand_in.release is not None:
            stand_in.release.set()
        await runner.cleanup()
