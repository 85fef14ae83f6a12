"""Real servers on loopback: a web server for a folder, one that answers as it is told, and moto's S3."""

from __future__ import annotations

import asyncio
import datetime
import functools
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto.server import ThreadedMotoServer


@dataclass
class FolderServer:
    """A web server that serves `folder` at `url`."""

    folder: Path
    url: str


@pytest.fixture
def folder_server(tmp_path: Path) -> Iterator[FolderServer]:
    """Serve a folder as a person's own web server would."""
    folder = tmp_path / "public"
    folder.mkdir()
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield FolderServer(folder, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


@dataclass
class ToldServer:
    """Answers each method with the bytes it was told; `None` means that it never answers."""

    url: str
    answers: dict[str, bytes | None] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    """The heads of all requests."""


@pytest_asyncio.fixture
async def told_server() -> AsyncIterator[ToldServer]:
    """Serve raw answers, right or wrong."""
    told = ToldServer("")
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            told.requests.append(request)
            reply = told.answers[request.split(b" ", 1)[0].decode()]
            if reply is None:
                await over.wait()
            else:
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # The client has what it wanted and left.
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    told.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/picture.jpg"
    yield told
    over.set()
    server.close()


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Yield the address of an S3 service that checks nothing until it is told to."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest_asyncio.fixture
async def untrusted_server(tmp_path: Path) -> AsyncIterator[str]:
    """Yield the address of a server with a certificate that it signed itself."""
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
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
