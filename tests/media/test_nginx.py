"""The media folder behind a real nginx, whose worker is another user than ours."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluffy_tui.media import DirectoryHost, MediaHostError, media_key, probe

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/opt/homebrew/bin:/usr/local/bin")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(PROGRAM is None, reason="needs Debian's package nginx"),
]

CONFIGURATION = """
worker_processes 1;
pid {place}/pid;
error_log {place}/error.log;
events {{}}
http {{
    access_log off;
    types {{ image/jpeg jpg; }}
    client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {place}/public;
        location /moved/ {{ return 302 https://elsewhere.example/; }}
        location /no-head/ {{ if ($request_method = HEAD) {{ return 405; }} alias {place}/public/; }}
        location /secret/ {{ deny all; }}
    }}
}}
"""


@pytest.fixture
def nginx() -> Iterator[tuple[Path, str]]:
    """Run nginx; yield the folder that it serves and its address."""
    place = Path(tempfile.mkdtemp(prefix="fluffy-nginx-"))
    place.chmod(0o755)
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        port = probing.getsockname()[1]
    configuration = place / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(place=place, port=port))
    assert PROGRAM is not None
    command = [PROGRAM, "-c", str(configuration), "-e", str(place / "error.log"), "-g", "daemon off;"]
    process = subprocess.Popen(command)
    try:
        while True:
            assert process.poll() is None, (place / "error.log").read_text()
            with socket.socket() as probing:
                if probing.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield place / "public", f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(place)


async def test_nginx_serves_what_was_put_whatever_the_umask(nginx: tuple[Path, str]) -> None:
    folder, url = nginx
    host = DirectoryHost(folder, url)
    before = os.umask(0o077)
    try:
        address = await host.put(media_key("delivery1"), b"\xff\xd8 a picture")
    finally:
        os.umask(before)
    await host.verify(address, b"\xff\xd8 a picture")
    assert await probe(host) > 0


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("moved", "redirected to elsewhere.example"),
        ("no-head", "HEAD is not allowed"),
        ("secret", "not public"),
    ],
)
async def test_what_nginx_may_be_set_to_is_named(nginx: tuple[Path, str], path: str, says: str) -> None:
    folder, url = nginx
    with pytest.raises(MediaHostError, match=says) as caught:
        await probe(DirectoryHost(folder, f"{url}/{path}"))
    assert not caught.value.temporary
