"""The bucket, against a second S3 server that was written apart from moto's."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluffy_tui.media import MediaHostError, S3Host, media_key, probe
from fluffy_tui.settings import S3Settings, Secret

PROGRAM = shutil.which("localbucket", path=Path(sys.executable).parent)

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(PROGRAM is None, reason="needs Python's package localbucket"),
]

PICTURE = b"\xff\xd8 a picture \xff\xd9"


@pytest.fixture
def buckets(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Run the server; yield the folder of its buckets and its address."""
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        port = probing.getsockname()[1]
    assert PROGRAM is not None
    (tmp_path / "pictures").mkdir()
    process = subprocess.Popen(
        [PROGRAM, "--port", str(port), str(tmp_path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            assert process.poll() is None
            with socket.socket() as probing:
                if probing.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield tmp_path, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def host_for(endpoint: str, bucket: str = "pictures") -> S3Host:
    return S3Host(
        S3Settings(bucket, endpoint, "us-east-1", Secret("key"), Secret("secret")), f"{endpoint}/{bucket}"
    )


async def test_a_picture_is_put_fetched_back_listed_and_deleted(buckets: tuple[Path, str]) -> None:
    folder, endpoint = buckets
    host, key = host_for(endpoint), media_key("delivery1")
    assert await probe(host) > 0
    url = await host.put(key, PICTURE)
    await host.verify(url, PICTURE)
    assert (folder / "pictures" / key).read_bytes() == PICTURE
    assert await host.list_keys() == [key]
    await host.delete(key)
    await host.delete(key)
    assert await host.list_keys() == []


async def test_more_pictures_than_one_page_are_listed(buckets: tuple[Path, str]) -> None:
    folder, endpoint = buckets
    posts = folder / "pictures" / "posts"
    posts.mkdir()
    for number in range(1005):
        (posts / f"{number:04}.jpg").write_bytes(b"")
    assert len(await host_for(endpoint).list_keys()) == 1005


async def test_a_wrong_bucket_is_named(buckets: tuple[Path, str]) -> None:
    with pytest.raises(MediaHostError, match="has no bucket holiday") as caught:
        await host_for(buckets[1], "holiday").put(media_key("delivery1"), PICTURE)
    assert not caught.value.temporary
