"""The control API: faults, time, the plan and the health of channels over HTTP, for programs that only know the URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from fluffy_tui.demo.stand_in.clock import Clock
from fluffy_tui.demo.stand_in.fault_switches import Faults
from fluffy_tui.demo.stand_in.graphql.execution import Request
from fluffy_tui.demo.stand_in.world import World


def control_routes(
    world: World,
    clock: Clock,
    faults: Faults,
    requests: Sequence[Request],
    set_channel: Callable[..., object],
    set_plan: Callable[..., object],
    add_published: Callable[..., object],
    import_post: Callable[..., object],
) -> list[web.RouteDef]:
    """Return the routes `/faults`, `/release`, `/advance`, `/channels/{id}` with `/published`, `/plan` and `/imports`.

    `/state` returns everything.

    Args:
        world: everything that the stand-in remembers.
        clock: can be moved ahead.
        faults: the fault switches.
        requests: every GraphQL request so far.
        set_channel: changes the health of a channel, see `StandIn.set_channel`.
        set_plan: changes the plan of the organisation, see `StandIn.set_plan`.
        add_published: adds a post that is live already, see `StandIn.add_published`.
        import_post: adds a post that was made on the network, see `StandIn.import_post`.
    """

    async def list_faults(http: web.Request) -> web.Response:
        return web.json_response(faults.to_json())

    async def add_fault(http: web.Request) -> web.Response:
        faults.add(**await _json(http))
        return await list_faults(http)

    async def clear_faults(http: web.Request) -> web.Response:
        faults.clear()
        return await list_faults(http)

    async def release(http: web.Request) -> web.Response:
        faults.release()
        return await list_faults(http)

    async def advance(http: web.Request) -> web.Response:
        await clock.advance(float((await _json(http)).get("seconds", 0)))
        return await state(http)

    async def change_channel(http: web.Request) -> web.Response:
        channel_id = http.match_info["id"]
        if channel_id not in world.channels:
            return web.json_response({"error": "There is no such channel."}, status=404)
        set_channel(channel_id, **await _json(http))
        return await state(http)

    async def publish(http: web.Request) -> web.Response:
        channel_id = http.match_info["id"]
        if channel_id not in world.channels:
            return web.json_response({"error": "There is no such channel."}, status=404)
        add_published(channel_id, **await _json(http))
        return web.json_response({})

    async def change_plan(http: web.Request) -> web.Response:
        set_plan(**await _json(http))
        return await state(http)

    async def add_import(http: web.Request) -> web.Response:
        given = await _json(http)
        if given.get("channel") not in world.channels:
            raise ValueError("There is no such channel.")
        age = timedelta(hours=float(given.get("hours", 0)))
        import_post(given["channel"], str(given.get("text", "")), age, str(given.get("picture", "")))
        return await state(http)

    async def state(http: web.Request) -> web.Response:
        everything = world.to_json()
        del everything["key"]
        asked = [
            {
                "operation": request.operation_name,
                "fields": sorted(request.fields),
                "variables": dict(request.variables),
            }
            for request in requests
        ]
        return web.json_response({"now": clock.now().isoformat(), "world": everything, "requests": asked})

    return [
        web.get("/faults", list_faults),
        web.post("/faults", _refusing_bad_input(add_fault)),
        web.delete("/faults", clear_faults),
        web.post("/release", release),
        web.post("/advance", _refusing_bad_input(advance)),
        web.post("/channels/{id}", _refusing_bad_input(change_channel)),
        web.post("/channels/{id}/published", _refusing_bad_input(publish)),
        web.post("/plan", _refusing_bad_input(change_plan)),
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
