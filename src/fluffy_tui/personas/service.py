"""Create, rename and list personas, and choose the Buffer channels of each."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from fluffy_tui.buffer import Channel, PinterestBoard, Service, SlotDay
from fluffy_tui.caption_model import LONGEST_VOICE
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.name_key import composed, is_text
from fluffy_tui.networks import clean_caption
from fluffy_tui.personas.model import (
    LONGEST_NAME,
    BufferNotConfigured,
    ChannelNotFound,
    Persona,
    PersonaChannel,
    PersonaNameTaken,
    PersonaNotFound,
)
from fluffy_tui.personas.tables import ChannelRow, PersonaChannelRow, PersonaRow
from fluffy_tui.personas.zones import machine_zone

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.core.database import Database


class Personas:
    """The personas of one database; without a key there is no `buffer`, from which channels are requested."""

    def __init__(self, database: Database, buffer: BufferClient | None) -> None:
        self._database = database
        self._buffer = buffer

    async def list(self) -> list[Persona]:
        """Return all personas by name."""
        async with self._database.transaction() as session:
            return await _find(session)

    async def channels_by_organization(self) -> dict[str, Sequence[str]]:
        """Return the ids of all personas' channels that are known to Buffer, by their organisation's id."""
        found: dict[str, set[str]] = {}
        for persona in await self.list():
            for chosen in persona.channels:
                if chosen.channel is not None:
                    found.setdefault(chosen.channel.organization_id, set()).add(chosen.id)
        return {organization_id: sorted(ids) for organization_id, ids in found.items()}

    async def get(self, name: str) -> Persona:
        """Return the persona with this name, ignoring case.

        Raises:
            PersonaNotFound: there is none.
        """
        async with self._database.transaction() as session:
            found = await _find(session, func.lower(PersonaRow.name) == func.lower(_spelled(name)))
        if not found:
            raise PersonaNotFound(
                f"There is no persona named {name}.", "Check the name, or create the persona first."
            )
        return found[0]

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
            FluffyError: the name is empty or too long.
        """
        zone = await asyncio.to_thread(machine_zone)
        row = PersonaRow(name=_clean(name), description=description.replace("\0", ""), timezone=zone)
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
            FluffyError: the name is empty or too long.
        """
        try:
            return await self._change(persona, name=_clean(name))
        except IntegrityError:
            raise _name_taken(name) from None

    async def set_ai_label(self, persona: Persona | int, ai_label: bool) -> Persona:
        """Say whether the networks are told that a persona's pictures are made with AI.

        Raises:
            PersonaNotFound: the persona does not exist.
        """
        return await self._change(persona, ai_label=ai_label)

    async def set_voice(self, persona: Persona | int, voice: str) -> Persona:
        """Say how a persona writes; an empty text says nothing.

        Raises:
            PersonaNotFound: the persona does not exist.
            FluffyError: the text is too long.
        """
        voice = clean_caption(voice).strip()
        if len(voice) > LONGEST_VOICE:
            surplus = len(voice) - LONGEST_VOICE
            raise FluffyError(
                f"A voice has at most {LONGEST_VOICE:,} characters.", f"Shorten it by {surplus:,}."
            )
        return await self._change(persona, voice=voice)

    async def _change(self, persona: Persona | int, **values: str | bool) -> Persona:
        async with self._database.transaction() as session:
            row = await _row(session, persona)
            for name, value in values.items():
                setattr(row, name, value)
            await session.flush()
            return await _read(session, row.id)

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
            others = ChannelRow.id.not_in([channel.id for channel in channels])
            await session.execute(update(ChannelRow).where(others).values(is_listed=False))
        return channels

    async def known_channels(self) -> dict[str, Channel]:
        """Return every channel that Buffer ever listed as last received, by its id, for the names of old posts."""
        async with self._database.transaction() as session:
            return {row.id: _channel(row.description) for row in await session.scalars(select(ChannelRow))}

    async def remember_channel(self, channel: Channel) -> None:
        """Store a channel that was just received from Buffer."""
        async with self._database.transaction() as session:
            await _store(session, channel)

    async def note_first_comment(self, channel_id: str, *, refused: bool) -> None:
        """Remember whether Buffer accepts first comments on a channel, as its answer to a post shows."""
        noted = update(ChannelRow).where(ChannelRow.id == channel_id)
        async with self._database.transaction() as session:
            await session.execute(noted.values(first_comment_refused_at=func.now() if refused else None))

    async def known_channel(self, channel_id: str, within: float) -> Channel | None:
        """Return a channel that was received from Buffer in the last `within` seconds, or None."""
        query = select(ChannelRow).where(
            ChannelRow.id == channel_id, ChannelRow.checked_at > func.now() - timedelta(seconds=within)
        )
        async with self._database.transaction() as session:
            row = await session.scalar(query)
        return _channel(row.description) if row else None

    async def set_channel(
        self, persona: Persona | int, channel_id: str, board_id: str | None = None
    ) -> Persona:
        """Choose a persona's main channel in place of the present one; its other channels stay.

        On Pinterest, `board_id` is the `service_id` of the board for its posts.

        Raises:
            ChannelNotFound, BufferNotConfigured, BufferError, PersonaNotFound: as from `set_channels`.
        """
        others = (await self.by_id(_id(persona))).channels[1:]
        kept = {other.id: other.board_id for other in others if other.id != channel_id}
        return await self.set_channels(persona, {channel_id: board_id, **kept})

    async def set_channels(self, persona: Persona | int, channels: Mapping[str, str | None]) -> Persona:
        """Choose all of a persona's channels; they are requested from Buffer if a new one is not known yet.

        The first is the main channel; if there are none, the persona has no channel. On Pinterest each comes with the
        `service_id` of the board for its posts, else with None. What the persona already has may stay, even if Buffer
        no longer lists it.

        Raises:
            ChannelNotFound: Buffer lists no such channel, or no such board on it.
            BufferNotConfigured: a channel is not known yet, and no key is set.
            BufferError: the request failed.
            PersonaNotFound: the persona does not exist.
        """
        before = (await self.by_id(_id(persona))).board_by_channel
        new = {id_: board_id for id_, board_id in channels.items() if (id_, board_id) not in before.items()}
        await self._ensure_known([id_ for id_ in new if id_ not in before])
        async with self._database.transaction() as session:
            row = await _row(session, persona)
            await _refuse_unknown_boards(session, new)
            await _write_channels(session, row.id, channels)
            return await _read(session, row.id)

    async def _ensure_known(self, channel_ids: Collection[str]) -> None:
        """Request the channels from Buffer if one of these is not stored.

        Raises:
            ChannelNotFound: Buffer does not list it.
        """
        async with self._database.transaction() as session:
            listed = select(ChannelRow.id).where(ChannelRow.id.in_(channel_ids), ChannelRow.is_listed)
            known = {*await session.scalars(listed)}
        if not known.issuperset(channel_ids):
            known |= {channel.id for channel in await self.available_channels()}
        for channel_id in channel_ids:
            if channel_id not in known:
                raise ChannelNotFound(
                    f"There is no channel {channel_id} in Buffer.", "Choose one of the channels in Buffer."
                )


async def _refuse_unknown_boards(session: AsyncSession, channels: Mapping[str, str | None]) -> None:
    for channel_id, board_id in channels.items():
        if board_id is None:
            continue
        row = await session.get(ChannelRow, channel_id)
        boards = _channel(row.description).pinterest_boards if row else ()
        if board_id not in {board.service_id for board in boards}:
            raise ChannelNotFound(
                f"There is no board {board_id} on this channel.",
                "Choose one of its boards in Buffer.",
            )


async def _write_channels(session: AsyncSession, persona_id: int, channels: Mapping[str, str | None]) -> None:
    await session.execute(delete(PersonaChannelRow).where(PersonaChannelRow.persona_id == persona_id))
    rows = [
        {"persona_id": persona_id, "channel_id": id_, "position": position, "pinterest_board_id": board_id}
        for position, (id_, board_id) in enumerate(channels.items())
    ]
    if rows:
        await session.execute(insert(PersonaChannelRow), rows)


def _spelled(name: str) -> str:
    """Return a name as it is stored, whatever was typed or passed on the command line."""
    return composed(UNSAFE.sub("", " ".join(name.encode(errors="replace").decode().split())))


def _clean(name: str) -> str:
    if not is_text(name):
        raise FluffyError("The name contains bytes that are not text.", "Check that it is UTF-8.")
    clean = _spelled(name)
    if not clean:
        raise FluffyError("A persona needs a name.", "Enter at least one letter.")
    if len(clean) > LONGEST_NAME:
        raise FluffyError(f"The name has {len(clean):,} characters.", f"Use at most {LONGEST_NAME}.")
    return clean


def _name_taken(name: str) -> PersonaNameTaken:
    return PersonaNameTaken(f"There is already a persona named {name.strip()}.", "Choose another name.")


async def _find(session: AsyncSession, *which: ColumnElement[bool]) -> list[Persona]:
    """Return personas with their channels, by name, in one query."""
    query = (
        select(PersonaRow, PersonaChannelRow, ChannelRow)
        .outerjoin(PersonaChannelRow, PersonaChannelRow.persona_id == PersonaRow.id)
        .outerjoin(ChannelRow, ChannelRow.id == PersonaChannelRow.channel_id)
        .where(*which)
        .order_by(func.lower(PersonaRow.name), PersonaRow.id, PersonaChannelRow.position)
    )
    found = itertools.groupby(await session.execute(query), key=lambda columns: columns[0])
    return [
        _persona(row, [(chosen, channel) for _, chosen, channel in columns if chosen])
        for row, columns in found
    ]


def _id(persona: Persona | int) -> int:
    return persona if isinstance(persona, int) else persona.id


async def _row(session: AsyncSession, persona: Persona | int) -> PersonaRow:
    """Return the row of a persona that is about to be changed; other programs that change it wait."""
    row = await session.get(PersonaRow, _id(persona), with_for_update={"key_share": True})
    if row is None:
        raise PersonaNotFound("That persona no longer exists.", "Choose another one.")
    return row


async def _read(session: AsyncSession, persona_id: int) -> Persona:
    found = await _find(session, PersonaRow.id == persona_id)
    if not found:
        raise PersonaNotFound("That persona no longer exists.", "Choose another one.")
    return found[0]


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
        "is_listed": True,
    }
    await session.execute(
        insert(ChannelRow).values(id=channel.id, **row).on_conflict_do_update(index_elements=["id"], set_=row)
    )


def _persona(row: PersonaRow, channels: Sequence[tuple[PersonaChannelRow, ChannelRow | None]]) -> Persona:
    return Persona(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        channels=tuple(
            PersonaChannel(
                chosen.channel_id,
                _channel(channel.description) if channel else None,
                chosen.pinterest_board_id,
                channel.first_comment_refused_at if channel else None,
            )
            for chosen, channel in channels
        ),
        ai_label=row.ai_label,
        voice=row.voice,
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
