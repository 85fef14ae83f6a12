"""Where fluffy-tui keeps its files. Paths are only computed here; whoever writes to them creates them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

APPLICATION = "fluffy-tui"


@dataclass(frozen=True, slots=True)
class Paths:
    """The files and folders of one installation: all in one data folder, except the configuration."""

    config_file: Path
    """The user's `config.toml`."""
    data: Path
    """The data folder: embedded database, drafts, log and caches."""

    @property
    def database(self) -> Path:
        """The cluster folder of the embedded Postgres server."""
        return self.data / "postgres"

    @property
    def server_log(self) -> Path:
        """The log of the embedded Postgres server."""
        return self.data / "postgres.log"

    @property
    def state_file(self) -> Path:
        """What the app remembers between runs: last persona, theme, position."""
        return self.data / "state.json"

    @property
    def machine_file(self) -> Path:
        """The id of this machine."""
        return self.data / "machine"

    @property
    def drafts(self) -> Path:
        """Drafts of captions, one file per photo."""
        return self.data / "kept-texts"

    @property
    def thumbnails(self) -> Path:
        """Cached thumbnails, named by the photo's content."""
        return self.data / "thumbnails"

    @property
    def log_file(self) -> Path:
        """The log, with tracebacks and the worker's messages."""
        return self.data / "fluffy-tui.log"

    @property
    def demo(self) -> Path:
        """The demo's own data folder; the demo never uses the real one."""
        return self.data / "demo"


def default_config_file() -> Path:
    """Return the default path of `config.toml`."""
    return Path(platformdirs.user_config_dir(APPLICATION)) / "config.toml"


def default_data_folder() -> Path:
    """Return the operating system's data folder for this application and user."""
    return Path(platformdirs.user_data_dir(APPLICATION))
