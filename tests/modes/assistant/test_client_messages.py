"""What a client gets back over standard input and output, whatever it sends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modes.program import clean_environment, quick_fluffy as fluffy
from scheduling.workplace import write_photo

pytestmark = pytest.mark.slow


class Server:
    """The program as an assistant's client runs it, spoken to in bare lines.

    Args:
        process: The program.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._id = 0
        self.arguments: dict[str, list[str]] = {}
        """Names of the arguments of each tool."""

    def ended_by(self, number: signal.Signals) -> int:
        """Return the status with which the program ends by a signal, while its input is open."""
        self._process.send_signal(number)
        return self._process.wait()

    def begin(self) -> None:
        """Shake hands, and learn which tools there are."""
        client = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        }
        assert "result" in self.ask("initialize", json.dumps(client))
        self.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}')
        for tool in self.ask("tools/list", "{}")["result"]["tools"]:
            assert tool["inputSchema"]["additionalProperties"] is False
            self.arguments[tool["name"]] = list(tool["inputSchema"]["properties"])

    def write(self, line: str) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def read(self) -> dict[str, Any]:
        """Return the next line that comes back."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the server has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, method: str, parameters: str) -> dict[str, Any]:
        """Return the answer to a request, whose parameters are JSON or nearly so."""
        self._id += 1
        head = f'"jsonrpc": "2.0", "id": {self._id}, "method": "{method}"'
        self.write(f'{{{head}, "params": {parameters}}}')
        answer = self.read()
        assert answer["id"] == self._id
        return answer

    def call(self, tool: str, arguments: str) -> dict[str, Any]:
        """Return what a tool answers; what is refused before it comes to a tool has the code `unreadable`."""
        answer = self.ask("tools/call", f'{{"name": "{tool}", "arguments": {arguments}}}')
        if "error" in answer:
            return {"code": "unreadable", "message": answer["error"]["message"], "remedy": ""}
        content: dict[str, Any] = answer["result"]["structuredContent"]
        assert ("code" in content) is answer["result"].get("isError", False)
        return content


@contextmanager
def serving(home: Path, database_url: str) -> Iterator[Server]:
    write_photo(home / "photos" / "a.jpg", 1)
    imported = fluffy(home, "--import", "photos", "--persona", "sarah", DATABASE_URL=database_url)
    assert imported.status == 0, imported.err
    with subprocess.Popen(
        [sys.executable, "-m", "fluffy_tui", "--mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=home,
        env=clean_environment(home, DATABASE_URL=database_url),
    ) as process:
        try:
            server = Server(process)
            server.begin()
            yield server
            assert process.stdin is not None
            if process.poll() is None:
                process.stdin.close()
                assert process.wait() == 0
        finally:
            process.kill()


@pytest.fixture
def server(own_home: Path, database_url: str) -> Iterator[Server]:
    with serving(own_home, database_url) as server:
        yield server


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


ODD = st.sampled_from(
    [
        *("true", "null", "1.0", "-1", "0", "1", "51", "1e999", "[]", "{}", '""', '"1"', '["sarah"]', "[1]"),
        *("9223372036854775807", "9223372036854775808", "1" * 5_000, "-" + "9" * 400),
        *(r'"\ud800"', r'"a\u0000b"', r'"\u0000"', r'"\udbff\udfff"', '"sarah"', '"sarah \\u202e"', '"0 1"'),
        *('"0001-01-01T00:00:00+14:00 1"', '"9999-12-31T23:59:59-12:00 9"', '"2026-01-01T00:00:00Z -1"'),
        *(
            '"+9999w"',
            '"31 feb 99999"',
            '"after:99999"',
            '"stars>=99999999999999999999"',
            '"taken"',
            '["live"]',
        ),
        *(f'"{"x" * 100_000}"', f"[{','.join(['1'] * 100_000)}]", f'{{"{"k" * 10_000}": 1}}'),
    ]
)
VALID = {"persona": '"sarah"', "photo_id": "1", "photo_ids": "[1]", "caption": '"fog"', "post_id": "1"}
JSON_TEXT = (
    ODD
    | st.text().map(json.dumps)
    | st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()).map(json.dumps)
    | st.integers(0, 5_000).map(nested)
)


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_call_of_every_tool_is_answered_and_says_what_is_wrong(
    server: Server, data: st.DataObject
) -> None:
    tool = data.draw(st.sampled_from(sorted(server.arguments)))
    names = st.sampled_from([*server.arguments[tool], "unknown"])
    arguments = {name: text for name, text in VALID.items() if name in server.arguments[tool]}
    arguments |= data.draw(st.dictionaries(names, JSON_TEXT, max_size=2))
    members = ", ".join(f'"{name}": {text}' for name, text in arguments.items())
    content = server.call(tool, f"{{{members}}}")
    assert content.get("code") != "internal_error", content
    assert content.get("message", "-").strip()
    assert len(content.get("message", "")) < 3_000
    assert "result" in server.ask("ping", "{}")


NEARLY_RIGHT = (
    ("inspect_photo", '{"photo_id": true}', "photo_id"),
    ("inspect_photo", '{"photo_id": "1"}', "photo_id"),
    ("inspect_photo", '{"photo_id": 1.0}', "photo_id"),
    ("inspect_photo", '{"photo_id": 9223372036854775808}', "photo_id"),
    ("show_post", '{"post_id": true}', "post_id"),
    ("draft_post", '{"photo_ids": [true], "caption": "fog"}', "photo_ids.0"),
    ("find_photos", '{"persona": "sarah", "limit": true}', "limit"),
    ("find_photos", '{"persona": "sarah", "limit": -1}', "limit"),
    ("find_photos", '{"persona": "sarah", "descending": "yes"}', "descending"),
    ("find_similar_photos", '{"photo_id": 1, "unscheduled_only": 0}', "unscheduled_only"),
    ("draft_post", '{"photo_ids": [1], "caption": "fog", "at": "tomorrow 9:00"}', "at"),
)
LINES: tuple[tuple[str, int | str | None, str], ...] = (
    (
        f'{{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": {{"x": {nested(300)}}}}}',
        7,
        "recursion",
    ),
    (f'{{"params": {nested(100_000)}, "jsonrpc": "2.0", "method": "ping", "id": "b"}}', "b", "recursion"),
    (r'{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": {"x": "\ud800 }"}}', 7, "hex escape"),
    ('{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": [1]}', 7, "not a JSON-RPC 2.0 request"),
    ('{"jsonrpc": "2.0", "id": 7, "params": {}}', 7, "not a JSON-RPC 2.0 request"),
    ('{"jsonrpc": "1.0", "id": "b", "method": "ping"}', "b", "not a JSON-RPC 2.0 request"),
    ('[{"jsonrpc": "2.0", "id": 7, "method": "ping"}]', None, "not a JSON-RPC 2.0 request"),
    ('{"jsonrpc": "2.0", "id": 7, "error": 5}', None, "not a JSON-RPC 2.0 request"),
    *(
        (f'{{"jsonrpc": "2.0", {id_}"method": "{method}"}}', None, "whole number")
        for id_ in ('"id": true, ', '"id": 1.5, ', '"id": null, ', '"id": [7], ', "")
        for method in ("ping", "tools/call")
    ),
    ("fog", None, "Invalid JSON"),
    ('{"id": 7', None, "Invalid JSON"),
    ('{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": 5}}', 7, "name"),
    (
        '{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "x", "arguments": []}}',
        *(7, "arguments"),
    ),
)


def test_what_is_nearly_right_is_refused_by_name(server: Server) -> None:
    for tool, arguments, word in NEARLY_RIGHT:
        content = server.call(tool, arguments)
        assert (content["code"], content["remedy"]) == ("invalid_arguments", "Correct the arguments.")
        assert content["message"].startswith(f"{word}: ")


def test_a_line_that_is_no_request_is_answered_and_the_server_goes_on(server: Server) -> None:
    for line, id_, words in LINES:
        server.write(line)
        answer = server.read()
        assert answer["id"] == id_, line
        assert words in answer["error"]["message"]
        server.write('{"jsonrpc": "2.0", "method": "notifications/unknown", "id": null}')
        assert "result" in server.ask("ping", "{}")
    assert server.ended_by(signal.SIGTERM) == 130
