"""What was deleted on a screen is restored, the last one first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.ui.deleted_items import DeletedItems


async def test_undo_restores_the_last_one_first_and_can_be_repeated_where_it_fails() -> None:
    said: list[str] = []
    stored, taken = ["a", "b"], {"b"}

    async def delete(item: str) -> None:
        stored.remove(item)

    async def restore(item: str) -> str:
        if item in taken:
            raise FluffyError("There is already one of that name.", "")
        stored.append(item)
        return item

    screen: Any = SimpleNamespace(
        PLACE="snippets",
        context=SimpleNamespace(with_keys=lambda words: words.replace("{snippets.undo}", "z")),
        notify=lambda words, **_: said.append(words),
    )
    deleted = DeletedItems(screen, delete, restore)
    await deleted.delete("a", "“a”")
    await deleted.delete("b", "“b”")
    assert said == ["Deleted “a”. Press z to undo.", "Deleted “b”. Press z to undo."]
    with pytest.raises(FluffyError):
        await deleted.undo()
    taken.clear()
    assert [await deleted.undo(), await deleted.undo(), await deleted.undo()] == ["b", "a", None]
    assert stored == ["b", "a"]
    assert said[2:] == ["Nothing to undo here."]
