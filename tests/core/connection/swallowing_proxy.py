"""A proxy in front of Postgres that can lose the server behind it: connections stay open, and nothing comes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class SwallowingProxy:
    """Forwards connections to the database at `url`."""

    def __init__(self, url: str) -> None:
        self._target = conninfo_to_dict(url)
        self._open = asyncio.Event()
        self._open.set()
        self._pumps: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """The address through the proxy."""
        return make_conninfo("", **{**self._target, "host": "127.0.0.1", "port": self.port})

    def swallow(self) -> None:
        """Forward nothing more on the connections that are open, without closing them; new ones are forwarded."""
        self._open.clear()
        self._open = asyncio.Event()
        self._open.set()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Forward nothing for the length of the block, on new connections too; what was sent arrives later."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = str(self._target.get("host")), self._target.get("port") or 5432
        if host.startswith("/"):
            theirs = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            theirs = await asyncio.open_connection(host, int(port))
        is_open = self._open
        for source, target in ((reader, theirs[1]), (theirs[0], writer)):
            pump = asyncio.create_task(self._pump(source, target, is_open))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, is_open: asyncio.Event
    ) -> None:
        try:
            while data := await source.read(65_536):
                await is_open.wait()
                target.write(data)
                await target.drain()
        except ConnectionError:
            return
        finally:
            target.close()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[SwallowingProxy]:
        """Listen for the length of the block."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for pump in self._pumps:
                pump.cancel()
            await asyncio.gather(*self._pumps, return_exceptions=True)
