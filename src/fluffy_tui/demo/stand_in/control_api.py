"""The control API: faults, and posts that are there already, over HTTP, for programs that only know the URL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from fluffy_tui.demo.stand_in.fault_switches import Faults
from fluffy_tui.demo.stand_in.world import World


def control_routes(
    world: World, faults: Faults, add_published: Callable[..., object], import_post: Callable[..., object]
) -> list[web.RouteDef]:
    """Return the routes `/faults`, `/channels/{id}/published`, `/imports`, and `/state`, which returns everything."""

    async def add_fault(http: web.Request) -> web.Response:
        faults.add(**await _json(http))
        return web.json_response({})

    async def publish(http: web.Request) -> web.Response:
        channel_id = http.match_info["id"]
        if channel_id not in world.channels:
            return web.json_response({"error": "There is no such channel."}, status=404)
        add_published(channel_id, **await _json(http))
        return web.json_response({})

    async def add_import(http: web.Request) -> web.Response:
        given = await _json(http)
        if given.get("channel") not in world.channels:
            raise ValueError("There is no such channel.")
        age = timedelta(hours=float(given.get("hours", 0)))
        import_post(given["channel"], str(given.get("text", "")), age, str(given.get("picture", "")))
        return web.json_response({})

    async def state(_http: web.Request) -> web.Response:
        return web.json_response({name: value for name, value in world.to_json().items() if name != "key"})

    return [
        web.post("/faults", _refusing_bad_input(add_fault)),
        web.post("/channels/{id}/published", _refusing_bad_input(publish)),
        web.post("/imports", _refusing_bad_input(add_import)),
        web.get("/state", state),
    ]


_Handler = Callable[[web.Request], Any]


def _refusing_bad_input(handler: _Handler) -> _Handler:
    async def handle(http: web.Request) -> web.Response:
        try:
            response: web.Response = await handler(http)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return response

    return handle


async def _json(http: web.Request) -> dict[str, Any]:
    """Return the JSON object of a request; insisting on its type keeps other pages of a browser out."""
    if http.content_type != "application/json":
        raise ValueError("Send JSON (Content-Type: application/json).")
    data = await http.json()
    if not isinstance(data, dict):
        raise TypeError("Send a JSON object.")
    return data
