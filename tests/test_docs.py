"""The tables, the transcript and the commands in README and docs are what the program really does.

`pytest tests/test_docs.py --snapshot-update` writes the tables again.
"""

from __future__ import annotations

import ast
import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

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
from fluffy_tui.demo import StandIn
from modes.program import Ended, fluffy
from scheduling.conftest import clock as clock, stand_in as stand_in
from scheduling.workplace import stand_in_variables, write_photo

if TYPE_CHECKING:
    from collections.abc import Callable


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
