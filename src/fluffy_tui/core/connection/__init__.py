"""The way to a Postgres server: its address, why it refuses or is silent, and whether the database can be used."""

from fluffy_tui.core.connection.connection_refusal import explain_refusal as explain_refusal
from fluffy_tui.core.connection.database_address import read_address as read_address
from fluffy_tui.core.connection.direct_address import (
    check_direct_address as check_direct_address,
    naming as naming,
    read_direct_address as read_direct_address,
)
from fluffy_tui.core.connection.schema_revision import (
    REVISION as REVISION,
    known_revisions as known_revisions,
    refuse_newer as refuse_newer,
)
from fluffy_tui.core.connection.silent_connection import (
    ServerSilent as ServerSilent,
    cut as cut,
    notifications as notifications,
    patient_connection as patient_connection,
)
