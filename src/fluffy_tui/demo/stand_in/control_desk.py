"""The control desk: faults, time and health of channels over HTTP, for programs that only know the URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from aiohttp import web

from fluffy_tui.demo.stand_in.clock import Clock
from fluffy_tui.demo.stand_in.fault_switches import Faults
from fluffy_tui.demo.stand_in.graphql.execution import Request
from fluffy_tui.demo.stand_in.world import Channel, World


class Controlled(Protocol):
    """What the desk needs of the stand-in."""

    @property
    def faults(self) -> Faults:
        """The fault switches."""

    @property
    def clock(self) -> Clock:
        """What time it is."""

    @property
    def world(self) -> World:
        """Everything that is kept."""

    @property
    def requests(self) -> Sequence[Request]:
        """Every request so far."""

    def set_channel(
        self,
        channel_id: str,
        *,
        queue_paused: bool | None = None,
        disconnected: bool | None = None,
        locked: bool | None = None,
    ) -> Channel:
        """Change the health of a channel."""

    async def advance(self, seconds: float = 0) -> None:
        """Move the clock ahead."""


def control_routes(server: Controlled) -> list[web.RouteDef]:
    """Return the routes: `/faults`, `/release`, `/advance`, `/channels/{id}` and `/state`."""
    desk = _Desk(server)
    return [
        web.get("/faults", desk.faults),
        web.post("/faults", desk.add_fault),
        web.delete("/faults", desk.clear_faults),
        web.post("/release", desk.release),
        web.post("/advance", desk.advance),
        web.post("/channels/{id}", desk.set_channel),
        web.get("/state", desk.state),
    ]


class _Desk:
    def __init__(self, server: Controlled) -> None:
        self._server = server

    async def faults(self, http: web.Request) -> web.Response:
        return web.json_response(self._server.faults.to_json())

    async def add_fault(self, http: web.Request) -> web.Response:
        try:
            self._server.faults.add(**await _json(http))
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return await self.faults(http)

    async def clear_faults(self, http: web.Request) -> web.Response:
        self._server.faults.clear()
        return await self.faults(http)

    async def release(self, http: web.Request) -> web.Response:
        self._server.faults.release()
        return await self.faults(http)

    async def advance(self, http: web.Request) -> web.Response:
        try:
            seconds = float((await _json(http)).get("seconds", 0))
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        await self._server.advance(seconds)
        return await self.state(http)

    async def set_channel(self, http: web.Request) -> web.Response:
        try:
            self._server.set_channel(http.match_info["id"], **await _json(http))
        except KeyError:
            return web.json_response({"error": "There is no such channel."}, status=404)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return await self.state(http)

    async def state(self, http: web.Request) -> web.Response:
        world = self._server.world.to_json()
        del world["key"]
        requests = [
            {
                "operation": request.operation_name,
                "fields": sorted(request.fields),
                "variables": dict(request.variables),
            }
            for request in self._server.requests
        ]
        now = self._server.clock.now().isoformat()
        return web.json_response({"now": now, "world": world, "requests": requests})


async def _json(http: web.Request) -> dict[str, Any]:
    """Return the JSON object of a request; insisting on its type keeps other pages of a browser out."""
    if http.content_type != "application/json":
        raise ValueError("Send JSON (Content-Type: application/json).")
    data = await http.json()
    if not isinstance(data, dict):
        raise TypeError("Send a JSON object.")
    return data
