"""One edit of a post, as a process that can be killed."""

from __future__ import annotations

import asyncio
import dataclasses
import sys

from fluffy_tui.bootstrap import open_services
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.settings import load_settings
from scheduling.workplace import QUICK


async def edit(post_id: int) -> None:
    """Make its picture square, however long a test blocks it just before it is sent."""
    patient = dataclasses.replace(QUICK, send_limit=60.0, settle=70.0)
    async with open_services(load_settings(), timings=patient) as services:
        await services.scheduling.edit(post_id, framing=Framing(Fit.CROP, Shape.SQUARE))


if __name__ == "__main__":
    asyncio.run(edit(int(sys.argv[1])))
