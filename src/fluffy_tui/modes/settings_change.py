"""What the screens are told about settings, and how a change of them is proved and kept."""

from __future__ import annotations

import os
from contextlib import aclosing, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.settings import SETTINGS, load_settings
from fluffy_tui.settings_file import save_settings
from fluffy_tui.tui.keymap.user_keys import current_ids

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.core.health import Check
    from fluffy_tui.settings import Secret, Settings
    from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
    from fluffy_tui.tui.ports import OfferedChannels

KEY_TRIAL_SECONDS = 15.0
"""How long one request may take while a person waits in front of the key they pasted."""


class Setup:
    """The settings of one run of the app; satisfies `tui.ports.SetupPort`.

    Args:
        settings: As they were read at the start.
        environment: From which they were read, and will be again.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str] | None = None) -> None:
        self._settings = _with_current_ids(settings)
        self._environment = os.environ if environment is None else environment
        self.services: Services | None = None
        """What is open now; whoever opens the services says so."""
        self.pictures: RendererChoice | None = None
        """What the terminal draws; it was asked before the app ran in it."""

    @property
    def settings(self) -> Settings:
        """What is set now."""
        return self._settings

    async def ask_buffer(self, key: Secret) -> Sequence[OfferedChannels]:
        """Ask Buffer for what a key that is not saved yet gives access to.

        Raises:
            BufferError: Buffer refuses the key or does not answer.
        """
        from fluffy_tui.buffer import BufferClient

        async with BufferClient(self._settings.buffer_url, key, timeout=KEY_TRIAL_SECONDS) as client:
            account = await client.account()
            return [
                (organization, await client.channels(organization.id))
                for organization in account.organizations
            ]

    async def prove_host(self, values: Mapping[str, str]) -> float:
        """Upload a tiny picture with these settings, fetch it back and delete it; return milliseconds.

        Raises:
            InvalidSetting: a value cannot be used.
            MediaHostError: the first of these steps that failed.
        """
        from fluffy_tui.media import open_media_host, probe

        host = open_media_host(load_settings(self._environment, given=values))
        if host is None:
            raise FluffyError("No media host is chosen.", "Choose a folder or a bucket.")
        return await probe(host)

    def save(self, values: Mapping[str, str]) -> Sequence[str]:
        """Write these settings to config.toml and read everything again; an empty one is taken out.

        Returns:
            The variables that the environment sets to something else, which comes before the file.

        Raises:
            InvalidSetting: a value cannot be used.
            FluffyError: the file cannot be written.
        """
        load_settings(self._environment, given=values)  # refuses before anything is written
        keys = {setting.variable: setting.key for setting in SETTINGS}
        save_settings(
            self._settings.paths.config_file,
            {keys[variable]: value or None for variable, value in values.items()},
        )
        self._settings = _with_current_ids(load_settings(self._environment))
        return [
            variable for variable, value in values.items() if self._environment.get(variable, value) != value
        ]

    def demo_trouble(self) -> str:
        """Return why the demo cannot be opened; empty when it can."""
        from fluffy_tui.demo import require_extra

        try:
            require_extra()
        except FluffyError as error:
            return str(error)
        return ""

    async def checks(self) -> AsyncIterator[Check]:
        """Try each link of the chain with the services that are open."""
        from fluffy_tui.modes.doctor.health_checks import checks

        if self.services is None or self.pictures is None:
            raise RuntimeError("the app is not open")
        async with aclosing(checks(self._settings, nullcontext(self.services), self.pictures)) as found:
            async for check in found:
                yield check


def _with_current_ids(settings: Settings) -> Settings:
    """Return settings whose keys are under today's action ids."""
    return replace(settings, keys=current_ids(settings.keys))
