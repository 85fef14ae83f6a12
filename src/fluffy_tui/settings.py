"""Every setting: its name, its purpose, and where its value came from.

A flag overrides the environment, which overrides config.toml, which overrides the default.

Uses only the standard library, because it is imported before the first frame is painted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fluffy_tui.name_key import is_text
from fluffy_tui.paths import Paths, default_config_file, default_data_folder
from fluffy_tui.plain_file import read_plain

BUFFER_URL = "https://api.buffer.com"
"""Buffer's GraphQL endpoint (developers.buffer.com, guides)."""


LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine itself."""

_PRIVATE_NETWORKS = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
    "100.64.0.0/10",  # of overlay networks such as Tailscale
    *("::1/128", "fc00::/7", "fe80::/10"),
)
_LARGEST_FILE = 1_000_000
"""Bytes of `config.toml`; all settings and keys together take a few thousand."""
_QUOTED = 40
"""How many characters of a wrong value an error quotes."""
_LONGEST_PATH = 4096
"""Characters that systems take."""
_LONGEST_ADDRESS = 2000
"""Characters; some servers take no more of an address with the path of a picture in it."""
_PRIVATE_NAMES = (".localhost", ".local", ".lan", ".home.arpa", ".internal")
"""Endings of names that no public server has; a name without a point is none of a public server either."""

Choice = TypeVar("Choice", bound=StrEnum)


class InvalidSetting(ValueError):
    """A setting has an invalid value; the text names the setting and never a secret value.

    Args:
        text: What is wrong and what to do.
        variable: Environment variable of the setting, if it is about one setting.
    """

    def __init__(self, text: str, variable: str = "") -> None:
        super().__init__(text)
        self.variable = variable


class Secret:
    """A text that must never be shown: its repr, str and format only say whether it is set."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself; call this only to pass it to the service it belongs to."""
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
    """Where pictures are uploaded so that Buffer can fetch them."""

    DIRECTORY = "directory"
    S3 = "s3"


class Preview(StrEnum):
    """How pictures are drawn in the terminal."""

    AUTO = "auto"
    KITTY = "kitty"
    SIXEL = "sixel"
    HALF_CELL = "half-cell"
    OFF = "off"


class Switch(StrEnum):
    """A setting that is on or off, as TOML writes it."""

    ON = "true"
    OFF = "false"


