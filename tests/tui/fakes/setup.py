"""The settings in memory, with answers that a test decides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.buffer import Organization
from fluffy_tui.core.health import Check, Health
from fluffy_tui.settings import Secret, Settings, load_settings
from tui.fakes.sample_data import CHANNELS, MARKUP

if TYPE_CHECKING:
    from fluffy_tui.paths import Paths
    from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
    from fluffy_tui.tui.ports import OfferedChannels, SetupPort

KEY = "key-that-nobody-may-see"

CHECKS = (
    Check("files", Health.OK, "settings /home/sarah/config.toml, data /home/sarah/data"),
    Check("worker", Health.WARN, "none is running", "the app starts one"),
    Check("buffer key", Health.FAIL, f"not set {MARKUP}", "make one and set BUFFER_API_KEY"),
    Check("image_embed", Health.SKIP, "not set; it is optional"),
)


class FakeSetup:
    """Settings with a key, unless they are bare; calls are noted, and `gate` holds them up.

    Args:
        paths: Where files are.
        bare: Whether nothing is configured.
        keys: The user's own keys.
    """

    def __init__(self, paths: Paths, *, bare: bool = False, keys: Mapping[str, str] | None = None) -> None:
        environment = {"FLUFFY_CONFIG": str(paths.config_file), "FLUFFY_DATA_DIR": str(paths.data)}
        given = {} if bare else {"BUFFER_API_KEY": KEY, "FLUFFY_PREVIEW": "half-cell"}
        settings = load_settings(environment, given=given)
        self.pictures: RendererChoice | None = None
        self._settings = replace(
            settings, keys=dict(keys or {}), shown={**settings.shown, "FLUFFY_DATA_DIR": "/home/sarah/data"}
        )
        self.asked: list[Secret] = []
        self.proved: list[dict[str, str]] = []
        self.saved: list[dict[str, str]] = []
        self.error: Exception | None = None
        self.outranked: Sequence[str] = ()
        self.trouble = ""
        self.reloads = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.offered: list[OfferedChannels] = [
            (Organization("org-1", "Sarah's studio"), CHANNELS[:2]),
            (Organization("org-2", f"Other {MARKUP}"), CHANNELS[2:]),
        ]
        self.found: Sequence[Check] = CHECKS

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._settings

    async def ask_buffer(self, key: Secret) -> Sequence[OfferedChannels]:
        """Return `offered`, or raise `error`."""
        self.asked.append(key)
        await self._answer()
        return self.offered

    async def prove_host(self, values: Mapping[str, str]) -> float:
        """Return a time, or raise `error`."""
        self.proved.append({**values})
        await self._answer()
        return 12.0

    def save(self, values: Mapping[str, str]) -> Sequence[str]:
        """Note what is saved and use it from now on."""
        self.saved.append({**values})
        self._settings = replace(
            load_settings(
                {"FLUFFY_CONFIG": "/nowhere", "FLUFFY_DATA_DIR": str(self._settings.paths.data)}, given=values
            ),
            paths=self._settings.paths,
        )
        return self.outranked

    def reload(self) -> None:
        """Count it; the settings stay."""
        self.reloads += 1

    def demo_problem(self) -> str:
        """Return `trouble`."""
        return self.trouble

    async def checks(self) -> AsyncIterator[Check]:
        """Yield `found` once the gate is open."""
        for check in self.found:
            await self.gate.wait()
            yield check

    async def _answer(self) -> None:
        await self.gate.wait()
        if self.error is not None:
            raise self.error


def typed(setup: FakeSetup) -> SetupPort:
    """Prove to the type checker that the fake satisfies the port."""
    return setup
