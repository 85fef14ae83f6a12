"""One edit of a post, as a process that can be killed: its picture becomes square."""

from __future__ import annotations

import asyncio
import sys

from fluffy_tui.bootstrap import open_services
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.settings import load_settings
from scheduling.workplace import QUICK


async def edit(post_id: int) -> None:
    """Edit it."""
    async with open_services(load_settings(), pace=QUICK) as services:
        await services.scheduling.edit(post_id, framing=Framing(Fit.CROP, Shape.SQUARE))


if __name__ == "__main__":
    asyncio.run(edit(int(sys.argv[1])))
