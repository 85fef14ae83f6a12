"""The steps of the setup wizard: the API key, the channels, the media host."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.buffer import KEY_PAGE, BufferError, Code
from fluffy_tui.settings import MediaHostKind
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.setup.form_field import FormField
from fluffy_tui.tui.text.channel_words import channel_name, users_of
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.choice import Choice
from fluffy_tui.tui.ui.vim_list import TickList

if TYPE_CHECKING:
    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.ports import OfferedChannels

KEY = "BUFFER_API_KEY"
IS_SET = "already set; leave empty to keep it"

OPTION_KEYS = "{compose.previous_option} {compose.next_option}"

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

_SETTING = re.compile("|".join(LABELS))


def form_words(error: Exception) -> str:
    """Return an error in terms of the form: with the labels of its fields in place of names of settings."""
    if isinstance(error, BufferError) and error.code is Code.KEY_REFUSED:
        return f"{error.message} Create a new one at {KEY_PAGE} and paste it here."
    return _SETTING.sub(lambda name: f"“{LABELS[name[0]]}”", str(error))


class KeyStep(Vertical):
    """Asks for the API key, which is never shown, not even while it is pasted.

    Args:
        settings: The current settings.
        typed: Unsaved input by setting.
    """

    TITLE = "API key"

    def __init__(self, settings: Settings, typed: Mapping[str, str]) -> None:
        super().__init__(id="step-key")
        placeholder = IS_SET if settings.buffer_api_key is not None else "paste your key"
        self._field = FormField(KEY, "API key", placeholder=placeholder, secret=True, text=typed.get(KEY, ""))

    def compose(self) -> ComposeResult:
        """Lay out explanation and field."""
        yield Static(
            f"Create a key at {KEY_PAGE} and paste it here.\nIt is tested before it is saved.",
            classes="muted",
        )
        yield self._field

    def take_focus(self) -> None:
        """Focus the field."""
        self._field.take_focus()

    @property
    def values(self) -> dict[str, str]:
        """The key, if one was typed."""
        return {KEY: self._field.text} if self._field.text else {}


NO_CHANNELS = (
    "This organization has no channels yet. Connect one in Buffer, "
    "then assign it to a persona with {personas.channel}."
)


class ChannelsStep(Vertical):
    """Offers an organization's channels; each one selected gets a persona, or joins the one of its name.

    Args:
        settings: The current settings, including the user's own keys.
    """

    TITLE = "Channels"
    DEFAULT_CSS = """
    ChannelsStep {
        #organization-place { height: auto; }
        TickList, TickList:focus { height: auto; max-height: 10; border: none; padding: 0; }
    }
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="step-channels")
        self._own = settings.keys
        self._offered: Sequence[OfferedChannels] = ()
        self._personas: Sequence[Persona] = ()
        self._channels: list[Channel] = []
        self._list = TickList(id="channels")

    def compose(self) -> ComposeResult:
        """Lay out explanation, organizations and channels."""
        words = (
            "Where do you post? Each channel selected with {setup.toggle} gets a persona; "
            "channels with the same name share one."
        )
        yield Static(with_keys(words, self._own), markup=False, classes="muted")
        yield Vertical(id="organization-place")
        yield self._list
        yield Static(id="no-channels", markup=False, classes="muted")

    async def offer(self, offered: Sequence[OfferedChannels], personas: Sequence[Persona]) -> None:
        """Show what the key gives access to, and which channels have a persona already."""
        self._offered, self._personas = offered, personas
        place = self.query_one("#organization-place")
        await place.remove_children()
        if len(offered) > 1:
            names = [(organization.id, one_line(organization.name)) for organization, _ in offered]
            await place.mount(
                Static(with_keys(f"Organization  ({OPTION_KEYS})", self._own), classes="muted"),
                Choice(names, id="organization"),
            )
        elif offered:
            await place.mount(Static(f"Organization: {one_line(offered[0][0].name)}", markup=False))
        self._show_channels(0)

    @on(Choice.Changed, "#organization")
    def _organization_changed(self, event: Choice.Changed) -> None:
        event.stop()
        ids = [organization.id for organization, _ in self._offered]
        self._show_channels(ids.index(event.value))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._list.action_take()

    def _show_channels(self, number: int) -> None:
        self._channels = [*self._offered[number][1]] if self._offered else []
        only = {0} if len(self._channels) == 1 else set()
        self._list.offer([_channel_line(channel, self._personas) for channel in self._channels], only)
        self.query_one("#no-channels", Static).update(
            "" if self._channels else with_keys(NO_CHANNELS, self._own)
        )

    def take_focus(self) -> None:
        """Focus the channels."""
        self.screen.set_focus(self._list)

    @property
    def chosen(self) -> list[Channel]:
        """The selected channels, or the one under the cursor."""
        cursor = self._list.highlighted
        numbers = self._list.ticked or ({cursor} if cursor is not None else set())
        return [self._channels[number] for number in sorted(numbers)]


def _channel_line(channel: Channel, personas: Sequence[Persona]) -> Content:
    line = Content.styled(channel_name(channel), "bold")
    if users := users_of(channel.id, personas):
        line = Content.assemble(line, (f"  used by {users}", "dim"))
    if channel.problem:
        return Content.assemble(line, (f"  ! {one_line(channel.problem)}", "$text-warning"))
    return line


class HostStep(VerticalScroll, can_focus=False):
    """Asks where pictures are uploaded so that Buffer can fetch them.

    Args:
        settings: The current settings.
        typed: Unsaved input by setting.
    """

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
        """Show the fields of the kind that is set."""
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
        """Focus the choice."""
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