class Notify(StrEnum):
    """How the terminal announces that a post went live or failed, besides the app's own message."""

    OFF = "off"
    BELL = "bell"
    DESKTOP = "desktop"


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the settings table."""

    variable: str
    """The environment variable."""
    key: str
    """The name in `config.toml`; empty if there is none."""
    purpose: str
    default: str = ""
    """The default as the docs show it; empty if there is none."""
    secret: bool = False
    is_number: bool = False
    """Whether `config.toml` has it without quotation marks."""

    def toml_value(self, text: str) -> str | float:
        """Return a checked value in the type that it has in `config.toml`."""
        if not self.is_number:
            return text
        return int(text) if text.strip().isdecimal() else float(text)


# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", "database_url", "Postgres 14 or newer with pgvector 0.7 or newer; if not set, an embedded server is used", "embedded", secret=True),  # noqa: E501
    Setting("DATABASE_DIRECT_URL", "database_direct_url", "The same database without a pooler, if that of DATABASE_URL shares connections between transactions", secret=True),  # noqa: E501
    Setting("BUFFER_API_KEY", "buffer_api_key", "API key from Buffer's settings", secret=True),
    Setting("FLUFFY_BUFFER_URL", "buffer_url", "Address of Buffer's API", BUFFER_URL),
    Setting("FLUFFY_DATA_DIR", "data_dir", "Folder for the database, drafts and the log", "per user"),
    Setting("FLUFFY_CONFIG", "", "The configuration file itself (environment only)", "per user"),
    Setting("FLUFFY_MEDIA_HOST", "media_host", "Where pictures are uploaded for Buffer to fetch: `directory` or `s3`"),
    Setting("FLUFFY_MEDIA_BASE_URL", "media_base_url", "Public https address of the uploaded pictures (http only on this machine)"),  # noqa: E501
    Setting("FLUFFY_MEDIA_DIRECTORY", "media_directory", "For `directory`: the folder that your web server serves"),
    Setting("FLUFFY_S3_BUCKET", "s3_bucket", "For `s3`: bucket name"),
    Setting("FLUFFY_S3_ENDPOINT", "s3_endpoint", "For `s3`: API endpoint of an S3-compatible service", "AWS"),
    Setting("FLUFFY_S3_REGION", "s3_region", "For `s3`: region", "us-east-1"),
    Setting("AWS_ACCESS_KEY_ID", "aws_access_key_id", "For `s3`: access key ID", secret=True),
    Setting("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key", "For `s3`: secret key", secret=True),
    Setting("FLUFFY_UNDO_SECONDS", "undo_seconds", "Seconds in which a submit can be undone before the post is sent; 0 to send at once", "10", is_number=True),  # noqa: E501
    Setting("FLUFFY_POST_AGAIN_MONTHS", "post_again_months", "Months for which a post has to be live before its photos can be posted again; 0 for at once", "3", is_number=True),  # noqa: E501
    Setting("FLUFFY_XMP_PICK_RATING", "xmp_pick_rating", "Stars in XMP from which an imported photo counts as picked: 1 to 5, or `off`", "off"),  # noqa: E501
    Setting("FLUFFY_WRITE_SIDECARS", "write_sidecars", "When a post is live, write what was posted into an XMP sidecar beside each photo: `true` or `false`", "false"),  # noqa: E501
    Setting("IMAGE_EMBED_URL", "image_embed_url", "Address of the image_embed service, if you run one"),
    Setting("FLUFFY_MODEL_URL", "model_url", "Address of your own vision model, which suggests captions: any OpenAI-compatible server (http only on this machine and in private networks); if not set, nothing is ever sent to a model"),  # noqa: E501
    Setting("FLUFFY_MODEL_KEY", "model_key", "Key of that server, if it needs one", secret=True),
    Setting("FLUFFY_MODEL_NAME", "model_name", "Name of the model", "the only one that the server has"),
    Setting("FLUFFY_PREVIEW", "preview", "How pictures are drawn: `auto`, `kitty`, `sixel`, `half-cell` or `off`", "auto"),  # noqa: E501
    Setting("FLUFFY_NOTIFY", "notify", "When a post goes live or fails: `bell`, `desktop` (a notification if the terminal can show them, else the bell; tmux and screen cannot) or `off`", "bell"),  # noqa: E501
    Setting("FLUFFY_ADOPT_URL", "adopt_url", "For `--adopt`: address of the fluffy-train database, which is only read", secret=True),  # noqa: E501
    Setting("FLUFFY_MCP_WRITES", "mcp_writes", "Whether an assistant may submit posts through `--mcp` (`true`), or only write drafts", "false"),  # noqa: E501
)
# fmt: on
"""The settings table, from which the docs and the settings screen are made."""

SECRETS = frozenset(setting.variable for setting in SETTINGS if setting.secret)
"""The environment variables of secrets."""
_KEYS = {setting.variable: setting.key for setting in SETTINGS}
_PATHS = frozenset({"FLUFFY_CONFIG", "FLUFFY_DATA_DIR", "FLUFFY_MEDIA_DIRECTORY"})
"""The settings that may hold any bytes, as names of folders do."""


@dataclass(frozen=True, slots=True)
class S3Settings:
    """A bucket of an S3-compatible service and how to reach it."""

    bucket: str
    endpoint: str | None
    region: str
    access_key_id: Secret
    secret_access_key: Secret


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run, checked and typed."""

    paths: Paths
    database_url: Secret | None = None
    """None means the embedded server."""
    database_direct_url: Secret | None = None
    """Set if `database_url` leads to a pooler that shares connections between transactions."""
    buffer_api_key: Secret | None = None
    buffer_url: str = BUFFER_URL
    media_host: MediaHostKind | None = None
    media_base_url: str | None = None
    media_directory: Path | None = None
    s3: S3Settings | None = None
    image_embed_url: str | None = None
    model_url: str | None = None
    """The address of the model that suggests captions; None without one."""
    model_key: Secret | None = None
    model_name: str = ""
    """If empty, the only one that the server has."""
    preview: Preview = Preview.AUTO
    undo_seconds: float = 10.0
    """How long a submitted post waits before it is sent, so that the submit can be undone."""
    post_again_months: int = 3
    """For how long a post has to be live before it can be posted again."""
    notify: Notify = Notify.BELL
    adopt_url: Secret | None = None
    mcp_writes: bool = False
    """Whether an assistant may submit posts, rather than only write drafts."""
    xmp_pick_rating: int | None = None
    """Stars in XMP from which an imported photo counts as picked; None if none does."""
    write_sidecars: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    """The user's own keys by action id, from the table `[keys]` of config.toml."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each value came from, by variable: `environment`, `config.toml` or `default`."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """What may be shown of each value that is set, by variable; of a secret only that it is set."""


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting and its value, safe to show."""

    setting: Setting
    shown: str
    """The value; of a secret only `set` or `not set`."""
    origin: str
    """`environment`, `config.toml` or `default`."""


