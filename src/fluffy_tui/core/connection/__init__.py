"""The way to a Postgres server: its address, why it refuses, and whether the database can be used."""

from __future__ import annotations

from fluffy_tui.core.connection.connection_refusal import explain_refusal
from fluffy_tui.core.connection.database_address import read_address

__all__ = ["explain_refusal", "read_address"]
