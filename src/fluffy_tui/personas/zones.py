"""The home zone of a persona: where its photos are dated of which only the moment is known.

It is the same on every machine, since it comes from the database: the main channel's time zone, or else that of the
machine on which the persona was created.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.personas.tables import ChannelRow, PersonaChannelRow, PersonaRow

_UTC = "UTC"
_FOLDER = "zoneinfo/"


async def home_zone(session: AsyncSession, persona_id: int) -> ZoneInfo:
    """Return the home zone of a persona."""
    chosen = and_(PersonaChannelRow.persona_id == PersonaRow.id, PersonaChannelRow.position == 0)
    query = (
        select(ChannelRow.description["timezone"].astext, PersonaRow.timezone)
        .select_from(PersonaRow)
        .outerjoin(PersonaChannelRow, chosen)
        .outerjoin(ChannelRow, ChannelRow.id == PersonaChannelRow.channel_id)
        .where(PersonaRow.id == persona_id)
    )
    names = (await session.execute(query)).one_or_none() or ()
    return next((zone for name in names if (zone := _zone(name))), ZoneInfo(_UTC))


def machine_zone() -> str:
    """Return the name of this machine's time zone, as in the IANA database; blocks for a moment."""
    if zone := os.environ.get("TZ"):
        names = [zone.lstrip(":")]
    else:
        names = [os.path.realpath("/etc/localtime"), _first_line(Path("/etc/timezone"))]
    found = (name for name in (one.rpartition(_FOLDER)[2] for one in names) if _zone(name))
    hours, rest = divmod(time.timezone, 3600)
    return next(found, _UTC if rest or not hours else f"Etc/GMT{hours:+d}")


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, OSError, ValueError):  # an unknown name, a folder, a path
        return None


def _first_line(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").partition("\n")[0].strip()
    except (OSError, ValueError):
        return ""