def setting_values(settings: Settings) -> tuple[SettingValue, ...]:
    """Return every setting with its value, safe to show, in the table's order."""
    return tuple(
        SettingValue(
            setting,
            settings.shown.get(setting.variable) or setting.default or "not set",
            settings.origins.get(setting.variable, "default"),
        )
        for setting in SETTINGS
    )


def load_settings(
    environment: Mapping[str, str] | None = None, *, given: Mapping[str, str] | None = None
) -> Settings:
    """Read environment, by default that of this process, and `config.toml` into checked settings.

    The values `given` by variable override all others. An empty value means not set, as does a variable with nothing
    but spaces, which an env file has left.

    Raises:
        InvalidSetting: A value is invalid, or the file cannot be read or is not TOML.
    """
    environment = os.environ if environment is None else environment
    config_file = _path(environment.get("FLUFFY_CONFIG"), default_config_file)
    from_file = _read_config(config_file)
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    given = given or {}
    for setting in SETTINGS:
        if setting.variable in given:
            if given[setting.variable]:
                values[setting.variable] = given[setting.variable]
            origins[setting.variable] = "given"
        elif environment.get(setting.variable, "").strip():
            values[setting.variable], origins[setting.variable] = environment[setting.variable], "environment"
        elif setting.key and setting.key in from_file:
            values[setting.variable], origins[setting.variable] = str(from_file[setting.key]), "config.toml"
        else:
            origins[setting.variable] = "default"
    for variable, value in values.items():
        if "\0" in value or (variable not in _PATHS and not is_text(value)):
            raise InvalidSetting(
                with_own_names(f"{variable} is not UTF-8 text. Set it again.", origins), variable
            )
    data = _path(values.get("FLUFFY_DATA_DIR"), default_data_folder).absolute()
    settings = Settings(
        paths=Paths(config_file=config_file, data=data),
        keys=dict(_own_keys(from_file.get("keys", {}))),
        origins=origins,
        shown=_shown(values, config_file),
    )
    try:
        return _with_media(_with_services(settings, values), values)
    except InvalidSetting as error:
        place = place_in_file(settings, error.variable)
        text = with_own_names(f"{error}{f' It is in {place}.' if place else ''}", origins)
        raise InvalidSetting(text, error.variable) from None


def with_own_names(text: str, origins: Mapping[str, str]) -> str:
    """Return sentences about settings with the names that `config.toml` has for those that it is the origin of."""
    named = re.compile(rf"\b({'|'.join(sorted(_KEYS, key=len, reverse=True))})\b")
    is_environment = any(origins.get(variable) == "environment" for variable in named.findall(text))

    def name(found: re.Match[str]) -> str:
        origin = origins.get(found[0], "default")
        is_variable = origin == "environment" or (origin == "default" and is_environment)
        return found[0] if is_variable else _KEYS[found[0]] or found[0]

    return named.sub(name, text)


def place_in_file(settings: Settings, variable: str) -> str:
    """Return where `config.toml` has a setting, as in `line 3 of /home/sarah/config.toml`; empty if it has not."""
    if settings.origins.get(variable) != "config.toml":
        return ""
    file, key = settings.paths.config_file, re.compile(rf"""\s*["']?{_KEYS[variable]}["']?\s*=""")
    try:
        lines = config_text(file).splitlines()
    except OSError:
        return str(file)
    number = next((number for number, line in enumerate(lines, 1) if key.match(line)), 0)
    return f"line {number} of {file}" if number else str(file)


def take_environment() -> dict[str, str]:
    """Return this process's environment, and remove from the process what no other program needs to see.

    Editors, browsers, clipboard tools and servers that are started here inherit the rest: no password and no key. The
    other variables of AWS are removed as well: the S3 client would read them by itself and upload elsewhere, or sign
    with another key, than the settings say.
    """
    environment = dict(os.environ)
    for name in environment.keys() - public_environment(environment).keys():
        del os.environ[name]
    return environment


