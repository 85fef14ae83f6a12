"""The tables, the transcript and the commands in README and docs are what the program really does.

`pytest tests/test_docs.py --snapshot-update` writes the tables again.
"""

from __future__ import annotations

import ast
import asyncio
import configparser
import os
import plistlib
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from documents import (
    DOCUMENTS,
    ROOT,
    code,
    filter_words_markdown,
    key_table_markdown,
    part,
    replace_part,
    settings_table,
)
from fluffy_tui.cli import build_parser
from fluffy_tui.demo import StandIn
from fluffy_tui.scheduling import Timings
from modes.program import Ended, quick_fluffy as fluffy
from scheduling.conftest import clock as clock, stand_in as stand_in
from scheduling.workplace import stand_in_variables, write_photo


@pytest.mark.parametrize(
    ("name", "table"),
    [("keys", key_table_markdown), ("settings", settings_table), ("filters", filter_words_markdown)],
)
def test_a_table_is_what_the_code_says(
    name: str, table: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("update_snapshots", default=False):
        replace_part(name, table())
    assert part(name) == table()


def test_both_commands_install_what_they_need() -> None:
    assert "-c constraints.txt -e '.[demo]' && .venv/bin/fluffy-tui --demo" in code("run")
    assert "-c constraints.txt -e '.[test]' && .venv/bin/pytest" in code("test")


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(re.sub(r"```.*?```", "", readme, flags=re.DOTALL).split()) < 1000
    for path in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.slow
async def test_the_transcript_is_what_the_console_answers(
    own_home: Path, tmp_path: Path, database_url: str, stand_in: StandIn
) -> None:
    environment = {"DATABASE_URL": database_url, **stand_in_variables(stand_in, tmp_path / "media")}
    photos = tmp_path / "photos"
    for number in range(3):
        path = write_photo(photos / f"IMG_{number:04}.jpg", number)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))

    async def run(*arguments: str, text: str = "") -> Ended:
        return await asyncio.to_thread(lambda: fluffy(own_home, *arguments, text=text, **environment))

    imported = await run("--import", str(photos), "--persona", "sarah")
    assert imported.status == 0, imported.err
    channel = stand_in.world.channel_named("sarah.frames").id
    prepare = f'await personas.create("leo")\nawait personas.set_channel(await personas.get("sarah"), "{channel}")\n'
    script, expected = as_script(part("console"))
    ended = await run("--console", text=prepare + script)
    assert ended.status == 0, ended.err
    assert ended.out == expected


def as_script(transcript: str) -> tuple[str, str]:
    """Turn a transcript into a script that prints what the prompt would, and what that has to be."""
    statements, answers = [], []
    for line in transcript.splitlines():
        if line.startswith(">>> "):
            statements.append(line.removeprefix(">>> "))
        elif line and not line.startswith("```"):
            answers.append(line)
    script = "\n".join(
        statement if _is_statement(statement) else f"print(repr(({statement})))" for statement in statements
    )
    return script + "\n", "".join(f"{answer}\n" for answer in answers)


def _is_statement(source: str) -> bool:
    try:
        tree = compile(
            source, "<transcript>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
        )
    except SyntaxError:
        return True
    return not isinstance(tree.body[0], ast.Expr)


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
