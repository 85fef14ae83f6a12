"""Opening: steps, failure, retry, and which screen comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.screens.personas import PersonasScreen

if TYPE_CHECKING:
    from .conftest import Running


async def test_without_a_persona_the_picker_comes_first(running: Running) -> None:
    """The picker is what a newcomer sees after opening."""
    async with running() as driver:
        assert isinstance(driver.screen, PersonasScreen)
