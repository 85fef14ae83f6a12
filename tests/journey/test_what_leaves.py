"""What the program touches and says: only its own folders, only the hosts of the settings, and no secret anywhere."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from journey.terminal import TIMEOUT_SECONDS
from modes.program import quick_fluffy as fluffy
from photos.photo_files import encoded

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = {
    "BUFFER_API_KEY": "hunter-of-buffer",
    "AWS_ACCESS_KEY_ID": "HUNTEROFIDS",
    "AWS_SECRET_ACCESS_KEY": "hunter-of-buckets",
    "AWS_SESSION_TOKEN": "hunter-of-tokens",
}
MEDIA = {
    "FLUFFY_BUFFER_URL": "http://127.0.0.1:9",
    "FLUFFY_MEDIA_HOST": "s3",
    "FLUFFY_MEDIA_BASE_URL": "http://127.0.0.1:9/pictures",
    "FLUFFY_S3_BUCKET": "pictures",
    "FLUFFY_S3_ENDPOINT": "http://127.0.0.1:9",
}
TRACED_WORKER = """
import json, os, sys
trace = open(sys.argv[1], "w", buffering=1)

def note(event, arguments):
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        if not isinstance(arguments[0], int):
            trace.write(json.dumps(["write", os.fsdecode(arguments[0])]) + "\\n")
    elif event == "socket.getaddrinfo":
        trace.write(json.dumps(["host", str(arguments[0])]) + "\\n")
    elif event == "socket.connect":
        trace.write(json.dumps(["connect", str(arguments[1])]) + "\\n")
    elif event == "subprocess.Popen":
        trace.write(json.dumps(["run", str(arguments[0])]) + "\\n")

sys.addaudithook(note)
from fluffy_tui.cli import main
sys.exit(main(["--worker"]))
"""


@pytest.fixture
def library(used_home: Path) -> Path:
    """Return a home with a library of three photos."""
    folder = used_home / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(encoded(seed=number))
    assert fluffy(used_home, "--import", str(folder), "--persona", "sarah").status == 0
    return used_home


def below(home: Path) -> set[str]:
    """Return the folders of a home, two levels deep, and the files directly in it."""
    return {
        path.relative_to(home).as_posix()
        for path in (*home.iterdir(), *home.glob("*/*"), *home.glob(".*/*"), *home.glob(".*/share/*"))
    }


def strace(place: Path) -> list[str]:
    """Return the command that traces what the libraries of a program do as well; empty where that is impossible."""
    command = ["strace", "-f", "-qq", "-e", "trace=connect,openat", "-o", str(place)]
    try:
        subprocess.run([*command, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return command


def test_a_worker_that_indexes_touches_only_its_own_places(library: Path, tmp_path: Path) -> None:
    """Its libraries, too: one of them would keep files about its use, and look up a host to send them to."""
    before = below(library)
    clean = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    calls = tmp_path / "calls"
    with subprocess.Popen(
        [*strace(calls), sys.executable, "-B", "-c", TRACED_WORKER, str(tmp_path / "trace")],
        env={**clean, "HOME": str(library)},
        cwd=library,
        start_new_session=True,
    ) as worker:
        log = library / ".local/share/fluffy-tui/fluffy-tui.log"
        script = (
            "import asyncio\n"
            f"async with asyncio.timeout({TIMEOUT_SECONDS}):\n"
            "    while not all(one.photos == one.hashed and one.embedded for one in await similarity.progress()):\n"
            "        await asyncio.sleep(0.2)\n"
        )
        indexed = fluffy(library, "--console", text=script)
        os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(TIMEOUT_SECONDS)
    assert indexed.status == 0, indexed.err + log.read_text()
    assert below(library) == before
    touched = [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]
    written = {path for kind, path in touched if kind == "write"}
    hosts = {name for kind, name in touched if kind == "host"}
    if calls.exists():
        traced = calls.read_text()
        written |= set(re.findall(r'openat\(AT_FDCWD, "([^"]*)", [A-Z_|]*O_(?:WRONLY|RDWR|CREAT)', traced))
        hosts |= set(re.findall(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]*)"', traced))
    own = (str(library / ".local/share/fluffy-tui"), "/dev/", "/proc/", tempfile.gettempdir())
    # The server of the database writes relative to its own folder; what the worker writes there is compared above.
    assert {path for path in written if path.startswith("/") and not path.startswith(own)} == set()
    assert hosts <= {"127.0.0.1", "localhost"}


def test_no_secret_is_printed_or_written(library: Path) -> None:
    """Neither by what works nor by what fails; a password in an address of the database counts as well."""
    said = ""
    environment = {**SECRETS, **MEDIA}
    for arguments in (
        ["--doctor"],
        ["--doctor", "--json"],
        ["--export", "-"],
        ["--clean"],
        ["--import", str(library / "photos"), "--persona", "sarah"],
        ["--doctor", "--post", "7"],
    ):
        ended = fluffy(library, *arguments, **environment)
        said += ended.out + ended.err
    for url in (
        "postgresql://me:hunter-of-rows@127.0.0.1:9/photos",
        "postgresql://me:hunter-of-rows@[::1/photos",
    ):
        ended = fluffy(library, "--doctor", DATABASE_URL=url, **environment)
        said += ended.out + ended.err
    script = "import os; raise RuntimeError(sorted(os.environ.values()))"
    ended = fluffy(library, "--console", text=script, **environment)
    said += ended.out + ended.err
    assert "media host" in said
    secrets = (*SECRETS.values(), "hunter-of-rows")
    assert [secret for secret in secrets if secret in said] == []
    for path in library.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert [secret for secret in secrets if secret.encode() in content] == [], path
