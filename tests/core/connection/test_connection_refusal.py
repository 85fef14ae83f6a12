"""Each way in which a real server refuses a connection: the server's own sentence, and what to do."""

from __future__ import annotations

import datetime
import ipaddress
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import hypothesis
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import example, given, strategies as st

from core.connection.postgres_servers import ENCODED, PASSWORD, PostgresServer, free_port
from core.connection.secrets_in_addresses import ALPHABET, FORMS, parts
from fluffy_tui.core.connection import ServerSilent, connection_refusal, explain_refusal, read_address
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.migration_runner import migrate

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert_hidden(caplog.text)


def assert_hidden(shown: str) -> None:
    for secret in (PASSWORD, ENCODED):
        for start in range(len(secret) - 3):
            assert secret[start : start + 4] not in shown


def refusal(url: str) -> DatabaseUnavailable:
    """Connect to what refuses, and return the error to show."""
    address = read_address(url)
    with pytest.raises(psycopg.Error) as caught:
        psycopg.connect(address, autocommit=True)
    error = explain_refusal(caught.value, address)
    assert_hidden(f"{error} {error!r} {caught.value}")
    assert error.hint
    return error


def role(server: PostgresServer, name: str, attributes: str = "LOGIN") -> None:
    server.sql(f"DROP ROLE IF EXISTS {name}", f"CREATE ROLE {name} PASSWORD '{PASSWORD}' {attributes}")


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("sslmode=bogus", 'invalid sslmode value: "bogus".'),
        ("target_session_attrs=main", 'invalid target_session_attrs value: "main".'),
        ("keepalives=yes", 'invalid integer value "yes" for connection option "keepalives".'),
        ("gssencmode=no", 'invalid gssencmode value: "no".'),
    ],
)
@pytest.mark.parametrize("is_running", [True, False])
def test_an_option_with_an_impossible_value(
    tcp_server: PostgresServer, option: str, sentence: str, *, is_running: bool
) -> None:
    """Not the server's fault, whether it runs or not."""
    url = tcp_server.url() if is_running else f"postgresql://me:{ENCODED}@127.0.0.1:{free_port()}/x"
    error = refusal(f"{url}{'&' if '?' in url else '?'}{option}")
    assert error.message == f"The database cannot be reached with these options: {sentence}"
    assert error.hint == "Correct that option in DATABASE_URL, or remove it."


def test_a_wrong_password(tcp_server: PostgresServer) -> None:
    error = refusal(tcp_server.url().replace(ENCODED, "Wrong9"))
    assert error.message == (
        'The database server at 127.0.0.1 refused the connection: password authentication failed for user "owner".'
    )
    assert error.hint.startswith("Correct user and password in DATABASE_URL.")
    assert "Wrong9" not in str(error)


def test_no_password_at_all(tcp_server: PostgresServer) -> None:
    error = refusal(tcp_server.url().replace(f":{ENCODED}", ""))
    assert "no password supplied" in error.message
    assert error.hint == "Add the password to DATABASE_URL or to ~/.pgpass."


def test_a_user_that_does_not_exist_looks_like_a_wrong_password(tcp_server: PostgresServer) -> None:
    """Postgres does not tell strangers which users it has."""
    assert 'user "nobody_here"' in refusal(tcp_server.url(user="nobody_here")).message


def test_a_database_that_does_not_exist(tcp_server: PostgresServer) -> None:
    error = refusal(tcp_server.url("my%20photos"))
    assert 'database "my photos" does not exist' in error.message
    assert "createdb 'my photos'" in error.hint


def test_a_role_that_may_not_log_in(tcp_server: PostgresServer) -> None:
    role(tcp_server, "sleeper", "NOLOGIN")
    error = refusal(tcp_server.url(user="sleeper"))
    assert 'role "sleeper" is not permitted to log in' in error.message
    assert "ALTER ROLE sleeper LOGIN" in error.hint


def test_a_password_that_has_expired_looks_like_a_wrong_one(tcp_server: PostgresServer) -> None:
    role(tcp_server, "late", "LOGIN VALID UNTIL '2001-01-01'")
    error = refusal(tcp_server.url(user="late"))
    assert 'password authentication failed for user "late"' in error.message
    assert "VALID UNTIL" in error.hint


def test_a_role_without_connect(tcp_server: PostgresServer) -> None:
    role(tcp_server, "outsider")
    tcp_server.sql(
        "DROP DATABASE IF EXISTS closed",
        "CREATE DATABASE closed",
        "REVOKE CONNECT ON DATABASE closed FROM public",
    )
    error = refusal(tcp_server.url("closed", "outsider"))
    assert 'permission denied for database "closed"' in error.message
    assert "GRANT CONNECT ON DATABASE closed TO outsider;" in error.hint


