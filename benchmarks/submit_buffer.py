"""The stand-in Buffer behind a relay that takes as long as the internet, for `submit.py` and `carousel.py`.

Of `submit.py` it is a process of its own, because the terminal there is busy: it prints one line of JSON with the
addresses and the key, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aiohttp import ClientSession, web

from fluffy_tui.demo import StandIn
from fluffy_tui.demo.stand_in.graphql.rate_limits import Window

PLENTY = (Window("24h", "24h", 86_400, 100_000),)


@dataclass
class Relay:
    """Forwards requests, and records when each arrived (seconds since 1970) and how long its response took."""

    target: str
    seconds: float
    """Minimum duration of a response."""
    responses: list[tuple[float, float]] = field(default_factory=list)
    url: str = ""
    """Its own address."""

    async def __aenter__(self) -> Self:
        """Start on loopback."""
        self._client = ClientSession()
        app = web.Application()
        app.router.add_get("/responses", self._list)
        app.router.add_post("/{path:.*}", self._forward)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._runner.cleanup()
        await self._client.close()

    async def _list(self, _request: web.Request) -> web.Response:
        return web.json_response(self.responses)

    async def _forward(self, request: web.Request) -> web.Response:
        began = time.time()
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type")}
        async with self._client.post(self.target, data=await request.read(), headers=headers) as response:
            body = await response.read()
            await asyncio.sleep(max(0.0, began + self.seconds - time.time()))
            limits = {name: value for name, value in response.headers.items() if "ratelimit" in name.lower()}
            self.responses.append((began, time.time() - began))
            return web.Response(
                body=body, status=response.status, headers=limits, content_type=response.content_type
            )


async def run(media: Path, seconds: float) -> None:
    """Serve until the input ends."""
    async with StandIn(media=media, windows=PLENTY) as stand_in, Relay(stand_in.url, seconds) as relay:
        stand_in.world.scheduled_posts = 1000
        address = {"url": relay.url, "media_url": stand_in.media_url, "key": stand_in.key}
        print(json.dumps(address), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), float(sys.argv[2])))
