"""How photos, their places and copies are stored, and conditions on them that stay fast on a million photos."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    SmallInteger,
    Text,
    UniqueConstraint,
    and_,
    any_,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from fluffy_tui.core.database import Base, PrimaryKey, Timestamp, among, array_of, gin_index, key_of, rows_of
from fluffy_tui.photos.machine import UNKNOWN


def _by_date_where(name: str, condition: str) -> Index:
    where = text(condition)
    return Index(f"ix_photos_{name}", "persona_id", "is_scheduled", "shown_at", "id", postgresql_where=where)


def _unique_paths(table: str) -> Index:
    name = f"uq_{table}_persona_id_machine_id_path"
    return Index(name, "persona_id", "machine_id", func.md5(text("path")), unique=True)


class PhotoRow(Base):
    """One picture of one persona, known by its content; its places say where its file is."""

    __tablename__ = "photos"

    id: Mapped[PrimaryKey]
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    path: Mapped[str]
    """Where a machine found it first, or last moved it to: names it where this machine has no place of it."""
    name: Mapped[str] = mapped_column(Computed(r"regexp_replace(path, '^.*/', '')", persisted=True))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    byte_size: Mapped[int]
    width: Mapped[int]
    """Pixels as seen upright."""
    height: Mapped[int]
    """Pixels as seen upright."""
    format: Mapped[str]
    taken_at: Mapped[datetime | None] = mapped_column(DateTime())
    """By the camera's clock where it was taken, so it is the same day on every machine; see `dated_by`."""
    dated_by: Mapped[str | None]
    """Where the time taken comes from; null until an import reads it."""
    modified_at: Mapped[datetime]
    missing_since: Mapped[datetime | None]
    """Since when no place has it; a trigger on the places maintains it."""
    verdict: Mapped[str | None]
    stars: Mapped[int] = mapped_column(SmallInteger(), server_default=text("0"))
    created_at: Mapped[Timestamp]
    shown_at: Mapped[datetime] = mapped_column(
        DateTime(), Computed("coalesce(taken_at, modified_at AT TIME ZONE 'UTC')", persisted=True)
    )
    """When it was taken, or else when the file was written; without a zone."""
    name_key: Mapped[str] = mapped_column(
        Text(collation="C"), Computed(r"lower(regexp_replace(path, '^.*/', ''))", persisted=True)
    )
    """The name in lower case, sorted by code points: the same on every server, and fast."""
    ratio: Mapped[float] = mapped_column(
        Double(), Computed("width::double precision / height", persisted=True)
    )
    """Width over height."""
    sharpness: Mapped[float] = mapped_column(server_default=text("-1"))
    """From 0 to 100; -1 while it has no scores, so that an index gives the order of all photos."""
    clipped_light: Mapped[float] = mapped_column(server_default=text("0"))
    """Share of the picture that is white."""
    clipped_dark: Mapped[float] = mapped_column(server_default=text("0"))
    """Share of the picture that is black."""
    faces: Mapped[int] = mapped_column(SmallInteger(), server_default=text("-1"))
    """How many there are in the picture; -1 until somebody looks."""
    eyes_open: Mapped[float] = mapped_column(server_default=text("-1"))
    """How far the least open eyes are open; -1 if there are none, or it is not known."""
    text_share: Mapped[float] = mapped_column(server_default=text("-1"))
    """Share of the picture that text covers; -1 until it is read."""
    is_screenshot: Mapped[bool] = mapped_column(
        Computed("fluffy_is_screenshot(path, format, width, height, dated_by, text_share)", persisted=True)
    )
    """By its name, its size and the text in it."""
    is_scheduled: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether it has a post; a trigger on the posts' photos maintains it. An index for each order has the photos
    without a post before the others, so that the first of them are found whatever has been posted already."""

    __table_args__ = (
        UniqueConstraint("persona_id", "sha256"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256_length"),
        CheckConstraint("width > 0 AND height > 0", name="has_pixels"),
        CheckConstraint("verdict IN ('pick', 'reject')", name="verdict_known"),
        CheckConstraint("stars BETWEEN 0 AND 5", name="stars_in_range"),
        Index("ix_photos_persona_id_shown_at_id", "persona_id", "is_scheduled", "shown_at", "id"),
        Index("ix_photos_persona_id_created_at_id", "persona_id", "is_scheduled", "created_at", "id"),
        Index("ix_photos_persona_id_name_key_id", "persona_id", "is_scheduled", "name_key", "id"),
        Index("ix_photos_persona_id_ratio_id", "persona_id", "is_scheduled", "ratio", "id"),
        Index("ix_photos_persona_id_sharpness_id", "persona_id", "is_scheduled", "sharpness", "id"),
        Index(
            "ix_photos_persona_id_stars_shown_at_id", "persona_id", "is_scheduled", "stars", "shown_at", "id"
        ),
        Index(
            "ix_photos_decided",
            "persona_id",
            "verdict",
            "is_scheduled",
            "shown_at",
            "id",
            postgresql_where=text("verdict IS NOT NULL"),
        ),
        _by_date_where("missing", "missing_since IS NOT NULL"),
        _by_date_where("starred", "stars > 0"),
        _by_date_where("faces", "faces > 0"),
        _by_date_where("screenshots", "is_screenshot"),
    )


class PhotoPlaceRow(Base):
    """Where a photo's file is on one machine."""

    __tablename__ = "photo_places"

    photo_id: Mapped[int] = key_of("photos")
    machine_id: Mapped[str] = mapped_column(primary_key=True)
    """Empty for photos from before machines were noted, until a machine imports their file again."""
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    path: Mapped[str]
    modified_at: Mapped[datetime]
    missing_since: Mapped[datetime | None]
    date_rules: Mapped[int] = mapped_column(SmallInteger(), server_default=text("0"))
    """The version of the rules (`model.DATE_RULES`) by which the photo was last dated on this machine."""

    __table_args__ = (
        _unique_paths("photo_places"),
        Index("ix_photo_places_machine_id_photo_id", "machine_id", "photo_id"),
    )


