"""Limits that keep something from starting are named as the commands that show them do."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from fluffy_tui.core.embedded import process_limits
from fluffy_tui.core.embedded.process_limits import limit_remedy


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where control groups have their files; this process is in the group `inner`."""
    monkeypatch.setattr(process_limits, "_CGROUPS", tmp_path)
    monkeypatch.setattr(process_limits, "_OWN_GROUP", tmp_path / "own")
    return tmp_path


@pytest.mark.parametrize(
    ("own", "files", "limit"),
    [
        (
            "0::/outer/inner\n",
            {"outer/memory.max": "300000000", "outer/inner/memory.max": "max"},
            300_000_000,
        ),
        ("4:memory:/inner\n2:pids:/\n", {"memory/inner/memory.limit_in_bytes": "5000000"}, 5_000_000),
    ],
)
def test_the_memory_of_a_control_group_counts(
    groups: Path, own: str, files: dict[str, str], limit: int
) -> None:
    (groups / "own").write_text(own)
    for name, content in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(f"{content}\n")
    assert f"memory (of its control group, {limit})" in limit_remedy()


def test_what_a_shell_limits_is_named(groups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    low = {resource.RLIMIT_AS: 300_000 * 1024, resource.RLIMIT_NPROC: 20}
    monkeypatch.setattr(resource, "getrlimit", lambda number: (low.get(number, resource.RLIM_INFINITY), -1))
    assert limit_remedy().endswith("try again: memory (ulimit -v 300000), processes (ulimit -u 20).")
    low.clear()
    assert limit_remedy() == ""
