"""Every setting once: its name, what it is for, where its value came from.

The order is flag, environment, config.toml, default.

Only the standard library is used, because this module is imported before the first frame is painted.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fluffy_tui.paths import Paths, default_config_file, default_data_folder

BUFFER_URL = "https://api.buffer.com"
"""Buffer's GraphQL endpoint (developers.buffer.com, guides)."""


Choice = TypeVar("Choice", bound=StrEnum)


class InvalidSetting(ValueError):
    """A setting holds something that cannot be used; the text names the setting and never a secret value.

    Args:
        text: what is wrong.
        variable: name of the setting's environment variable, where it is about one setting.
    """

    def __init__(self, text: str, variable: str = "") -> None:
        super().__init__(text)
        self.variable = variable


class Secret:
    """A text that must never be seen: its repr, str and format show only whether it is set."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself; call this only where it is handed to the service it belongs to."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(set)" if self._text else "Secret(not set)"

    __str__ = __repr__


class MediaHostKind(StrEnum):
    """Where pictures are put so that Buffer can fetch them."""

    DIRECTORY = "directory"
    S3 = "s3"


class Preview(StrEnum):
    """How pictures are drawn in the terminal."""

    AUTO = "auto"
    KITTY = "kitty"
    SIXEL = "sixel"
    HALF_CELL = "half-cell"
    OFF = "off"


class Notify(StrEnum):
    """How the terminal is told that a post went live or failed; the app itself always says it."""

    OFF = "off"
    BELL = "bell"
    DESKTOP = "desktop"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table: how a setting is named, what it is for and whether it is a secret."""

    variable: str
    """Name of the environment variable."""
    key: str
    """Name in `config.toml`."""
    purpose: str
    default: str = ""
    """The default as the README shows it; empty where there is none."""
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL",
        "database_url",
        "Postgres 14 or newer with pgvector 0.7 or newer; without it an embedded server is used",
        "embedded",
        secret=True,
    ),
    Setting("BUFFER_API_KEY", "buffer_api_key", "your key from Buffer's settings, API page", secret=True),
    Setting("FLUFFY_BUFFER_URL", "buffer_url", "where Buffer's API is", BUFFER_URL),
    Setting("FLUFFY_DATA_DIR", "data_dir", "folder for the database, kept texts and the log", "per user"),
    Setting("FLUFFY_CONFIG", "", "the configuration file itself (environment only)", "per user"),
    Setting(
        "FLUFFY_MEDIA_HOST", "media_host", "`directory` or `s3`: where pictures are put for Buffer to fetch"
    ),
    Setting(
        "FLUFFY_MEDIA_BASE_URL",
        "media_base_url",
        "public https address of that place (http only for loopback)",
    ),
    Setting(
        "FLUFFY_MEDIA_DIRECTORY", "media_directory", "`directory` host: folder that your web server serves"
    ),
    Setting("FLUFFY_S3_BUCKET", "s3_bucket", "`s3` host: bucket name"),
    Setting(
        "FLUFFY_S3_ENDPOINT", "s3_endpoint", "`s3` host: API endpoint of an S3-compatible service", "AWS"
    ),
    Setting("FLUFFY_S3_REGION", "s3_region", "`s3` host: region", "us-east-1"),
    Setting("AWS_ACCESS_KEY_ID", "aws_access_key_id", "`s3` host: access key", secret=True),
    Setting("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key", "`s3` host: secret key", secret=True),
    Setting(
        "FLUFFY_UNDO_SECONDS",
        "undo_seconds",
        "for so many seconds a submitted post can still be taken back before it leaves; 0 for none",
        "10",
    ),
    Setting("IMAGE_EMBED_URL", "image_embed_url", "the image_embed service, if you run one"),
    Setting("FLUFFY_PREVIEW", "preview", "`auto`, `kitty`, `sixel`, `half-cell` or `off`", "auto"),
    Setting(
        "FLUFFY_NOTIFY",
        "notify",
        "when a post goes live or fails: `bell`, `desktop` (a notice where the terminal is known to show them; the "
        "bell elsewhere, and in tmux and screen, which swallow notices) or `off`",
        "bell",
    ),
)
"""The settings table; the README and the settings screen are made from it."""