def public_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a program of others may see: none that is secret or holds a password."""
    return {
        name: value
        for name, value in environment.items()
        if not (
            name in SECRETS
            or name.startswith(("AWS_", "PGPASS"))
            or (name in _KEYS and without_secrets(value) != value)
        )
    }


def _path(text: str | None, default: Callable[[], Path] = Path) -> Path:
    try:
        return (Path(text) if text and text.strip() else default()).expanduser()
    except RuntimeError:  # of ~ for a user without an entry in /etc/passwd, or one that does not exist
        raise InvalidSetting(f"The home folder of {text or 'this user'} is not known. Set HOME.") from None


def _own_keys(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield action ids and keys; TOML reads an id without quotes as a table in a table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{verb}", str(keys)) for verb, keys in value.items())
        else:
            yield name, str(value)


def _shown(values: Mapping[str, str], config_file: Path) -> dict[str, str]:
    shown = {"FLUFFY_CONFIG": str(config_file)}
    for variable, value in values.items():
        shown[variable] = "set" if variable in SECRETS else without_secrets(value)
    return shown


def without_secrets(value: str) -> str:
    """Return an address without what may be secret in it.

    That is what is before its last @, since an unencoded password may hold any character, and what is after a ? or #.
    """
    scheme, separator, rest = value.partition("://")
    if not separator:
        return value
    place = re.sub(r"([?#]).+", r"\1…", rest.rpartition("@")[2], flags=re.DOTALL)
    return f"{scheme}://{'…@' if '@' in rest else ''}{place}"


def config_text(file: Path) -> str:
    """Return the text of a configuration file, without the mark that Windows writes before it.

    Raises:
        OSError: It cannot be read, is a device or a pipe, which may never end, or is too large.
        UnicodeDecodeError: It is no text.
    """
    return read_plain(file, _LARGEST_FILE).decode("utf-8-sig")


def _read_config(config_file: Path) -> dict[str, Any]:
    try:
        text = config_text(config_file)
        import tomllib  # takes as long as all else here, and many have no such file

        content = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise InvalidSetting(
            f"The configuration file {config_file} is not UTF-8 text. Save it as UTF-8."
        ) from None
    except (OSError, ValueError) as error:
        why = str((error.strerror if isinstance(error, OSError) else "") or error)
        why = f"{why[:1].lower()}{why[1:]}"
        shown = _beginning(str(config_file), _LONGEST_PATH)
        raise InvalidSetting(f"Cannot read the configuration file {shown}: {why}.") from error
    except RecursionError:
        raise InvalidSetting(
            f"Cannot read the configuration file {config_file}: its lists are nested too deeply."
        ) from None
    known = {setting.key for setting in SETTINGS if setting.key} | {"keys", "theme"}
    unknown = sorted(set(content) - known)
    if unknown:
        raise InvalidSetting(
            f"The configuration file {config_file} has unknown settings: {', '.join(unknown)}. Remove them."
        )
    for key, value in content.items():
        if (key == "keys") is not isinstance(value, dict) or isinstance(value, list):
            what = "a table: write [keys] on a line of its own" if key == "keys" else "one value, not several"
            raise InvalidSetting(f"{key} in the configuration file {config_file} must be {what}.")
    has_secret = any(setting.secret and setting.key in content for setting in SETTINGS)
    if has_secret and config_file.stat().st_mode & 0o077:
        raise InvalidSetting(
            f"The configuration file {config_file} contains a secret, and other users can read it. "
            f"Run: chmod 600 {config_file}"
        )
    return content


def _with_services(settings: Settings, values: Mapping[str, str]) -> Settings:
    direct, embed = values.get("DATABASE_DIRECT_URL"), values.get("IMAGE_EMBED_URL")
    if direct and "DATABASE_URL" not in values:
        raise InvalidSetting(
            "DATABASE_DIRECT_URL is set without DATABASE_URL, which it belongs to. Set both, or rename it.",
            "DATABASE_DIRECT_URL",
        )
    return replace(
        settings,
        database_url=Secret(values["DATABASE_URL"]) if "DATABASE_URL" in values else None,
        database_direct_url=Secret(direct) if direct else None,
        adopt_url=Secret(values["FLUFFY_ADOPT_URL"]) if "FLUFFY_ADOPT_URL" in values else None,
        buffer_api_key=_key("BUFFER_API_KEY", values),
        buffer_url=_web_address("FLUFFY_BUFFER_URL", values.get("FLUFFY_BUFFER_URL", BUFFER_URL)),
        image_embed_url=_web_address("IMAGE_EMBED_URL", embed) if embed else None,
        model_url=_model_address(values["FLUFFY_MODEL_URL"]) if "FLUFFY_MODEL_URL" in values else None,
        model_key=_key("FLUFFY_MODEL_KEY", values),
        model_name=_model_name(values.get("FLUFFY_MODEL_NAME", "")),
        preview=_choice("FLUFFY_PREVIEW", Preview, values.get("FLUFFY_PREVIEW", Preview.AUTO)),
        notify=_choice("FLUFFY_NOTIFY", Notify, values.get("FLUFFY_NOTIFY", Notify.BELL)),
        xmp_pick_rating=_pick_rating("FLUFFY_XMP_PICK_RATING", values.get("FLUFFY_XMP_PICK_RATING", "off")),
        write_sidecars=_is_on("FLUFFY_WRITE_SIDECARS", values),
        undo_seconds=_seconds("FLUFFY_UNDO_SECONDS", values.get("FLUFFY_UNDO_SECONDS", "10")),
        mcp_writes=_is_on("FLUFFY_MCP_WRITES", values),
        post_again_months=_months("FLUFFY_POST_AGAIN_MONTHS", values.get("FLUFFY_POST_AGAIN_MONTHS", "3")),
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
        directory = _path(_required("FLUFFY_MEDIA_DIRECTORY", values, media_host)).absolute()
        return replace(settings, media_directory=directory)
    return replace(settings, s3=_s3_settings(values, media_host))


def _s3_settings(values: Mapping[str, str], media_host: MediaHostKind) -> S3Settings:
    """Check everything that becomes part of a request; obstore ends the program over what cannot."""

    def checked(variable: str, pattern: str, what: str, default: str | None = None) -> str:
        value = default or _required(variable, values, media_host)
        return _checked(variable, values.get(variable, value).strip(), pattern, what)

    endpoint = values.get("FLUFFY_S3_ENDPOINT")
    return S3Settings(
        bucket=checked("FLUFFY_S3_BUCKET", r"[A-Za-z0-9_.-]+", "letters, digits, points and hyphens"),
        endpoint=_web_address("FLUFFY_S3_ENDPOINT", endpoint) if endpoint else None,
        region=checked("FLUFFY_S3_REGION", r"[A-Za-z0-9_-]+", "letters, digits and hyphens", "us-east-1"),
        access_key_id=Secret(checked("AWS_ACCESS_KEY_ID", *_OF_KEYS)),
        secret_access_key=Secret(checked("AWS_SECRET_ACCESS_KEY", *_OF_KEYS)),
    )


_OF_KEYS = (r"[!-~]+", "ASCII letters, digits and symbols, without spaces")


def _key(variable: str, values: Mapping[str, str]) -> Secret | None:
    """Return a key that becomes part of a request, without what a shell or an env file has left around it."""
    if variable not in values:
        return None
    key = re.sub(r"^(['\"])(.*)\1$", r"\2", values[variable].strip(), flags=re.DOTALL).strip()
    return Secret(_checked(variable, key, *_OF_KEYS) if key else "")


def _checked(variable: str, value: str, pattern: str, what: str) -> str:
    if re.fullmatch(pattern, value) is None:
        raise InvalidSetting(f"{variable} may only hold {what}.", variable)
    return value


def _required(variable: str, values: Mapping[str, str], media_host: MediaHostKind) -> str:
    if variable not in values:
        raise InvalidSetting(f"FLUFFY_MEDIA_HOST is {media_host}, which also needs {variable}.", variable)
    return values[variable]


def _must_be(variable: str, what: str, value: str) -> InvalidSetting:
    return InvalidSetting(f"{variable} must be {what}, not {_beginning(value, _QUOTED)!r}.", variable)


def _beginning(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _choice(variable: str, choices: type[Choice], value: str) -> Choice:
    try:
        return choices(value.strip().lower())
    except ValueError:
        raise _must_be(variable, f"one of {', '.join(choices)}", value) from None


def _pick_rating(variable: str, value: str) -> int | None:
    value = value.strip().lower()
    if value == "off":
        return None
    if value not in ("1", "2", "3", "4", "5"):
        raise _must_be(variable, "a number of stars from 1 to 5, or off", value)
    return int(value)


def _seconds(variable: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:  # also refuses "nan"
        raise _must_be(variable, "a number of seconds from 0 to 3600", value)
    return seconds


def is_private_host(host: str) -> bool:
    """Return whether a host is this machine or in a private network, by its address or its name alone."""
    from ipaddress import ip_address, ip_network  # not for the first frame

    try:
        address = ip_address(host)
    except ValueError:  # a name
        # A number is an address too, as 0x08080808.
        return host.endswith(_PRIVATE_NAMES) or re.fullmatch(r"[a-z][a-z0-9-]*", host) is not None
    return any(address in ip_network(network) for network in _PRIVATE_NETWORKS)


def _model_address(address: str) -> str:
    variable = "FLUFFY_MODEL_URL"
    address = _web_address(variable, address)
    parts = urlsplit(address)
    if parts.scheme == "http" and not is_private_host(parts.hostname or ""):
        raise InvalidSetting(
            f"{variable} must be an https address, since photos are sent there "
            "(http only on this machine and in private networks).",
            variable,
        )
    return address


def _model_name(name: str) -> str:
    name = name.strip()
    if len(name) > 200 or not name.isprintable():
        raise InvalidSetting("FLUFFY_MODEL_NAME is not the name of a model.", "FLUFFY_MODEL_NAME")
    return name


def _is_on(variable: str, values: Mapping[str, str]) -> bool:
    return _choice(variable, Switch, values.get(variable, Switch.OFF)) is Switch.ON


def _months(variable: str, value: str) -> int:
    if re.fullmatch(r"\s*[0-9]{1,3}\s*", value) is None or int(value) > 120:
        raise _must_be(variable, "a number of months from 0 to 120", value)
    return int(value)


def _is_name(host: str) -> bool:
    """Return whether the HTTP client can read the name of a host: with other letters than ASCII's, not everyone."""
    if host.isascii() and "xn--" not in host:
        return True
    import httpx  # not for the first frame

    try:
        return bool(httpx.URL(f"https://{host}").host)
    except (ValueError, httpx.InvalidURL):
        return False


