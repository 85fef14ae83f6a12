"""The settings of one run of the app: what the setup screens read, test and save."""

from __future__ import annotations

import os
from contextlib import aclosing, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.settings import SETTINGS, Secret, Settings, load_settings, with_own_names
from fluffy_tui.settings_file import save_settings
from fluffy_tui.tui.keymap.user_keys import current_ids

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.core.health import Check
    from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
    from fluffy_tui.tui.ports import OfferedChannels

KEY_TEST_SECONDS = 15.0
"""Time limit of one request while the user waits for the key that they pasted to be tested."""


class SetupService:
    """Reads, tests and saves the settings of one run; satisfies `tui.ports.SetupPort`.

    Args:
        settings: As they were read at the start.
        environment: From which they were read, and will be read again; this process's own by default.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str] | None = None) -> None:
        self._settings = _with_current_ids(settings)
        self.environment = os.environ if environment is None else environment
        self.services: Services | None = None
        """The open services; set by whoever opens them."""
        self.pictures: RendererChoice | None = None
        """How the terminal shows pictures; set before the app runs in it."""

    @property
    def settings(self) -> Settings:
        return self._settings

    async def ask_buffer(self, key: Secret) -> Sequence[OfferedChannels]:
        """Return the organisations and channels that a key which is not saved yet gives access to.

        Raises:
            BufferError: Buffer rejects the key or does not respond.
        """
        from fluffy_tui.buffer import BufferClient

        async with BufferClient(self._settings.buffer_url, key, timeout=KEY_TEST_SECONDS) as client:
            account = await client.account()
            return [
                (organization, await client.channels(organization.id))
                for organization in account.organizations
            ]

    async def prove_host(self, values: Mapping[str, str]) -> float:
        """Upload a tiny picture with these settings, download it and delete it; return milliseconds.

        Raises:
            InvalidSetting: a value is invalid.
            MediaHostError: the first of these steps that failed.
        """
        from fluffy_tui.media import open_media_host, probe

        host = open_media_host(load_settings(self.environment, given=values))
        if host is None:
            raise FluffyError("No media host is selected.", "Select a folder or a bucket.")
        return await probe(host)

    def save(self, values: Mapping[str, str]) -> Sequence[str]:
        """Write these settings to config.toml and read everything again; an empty value removes a setting.

        Returns:
            The variables that the environment sets to something else, which takes precedence over the file.

        Raises:
            InvalidSetting: a value is invalid.
            FluffyError: the file cannot be written, or the app could not be opened again with the database's address.
        """
        from fluffy_tui.core.connection import read_address

        wanted = load_settings(self.environment, given=values)  # raises before anything is written
        for address in (wanted.database_url, wanted.database_direct_url):
            if address is not None:
                try:
                    read_address(address.reveal())
                except FluffyError as error:
                    message, hint = (
                        with_own_names(text, wanted.origins) for text in (error.message, error.hint)
                    )
                    raise FluffyError(message, hint) from None
        by_variable = {setting.variable: setting for setting in SETTINGS}
        save_settings(
            self._settings.paths.config_file,
            {
                by_variable[variable].key: by_variable[variable].toml_value(value) if value else None
                for variable, value in values.items()
            },
        )
        self.reload()
        return [
            variable for variable, value in values.items() if self.environment.get(variable, value) != value
        ]

    def reload(self) -> None:
        """Read everything again.

        Raises:
            InvalidSetting: a value is invalid, or the file cannot be read.
        """
        paths = self._settings.paths  # drafts, log and database stay together until the next start
        self._settings = replace(_with_current_ids(load_settings(self.environment)), paths=paths)

    def demo_problem(self) -> str:
        """Return why the demo cannot be opened; empty when it can."""
        from fluffy_tui.demo import require_extra

        try:
            require_extra()
        except FluffyError as error:
            return str(error)
        return ""

    async def checks(self) -> AsyncIterator[Check]:
        """Run the health checks on the open services."""
        from fluffy_tui.modes.health_checks import checks

        if self.services is None or self.pictures is None:
            raise RuntimeError("the app is not open")
        async with aclosing(checks(self._settings, nullcontext(self.services), self.pictures)) as found:
            async for check in found:
                yield check


def _with_current_ids(settings: Settings) -> Settings:
    """Return settings whose keys are under today's action ids."""
    return replace(settings, keys=current_ids(settings.keys))
