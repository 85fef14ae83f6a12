"""Where fluffy-tui keeps its files. Paths are computed here and created only by whoever writes to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

APPLICATION = "fluffy-tui"


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders and files of one installation, all below one data folder except the configuration."""

    config_file: Path
    """The person's `config.toml`."""
    data: Path
    """Everything that must survive: the embedded database, kept texts, the log."""

    @property
    def database(self) -> Path:
        """The embedded Postgres server's cluster folder."""
        return self.data / "postgres"

    @property
    def server_log(self) -> Path:
        """What the embedded Postgres server says."""
        return self.data / "postgres.log"

    @property
    def state_file(self) -> Path:
        """Small things that the screen remembers: last persona, theme, position."""
        return self.data / "state.json"

    @property
    def drafts(self) -> Path:
        """Captions that were typed but not yet submitted, one file per photo."""
        return self.data / "kept-texts"

    @property
    def thumbnails(self) -> Path:
        """Cached previews, named by the content of the photo."""
        return self.data / "thumbnails"

    @property
    def log_file(self) -> Path:
        """Where tracebacks and the worker's diary go."""
        return self.data / "fluffy-tui.log"

    @property
    def demo(self) -> Path:
        """The demo's own data folder: nothing of the demo ever touches the real one."""
        return self.data / "demo"


def default_config_file() -> Path:
    """Return where `config.toml` is looked for when nothing else was said."""
    return Path(platformdirs.user_config_dir(APPLICATION)) / "config.toml"


def default_data_folder() -> Path:
    """Return the data folder that the operating system reserves for this application and user."""
    return Path(platformdirs.user_data_dir(APPLICATION))
