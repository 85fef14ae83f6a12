"""DATABASE_URL: read by libpq alone, and never quoted in a message, since any part of it may be a password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fluffy_tui.core.errors import DatabaseUnavailable

_DEFAULTS = {
    "connect_timeout": "5",
    # A server that vanishes silently is noticed in half a minute; the system's own limit is a quarter of an hour.
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""What a connection gets unless the address says otherwise; libpq's names and units."""

_FORM = "Write it as postgresql://user:password@host:5432/database"
OR_EMBEDDED = ", or unset it to use the embedded server"
_ENCODED = (
    "In user and password, write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25,"
    " & as %26, a space as %20."
)

_URL = re.compile(r"[^:/]+://(?:[^@/:?]*(?::[^@/]*)?@)?(?P<hosts>[^@/?]*)[^@]*", re.DOTALL)
"""A URL whose parts cannot be mistaken: no @ other than the one before the host. libpq takes the first one."""

_HOST = re.compile(r"(?P<name>\[[\da-fA-F:.%\w]*\]|[\w.%~+-]*)(?::(?P<port>\d*))?")

_INSTEAD = {
    "ssl": "Write sslmode=require instead",
    "pgbouncer": "Remove it; with pool_mode=transaction, also set DATABASE_DIRECT_URL",
    **dict.fromkeys(
        ("schema", "currentSchema", "search_path"),
        "Write options=-csearch_path%3DNAME instead, with its name",
    ),
    **dict.fromkeys(("encoding", "charset"), "Remove it: text is always sent as UTF-8"),
}
"""What to write instead of options that other programs understand."""


def read_address(text: str) -> str:
    """Return DATABASE_URL as the connection string (`host=… dbname=…`) that every connection is made with.

    A URL and a connection string are both understood, with everything that libpq allows in them: sockets, several
    hosts, service files.

    Raises:
        DatabaseUnavailable: libpq cannot read it, or it is not for Postgres.
    """
    text = text.strip()
    if (
        text[:1] in ("'", '"') and text[:1] == text[-1:]
    ):  # copied from a shell into a file that no shell reads
        text = text[1:-1].strip()
    scheme, is_url, rest = text.partition("://")
    if is_url and re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme):
        if scheme.partition("+")[0] not in ("postgresql", "postgres"):
            raise _refused("is not the address of a Postgres database", f"{_FORM}{OR_EMBEDDED}.")
        text = f"postgresql://{rest}"
        _check_shape(text)
    if "\0" in text:  # libpq would read only what is before it
        raise _unreadable(text)
    try:
        given = conninfo_to_dict(text)
        _check_numbers(given)
        return make_conninfo("", **{**_DEFAULTS, **given, "client_encoding": "UTF8"})
    except (psycopg.ProgrammingError, ValueError):  # a ValueError is about bytes that are no text
        raise _unreadable(text) from None


def _check_shape(url: str) -> None:
    """Refuse what libpq would misread: of a password with an unencoded @, the rest becomes a host."""
    parts = _URL.fullmatch(url)
    if parts is None:
        raise _refused("has a user or password with a character that must be encoded", _ENCODED)
    for host in parts["hosts"].split(","):
        found = _HOST.fullmatch(host)
        if found is not None:
            continue
        if "[" in host or "]" in host or host.count(":") > 1:
            raise _refused(
                "has an IPv6 address that is not in brackets",
                f"{_FORM}, with a host such as [::1]. {_ENCODED}",
            )
        if ":" in host:
            raise _bad_port()
        raise _refused("has a host that cannot be one", f"{_FORM}. {_ENCODED}")


def _check_numbers(given: Mapping[str, object]) -> None:
    hosts = str(given.get("host") or given.get("hostaddr") or "").split(",")
    ports = str(given.get("port") or "").split(",")
    for port in filter(None, ports):
        if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
            raise _bad_port()
    if len(ports) not in (1, len(hosts)):
        raise _refused(
            f"has {len(ports)} ports for {len(hosts)} hosts", "Write one port, or one for each host."
        )
    if not str(given.get("connect_timeout", "0")).isdecimal():
        raise _refused("has a connect_timeout that is not a number of seconds", "Correct it, or remove it.")


def _unreadable(text: str) -> DatabaseUnavailable:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    query = text.rpartition("@")[2].partition("?")[2] if text.startswith("postgresql://") else ""
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    # After the option password, a word may be a part of it, with an unencoded & in front.
    may_be_named = _INSTEAD if "password" in names else names
    for name in names:
        if name not in known and name in may_be_named and re.fullmatch(r"\w{1,40}", name):
            return _refused(
                f"has the option {name}, which Postgres does not know", f"{_INSTEAD.get(name, 'Remove it')}."
            )
    return _refused("cannot be read", f"{_FORM}. {_ENCODED}")


def _bad_port() -> DatabaseUnavailable:
    return _refused("has a port that is not a number from 1 to 65535", f"{_FORM}. {_ENCODED}")


def _refused(what: str, hint: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(f"DATABASE_URL {what}.", hint)
