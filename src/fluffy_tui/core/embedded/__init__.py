"""The embedded PostgreSQL server: started by the first program that needs it, stopped by the last."""

from fluffy_tui.core.embedded.shared_server import (
    EmbeddedServer as EmbeddedServer,
    embedded_server as embedded_server,
)
