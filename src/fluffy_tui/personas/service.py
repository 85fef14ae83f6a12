"""Create, rename and list personas, and choose the Buffer channel of each."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from fluffy_tui.buffer import Channel, PinterestBoard, Service, SlotDay
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.name_key import composed
from fluffy_tui.personas.model import (
    BufferNotConfigured,
    ChannelNotFound,
    Persona,
    PersonaNameTaken,
    PersonaNotFound,
)
from fluffy_tui.personas.tables import ChannelRow, PersonaRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.core.database import Database


class Personas:
    """The personas of one database.

    Args:
        database: where they are stored.
        buffer: to request the channels; None if no key is set.
    """

    def __init__(self, database: Database, buffer: BufferClient | None) -> None:
        self._database = database
        self._buffer = buffer

    async def list(self) -> list[Persona]:
        """Return all personas by name."""
        async with self._database.transaction() as session:
            found = await session.execute(_personas().order_by(func.lower(PersonaRow.name)))
            return [_persona(row, channel) for row, channel in found]

    async def get(self, name: str) -> Persona:
        """Return the persona with this name, ignoring case.

        Raises:
            PersonaNotFound: there is none.
        """
        async with self._database.transaction() as session:
            query = _personas().where(func.lower(PersonaRow.name) == func.lower(_spelled(name)))
            found = (await session.execute(query)).one_or_none()
        if found is None:
            raise PersonaNotFound(
                f"There is no persona named {name}.", "Check the name, or create the persona first."
            )
        return _persona(*found)

    async def by_id(self, persona_id: int) -> Persona:
        """Return the persona with this id.

        Raises:
            PersonaNotFound: there is none.
        """
        async with self._database.transaction() as session:
            return await _read(session, persona_id)

    async def create(self, name: str, description: str = "") -> Persona:
        """Create a persona.

        Raises:
            PersonaNameTaken: another one has the name.
            FluffyError: the name is empty.
        """
        row = PersonaRow(name=_clean(name), description=description.replace("\0", ""))
        try:
            async with self._database.transaction() as session:
                session.add(row)
                await session.flush()
                return await _read(session, row.id)
        except IntegrityError:
            raise _name_taken(name) from None

    async def rename(self, persona: Persona | int, name: str) -> Persona:
        """Rename a persona; changing only upper and lower case is allowed.

        Raises:
            PersonaNameTaken: another one has the name.
            PersonaNotFound: the persona does not exist.
            FluffyError: the name is empty.
        """
        clean = _clean(name)
        try:
            async with self._database.transaction() as session:
                row = await _row(session, persona)
                row.name = clean
                await session.flush()
                return await _read(session, row.id)
        except IntegrityError:
            raise _name_taken(name) from None

    async def available_channels(self) -> Sequence[Channel]:
        """Request all channels of all organisations from Buffer, and store them.

        Raises:
            BufferNotConfigured: no key is set.
            BufferError: the request failed.
        """
        if self._buffer is None:
            raise BufferNotConfigured(
                "No Buffer key is set, so there are no channels.", "Set BUFFER_API_KEY and start again."
            )
        account = await self._buffer.account()
        channels = [
            dataclasses.replace(channel, scheduled_posts_limit=organization.scheduled_posts_limit)
            for organization in account.organizations
            for channel in await self._buffer.channels(organization.id)
        ]
        async with self._database.transaction() as session:
            for channel in channels:
                await _store(session, channel)
            known = [channel.id for channel in channels]
            chosen = select(PersonaRow.buffer_channel_id).where(PersonaRow.buffer_channel_id.is_not(None))
            await session.execute(
                delete(ChannelRow).where(ChannelRow.id.not_in(known), ChannelRow.id.not_in(chosen))
            )
        return channels

    async def remember_channel(self, channel: Channel) -> None:
        """Store a channel that was just received from Buffer."""
        async with self._database.transaction() as session:
            await _store(session, channel)

    async def known_channel(self, channel_id: str, within: float) -> Channel | None:
        """Return a channel that was received from Buffer in the last `within` seconds, or None."""
        query = select(ChannelRow).where(
            ChannelRow.id == channel_id, ChannelRow.checked_at > func.now() - timedelta(seconds=within)
        )
        async with self._database.transaction() as session:
            row = (await session.execute(query)).scalar_one_or_none()
        return _channel(row.description) if row else None

    async def set_channel(
        self, persona: Persona | int, channel_id: str, board_id: str | None = None
    ) -> Persona:
        """Choose a persona's channel; channels are requested from Buffer if it is not known yet.

        Args:
            persona: whose posts the channel publishes.
            channel_id: Buffer's id.
            board_id: on Pinterest, the `service_id` of the board for its posts.

        Raises:
            ChannelNotFound: Buffer lists no such channel, or no such board on it.
            BufferNotConfigured: the channel is not known yet, and no key is set.
            BufferError: the request failed.
            PersonaNotFound: the persona does not exist.
        """
        async with self._database.transaction() as session:
            known = await session.get(ChannelRow, channel_id) is not None
        if not known and channel_id not in {channel.id for channel in await self.available_channels()}:
            raise ChannelNotFound(
                f"There is no channel {channel_id} in Buffer.", "Choose one of the channels in Buffer."
            )
        async with self._database.transaction() as session:
            row = await _row(session, persona)
            row.buffer_channel_id, row.pinterest_board_id = channel_id, board_id
            await session.flush()
            if board_id is not None:
                _refuse_unknown_board(await session.get(ChannelRow, channel_id), board_id)
            return await _read(session, row.id)


def _refuse_unknown_board(row: ChannelRow | None, board_id: str) -> None:
    boards = _channel(row.description).pinterest_boards if row else ()
    if board_id not in {board.service_id for board in boards}:
        raise ChannelNotFound(
            f"There is no board {board_id} on this channel.",
            "Choose one of its boards in Buffer.",
        )


def _spelled(name: str) -> str:
    """Return a name as it is stored, whatever was typed or passed on the command line."""
    return composed(" ".join(name.replace("\0", "").encode(errors="replace").decode().split()))


def _clean(name: str) -> str:
    clean = _spelled(name)
    if not clean:
        raise FluffyError("A persona needs a name.", "Enter at least one letter.")
    return clean


def _name_taken(name: str) -> PersonaNameTaken:
    return PersonaNameTaken(f"There is already a persona named {name.strip()}.", "Choose another name.")


def _personas() -> Any:
    return select(PersonaRow, ChannelRow).outerjoin(ChannelRow, ChannelRow.id == PersonaRow.buffer_channel_id)


async def _row(session: AsyncSession, persona: Persona | int) -> PersonaRow:
    row = await session.get(PersonaRow, persona if isinstance(persona, int) else persona.id)
    if row is None:
        raise PersonaNotFound("That persona no longer exists.", "Choose another one.")
    return row


async def _read(session: AsyncSession, persona_id: int) -> Persona:
    found = (await session.execute(_personas().where(PersonaRow.id == persona_id))).one_or_none()
    if found is None:
        raise PersonaNotFound("That persona no longer exists.", "Choose another one.")
    return _persona(*found)


async def _store(session: AsyncSession, channel: Channel) -> None:
    if channel.scheduled_posts_limit is None:  # missing if the channel was requested without its organisation
        before = await session.get(ChannelRow, channel.id)
        limit = before.description.get("scheduled_posts_limit") if before else None
        channel = dataclasses.replace(channel, scheduled_posts_limit=limit)
    row = {
        "organization_id": channel.organization_id,
        "service": str(channel.service),
        "description": dataclasses.asdict(channel),
        "checked_at": func.now(),
    }
    await session.execute(
        insert(ChannelRow).values(id=channel.id, **row).on_conflict_do_update(index_elements=["id"], set_=row)
    )


def _persona(row: PersonaRow, channel: ChannelRow | None) -> Persona:
    return Persona(
        id=row.id,
        name=row.name,
        description=row.description,
        buffer_channel_id=row.buffer_channel_id,
        channel=_channel(channel.description) if channel else None,
        created_at=row.created_at,
        pinterest_board_id=row.pinterest_board_id,
    )


def _channel(fields: dict[str, Any]) -> Channel:
    """Rebuild a channel from its stored fields; fields of later versions are ignored."""
    known = {field.name for field in dataclasses.fields(Channel)}
    values = {name: value for name, value in fields.items() if name in known}
    values["posting_schedule"] = tuple(
        SlotDay(day=day["day"], times=tuple(day["times"]), paused=day["paused"])
        for day in values.get("posting_schedule", ())
    )
    values["pinterest_boards"] = tuple(
        PinterestBoard(**board) for board in values.get("pinterest_boards", ())
    )
    if values["service"] in list(Service):
        values["service"] = Service(values["service"])
    return Channel(**values)
