"""Fetching back: each way in which a public address is known to fail."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fluffy_tui.media import MediaHostError
from fluffy_tui.media.public_fetch import verify_public

if TYPE_CHECKING:
    from media.media_servers import ToldServer

pytest_plugins = ("media.media_servers",)

PICTURE = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


def reply(
    *,
    status: str = "200 OK",
    kind: str | None = "image/jpeg",
    length: int | None = len(PICTURE),
    body: bytes = PICTURE,
    more: str = "",
) -> bytes:
    """Return a raw HTTP answer."""
    lines = [f"HTTP/1.1 {status}", "Connection: close"]
    lines += [f"Content-Type: {kind}"] if kind is not None else []
    lines += [f"Content-Length: {length}"] if length is not None else []
    lines += [more] if more else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


GOOD_HEAD, GOOD_GET = reply(body=b""), reply()


async def refusal(
    told: ToldServer, head: bytes | None, get: bytes | None, *, timeout: float = 60.0
) -> MediaHostError:
    """Verify against these answers and return the error."""
    told.answers = {"HEAD": head, "GET": get}
    with pytest.raises(MediaHostError) as caught:
        await verify_public(told.url, PICTURE, timeout=timeout)
    assert caught.value.hint
    return caught.value


async def test_a_good_answer_passes(told_server: ToldServer) -> None:
    """Right type, right length, right bytes, for both methods; parameters of the type do not matter."""
    told_server.answers = {"HEAD": GOOD_HEAD, "GET": reply(kind="Image/JPEG; charset=binary")}
    await verify_public(told_server.url, PICTURE)


@pytest.mark.parametrize(
    ("answer", "words", "temporary"),
    [
        ({"status": "302 Found", "more": "Location: http://127.0.0.1/x"}, "redirected", False),
        ({"status": "403 Forbidden"}, "not public", False),
        ({"status": "401 Unauthorized"}, "not public", False),
        ({"status": "405 Method Not Allowed"}, "status 405", False),
        ({"status": "404 Not Found"}, "status 404", True),
        ({"status": "429 Too Many Requests"}, "status 429", True),
        ({"status": "503 Service Unavailable"}, "status 503", True),
        ({"kind": "text/html"}, "Content-Type text/html", False),
        ({"kind": "application/octet-stream"}, "instead of image/jpeg", False),
        ({"kind": None}, "Content-Type none", False),
        ({"length": 0, "body": b""}, "Content-Length 0", False),
        ({"length": None}, "Content-Length none", False),
        ({"length": 3, "body": b"abc"}, "Content-Length 3", False),
    ],
)
@pytest.mark.parametrize("method", ["HEAD", "GET"])
async def test_a_wrong_answer_is_named(
    told_server: ToldServer, answer: dict[str, str], words: str, temporary: bool, method: str
) -> None:
    """The message says which method went wrong and how; only what may pass is temporary."""
    wrong = reply(**{"body": b"" if method == "HEAD" else PICTURE, **answer})  # type: ignore[arg-type]
    error = await refusal(
        told_server, wrong if method == "HEAD" else GOOD_HEAD, wrong if method == "GET" else GOOD_GET
    )
    assert words in error.message
    assert f"{method} " in error.message
    assert error.temporary is temporary


async def test_another_picture_is_named(told_server: ToldServer) -> None:
    """Same length, other bytes."""
    other = b"\xff\xd8" + b"x" * (len(PICTURE) - 2)
    error = await refusal(told_server, GOOD_HEAD, reply(body=other))
    assert "another picture" in error.message
    assert not error.temporary


async def test_an_answer_cut_short_is_temporary(told_server: ToldServer) -> None:
    """The connection ends in the middle."""
    assert (await refusal(told_server, GOOD_HEAD, reply(body=PICTURE[:5]))).temporary


async def test_silence_is_temporary(told_server: ToldServer) -> None:
    """A server that takes the request and never answers."""
    error = await refusal(told_server, None, None, timeout=0.5)
    assert "no answer in time" in error.message
    assert error.temporary


async def test_an_unreachable_server_is_temporary() -> None:
    """Nothing listens there."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(MediaHostError) as caught:
        await verify_public(f"http://127.0.0.1:{port}/x.jpg", PICTURE)
    assert caught.value.temporary
    assert f"127.0.0.1:{port}" in caught.value.message


@pytest.mark.parametrize(
    "url", ["ftp://example.com/x.jpg", "/x.jpg", "", "https:///x.jpg", "http://example.com:port/x.jpg"]
)
async def test_what_is_no_address_is_permanent(url: str) -> None:
    """Trying again would not help."""
    with pytest.raises(MediaHostError) as caught:
        await verify_public(url, PICTURE)
    assert not caught.value.temporary


async def test_a_certificate_that_nobody_trusts_is_permanent(tmp_path: Path) -> None:
    """Buffer would refuse it too, so it is not accepted here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "certificate.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(MediaHostError) as caught:
            await verify_public(f"https://127.0.0.1:{port}/x.jpg", PICTURE)
    assert "certificate" in caught.value.message
    assert not caught.value.temporary
