"""The bucket, against moto's real S3 server."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3  # type: ignore[import-untyped]
import httpx
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from fluffy_tui.media import MediaHostError, S3Host, media_key, open_media_host, probe, s3_host
from fluffy_tui.outgoing_http import PROXY_HINT
from fluffy_tui.settings import S3Settings, Secret, load_settings
from refusing_proxy import refusing_proxy

if TYPE_CHECKING:
    from media.media_servers import ToldServer

pytestmark = pytest.mark.slow

pytest_plugins = ("media.media_servers",)

KEY_ID, SECRET = "AKIAVISIBLENOWHERE", "s3cr3t-visible-nowhere"
KEY, PICTURE = media_key("delivery1"), b"\xff\xd8 a picture \xff\xd9"


@pytest.fixture
def client(s3_endpoint: str) -> Iterator[Any]:
    """Yield a client of the S3 service, which is emptied afterwards."""
    httpx.post(f"{s3_endpoint}/moto-api/reset").raise_for_status()
    client = boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name="us-east-1",
        aws_access_key_id="owner",
        aws_secret_access_key="owner",
    )
    client.create_bucket(Bucket="pictures")
    yield client
    client.close()
    httpx.post(f"{s3_endpoint}/moto-api/reset-auth", content=b"Infinity").raise_for_status()


def make_public(client: Any) -> None:
    """Let everybody read the bucket, as its owner would."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        # S3 allows HEAD with GetObject; moto asks for an action of its own.
        "Action": ["s3:GetObject", "s3:HeadObject"],
        "Resource": "arn:aws:s3:::pictures/*",
    }
    client.put_bucket_policy(
        Bucket="pictures", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )


def host_for(endpoint: str, bucket: str = "pictures") -> S3Host:
    """Return a host with a key that must be seen nowhere."""
    settings = S3Settings(bucket, endpoint, "us-east-1", Secret(KEY_ID), Secret(SECRET))
    return S3Host(settings, f"{endpoint}/{bucket}/")


async def refusal(host: S3Host) -> MediaHostError:
    """Put a picture that will not be taken, and check that no secret shows."""
    with pytest.raises(MediaHostError) as caught:
        await host.put(KEY, PICTURE)
    shown = "".join([*traceback.format_exception(caught.value), repr(caught.value), repr(host)])
    shown += repr(caught.value.__context__) + repr(caught.value.__cause__)
    assert KEY_ID not in shown
    assert SECRET not in shown
    return caught.value


async def test_a_picture_is_put_fetched_back_listed_and_deleted(s3_endpoint: str, client: Any) -> None:
    """The whole life of a picture; caches may keep it, and its type is right."""
    make_public(client)
    host = host_for(s3_endpoint)
    url = await host.put(KEY, PICTURE)
    assert url == f"{s3_endpoint}/pictures/posts/delivery1.jpg"
    assert "?" not in url
    await host.verify(url, PICTURE)
    assert await host.put(KEY, PICTURE) == url
    stored = client.head_object(Bucket="pictures", Key=KEY)
    assert stored["ContentType"] == "image/jpeg"
    assert "immutable" in stored["CacheControl"]
    client.put_object(Bucket="pictures", Key="elsewhere/x.jpg", Body=b"x")
    assert await host.list_keys() == [KEY]
    await host.delete(KEY)
    await host.delete(KEY)
    assert await host.list_keys() == []


async def test_more_pictures_than_one_page_are_listed(s3_endpoint: str, client: Any) -> None:
    """S3 answers with at most 1,000 keys at a time."""
    del client  # which has made the bucket; by requests, filling it takes seconds
    service = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for number in range(1005):
        service.put_object("pictures", f"posts/{number:04}.jpg", b"")
    assert len(await host_for(s3_endpoint).list_keys()) == 1005


async def test_the_probe_passes_and_leaves_nothing(s3_endpoint: str, client: Any) -> None:
    """Upload, fetch back, compare, delete."""
    make_public(client)
    assert await probe(host_for(s3_endpoint)) > 0
    assert client.list_objects_v2(Bucket="pictures")["KeyCount"] == 0


async def test_a_bucket_that_is_not_public_is_found_out(s3_endpoint: str, client: Any) -> None:
    """Uploading works and reading does not: the commonest mistake."""
    with pytest.raises(MediaHostError, match="not public") as caught:
        await probe(host_for(s3_endpoint))
    assert not caught.value.temporary
    assert client.list_objects_v2(Bucket="pictures")["KeyCount"] == 0


async def test_a_wrong_bucket_is_permanent(s3_endpoint: str, client: Any) -> None:
    """The message names the bucket and the setting."""
    error = await refusal(host_for(s3_endpoint, "no-such-bucket"))
    assert "has no bucket no-such-bucket (NoSuchBucket)" in error.message
    assert "FLUFFY_S3_BUCKET" in error.hint
    assert not error.temporary


async def test_a_refused_key_is_permanent_and_not_shown(s3_endpoint: str, client: Any) -> None:
    """S3 quotes the key in its answer; we do not."""
    httpx.post(f"{s3_endpoint}/moto-api/reset-auth", content=b"0").raise_for_status()
    error = await refusal(host_for(s3_endpoint))
    assert "refused the key for bucket pictures (InvalidAccessKeyId)" in error.message
    assert not error.temporary


