"""Writes settings to `config.toml`; comments and other content stay, and only the owner can read the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.settings import config_text

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_ABOUT = "Settings of fluffy-tui. Environment variables override them."


def save_settings(config_file: Path, values: Mapping[str, str | float | None]) -> None:
    """Set these top-level keys of the file, creating it if needed; None removes a key.

    A symbolic link stays one; its target is replaced.

    Raises:
        FluffyError: The file is not TOML, or cannot be read or written. It is unchanged.
    """
    file = config_file.expanduser().resolve()
    try:
        document = _read(file)
        for key, value in values.items():
            if value is not None:
                document[key] = value
            elif key in document:
                del document[key]
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(file, document.as_string())
    except OSError as error:
        raise FluffyError(
            f"Cannot save the settings in {config_file}: {error.strerror or error}.",
            "Make the file and its folder writable, or set FLUFFY_CONFIG to another file.",
        ) from error


def _read(file: Path) -> TOMLDocument:
    import tomlkit  # takes 25 ms, needed only here
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(config_text(file))
    except FileNotFoundError:
        document = tomlkit.document()
        document.add(tomlkit.comment(_ABOUT))
        return document
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise FluffyError(
            f"{file} is not valid TOML: {error}.", "Fix or move the file, then save again."
        ) from error