@dataclass(frozen=True, slots=True)
class S3Settings:
    """How to reach the bucket of an S3-compatible service."""

    bucket: str
    endpoint: str | None
    region: str
    access_key_id: Secret
    secret_access_key: Secret


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one run, checked and typed."""

    paths: Paths
    database_url: Secret | None = None
    """None means the embedded server."""
    buffer_api_key: Secret | None = None
    buffer_url: str = BUFFER_URL
    media_host: MediaHostKind | None = None
    media_base_url: str | None = None
    media_directory: Path | None = None
    s3: S3Settings | None = None
    image_embed_url: str | None = None
    preview: Preview = Preview.AUTO
    undo_seconds: float = 10.0
    """How long a submitted post waits before it leaves, so that it can be taken back."""
    notify: Notify = Notify.BELL
    keys: Mapping[str, str] = field(default_factory=dict)
    """The person's own keys by action id, from the table `[keys]` of config.toml."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """For each setting's variable, where its value came from: `environment`, `config.toml` or `default`."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """What may be shown of each setting that was given a value, by variable; of a secret only that it is set."""


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting as it stands, fit to be shown."""

    setting: Setting
    shown: str
    """The value; of a secret only `set` or `not set`."""
    origin: str
    """`environment`, `config.toml` or `default`."""


def setting_values(settings: Settings) -> tuple[SettingValue, ...]:
    """Return every setting with what may be shown of its value, in the table's order."""
    return tuple(
        SettingValue(
            setting,
            settings.shown.get(setting.variable) or setting.default or "not set",
            settings.origins.get(setting.variable, "default"),
        )
        for setting in SETTINGS
    )


def settings_table() -> str:
    """Return the README's table of settings, in Markdown."""
    rows = ["| environment | config.toml | default | what |", "|---|---|---|---|"]
    rows += [
        f"| `{setting.variable}` | {f'`{setting.key}`' if setting.key else ''} "
        f"| {setting.default} | {setting.purpose}{' (secret)' if setting.secret else ''} |"
        for setting in SETTINGS
    ]
    return "\n".join(rows) + "\n"


def load_settings(
    environment: Mapping[str, str] | None = None, *, given: Mapping[str, str] | None = None
) -> Settings:
    """Read environment and `config.toml` into checked settings.

    Args:
        environment: The environment; this process's own when not given.
        given: Values by variable that come before all others; an empty one means that nothing is set.

    Raises:
        InvalidSetting: a value cannot be used, or the file cannot be read or is not TOML.
    """
    environment = os.environ if environment is None else environment
    config_file = Path(environment.get("FLUFFY_CONFIG") or default_config_file()).expanduser()
    from_file = _read_config(config_file)
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    given = given or {}
    for setting in SETTINGS:
        if setting.variable in given:
            if given[setting.variable]:
                values[setting.variable] = given[setting.variable]
            origins[setting.variable] = "given"
        elif environment.get(setting.variable):
            values[setting.variable], origins[setting.variable] = environment[setting.variable], "environment"
        elif setting.key and setting.key in from_file:
            values[setting.variable], origins[setting.variable] = str(from_file[setting.key]), "config.toml"
        else:
            origins[setting.variable] = "default"
    data = Path(values.get("FLUFFY_DATA_DIR") or default_data_folder()).expanduser().absolute()
    settings = Settings(
        paths=Paths(config_file=config_file, data=data),
        keys={str(action): str(key) for action, key in from_file.get("keys", {}).items()},
        origins=origins,
        shown=_shown(values, config_file),
    )
    return _with_media(_with_services(settings, values), values)


def _shown(values: Mapping[str, str], config_file: Path) -> dict[str, str]:
    shown = {"FLUFFY_CONFIG": str(config_file)}
    secrets = {setting.variable for setting in SETTINGS if setting.secret}
    for variable, value in values.items():
        shown[variable] = "set" if variable in secrets else _without_password(value)
    return shown


