"""What the app remembers from one run to the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fluffy_tui.media import Fit, Framing
from fluffy_tui.tui.session.saved_state import State, StateFile
from test_plain_file import other_than_file
from tui.fakes import MARKUP


def test_the_state_is_remembered(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "data" / "state.json")
    assert file.state == State()
    file.remember(persona=MARKUP)
    file.remember(theme="nord")
    assert StateFile(tmp_path / "data" / "state.json").state == State(persona=MARKUP, theme="nord")


def test_each_persona_has_its_position_and_fit(tmp_path: Path) -> None:
    StateFile(tmp_path / "state.json").remember(position=(1, 40), framing=(2, Framing(Fit.CROP)))
    file = StateFile(tmp_path / "state.json")
    assert (file.position(1), file.position(2)) == (40, None)
    assert (file.framing(1), file.framing(2)) == (Framing(), Framing(Fit.CROP))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[1]",
        '{"persona": 5, "other": 1, "theme": "nord"}',
        "\udcff",
        pytest.param("[" * 100_000, id="endless"),
    ],
)
def test_a_damaged_file_means_an_empty_state(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content.encode(errors="surrogateescape"))
    assert StateFile(path).state.persona == ""


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_in_the_files_place_means_an_empty_state(tmp_path: Path, kind: str) -> None:
    path = other_than_file(tmp_path / "state.json", kind)
    assert StateFile(path).state == State()


def test_a_state_that_cannot_be_saved_is_only_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    file = StateFile(tmp_path / "data" / "state.json")
    file.remember(persona="sarah")
    assert file.state.persona == "sarah"
    assert "cannot save the app's state" in caplog.text


def test_the_state_is_json(tmp_path: Path) -> None:
    StateFile(tmp_path / "state.json").remember(persona="sarah")
    assert json.loads((tmp_path / "state.json").read_text()) == {
        "persona": "sarah",
        "theme": "",
        "fits": {},
        "positions": {},
    }
