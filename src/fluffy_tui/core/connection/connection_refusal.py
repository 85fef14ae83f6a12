"""Why there is no connection: the server's own sentence, and what to do about it."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import re
import selectors
import shlex
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fluffy_tui.core.connection.silent_connection import ServerSilent
from fluffy_tui.core.errors import DatabaseUnavailable

_VERBOSE = 2
"""libpq's PQERRORS_VERBOSE, which puts the SQLSTATE in front of the server's sentence."""

_ANSWER_WITHIN = 5.0
"""Seconds for each step of the second attempt."""

_DEFAULT_PORT = 5432
_TLS = ("require", "verify-ca", "verify-full")
_TLS_REQUEST = struct.pack("!ii", 8, 80877103)
"""Postgres, "Message Formats": SSLRequest."""

_CODED = re.compile(r":  (?P<code>[0-9A-Z]{5}): (?P<sentence>[^\n]+)")
_PLACE = re.compile(r"^connection to server .*? failed: ")

_REMEDIES = {
    "28P01": "Correct user and password in DATABASE_URL. A password that has expired (VALID UNTIL) is refused like this"
    " too.",
    "28000": "Let {user} log in from this machine (ALTER ROLE {user} LOGIN, and the server's pg_hba.conf), or correct"
    " user, sslmode and host in DATABASE_URL.",
    "3D000": "Create the database (createdb {shell_name}), or correct its name in DATABASE_URL.",
    "42501": "Run as the database's owner: GRANT CONNECT ON DATABASE {name} TO {user};",
    "53300": "Close programs that use the server, or raise its max_connections (and the limit of the role).",
    "57P03": "Wait until the server is ready, then try again.",
}
"""What to do, by SQLSTATE (Postgres, appendix A)."""

_OTHERWISE = "Correct DATABASE_URL, or ask whoever runs the server."


@dataclass(frozen=True, slots=True)
class _Attempt:
    """How a second attempt at a connection went."""

    succeeded: bool
    is_unanswered: bool
    reason: str
    """libpq's message."""
    needs_password: bool
    options: dict[str, str]
    """Every option with its value, also from the environment and a service file; empty if there is no such service."""


def explain_refusal(error: Exception, address: str) -> DatabaseUnavailable:
    """Return the error to show when connecting to an address, see `read_address`, failed with one of psycopg's.

    It may take a few seconds to find the reason: psycopg does not give the SQLSTATE of a refused connection, so it is
    asked for in a second attempt.
    """
    host = _host(address)
    if isinstance(error, psycopg.errors.ConnectionTimeout | ServerSilent):
        return _silent(host)
    attempt = _attempt(address)
    if attempt.succeeded:
        return DatabaseUnavailable("The connection to the database was lost.", "Try again.")
    if attempt.is_unanswered:
        return _silent(host)
    options = attempt.options
    coded = _CODED.search(attempt.reason)
    if coded is not None:
        remedy = _REMEDIES.get(coded["code"], _OTHERWISE)
        if coded["code"] == "28000" and options.get("sslmode") == "disable":
            remedy = f"If the server accepts only TLS, write sslmode=require. {remedy}"
        return DatabaseUnavailable(
            f"The database server at {host} refused the connection: {_sentence(coded['sentence'], options)}",
            remedy.format(
                user=_in_sql(options.get("user", "")),
                name=_in_sql(options.get("dbname", "")),
                shell_name=shlex.quote(options.get("dbname", "")),
            ),
        )
    if not options:
        return DatabaseUnavailable(
            f"The database service was not found: {_sentence(attempt.reason, options)}",
            "Define it in ~/.pg_service.conf, or correct service in DATABASE_URL.",
        )
    if "user" not in options:
        return DatabaseUnavailable(
            f"DATABASE_URL names no user: {_sentence(attempt.reason, options)}",
            "Write one: postgresql://user@host/database.",
        )
    if not _is_usable(address):
        return DatabaseUnavailable(
            f"The database cannot be reached with these options: {_sentence(attempt.reason, options)}",
            "Correct that option in DATABASE_URL, or remove it.",
        )
    try:
        reachable = _listens(options)
    except (socket.gaierror, UnicodeError):
        return DatabaseUnavailable(
            f"The database host {host} was not found.",
            "Correct DATABASE_URL or check the network connection.",
        )
    if not reachable:
        return _silent(host)
    return DatabaseUnavailable(
        f"The connection to the database at {host} failed: {_sentence(attempt.reason, options)}",
        _remedy(attempt),
    )


def _silent(host: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"The database at {host} does not respond.",
        "Start the server, or correct host and port in DATABASE_URL.",
    )


def _remedy(attempt: _Attempt) -> str:
    """Return what to do about a connection that libpq itself gave up."""
    options = attempt.options
    mode, roots = options.get("sslmode", ""), options.get("sslrootcert") or "~/.postgresql/root.crt"
    if attempt.needs_password:
        return "Add the password to DATABASE_URL or to ~/.pgpass."
    if mode in _TLS and not _offers_tls(options):
        return "Turn on ssl on the server, or write sslmode=prefer in DATABASE_URL."
    if mode.startswith("verify-"):
        if roots != "system" and not os.path.isfile(os.path.expanduser(roots)):  # noqa: PTH111, PTH113 - no error
            return "Add sslrootcert=FILE with the server's CA to DATABASE_URL, or sslrootcert=system for a public CA."
        return "Use the host name in the server's certificate, and an sslrootcert with the CA that signed it."
    if options.get("target_session_attrs", "any") not in ("any", "prefer-standby"):
        return "Use the address of the primary server, or list all servers in DATABASE_URL."
    return _OTHERWISE


