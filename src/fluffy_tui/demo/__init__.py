"""The demo: a stand-in Buffer on loopback and sample photos, used by `--demo` and by the tests.

Everything here needs the extra `demo`, which is imported only when one of these names is first used.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from fluffy_tui.demo.sample_photos.photo_files import (
        copy_bundled as copy_bundled,
        write_sample_photos as write_sample_photos,
    )
    from fluffy_tui.demo.sample_photos.sample_posts import (
        AT_ONCE as AT_ONCE,
        COMING_DAYS as COMING_DAYS,
        EARLIER as EARLIER,
        FAILURES as FAILURES,
        FROM_PHONE as FROM_PHONE,
    )
    from fluffy_tui.demo.stand_in.clock import ManualClock as ManualClock, WallClock as WallClock
    from fluffy_tui.demo.stand_in.fault_switches import Kind as Kind
    from fluffy_tui.demo.stand_in.graphql.execution import schema_sdl as schema_sdl
    from fluffy_tui.demo.stand_in.graphql.rate_limits import Window as Window
    from fluffy_tui.demo.stand_in.queue_slots import week as week
    from fluffy_tui.demo.stand_in.sample_world import sample_world as sample_world
    from fluffy_tui.demo.stand_in.stand_in_server import StandIn as StandIn
    from fluffy_tui.demo.stand_in.state_folder import AlreadyServed as AlreadyServed
    from fluffy_tui.demo.stand_in.world import Channel as Channel, Post as Post, World as World

_load = lazy_exports(
    __name__,
    {
        "sample_photos.photo_files": "copy_bundled write_sample_photos",
        "sample_photos.sample_posts": "AT_ONCE COMING_DAYS EARLIER FAILURES FROM_PHONE",
        "stand_in.clock": "ManualClock WallClock",
        "stand_in.fault_switches": "Kind",
        "stand_in.graphql.execution": "schema_sdl",
        "stand_in.graphql.rate_limits": "Window",
        "stand_in.queue_slots": "week",
        "stand_in.sample_world": "sample_world",
        "stand_in.stand_in_server": "StandIn",
        "stand_in.state_folder": "AlreadyServed",
        "stand_in.world": "Channel Post World",
    },
)

_EXTRA = {"aiohttp", "graphql"}


def require_extra() -> None:
    """Check that the extra `demo` is installed.

    Raises:
        FluffyError: It is not.
    """
    if any(importlib.util.find_spec(name) is None for name in _EXTRA):
        raise _missing()


def __getattr__(name: str) -> Any:
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _EXTRA:
            raise _missing() from error
        raise


def _missing() -> FluffyError:
    return FluffyError("The demo needs the extra `demo`.", "Run: pip install 'fluffy-tui[demo]'")
