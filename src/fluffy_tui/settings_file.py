"""Writing settings to `config.toml`: comments and everything else in it stay, and only its owner can read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.core.errors import FluffyError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_ABOUT = "Settings of fluffy-tui. The same names in the environment come before those here."


def save_settings(config_file: Path, values: Mapping[str, str | None]) -> None:
    """Set these top-level keys of the file, which is made if there is none; None takes a key out.

    A file that is a symbolic link stays one; what it points to is replaced.

    Raises:
        FluffyError: the file is not TOML, or cannot be read or written; it is as it was then.
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
            f"The settings cannot be kept in {config_file}: {error.strerror or error}.",
            "Make the file and its folder writable, or name another file in FLUFFY_CONFIG.",
        ) from error


def _read(file: Path) -> TOMLDocument:
    import tomlkit  # 25 ms that only a change of settings costs
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        document = tomlkit.document()
        document.add(tomlkit.comment(_ABOUT))
        return document
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise FluffyError(
            f"The settings in {file} are no TOML: {error}.", "Mend or move that file, then save again."
        ) from error
