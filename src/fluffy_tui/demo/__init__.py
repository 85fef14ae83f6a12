"""The demo: a stand-in Buffer on loopback and sample photos, used by `--demo` and by the tests.

Everything here needs the extra `demo`; importing the pack itself loads none of it.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError

if TYPE_CHECKING:
    from fluffy_tui.demo.clock import ManualClock, WallClock
    from fluffy_tui.demo.execution import schema_sdl
    from fluffy_tui.demo.faults import Kind
    from fluffy_tui.demo.limits import Window
    from fluffy_tui.demo.photos import write_sample_photos
    from fluffy_tui.demo.server import StandIn
    from fluffy_tui.demo.slots import week
    from fluffy_tui.demo.starting_world import sample_world
    from fluffy_tui.demo.store import AlreadyServed
    from fluffy_tui.demo.world import Channel, Post, World

_HOMES = {
    "AlreadyServed": "store",
    "Channel": "world",
    "Kind": "faults",
    "ManualClock": "clock",
    "Post": "world",
    "StandIn": "server",
    "WallClock": "clock",
    "Window": "limits",
    "World": "world",
    "sample_world": "starting_world",
    "schema_sdl": "execution",
    "week": "slots",
    "write_sample_photos": "photos",
}

_EXTRA = {"aiohttp", "graphql"}

__all__ = [
    "AlreadyServed",
    "Channel",
    "Kind",
    "ManualClock",
    "Post",
    "StandIn",
    "WallClock",
    "Window",
    "World",
    "require_extra",
    "sample_world",
    "schema_sdl",
    "week",
    "write_sample_photos",
]


def require_extra() -> None:
    """Check that the extra `demo` is installed.

    Raises:
        FluffyError: It is not; the text says how to install it.
    """
    if any(importlib.util.find_spec(name) is None for name in _EXTRA):
        raise _missing()


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _EXTRA:
            raise _missing() from error
        raise


def _missing() -> FluffyError:
    return FluffyError("The demo needs the extra `demo`:", "pip install 'fluffy-tui[demo]'")
