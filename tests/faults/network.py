"""A network of its own for a process, joined to this machine by one link that can be cut: packets vanish silently.

The namespace is made by `ip netns`, so only root has it, and only on Linux.
"""

from __future__ import annotations

import asyncio
import ctypes
import itertools
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.conninfo import conninfo_to_dict, make_conninfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

DATABASE_PORT = 5432
"""On the address of the link, which nothing else uses."""

_NETWORK = 0x40000000
"""The kind of namespace, as the kernel numbers it."""

_numbers = itertools.count()


def can_be_made() -> bool:
    """Return whether this account may make a network here."""
    if shutil.which("ip") is None:
        return False
    probe = f"fluffy-probe-{os.getpid()}"
    with suppress(subprocess.CalledProcessError), ExitStack() as stack:
        _run("ip", "netns", "add", probe)
        stack.callback(_run, "ip", "netns", "del", probe)
        link = f"fp{os.getpid()}"
        _run("ip", "link", "add", link, "type", "veth", "peer", "name", "away", "netns", probe)
        return True
    return False


class Network:
    """A namespace, in which the ports of this machine's loopback address are reached as if they were its own.

    Args:
        ports: which ones; through a link, so that they fall silent with it.
        database_url: of a server that is reached through the link as well, directly.
    """

    def __init__(self, ports: Sequence[int], database_url: str) -> None:
        self._database = conninfo_to_dict(database_url)
        number = next(_numbers)
        self._name = f"fluffy-{os.getpid()}-{number}"
        self._link = f"fl{os.getpid()}x{number}"
        subnet = (os.getpid() * 4 + number) % 10_000
        self._subnet = f"10.{200 + subnet // 250}.{subnet % 250}"
        self._ports = ports
        self._here = f"{self._subnet}.1"
        self.is_cut = False
        """Whether nothing gets through."""

    @property
    def database_url(self) -> str:
        """The address of the database there."""
        return make_conninfo("", **{**self._database, "host": self._here, "port": DATABASE_PORT})

    def inside(self, program: Callable[[], object]) -> Callable[[], object]:
        """Return a program that runs there."""
        return partial(_run_inside, self._name, program)

    def _command(self, *arguments: str) -> list[str]:
        return ["ip", "netns", "exec", self._name, *arguments]

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Let every packet vanish for the length of the block, as if the cable were pulled."""
        _run("ip", "link", "set", self._link, "down")
        self.is_cut = True
        try:
            yield
        finally:
            self.is_cut = False
            _run("ip", "link", "set", self._link, "up")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Network]:
        """Make it, and remove it at the end of the block."""
        there = f"{self._subnet}.2"
        with ExitStack() as stack:
            _run("ip", "netns", "add", self._name)
            stack.callback(_run, "ip", "netns", "del", self._name)  # takes the link with it
            _run("ip", "link", "add", self._link, "type", "veth", "peer", "name", "away", "netns", self._name)
            _run("ip", "address", "add", f"{self._here}/24", "dev", self._link)
            _run("ip", "link", "set", self._link, "up")
            for line in (f"address add {there}/24 dev away", "link set away up", "link set lo up"):
                _run(*self._command("ip", *line.split()))
            servers = [await _forward(self._here, port, "127.0.0.1", port) for port in self._ports]
            host, port = str(self._database.get("host")), int(self._database.get("port") or 5432)
            servers.append(await _forward(self._here, DATABASE_PORT, host, port))
            pairs = [f"{port}:{self._here}" for port in self._ports]
            relay = subprocess.Popen(
                self._command(sys.executable, "-m", "faults.network", *pairs),
                cwd=Path(__file__).parents[1],
                stdout=subprocess.PIPE,
            )
            stack.callback(relay.wait)
            stack.callback(relay.kill)
            assert relay.stdout is not None
            stack.enter_context(relay.stdout)
            await asyncio.to_thread(relay.stdout.readline)  # it listens
            try:
                yield self
            finally:
                for server in servers:
                    server.close()


def _run_inside(name: str, program: Callable[[], object]) -> object:
    """Move this process to a network, and be the program."""
    with Path("/var/run/netns", name).open() as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _NETWORK):
            raise OSError(ctypes.get_errno(), f"cannot move to the network {name}")
    return program()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


async def _forward(host: str, port: int, to_host: str, to_port: int) -> asyncio.Server:
    """Forward connections from one address to another; a host that is a folder has Postgres's socket."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if to_host.startswith("/"):
                theirs = await asyncio.open_unix_connection(f"{to_host}/.s.PGSQL.{to_port}")
            else:
                theirs = await asyncio.open_connection(to_host, to_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, theirs[1]), _pump(theirs[0], writer))

    return await asyncio.start_server(accept, host, port)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    target.close()


async def _serve(pairs: Sequence[str]) -> None:
    """Forward each port of this network's loopback address to the same port of another address."""
    for port, _, host in (pair.partition(":") for pair in pairs):
        await _forward("127.0.0.1", int(port), host, int(port))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1:]))
