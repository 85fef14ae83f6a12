"""Writing a caption in the person's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from fluffy_tui.core.errors import FluffyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App


class EditorFailed(FluffyError):
    """The editor could not be run, or said that it failed; the text is as it was."""


def edit_outside(app: App[None], text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return the text as the person's editor left it; the app is put aside meanwhile.

    Raises:
        EditorFailed: no editor is named, it cannot be started or failed, or this terminal cannot be left.
    """
    environment = os.environ if environment is None else environment
    named = environment.get("VISUAL") or environment.get("EDITOR")
    if not named:
        raise EditorFailed("No editor is named.", "Set VISUAL or EDITOR, for example to nano.")
    descriptor, name = tempfile.mkstemp(prefix="caption-", suffix=".txt")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        _run(app, named, path)
        written = path.read_bytes().decode("utf-8", errors="replace")
    finally:
        path.unlink(missing_ok=True)
    return written if text.endswith("\n") else written.removesuffix("\n")


def _run(app: App[None], named: str, path: Path) -> None:
    try:
        command = [*shlex.split(named), str(path)]
        with app.suspend():
            ended = subprocess.run(command, check=False)  # noqa: S603 - the person's own choice
    except SuspendNotSupported:
        raise EditorFailed(
            "This terminal cannot be handed to an editor.", "Write the caption here."
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise EditorFailed(
            f"The editor {named} could not be started: {reason}.", "The text is as it was."
        ) from None
    if ended.returncode:
        raise EditorFailed(
            f"The editor {named} ended with status {ended.returncode}.", "The text is as it was."
        )
