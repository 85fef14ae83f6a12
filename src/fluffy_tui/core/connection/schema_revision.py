"""Which schema this code is written for, by the numbers of its migrations, and that a database may have a newer one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from fluffy_tui.core.errors import DatabaseTooNew

REVISION = "SELECT version_num FROM alembic_version"
"""The query for a database's schema."""


def migrations_folder() -> Path:
    """Return the folder of Alembic revisions, in an installed wheel or in a checkout."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def known_revisions() -> frozenset[str]:
    """Return the ids of all migrations from the file names; revisions are numbered and linear."""
    files = (migrations_folder() / "versions").glob("[0-9]*.py")
    return frozenset(path.stem.split("_", 1)[0] for path in files)


def newest_revision() -> str:
    """Return the id of the newest migration."""
    return max(known_revisions())


def refuse_newer(current: str, known: Collection[str]) -> None:
    """Refuse a database whose schema this program does not know: what it writes there could be wrong.

    Raises:
        DatabaseTooNew: it is such a database.
    """
    if current not in known:
        raise DatabaseTooNew(
            f"The database was migrated by a newer fluffy-tui (schema {current}, this one knows {max(known)}).",
            "Upgrade fluffy-tui on this machine.",
        )
