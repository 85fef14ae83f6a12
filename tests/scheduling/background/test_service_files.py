"""The service manager examples in docs/several-machines.md are valid, and give a worker time to stop."""

from __future__ import annotations

import configparser
import plistlib
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from documents import code
from fluffy_tui.cli import build_parser
from fluffy_tui.scheduling import Timings


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(code("systemd"))
    return parser


def starts_the_worker(command: list[str]) -> None:
    assert Path(command[0]).name == "fluffy-tui"
    assert build_parser().parse_args(command[1:]).worker is True


def test_the_systemd_unit_starts_a_worker_and_waits_for_it() -> None:
    service = unit()["Service"]
    starts_the_worker(shlex.split(service["ExecStart"]))
    assert service["Restart"] == "always", "a worker that exits must be restarted, whatever its status"
    assert float(service["TimeoutStopSec"]) > Timings().shutdown_limit
    assert service["KillMode"] == "process", "the embedded server may be in use by an app"
    assert service["EnvironmentFile"].startswith("-"), "it is optional, since settings can be in config.toml"
    assert unit()["Install"]["WantedBy"] == "default.target"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "fluffy-tui"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = tmp_path / "fluffy-tui.service"
    path.write_text(code("systemd").replace("%h", str(tmp_path)))
    done = subprocess.run(
        [str(shutil.which("systemd-analyze")), "verify", "--user", "--man=no", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_launchd_agent_starts_a_worker_and_waits_for_it() -> None:
    agent = plistlib.loads(code("launchd").encode())
    starts_the_worker(agent["ProgramArguments"])
    assert (agent["Label"], agent["RunAtLoad"], agent["KeepAlive"]) == ("fluffy-tui", True, True)
    assert agent["ExitTimeOut"] > Timings().shutdown_limit
    assert agent["AbandonProcessGroup"] is True, "the embedded server may be in use by an app"