_NO_PASSWORD = {
    "FLUFFY_BUFFER_URL": "Set BUFFER_API_KEY.",
    "FLUFFY_MEDIA_BASE_URL": "Buffer and the networks fetch pictures without one, "
    "and every post publishes the address.",
    "FLUFFY_S3_ENDPOINT": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "FLUFFY_MODEL_URL": "Set FLUFFY_MODEL_KEY.",
    "IMAGE_EMBED_URL": "image_embed asks for none: run it on this machine, or in a private network.",
}
"""Where a password belongs that is not taken in an address, or why there is none."""
_ALLOW_HTTP = frozenset({"FLUFFY_S3_ENDPOINT", "FLUFFY_MODEL_URL", "IMAGE_EMBED_URL"})
"""The settings for which http is enough, also where it leads to another machine."""


def _web_address(variable: str, address: str) -> str:
    """Check an address and return it; the error quotes nothing of it, since it may hold a password.

    Addresses are shown on screens and in errors and get into logs, so none may hold a name or password.

    Args:
        variable: The setting.
        address: As the user has written it.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
        host, loopback = parts.hostname, parts.hostname in LOOPBACK
    except ValueError:  # broken brackets
        host, loopback = None, False
    allow_http = variable in _ALLOW_HTTP
    schemes = ("https", "http") if allow_http or loopback else ("https",)
    if not host or parts.scheme not in schemes or len(address) > _LONGEST_ADDRESS or not _is_name(host):
        what = "an https or http address" if allow_http else "an https address (http only on this machine)"
        raise InvalidSetting(f"{variable} must be {what}, such as https://example.com.", variable)
    if re.search(r"[\s\x00-\x1f\x7f]", address):
        raise InvalidSetting(f"{variable} has a space in it. Write it as %20, or leave it out.", variable)
    try:
        is_number, has_port = True, parts.port is not None  # reading it checks it
    except ValueError:
        is_number, has_port = False, True
    # In front of an unencoded /, ? or # a password looks like a port.
    if "@" in parts.netloc or (has_port and "@" in address):
        raise InvalidSetting(
            f"{variable} may not hold a name or password. {_NO_PASSWORD[variable]}", variable
        )
    if not is_number:
        raise InvalidSetting(
            f"{variable} has a port that is not a number from 0 to 65535. Write it as https://example.com:443.",
            variable,
        )
    return address