def test_a_refusal_of_pg_hba(tcp_server: PostgresServer) -> None:
    role(tcp_server, "stranger")
    with tcp_server.access("host all stranger 127.0.0.1/32 reject"):
        error = refusal(tcp_server.url(user="stranger"))
    assert "pg_hba.conf rejects connection" in error.message
    assert "pg_hba.conf" in error.hint


def test_too_many_connections(tcp_server: PostgresServer) -> None:
    role(tcp_server, "crowd", "LOGIN CONNECTION LIMIT 1")
    with psycopg.connect(read_address(tcp_server.url(user="crowd"))):
        error = refusal(tcp_server.url(user="crowd"))
    assert 'too many connections for role "crowd"' in error.message
    assert "max_connections" in error.hint


def test_the_remedy_does_not_depend_on_the_servers_language(
    tcp_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code decides: the sentence may be in any language, which the server's build here cannot show."""
    asked = connection_refusal._attempt

    def in_german(address: str) -> connection_refusal._Attempt:
        found = asked(address)
        reason = found.reason.replace("does not exist", "existiert nicht").replace("database", "Datenbank")
        return connection_refusal._Attempt(
            found.succeeded, found.is_unanswered, reason, found.needs_password, found.options
        )

    monkeypatch.setattr(connection_refusal, "_attempt", in_german)
    error = refusal(tcp_server.url("absent"))
    assert 'Datenbank "absent" existiert nicht' in error.message
    assert "createdb absent" in error.hint


def test_nothing_listens() -> None:
    error = refusal(f"postgresql://me:{ENCODED}@127.0.0.1:{free_port()}/photos")
    assert error.message == "The database at 127.0.0.1 does not respond."
    assert "Start the server" in error.hint


def test_no_socket_is_there(tmp_path: Path) -> None:
    error = refusal(f"postgresql://me:{ENCODED}@/photos?host={tmp_path}")
    assert error.message == f"The database at {tmp_path} does not respond."


def test_a_server_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error = refusal(f"postgresql://me:{ENCODED}@127.0.0.1:{port}/photos?connect_timeout=2")
    assert error.message == "The database at 127.0.0.1 does not respond."


def test_a_server_that_stopped_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was connected to and fell silent; now the system accepts a connection, and the server says nothing."""
    monkeypatch.setattr(connection_refusal, "_ANSWER_WITHIN", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = read_address(f"postgresql://me:{ENCODED}@127.0.0.1:{silent.getsockname()[1]}/photos")
        errors = [explain_refusal(error, address) for error in (ServerSilent(), psycopg.OperationalError())]
    assert {error.message for error in errors} == {"The database at 127.0.0.1 does not respond."}


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70 + ".invalid"])
def test_an_unknown_host(host: str) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        migrate(read_address(f"postgresql://me:{ENCODED}@{host}/photos"))
    assert caught.value.message == f"The database host {host} was not found."


def test_the_first_of_several_hosts_that_answers_is_used(tcp_server: PostgresServer) -> None:
    address = f"postgresql://owner:{ENCODED}@127.0.0.1:{free_port()},127.0.0.1:{tcp_server.port}/postgres"
    with psycopg.connect(read_address(address)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has this option")
def test_the_system_ends_a_connection_whose_packets_are_lost(tcp_server: PostgresServer) -> None:
    with (
        psycopg.connect(read_address(tcp_server.url())) as connection,
        socket.socket(fileno=os.dup(connection.fileno())) as own,
    ):
        assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_a_service_that_is_not_defined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    (tmp_path / "services").write_text("[other]\nhost=h\n")
    error = refusal("postgresql://?service=photos")
    assert 'definition of service "photos" not found' in error.message
    assert "~/.pg_service.conf" in error.hint


def test_a_service_that_is_defined(
    tcp_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    (tmp_path / "services").write_text(
        f"[photos]\nhost=127.0.0.1\nport={tcp_server.port}\nuser=owner\npassword={PASSWORD}\ndbname=postgres\n"
    )
    with psycopg.connect(read_address("postgresql://?service=photos")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("owner",)


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_a_server_without_tls(tcp_server: PostgresServer, mode: str) -> None:
    error = refusal(tcp_server.url(options=f"?sslmode={mode}"))
    assert "server does not support SSL" in error.message
    assert "sslmode=prefer" in error.hint


def test_a_standby_when_the_address_demands_writing(tcp_server: PostgresServer) -> None:
    role(tcp_server, "reader")
    tcp_server.sql("ALTER ROLE reader SET default_transaction_read_only = on")
    error = refusal(tcp_server.url(user="reader", options="?target_session_attrs=read-write"))
    assert "read-only" in error.message
    assert "primary" in error.hint


def test_an_option_with_a_value_that_libpq_does_not_know(tcp_server: PostgresServer) -> None:
    error = refusal(tcp_server.url(options="?sslmode=no-verify"))
    assert 'invalid sslmode value: "no-verify"' in error.message


@given(secret=st.text(ALPHABET, min_size=4, max_size=20), form=st.sampled_from(FORMS), encoded=st.booleans())
@hypothesis.settings(max_examples=60, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@example(secret="AB@CD/EF?GH", form=FORMS[0], encoded=False)
def test_no_part_of_a_password_is_said_or_logged(
    tcp_server: PostgresServer, caplog: pytest.LogCaptureFixture, secret: str, form: str, encoded: bool
) -> None:
    """Whatever is wrong with address or password, a real server refuses it."""
    written = quote(secret, safe="") if encoded and "://" in form else secret
    url = form.format(written).replace("db.example", "127.0.0.1").replace("5432", str(tcp_server.port))
    with pytest.raises(DatabaseUnavailable) as caught:
        migrate(read_address(url))
    if "//{}@" in form or ":{}/" in form or form.endswith(":{}"):
        return  # it stands where a user or a port does
    shown = f"{caught.value} {caught.value!r} {caplog.text}"
    assert not [part for part in parts(secret) if part in shown]
    assert caught.value.hint


class Authority:
    """A certificate authority of one's own."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(_pem(self._signed(self._name, self._key.public_key(), None)))

    def issue(self, *names: str) -> tuple[bytes, bytes]:
        """Return a certificate for these host names and addresses, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName(
            [
                x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
                for name in names
            ]
        )
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return _pem(self._signed(subject, key.public_key(), alternatives)), private

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, names: x509.SubjectAlternativeName | None
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def authority(debian_server: PostgresServer, tmp_path: Path) -> Iterator[Authority]:
    """Give the server a certificate for 127.0.0.1, and yield the authority that signed it."""
    authority = Authority(tmp_path, "ours")
    certificate, key = authority.issue("127.0.0.1", "db.example")
    for name, content in (("server.crt", certificate), ("server.key", key)):
        file = debian_server.data / name
        file.write_bytes(content)
        file.chmod(0o600)
        debian_server.account.take_ownership(file)
    with debian_server.settings(ssl="on"):
        yield authority


@pytest.mark.servers
def test_verify_full_with_the_right_authority(debian_server: PostgresServer, authority: Authority) -> None:
    url = debian_server.url(options=f"?sslmode=verify-full&sslrootcert={authority.file}")
    with psycopg.connect(read_address(url)) as connection:
        assert connection.pgconn.ssl_in_use


@pytest.mark.servers
def test_a_certificate_of_another_authority(
    debian_server: PostgresServer, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "theirs")
    error = refusal(debian_server.url(options=f"?sslmode=verify-full&sslrootcert={other.file}"))
    assert "certificate verify failed" in error.message
    assert "sslrootcert with the CA" in error.hint


@pytest.mark.servers
def test_a_certificate_for_another_host(debian_server: PostgresServer, authority: Authority) -> None:
    url = debian_server.url(options=f"?sslmode=verify-full&sslrootcert={authority.file}")
    error = refusal(url.replace("127.0.0.1", "localhost"))
    assert "localhost" in error.message
    assert "host name in the server's certificate" in error.hint


@pytest.mark.servers
def test_a_server_that_accepts_only_tls(debian_server: PostgresServer, authority: Authority) -> None:
    role(debian_server, "careful")
    with debian_server.access(
        "hostssl all careful 127.0.0.1/32 scram-sha-256", "hostnossl all careful 127.0.0.1/32 reject"
    ):
        error = refusal(debian_server.url(user="careful", options="?sslmode=disable"))
        assert "no encryption" in error.message
        assert "sslmode=require" in error.hint
        with psycopg.connect(read_address(debian_server.url(user="careful"))) as connection:
            assert connection.pgconn.ssl_in_use


@pytest.mark.servers
def test_verify_full_without_a_root_file(debian_server: PostgresServer, authority: Authority) -> None:
    for file in ("", "&sslrootcert=~nobody-here/root.crt", f"&sslrootcert={'y' * 300}"):
        error = refusal(debian_server.url(options=f"?sslmode=verify-full{file}"))
        assert "root certificate file" in error.message
        assert "sslrootcert=system" in error.hint
