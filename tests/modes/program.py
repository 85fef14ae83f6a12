"""Run the program as a user does: in a process of its own, with only the given settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fluffy_tui.cli import main
from forked_program import ForkedProgram


@dataclass(frozen=True)
class Ended:
    """The result of a run of the program."""

    status: int
    out: str
    err: str

    @property
    def events(self) -> list[Any]:
        """What it printed, one object per line."""
        return [json.loads(line) for line in self.out.splitlines()]


def clean_environment(home: Path, **environment: str) -> dict[str, str]:
    """Return the variables of a program that has `environment` as its only settings."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLUFFY_", "BUFFER_", "AWS_", "XDG_", "DATABASE_"))
    }
    return {**clean, "HOME": str(home), **environment}


def fluffy(home: Path, *arguments: str, text: str = "", **environment: str) -> Ended:
    """Run `fluffy-tui` in `home` with `environment` as its only settings; `text` is piped into it."""
    run = subprocess.run(
        [sys.executable, "-m", "fluffy_tui", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env=clean_environment(home, **environment),
    )
    return Ended(run.returncode, run.stdout, run.stderr)


def quick_fluffy(home: Path, *arguments: str, text: str = "", **environment: str) -> Ended:
    """Run `fluffy-tui` like `fluffy`, but forked from a process that has imported it."""
    with tempfile.TemporaryDirectory() as folder:
        given, out, err = (Path(folder, name) for name in ("in", "out", "err"))
        given.write_text(text, encoding="utf-8")
        run = ForkedProgram(
            partial(main, arguments),
            clean_environment(home, **environment),
            out,
            errors=err,
            text=given,
            folder=home,
        )
        status = run.wait()
        return Ended(status, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))
