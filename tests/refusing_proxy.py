"""A real proxy that lets nothing through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest


@asynccontextmanager
async def refusing_proxy(
    monkeypatch: pytest.MonkeyPatch, status: str = "407 Proxy Authentication Required"
) -> AsyncIterator[list[str]]:
    """Have the environment name a proxy that answers everything with this status; yield what it is asked for."""
    asked: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.decode().splitlines()[0])
        writer.write(
            f'HTTP/1.1 {status}\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'.encode()
        )
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with server:
        yield asked
