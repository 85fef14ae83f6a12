"""A machine keeps its id, whoever starts first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fluffy_tui.photos import this_machine

if TYPE_CHECKING:
    from pathlib import Path


def test_programs_that_start_together_agree_on_the_id(tmp_path: Path) -> None:
    file = tmp_path / "data" / "machine"
    with ThreadPoolExecutor(8) as pool:
        ids = {machine.id for machine in pool.map(this_machine, [file] * 64)}
    assert ids == {file.read_text()}
    assert [path.name for path in file.parent.iterdir()] == ["machine"]
