"""`--mcp`: an assistant reads the library and drafts or submits posts, over standard input and output."""

from __future__ import annotations

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.modes.assistant.draft_box import DraftBox
from fluffy_tui.settings import Settings


class McpNotInstalled(FluffyError):
    """The package mcp is missing."""


async def run(settings: Settings) -> int:
    """Serve the Model Context Protocol until standard input ends.

    Raises:
        McpNotInstalled: the package mcp is missing.
        FluffyError: the services cannot be opened.
    """
    try:
        from fluffy_tui.modes.assistant.mcp_server import AssistantServer
        from fluffy_tui.modes.assistant.mcp_tools import AssistantTools
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise McpNotInstalled(
            "--mcp needs the package mcp, which is not installed.", "Run: pip install 'fluffy-tui[mcp]'"
        ) from None
    async with open_services(settings, role="mcp") as services:
        tools = AssistantTools(services, DraftBox(settings.paths.drafts), settings.mcp_writes)
        await AssistantServer(tools).run_stdio_async()
    return 0