async def test_an_unreachable_service_is_temporary(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing listens there; no secret in the log either."""
    caplog.set_level(logging.DEBUG)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    error = await refusal(host_for(f"http://127.0.0.1:{port}"))
    assert error.temporary
    assert error.unreachable
    assert f"127.0.0.1:{port}" in error.message
    assert SECRET not in caplog.text
    assert KEY_ID not in caplog.text


def answer(status: str, code: str = "") -> bytes:
    body = f"<Error><Code>{code}</Code><AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId></Error>" if code else ""
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("reply", "says", "remedy", "temporary"),
    [
        (
            answer("403 Forbidden", "RequestTimeTooSkewed"),
            "The clock of this machine differs",
            "Set the clock",
            True,
        ),
        (answer("403 Forbidden", "SignatureDoesNotMatch"), "refused the key", "AWS_SECRET_ACCESS_KEY", False),
        (
            answer("400 Bad Request", "AuthorizationHeaderMalformed"),
            "another region",
            "FLUFFY_S3_REGION",
            False,
        ),
        (answer("301 Moved Permanently", "PermanentRedirect"), "another region", "FLUFFY_S3_REGION", False),
        (answer("405 Method Not Allowed"), "status 405", "FLUFFY_S3_ENDPOINT", False),
        (answer("200 OK"), "does not answer like an S3 service", "FLUFFY_S3_ENDPOINT", True),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "cannot be reached", "FLUFFY_S3_ENDPOINT", True),
    ],
)
async def test_each_refusal_has_its_cause_and_remedy(
    told_server: ToldServer, reply: bytes, says: str, remedy: str, temporary: bool
) -> None:
    told_server.answers = {"PUT": reply}
    error = await refusal(host_for(told_server.url.removesuffix("/picture.jpg")))
    assert says in error.message
    assert remedy in error.hint
    assert error.temporary is temporary


async def test_the_environment_of_other_programs_changes_nothing(
    s3_endpoint: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another endpoint, a session's token, no signature, a proxy: an upload goes where the settings say."""
    foreign = {
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_SESSION_TOKEN": "foreign",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_S3_EXPRESS": "true",
        "AWS_DEFAULT_REGION": "mars-1",
        "http_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    await host_for(s3_endpoint).put(KEY, PICTURE)
    assert {name: os.environ[name] for name in foreign} == foreign
    monkeypatch.undo()
    assert client.get_object(Bucket="pictures", Key=KEY)["Body"].read() == PICTURE


async def test_a_proxy_that_forbids_is_not_taken_for_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without TLS it answers in the service's place, but not with one of its codes."""
    async with refusing_proxy(monkeypatch, "403 Forbidden"):
        error = await refusal(host_for("http://s3.example"))
        assert error.message == (
            "A proxy on the way to the media host s3.example rejected the request (status 403)."
        )
        assert error.hint == PROXY_HINT
        monkeypatch.setenv("no_proxy", "s3.example")
        assert not (await refusal(host_for("http://s3.example"))).message.startswith("A proxy")


@pytest.mark.parametrize("endpoint", ["https://s3.example.com", "http://s3.example.com", ""])
async def test_a_proxy_that_wants_a_password_is_named(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with refusing_proxy(monkeypatch):
        error = await refusal(host_for(endpoint))
    assert re.match(r"A proxy on the way to the media host .* rejected the request \(.*407", error.message)
    assert error.hint == PROXY_HINT


@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_SKIP_SIGNATURE"])
async def test_a_request_is_signed_with_the_key_of_the_settings_alone(
    told_server: ToldServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "true")
    told_server.answers = {"PUT": answer("200 OK")}
    await refusal(host_for(told_server.url.removesuffix("/picture.jpg")))
    [request] = told_server.requests
    assert f"Credential={KEY_ID}/".encode() in request
    assert b"security-token" not in request


async def test_an_upload_that_gets_no_answer_ends(
    told_server: ToldServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_server.answers = {"PUT": None}
    monkeypatch.setattr(s3_host, "PUT_SECONDS", 0.5)
    error = await refusal(host_for(told_server.url.removesuffix("/picture.jpg")))
    assert "took longer than" in error.message
    assert error.temporary


async def test_an_untrusted_certificate_is_named(untrusted_server: str) -> None:
    error = await refusal(host_for(untrusted_server))
    assert "The certificate of the media host 127.0.0.1" in error.message
    assert "self-signed" in error.message
    assert not error.temporary


def test_the_settings_open_the_bucket(tmp_path: Any) -> None:
    """Nothing is contacted yet, and neither key nor secret shows."""
    host = open_media_host(
        load_settings(
            {
                "FLUFFY_CONFIG": str(tmp_path / "none.toml"),
                "FLUFFY_MEDIA_HOST": "s3",
                "FLUFFY_MEDIA_BASE_URL": "https://pictures.example",
                "FLUFFY_S3_BUCKET": "pictures",
                "AWS_ACCESS_KEY_ID": KEY_ID,
                "AWS_SECRET_ACCESS_KEY": SECRET,
            }
        )
    )
    assert isinstance(host, S3Host)
    assert repr(host) == "S3Host('pictures', 'https://pictures.example')"