def _in_sql(name: str) -> str:
    return name if re.fullmatch("[a-z_][a-z0-9_]*", name) else sql.Identifier(name).as_string()


def _host(address: str) -> str:
    with suppress(psycopg.ProgrammingError):
        options = conninfo_to_dict(address)
        if host := options.get("host") or options.get("hostaddr"):
            return str(host).replace(",", ", ")
    return "this machine"


def _sentence(reason: str, options: dict[str, str]) -> str:
    """Return the first line of a reason as a sentence, without the place and without the password."""
    line = _PLACE.sub("", reason.strip().splitlines()[0] if reason.strip() else "no reason given").strip()
    if password := options.get("password"):
        line = line.replace(password, "…")
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _attempt(address: str) -> _Attempt:
    # Any, because the protocol of psycopg's types lacks the documented pointer.
    connection: Any = pq.PGconn.connect_start(address.encode())
    try:
        if connection.pgconn_ptr and (libpq := _libpq()):
            libpq.PQsetErrorVerbosity(ctypes.c_void_p(connection.pgconn_ptr), _VERBOSE)
        status = _finished(connection)
        return _Attempt(
            succeeded=status == pq.PollingStatus.OK,
            is_unanswered=status not in (pq.PollingStatus.OK, pq.PollingStatus.FAILED),
            reason=connection.get_error_message(),
            needs_password=connection.needs_password,
            options=_options(connection),
        )
    finally:
        connection.finish()


def _is_usable(address: str) -> bool:
    """Return whether libpq accepts the values of all options: then it tries to connect."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = {"host": "127.0.0.1", "hostaddr": "127.0.0.1", "port": server.getsockname()[1]}
        with suppress(psycopg.ProgrammingError):
            address = make_conninfo(address, **here)
        connection = pq.PGconn.connect_start(address.encode())
        try:
            return connection.status != pq.ConnStatus.BAD
        finally:
            connection.finish()


def _options(connection: pq.abc.PGconn) -> dict[str, str]:
    found = {
        option.keyword.decode(): option.val.decode(errors="replace")
        for option in connection.info
        if option.val is not None
    }
    return {"host": connection.host.decode(errors="replace"), **found} if found else {}


def _finished(connection: pq.abc.PGconn) -> int:
    """Drive the connection to its end, or until no answer comes, and return its last status."""
    events = {pq.PollingStatus.READING: selectors.EVENT_READ, pq.PollingStatus.WRITING: selectors.EVENT_WRITE}
    while (status := pq.PollingStatus(connection.connect_poll())) in events:
        with selectors.DefaultSelector() as selector:
            selector.register(connection.socket, events[status])
            if not selector.select(_ANSWER_WITHIN):
                break
    return status


@cache
def _libpq() -> ctypes.CDLL | None:
    """Return the libpq that psycopg uses, for the one function that psycopg does not offer; None if it is not found.

    Without it, refusals are shown in the server's own words but with a general remedy.
    """
    with suppress(importlib.metadata.PackageNotFoundError, OSError):
        for file in importlib.metadata.files("psycopg-binary") or ():
            if file.name.startswith("libpq"):
                return ctypes.CDLL(str(file.locate()))
    return None


def _listens(options: dict[str, str]) -> bool:
    """Return whether anything listens where the server should be; with several hosts, at any of them.

    Raises:
        OSError: a host name is not known (`socket.gaierror`).
        UnicodeError: a host name cannot be one.
    """
    accepted = [_connected(*place) for place in _places(options)]
    for connection in filter(None, accepted):
        connection.close()
    return any(accepted)


def _offers_tls(options: dict[str, str]) -> bool:
    """Ask the server as libpq does; it answers with one letter."""
    for place in _places(options):
        with suppress(OSError):
            if connection := _connected(*place):
                with connection:
                    connection.sendall(_TLS_REQUEST)
                    return connection.recv(1) == b"S"
    return False


def _places(options: dict[str, str]) -> Iterator[tuple[str, int]]:
    hosts = (options.get("hostaddr") or options.get("host") or "").split(",")
    ports = (options.get("port") or "").split(",")
    for number, host in enumerate(hosts):
        port = ports[number % len(ports)]
        yield host, int(port) if port.isdecimal() else _DEFAULT_PORT


def _connected(host: str, port: int) -> socket.socket | None:
    try:
        if not host.startswith("/"):
            return socket.create_connection((host, port), timeout=_ANSWER_WITHIN)
        with ExitStack() as on_failure:
            connection = on_failure.enter_context(socket.socket(socket.AF_UNIX))
            connection.connect(f"{host}/.s.PGSQL.{port}")
            on_failure.pop_all()
            return connection
    except socket.gaierror:
        raise
    except OSError:
        return None