class MachineRow(Base):
    """A machine that has imported photos."""

    __tablename__ = "machines"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class PhotoCopyRow(Base):
    """A file that is a copy of a photo: skipped by later imports as long as size and time are the same."""

    __tablename__ = "photo_copies"

    id: Mapped[PrimaryKey]
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    machine_id: Mapped[str] = mapped_column(server_default="")
    """As in the places of photos."""
    path: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    byte_size: Mapped[int]
    modified_at: Mapped[datetime]

    __table_args__ = (
        _unique_paths("photo_copies"),
        Index("ix_photo_copies_persona_id_sha256", "persona_id", "sha256"),
    )


class PhotoKeywordRow(Base):
    """A keyword of a photo, from one source; `keywords.Keywords` writes them."""

    __tablename__ = "photo_keywords"

    photo_id: Mapped[int] = key_of("photos")
    key: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    """The word as words are compared, without regard to case."""
    source: Mapped[str] = mapped_column(primary_key=True)
    persona_id: Mapped[int] = mapped_column(autoincrement=False)
    """Whose photo it is."""
    word: Mapped[str]

    __table_args__ = (
        CheckConstraint("source IN ('hand', 'folder', 'xmp')", name="source_known"),
        Index("ix_photo_keywords_persona_id_key_photo_id", "persona_id", "key", "photo_id"),
    )


class PhotoMetadataRow(Base):
    """What imports have taken over of a photo's XMP; only what has changed in the file is taken over again."""

    __tablename__ = "photo_metadata"

    photo_id: Mapped[int] = key_of("photos")
    sidecar_modified_at: Mapped[datetime | None]
    """When the newest sidecar that was read was written."""
    stars: Mapped[int] = mapped_column(SmallInteger())
    verdict: Mapped[str | None]
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    """The keys of its keywords."""
    label: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    alt_text: Mapped[str]


