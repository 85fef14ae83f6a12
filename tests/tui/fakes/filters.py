"""Saved filters in memory."""

from __future__ import annotations

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.name_key import name_key


class FakeFilters:
    """Filters by name."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, str]] = {}

    async def all(self) -> dict[str, str]:
        """Return the texts by name."""
        return dict(self.kept[key] for key in sorted(self.kept))

    async def save(self, name: str, text: str) -> str:
        """Save a filter."""
        clean = " ".join(name.split()).lstrip("@").strip()
        if not clean or len(clean) > 60 or '"' in clean:
            raise FluffyError("That is no name.", "Enter another one.")
        self.kept[name_key(clean)] = clean, text
        return clean

    async def delete(self, name: str) -> str:
        """Delete a filter."""
        if name_key(name) not in self.kept:
            raise FluffyError(f"There is no saved filter named {name}.", "Check the spelling.")
        return self.kept.pop(name_key(name))[0]
