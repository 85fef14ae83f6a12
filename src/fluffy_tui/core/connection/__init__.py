"""The way to a Postgres server: its address, why it refuses or is silent, and whether the database can be used."""

from __future__ import annotations

from fluffy_tui.core.connection.connection_refusal import explain_refusal
from fluffy_tui.core.connection.database_address import read_address
from fluffy_tui.core.connection.direct_address import check_direct_address, naming, read_direct_address
from fluffy_tui.core.connection.schema_revision import REVISION, known_revisions, refuse_newer
from fluffy_tui.core.connection.silent_connection import ServerSilent, cut, notifications

__all__ = [
    "REVISION",
    "ServerSilent",
    "check_direct_address",
    "cut",
    "explain_refusal",
    "known_revisions",
    "naming",
    "notifications",
    "read_address",
    "read_direct_address",
    "refuse_newer",
]
