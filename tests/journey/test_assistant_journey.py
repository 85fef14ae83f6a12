"""A real client of the Model Context Protocol and the real program, over standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import ImageContent

from fluffy_tui import __version__
from scheduling.workplace import write_photo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mcp_types import CallToolResult


def environment(home: Path, **more: str) -> dict[str, str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLUFFY_", "BUFFER_", "AWS_", "XDG_", "DATABASE_"))
    }
    return {**clean, "HOME": str(home), **more}


@asynccontextmanager
async def client(home: Path, **more: str) -> AsyncIterator[Client]:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "fluffy_tui", "--mcp"], env=environment(home, **more), cwd=home
    )
    with (home / "stderr").open("w") as errors:
        async with Client(stdio_client(command, errlog=errors)) as opened:
            yield opened
    assert (home / "stderr").read_text() == ""


async def call(opened: Client, tool: str, **arguments: Any) -> CallToolResult:
    result = await opened.call_tool(tool, arguments)
    assert not result.is_error, result.structured_content
    return result


@pytest.mark.timeout(600)
async def test_an_assistant_finds_a_photo_looks_at_it_and_leaves_a_draft(
    own_home: Path, database_url: str
) -> None:
    folder = own_home / "photos"
    for number in range(3):
        write_photo(folder / f"IMG_{number:04}.jpg", number)
    command = [sys.executable, "-m", "fluffy_tui", "--import", str(folder), "--persona", "sarah"]
    imported = await asyncio.to_thread(
        subprocess.run, command, env=environment(own_home, DATABASE_URL=database_url), check=False
    )
    assert imported.returncode == 0
    async with client(own_home, DATABASE_URL=database_url) as assistant:
        assert assistant.server_info is not None
        assert (assistant.server_info.name, assistant.server_info.version) == ("fluffy-tui", __version__)
        assert "draft" in (assistant.instructions or "")
        found = await call(assistant, "find_photos", persona="sarah", filter="img_0001")
        assert found.structured_content is not None
        [photo] = found.structured_content["photos"]
        seen = await call(assistant, "inspect_photo", photo_id=photo["id"])
        assert any(isinstance(part, ImageContent) for part in seen.content)
        written = await call(assistant, "schedule_post", photo_ids=[photo["id"]], caption="fog on the pier")
        assert written.structured_content is not None
        assert written.structured_content["outcome"] == "draft"
        again = await assistant.call_tool("find_photos", {"persona": "nobody"})
        assert again.is_error
    [draft] = own_home.rglob("kept-texts/*.json")
    assert json.loads(draft.read_text())["caption"] == "fog on the pier"


def test_nothing_but_the_protocol_is_printed(own_home: Path, database_url: str) -> None:
    """A line that is no message would end the connection of a strict client."""
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    lines = [hello, {"jsonrpc": "2.0", "method": "notifications/initialized"}]
    lines.append({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_personas"}})
    ended = subprocess.run(
        [sys.executable, "-m", "fluffy_tui", "--mcp"],
        input="".join(json.dumps(line) + "\n" for line in lines) + "no JSON\n",
        capture_output=True,
        text=True,
        check=False,
        env=environment(own_home, DATABASE_URL=database_url),
    )
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0
    assert all(answer["jsonrpc"] == "2.0" for answer in answers)
    assert {1, 2} <= {answer.get("id") for answer in answers}
    assert ended.stderr == ""
    assert "list_personas" not in ended.stderr


def test_a_database_that_is_not_there_is_said_on_standard_error(own_home: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "fluffy_tui", "--mcp"],
        input="",
        capture_output=True,
        text=True,
        check=False,
        env=environment(own_home, DATABASE_URL="postgresql://nobody:very-secret@127.0.0.1:9/nothing"),
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("fluffy-tui: ")
    assert "very-secret" not in ended.stderr
