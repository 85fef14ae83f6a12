"""The step of the setup wizard that asks for the media host: where pictures are uploaded."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from fluffy_tui.settings import MediaHostKind, Settings
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.setup.form_field import IS_SET, OPTION_KEYS, FormField
from fluffy_tui.tui.ui.choice import Choice

LATER = "later"
"""The choice of no media host for now."""

SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
LABELS = {
    "FLUFFY_MEDIA_DIRECTORY": "Folder",
    "FLUFFY_S3_BUCKET": "Bucket",
    "FLUFFY_S3_ENDPOINT": "Endpoint",
    "FLUFFY_S3_REGION": "Region",
    "AWS_ACCESS_KEY_ID": "Access key ID",
    "AWS_SECRET_ACCESS_KEY": "Secret key",
    "FLUFFY_MEDIA_BASE_URL": "Public address",
}
"""Labels of the host's fields, by setting."""

PLACEHOLDERS = {
    "FLUFFY_MEDIA_DIRECTORY": "~/public_html/pictures",
    "FLUFFY_S3_ENDPOINT": "leave empty for AWS, else https://…",
    "FLUFFY_S3_REGION": "us-east-1",
    "FLUFFY_MEDIA_BASE_URL": "https://… where the pictures can be seen",
}
OPTIONAL = frozenset({"FLUFFY_S3_ENDPOINT", "FLUFFY_S3_REGION"})
FIELDS: Mapping[str, tuple[str, ...]] = {
    MediaHostKind.DIRECTORY: ("FLUFFY_MEDIA_DIRECTORY", "FLUFFY_MEDIA_BASE_URL"),
    MediaHostKind.S3: tuple(name for name in LABELS if name != "FLUFFY_MEDIA_DIRECTORY"),
    LATER: (),
}
"""The fields of each kind of media host."""


class HostStep(VerticalScroll, can_focus=False):
    """Asks where pictures are uploaded so that Buffer can fetch them."""

    TITLE = "Pictures"
    DEFAULT_CSS = """
    HostStep { height: auto; max-height: 100%; Choice { margin-bottom: 1; } }
    """

    def __init__(self, settings: Settings, typed: Mapping[str, str]) -> None:
        super().__init__(id="step-host")
        self._settings = settings
        self._choice = Choice(
            [
                (MediaHostKind.DIRECTORY, "web server folder"),
                (MediaHostKind.S3, "S3 bucket"),
                (LATER, "later"),
            ],
            id="host-kind",
        )
        self._first_kind = typed.get("FLUFFY_MEDIA_HOST") or settings.media_host or MediaHostKind.DIRECTORY
        texts = {**current_host(settings), **typed}
        self._fields = [
            FormField(
                variable,
                label,
                placeholder=IS_SET if variable in SECRETS and settings.s3 else PLACEHOLDERS.get(variable, ""),
                secret=variable in SECRETS,
                text=texts.get(variable, ""),
            )
            for variable, label in LABELS.items()
        ]

    def compose(self) -> ComposeResult:
        """Lay out the choice and all fields, of which those of the chosen kind are shown."""
        yield Static(
            "Buffer fetches your pictures from a public address. Where should they be uploaded?\n"
            + with_keys(f"({OPTION_KEYS} choose, {{setup.next_field}} next field)", self._settings.keys),
            markup=False,
            classes="muted",
        )
        yield self._choice
        yield from self._fields
        yield Static("Until then, captions are kept as drafts.", id="host-later", classes="muted")

    def on_mount(self) -> None:
        self._choice.value = self._first_kind
        self._show_fields()

    @on(Choice.Changed, "#host-kind")
    def _kind_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._show_fields()

    def _show_fields(self) -> None:
        for field in self._fields:
            field.display = field.variable in FIELDS[self.kind]
        self.query_one("#host-later").display = self.kind == LATER

    @property
    def kind(self) -> str:
        """`directory`, `s3` or `later`."""
        return self._choice.value

    def take_focus(self) -> None:
        self.screen.set_focus(self._choice)

    @property
    def typed(self) -> dict[str, str]:
        """Everything in the fields, whether it applies or not."""
        texts = {field.variable: field.text for field in self._fields if field.text}
        return {"FLUFFY_MEDIA_HOST": self.kind, **texts}

    @property
    def values(self) -> dict[str, str]:
        """The settings to save; an empty secret that is already set stays as it is."""
        if self.kind == LATER:
            return {"FLUFFY_MEDIA_HOST": ""}
        texts = {field.variable: field.text for field in self._fields if field.display}
        if self._settings.s3 is not None:
            texts = {name: text for name, text in texts.items() if text or name not in SECRETS}
        return {"FLUFFY_MEDIA_HOST": self.kind, **texts}

    def missing(self) -> FormField | None:
        """Return the first required field that is empty."""
        values = self.values
        for field in self._fields:
            if field.display and field.variable not in OPTIONAL and values.get(field.variable) == "":
                return field
        return None


def current_host(settings: Settings) -> dict[str, str]:
    """Return the current settings of the media host, without its secrets."""
    values = {
        "FLUFFY_MEDIA_DIRECTORY": str(settings.media_directory or ""),
        "FLUFFY_MEDIA_BASE_URL": settings.media_base_url or "",
    }
    if settings.s3 is not None:
        values |= {
            "FLUFFY_S3_BUCKET": settings.s3.bucket,
            "FLUFFY_S3_ENDPOINT": settings.s3.endpoint or "",
            "FLUFFY_S3_REGION": settings.s3.region,
        }
    return values
