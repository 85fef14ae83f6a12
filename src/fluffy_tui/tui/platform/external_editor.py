"""Editing a caption in $VISUAL or $EDITOR, or else in an editor that is installed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from textual.app import App, SuspendNotSupported

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.settings import public_environment

_USUAL_EDITORS = ("nano", "vi")
"""The one that names its keys comes first."""


class EditorFailed(FluffyError):
    """The editor could not be run or failed; the text is unchanged."""


def edit_outside(app: App[None], text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return the text as the editor left it; the app is suspended meanwhile.

    Raises:
        EditorFailed: there is no editor, it cannot be started, it failed, or this terminal cannot suspend.
    """
    environment = os.environ if environment is None else environment
    editor = environment.get("VISUAL") or environment.get("EDITOR") or _installed_editor(environment)
    if not editor:
        raise EditorFailed("No editor found.", "Set $VISUAL or $EDITOR to the one that you use.")
    try:
        with tempfile.TemporaryDirectory(prefix="fluffy-tui-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "caption.txt"
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8", errors="replace")
            _run(app, editor, path, public_environment(environment))
            if not path.exists():
                raise EditorFailed(f"The editor {editor} deleted the file.", "The text is unchanged.")
            edited = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise EditorFailed(
            f"The text could not be passed to the editor: {error.strerror or error}.",
            "The text is unchanged.",
        ) from None
    return edited if text.endswith("\n") else edited.removesuffix("\n")


def _installed_editor(environment: Mapping[str, str]) -> str:
    """Return the first usual editor that is installed; empty if there is none."""
    path = environment.get("PATH")
    return next((name for name in _USUAL_EDITORS if shutil.which(name, path=path)), "")


def _run(app: App[None], editor: str, path: Path, environment: Mapping[str, str]) -> None:
    try:
        with app.suspend():
            failure = _failure(editor, path, environment)  # an error in here would leave the app suspended
    except SuspendNotSupported:
        raise EditorFailed("This terminal cannot run an editor.", "Write the caption here.") from None
    if failure:
        raise EditorFailed(f"The editor {editor} {failure}.", "The text is unchanged.")


def _failure(editor: str, path: Path, environment: Mapping[str, str]) -> str:
    """Run the editor; return why it failed, as the end of a sentence, or nothing."""
    try:
        command = [*shlex.split(editor), str(path)]
        ended = subprocess.run(command, env=environment, check=False)  # noqa: S603 - chosen by the user
    except (OSError, ValueError) as error:
        return f"could not be started: {error.strerror if isinstance(error, OSError) else error}"
    return f"exited with status {ended.returncode}" if ended.returncode else ""
