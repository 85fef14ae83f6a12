"""The editor is a program of others: it gets the text and nothing secret, and whatever it does is explained."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.settings import public_environment, take_environment
from fluffy_tui.tui.platform.external_editor import EditorFailed, edit_outside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRETS = {
    "BUFFER_API_KEY": "hunter1",
    "DATABASE_URL": "postgresql://me:hunter2@host/db",
    "AWS_ACCESS_KEY_ID": "hunter3",
    "AWS_SECRET_ACCESS_KEY": "hunter4",
    "AWS_SESSION_TOKEN": "hunter5",
    "FLUFFY_BUFFER_URL": "https://me:hunter6@host/",
    "IMAGE_EMBED_URL": "http://me:hunter7@host/",
}


class Suspendable:
    """An app in a terminal that can be suspended."""

    is_suspended = False

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Behave as Textual's app, which stays suspended when an error ends the block."""
        self.is_suspended = True
        yield
        self.is_suspended = False


@pytest.mark.parametrize(
    ("editor", "message"),
    [
        ("/bin/rm -f", "The editor /bin/rm -f deleted the file."),
        ("sh -c 'rm $0; mkdir $0'", "The text could not be passed to the editor: Is a directory."),
        ("/", "The editor / could not be started: Permission denied."),
        ("no-such -w", "The editor no-such -w could not be started: No such file or directory."),
        ("false", "The editor false exited with status 1."),
    ],
)
def test_what_an_editor_does_to_the_file_is_explained(editor: str, message: str) -> None:
    app: Any = Suspendable()
    with pytest.raises(EditorFailed) as raised:
        edit_outside(app, "hello", {"EDITOR": editor, "PATH": "/usr/bin:/bin"})
    assert str(raised.value) == f"{message} The text is unchanged."
    assert not app.is_suspended


@pytest.mark.parametrize(("installed", "used"), [(["vi", "nano"], "nano"), (["vi"], "vi")])
def test_without_a_setting_an_installed_editor_is_used(
    tmp_path: Path, installed: list[str], used: str
) -> None:
    for name in installed:
        (tmp_path / name).write_text(f"#!/bin/sh\nprintf ' by {name}' >> \"$1\"\n")
        (tmp_path / name).chmod(0o755)
    app: Any = Suspendable()
    assert edit_outside(app, "hello", {"PATH": str(tmp_path), "EDITOR": ""}) == f"hello by {used}"


def test_a_full_disk_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    app: Any = Suspendable()
    with pytest.raises(EditorFailed, match="could not be passed to the editor"):
        edit_outside(app, "hello", {"EDITOR": "true"})


def test_the_editor_sees_no_secret(tmp_path: Path) -> None:
    script = tmp_path / "edit.py"
    script.write_text(
        f"import json, os\nopen({str(tmp_path / 'seen')!r}, 'w').write(json.dumps(dict(os.environ)))\n"
    )
    app: Any = Suspendable()
    environment = {"EDITOR": f"{sys.executable} {script}", "FLUFFY_DATA_DIR": "/data", **SECRETS}
    edit_outside(app, "hello", environment)
    seen = json.loads((tmp_path / "seen").read_text())
    assert "hunter" not in str(seen)
    assert seen["FLUFFY_DATA_DIR"] == "/data"


def test_what_is_started_later_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers and clipboard tools are started by libraries, which pass on the environment of the process."""
    import os

    for name, value in {
        **SECRETS,
        "AWS_ENDPOINT_URL_S3": "http://elsewhere",
        "FLUFFY_S3_REGION": "eu",
    }.items():
        monkeypatch.setenv(name, value)
    taken = take_environment()
    assert taken["AWS_SESSION_TOKEN"] == "hunter5"
    assert not {name for name in os.environ if name.startswith("AWS_")}
    assert "hunter" not in str(dict(os.environ))
    assert os.environ["FLUFFY_S3_REGION"] == "eu"
    assert public_environment(taken) == dict(os.environ)