class PhotoTextRow(Base):
    """The text in a photo's picture; a trigger removes it when the photo's file changes."""

    __tablename__ = "photo_texts"

    photo_id: Mapped[int] = key_of("photos")
    persona_id: Mapped[int] = mapped_column(autoincrement=False)
    """Whose photo it is."""
    text: Mapped[str]
    """Empty where there is none."""
    words: Mapped[Any] = mapped_column(TSVECTOR())
    """The words by which it is found, as words are compared."""
    read_at: Mapped[Timestamp]

    __table_args__ = (gin_index("ix_photo_texts_words", "words"),)


class SavedFilterRow(Base):
    """A filter of the library that has a name."""

    __tablename__ = "saved_filters"

    key: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    """The name as names are compared."""
    name: Mapped[str]
    text: Mapped[str]


class LibraryCountRow(Base):
    """A part of a count; the count is the sum. Triggers keep them in the transactions that change what is counted."""

    __tablename__ = "library_counts"

    id: Mapped[PrimaryKey]
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    name: Mapped[str]
    """`unscheduled`, and of them `unscheduled pick` and `unscheduled reject`; of the photos that are not missing
    `present`, `hashed` and `embedded ID` for each model; of the posts `drafts`, `queued` (submitted, not in Buffer
    yet), `scheduled`, `failed` and `posted`."""
    number: Mapped[int]

    __table_args__ = (Index("ix_library_counts_persona_id_name", "persona_id", "name"),)


class ScheduledOnceRow(Base):
    """A photo that has or had a post; filled by a trigger on posts, and kept when a post is deleted."""

    __tablename__ = "photos_scheduled_once"

    photo_id: Mapped[int] = key_of("photos")


def locked(photo_ids: Iterable[int]) -> Select[int]:
    """Return the query that locks photos, for a transaction that changes several of them, or what depends on them.

    Everyone locks in this order, so that there is no deadlock.
    """
    query = select(PhotoRow.id).where(among(PhotoRow.id, photo_ids)).order_by(PhotoRow.id)
    return query.with_for_update(key_share=True)


def hash_begins_with(digits: str) -> ColumnElement[bool]:
    """Return the condition that a photo's hash begins with these hexadecimal digits, which an index answers."""
    first = bytes.fromhex(digits)
    condition: ColumnElement[bool] = PhotoRow.sha256.between(first, first.ljust(32, b"\xff"))
    return condition


def ids_by_hash(persona_id: int, beginnings: Iterable[str]) -> Select[int, bytes]:
    """Return the query for the ids and hashes of a persona's photos, given what their hashes begin with."""
    begins = or_(*map(hash_begins_with, beginnings))
    return select(PhotoRow.id, PhotoRow.sha256).where(PhotoRow.persona_id == persona_id, begins)


def same_path(one: Any, other: Any) -> ColumnElement[bool]:
    """Return the condition that two paths are equal; their hashes are indexed, because an index holds 2,700 bytes."""
    return and_(func.md5(one) == func.md5(other), one == other)


def begins_with(key: Any, beginning: str) -> ColumnElement[bool]:
    """Return the condition that a key, which is sorted by code points, begins like this: a range of its index."""
    return and_(key >= beginning, key < beginning + "\U0010ffff")


def each(
    values: Sequence[str | bytes], kind: TypeEngine[Any], one: Callable[[Any], Select[*tuple[Any, ...]]]
) -> Select[*tuple[Any, ...]]:
    """Select what `one` selects for each of the values from its column, at most one row: a look-up in an index.

    LATERAL makes sure of that. With `key = ANY (…)`, Postgres reads the whole table as long as it has no statistics
    of it, which is just when the first large import runs.
    """
    wanted = rows_of({"key": kind}, ((value,) for value in values))
    found = one(wanted.c.key).limit(1).lateral("found")
    return select(*found.c).select_from(wanted.join(found, true()))


def of_machine(row: type[PhotoPlaceRow | PhotoCopyRow] | Any, machine_id: str) -> ColumnElement[bool]:
    """Return the condition that a place or a copy is this machine's, or may be: no machine was noted."""
    condition: ColumnElement[bool] = row.machine_id == any_(array_of([machine_id, UNKNOWN.id], Text()))
    return condition
