"""DATABASE_URL in every form that people write, and no part of a password in any refusal."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given, strategies as st
from psycopg.conninfo import conninfo_to_dict

from core.connection.secrets_in_addresses import ALPHABET, FORMS, parts
from fluffy_tui.core.connection import read_address
from fluffy_tui.core.errors import DatabaseUnavailable


def read(text: str) -> dict[str, object]:
    return dict(conninfo_to_dict(read_address(text)))


def refusal(text: str) -> DatabaseUnavailable:
    with pytest.raises(DatabaseUnavailable) as caught:
        read_address(text)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "postgresql://me:pw@db.example:5433/photos",
            {"host": "db.example", "port": "5433", "dbname": "photos"},
        ),
        ("postgres://me@db.example/photos", {"user": "me", "host": "db.example"}),
        ("postgresql+psycopg://me:pw@db.example/photos", {"user": "me", "password": "pw"}),
        ("postgresql://my%20name:my%20word@h/my%20photos", {"user": "my name", "password": "my word"}),
        ("postgresql://h/my%20photos", {"dbname": "my photos"}),
        ("postgresql://h/x?options=-c%20search_path%3Da%2Cb", {"options": "-c search_path=a,b"}),
        ("postgresql://a:1,b:2/x?target_session_attrs=read-write", {"host": "a,b", "port": "1,2"}),
        ("postgresql://me@[::1]:5433/x", {"host": "::1", "port": "5433"}),
        ("postgresql://me@[fe80::1%25eth0]/x", {"host": "fe80::1%eth0"}),
        ("postgresql://me@%2Fvar%2Frun%2Fpostgresql/x", {"host": "/var/run/postgresql"}),
        ("postgresql:///x?host=/var/run/postgresql", {"host": "/var/run/postgresql", "dbname": "x"}),
        ("postgresql://me:a%40b%2Fc%3Fd%23e%3Af@h/x", {"password": "a@b/c?d#e:f", "host": "h"}),
        ("postgresql://me:a:b#c?d=e&f@h/x", {"password": "a:b#c?d=e&f", "host": "h"}),
        ("postgresql://h/x?ssl=true", {"sslmode": "require"}),
        ("postgresql://?service=photos", {"service": "photos"}),
        ("host=h user=me password='a b@c' dbname=x", {"password": "a b@c", "host": "h"}),
        ("service=photos", {"service": "photos"}),
        ("hostaddr=10.0.0.1,10.0.0.2 port=1,2", {"hostaddr": "10.0.0.1,10.0.0.2", "port": "1,2"}),
        (" postgresql://h/x\n", {"host": "h", "dbname": "x"}),
        ('"postgresql://me:pw@h/x"', {"password": "pw", "dbname": "x"}),
        ("'host=h password=pw'\n", {"host": "h", "password": "pw"}),
        ("host=h password='pw'", {"host": "h", "password": "pw"}),
        ("postgresql://", {}),
    ],
)
def test_every_form_that_libpq_reads_is_understood(text: str, expected: dict[str, str]) -> None:
    assert expected.items() <= read(text).items()


def test_a_connection_that_was_dropped_is_noticed_within_half_a_minute() -> None:
    found = read("postgresql://h/x")
    assert int(str(found["tcp_user_timeout"])) <= 30_000
    idle, interval, count = (int(str(found[f"keepalives_{name}"])) for name in ("idle", "interval", "count"))
    assert idle + interval * count <= 30
    assert read("postgresql://h/x?connect_timeout=60")["connect_timeout"] == "60"


@pytest.mark.parametrize(
    ("text", "says", "remedy"),
    [
        ("postgresql://h/x?pgbouncer=true", "the option pgbouncer", "DATABASE_DIRECT_URL"),
        ("postgresql://h/x?schema=mine", "the option schema", "options=-csearch_path%3DNAME"),
        ("postgresql://h/x?sslmode=require&ssl=1", "the option ssl,", "sslmode=require"),
        ("postgresql://h/x?connection_limit=5", "the option connection_limit", "Remove it"),
        ("postgresql://h:sixty/x", "a port that is not a number", "@ as %40"),
        ("postgresql://h:70000/x", "not a number from 1 to 65535", "5432"),
        ("host=h port=sixty", "port", "5432"),
        ("postgresql://h:５４３２/x", "a port that is not a number", "5432"),
        ("host=a,b port=1,2,3", "3 ports for 2 hosts", "one for each host"),
        ("postgresql://h/x?connect_timeout=soon", "connect_timeout", "remove it"),
        ("postgresql://me@::1/x", "IPv6", "[::1]"),
        ("postgresql://me@[::1/x", "IPv6", "[::1]"),
        ("postgresql://me@::1]:5432/x", "IPv6", "[::1]"),
        ("mysql://me:pw@h/x", "not the address of a Postgres database", "postgresql://"),
        ("nonsense", "cannot be read", "postgresql://"),
        ("postgresql://me:50%@h/x", "cannot be read", "% as %25"),
        ("postgresql://me:%ff@h/x", "cannot be read", "postgresql://"),
        ("postgresql://me:\udcff@h/x", "cannot be read", "postgresql://"),
        ("postgresql://me:\0@h/x", "cannot be read", "postgresql://"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_write(text: str, says: str, remedy: str) -> None:
    error = refusal(text)
    assert says in error.message
    assert remedy in error.hint


@given(st.text(ALPHABET, min_size=4, max_size=20), st.sampled_from(FORMS))
@example("AB@CDEF", FORMS[0])
@example("AB/CDEF@GHIJ", FORMS[0])
@example("AB/CD?EFGH=IJ", FORMS[0])
@example("ABCD%ZZEF", FORMS[0])
@example("ABCD EFGH", FORMS[-3])
@example("A&BCDEF=G", FORMS[6])
@example("?ABCD", FORMS[-2])
def test_no_part_of_a_password_is_in_a_refusal(secret: str, form: str) -> None:
    """However the password is written, a message holds no four characters of it in a row.

    Where it is not refused, the password has not become a part of host, port, user or database.
    """
    try:
        found = read(form.format(secret))
    except DatabaseUnavailable as error:
        shown = f"{error} {error!r} {error.__cause__!r} {error.__context__ if not error.__suppress_context__ else ''}"
        assert not [part for part in parts(secret) if part in shown]
        return
    if "db.example:{}" in form or "//{}@" in form:
        return  # it was read as a port or a user, which libpq cannot know better
    assert not [
        part
        for part in parts(secret)
        for name in ("host", "port", "user", "dbname")
        if part in str(found.get(name, ""))
    ]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30))
def test_an_encoded_password_arrives_whole(secret: str) -> None:
    address = f"postgresql://{quote(secret, safe='')}:{quote(secret, safe='')}@h/{quote(secret, safe='')}"
    found = read(address)
    assert (found["password"], found["user"], found["dbname"], found["host"]) == (secret, secret, secret, "h")