def _without_password(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    address, at, host = rest.rpartition("@")
    return f"{scheme}://…@{host}" if separator and at and "/" not in address else value


def _read_config(config_file: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(config_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidSetting(f"The configuration file {config_file} cannot be read: {error}.") from error
    known = {setting.key for setting in SETTINGS if setting.key} | {"keys", "theme"}
    unknown = sorted(set(content) - known)
    if unknown:
        raise InvalidSetting(
            f"The configuration file {config_file} has settings that do not exist: {', '.join(unknown)}."
        )
    has_secret = any(setting.secret and setting.key in content for setting in SETTINGS)
    if has_secret and config_file.stat().st_mode & 0o077:
        raise InvalidSetting(
            f"The configuration file {config_file} holds a secret but others can read it. "
            f"Run: chmod 600 {config_file}"
        )
    return content


def _with_services(settings: Settings, values: Mapping[str, str]) -> Settings:
    return replace(
        settings,
        database_url=Secret(values["DATABASE_URL"]) if "DATABASE_URL" in values else None,
        buffer_api_key=Secret(values["BUFFER_API_KEY"].strip()) if "BUFFER_API_KEY" in values else None,
        buffer_url=_web_address("FLUFFY_BUFFER_URL", values.get("FLUFFY_BUFFER_URL", BUFFER_URL)),
        image_embed_url=values.get("IMAGE_EMBED_URL"),
        preview=_choice("FLUFFY_PREVIEW", Preview, values.get("FLUFFY_PREVIEW", Preview.AUTO)),
        notify=_choice("FLUFFY_NOTIFY", Notify, values.get("FLUFFY_NOTIFY", Notify.BELL)),
        undo_seconds=_seconds("FLUFFY_UNDO_SECONDS", values.get("FLUFFY_UNDO_SECONDS", "10")),
    )


def _with_media(settings: Settings, values: Mapping[str, str]) -> Settings:
    kind = values.get("FLUFFY_MEDIA_HOST")
    if kind is None:
        return settings
    media_host = _choice("FLUFFY_MEDIA_HOST", MediaHostKind, kind)
    base_url = _required("FLUFFY_MEDIA_BASE_URL", values, media_host)
    settings = replace(
        settings,
        media_host=media_host,
        media_base_url=_web_address("FLUFFY_MEDIA_BASE_URL", base_url).rstrip("/"),
    )
    if media_host is MediaHostKind.DIRECTORY:
        directory = Path(_required("FLUFFY_MEDIA_DIRECTORY", values, media_host)).expanduser().absolute()
        return replace(settings, media_directory=directory)
    return replace(
        settings,
        s3=S3Settings(
            bucket=_required("FLUFFY_S3_BUCKET", values, media_host),
            endpoint=values.get("FLUFFY_S3_ENDPOINT"),
            region=values.get("FLUFFY_S3_REGION", "us-east-1"),
            access_key_id=Secret(_required("AWS_ACCESS_KEY_ID", values, media_host)),
            secret_access_key=Secret(_required("AWS_SECRET_ACCESS_KEY", values, media_host)),
        ),
    )


def _required(variable: str, values: Mapping[str, str], media_host: MediaHostKind) -> str:
    if variable not in values:
        raise InvalidSetting(f"FLUFFY_MEDIA_HOST is {media_host}, so {variable} has to be set too.", variable)
    return values[variable]


def _choice(variable: str, choices: type[Choice], value: str) -> Choice:
    try:
        return choices(value.strip().lower())
    except ValueError:
        raise InvalidSetting(
            f"{variable} has to be one of {', '.join(choices)}, not {value!r}.", variable
        ) from None


def _seconds(variable: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:  # which "nan" is not either
        raise InvalidSetting(
            f"{variable} has to be a number of seconds from 0 to 3600, not {value!r}.", variable
        )
    return seconds


def _web_address(variable: str, address: str) -> str:
    parts = urlsplit(address)
    loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if (
        not parts.hostname
        or parts.scheme not in ("https", "http")
        or (parts.scheme == "http" and not loopback)
    ):
        raise InvalidSetting(
            f"{variable} has to be an https address (http only for this machine itself).", variable
        )
    return address
