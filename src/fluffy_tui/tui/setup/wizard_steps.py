"""The three steps of setting up: the key, the channels, the media host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.settings import MediaHostKind
from fluffy_tui.tui.keymap.bindings import with_keys
from fluffy_tui.tui.text.channel_words import channel_name
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.choice import Choice
from fluffy_tui.tui.ui.form_field import FormField
from fluffy_tui.tui.ui.vim_list import TickList

if TYPE_CHECKING:
    from fluffy_tui.buffer import Channel
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.ports import OfferedChannels

KEY = "BUFFER_API_KEY"
KEEP = "set already; leave empty to keep it"
KEY_PAGE = "https://publish.buffer.com/settings/api"
"""Where a person makes a key (Buffer's settings, API)."""

CHOOSING = "{compose.choose_previous} {compose.choose_next}"
"""The keys of a choice, for a sentence."""

LATER = "later"
"""The choice of no media host for now."""

SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
LABELS = {
    "BUFFER_API_KEY": "Buffer key",
    "FLUFFY_MEDIA_DIRECTORY": "folder",
    "FLUFFY_S3_BUCKET": "bucket",
    "FLUFFY_S3_ENDPOINT": "endpoint",
    "FLUFFY_S3_REGION": "region",
    "AWS_ACCESS_KEY_ID": "access key id",
    "AWS_SECRET_ACCESS_KEY": "secret key",
    "FLUFFY_MEDIA_BASE_URL": "public address",
}
"""What the fields are called, by the setting they are for."""

PLACEHOLDERS = {
    "FLUFFY_MEDIA_DIRECTORY": "~/public_html/pictures",
    "FLUFFY_S3_ENDPOINT": "empty for AWS; else https://…",
    "FLUFFY_S3_REGION": "us-east-1",
    "FLUFFY_MEDIA_BASE_URL": "https://… where the pictures are seen",
}
OPTIONAL = frozenset({"FLUFFY_S3_ENDPOINT", "FLUFFY_S3_REGION"})
FIELDS: Mapping[str, tuple[str, ...]] = {
    MediaHostKind.DIRECTORY: ("FLUFFY_MEDIA_DIRECTORY", "FLUFFY_MEDIA_BASE_URL"),
    MediaHostKind.S3: (
        "FLUFFY_S3_BUCKET",
        "FLUFFY_S3_ENDPOINT",
        "FLUFFY_S3_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "FLUFFY_MEDIA_BASE_URL",
    ),
    LATER: (),
}
"""Which fields each kind of media host needs."""


class KeyStep(Vertical):
    """Asks for the key, which is shown nowhere, not even while it is pasted.

    Args:
        settings: What is set now.
        typed: What was typed before, by setting.
    """

    def __init__(self, settings: Settings, typed: Mapping[str, str]) -> None:
        super().__init__(id="step-key")
        self._is_set = settings.buffer_api_key is not None
        self._typed = typed

    def compose(self) -> ComposeResult:
        """Lay out words and field."""
        yield Static(
            f"Make a key at {KEY_PAGE} and paste it here.\nIt is tried before it is kept.", classes="muted"
        )
        placeholder = KEEP if self._is_set else "paste it"
        yield FormField(KEY, LABELS[KEY], placeholder=placeholder, secret=True, text=self._typed.get(KEY, ""))

    def take_focus(self) -> None:
        """Put the cursor where typing begins."""
        self.query_one(FormField).take_focus()

    @property
    def values(self) -> dict[str, str]:
        """The key, when one was typed."""
        text = self.query_one(FormField).text
        return {KEY: text} if text else {}


NO_CHANNEL_HERE = (
    "Buffer has no channel here yet. "
    "Connect one in Buffer; give it to a persona later, with {personas.channel}."
)


class ChannelsStep(Vertical):
    """Offers an organisation's channels; a persona is made for each that is taken.

    Args:
        settings: What is set now, among it the person's own keys.
    """

    DEFAULT_CSS = """
    ChannelsStep {
        #organisation-place { height: auto; }
        TickList, TickList:focus { height: auto; max-height: 10; border: none; padding: 0; }
    }
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="step-channels")
        self._own = settings.keys
        self._offered: Sequence[OfferedChannels] = ()
        self._channels: list[Channel] = []

    def compose(self) -> ComposeResult:
        """Lay out words, organisations and channels."""
        yield Static(
            with_keys(
                "Where do you post? A persona is made for each channel taken with {setup.take}.", self._own
            ),
            markup=False,
            classes="muted",
        )
        yield Vertical(id="organisation-place")
        yield TickList(id="channels")
        yield Static(id="channels-none", markup=False, classes="muted")

    async def offer(self, offered: Sequence[OfferedChannels]) -> None:
        """Show what the key gives access to."""
        self._offered = offered
        place = self.query_one("#organisation-place")
        await place.remove_children()
        if len(offered) > 1:
            names = [(organization.id, one_line(organization.name)) for organization, _ in offered]
            await place.mount(
                Static(
                    with_keys(f"Organisation  ({CHOOSING})", self._own),
                    id="organisation-keys",
                    classes="muted",
                ),
                Choice(names, id="organisation"),
            )
        elif offered:
            await place.mount(Static(f"Organisation: {one_line(offered[0][0].name)}", markup=False))
        self._list(0)

    @on(Choice.Changed, "#organisation")
    def _organisation_changed(self, event: Choice.Changed) -> None:
        event.stop()
        ids = [organization.id for organization, _ in self._offered]
        self._list(ids.index(event.value))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one(TickList).action_take()

    def _list(self, number: int) -> None:
        self._channels = [*self._offered[number][1]] if self._offered else []
        only = {0} if len(self._channels) == 1 else set()
        self.query_one(TickList).offer([_channel_line(channel) for channel in self._channels], only)
        self.query_one("#channels-none", Static).update(
            "" if self._channels else with_keys(NO_CHANNEL_HERE, self._own)
        )

    def take_focus(self) -> None:
        """Put the cursor on the channels."""
        self.screen.set_focus(self.query_one(TickList))

    @property
    def chosen(self) -> list[Channel]:
        """The channels ticked; the one under the cursor when none is."""
        ticks = self.query_one(TickList)
        numbers = ticks.ticked or ({ticks.highlighted} if ticks.highlighted is not None else set())
        return [self._channels[number] for number in sorted(numbers)]


def _channel_line(channel: Channel) -> Content:
    trouble = (
        Content.styled(f"  ! {one_line(channel.trouble)}", "$text-warning")
        if channel.trouble
        else Content("")
    )
    return Content.assemble(Content.styled(channel_name(channel), "bold"), trouble)


class HostStep(VerticalScroll, can_focus=False):
    """Asks where pictures are put for Buffer to fetch.

    Args:
        settings: What is set now.
        typed: What was typed before, by setting.
    """

    DEFAULT_CSS = """
    HostStep { height: auto; max-height: 100%; Choice { margin-bottom: 1; } }
    """

    def __init__(self, settings: Settings, typed: Mapping[str, str]) -> None:
        super().__init__(id="step-host")
        self._set = settings
        self._typed = typed

    def compose(self) -> ComposeResult:
        """Lay out the choice and all fields, of which those that do not apply are hidden."""
        yield Static(
            "Buffer fetches pictures from a public address. Where are they put?\n"
            + with_keys(f"({CHOOSING} choose, {{setup.next_field}} goes to the next field)", self._set.keys),
            markup=False,
            classes="muted",
        )
        yield Choice(
            [
                (MediaHostKind.DIRECTORY, "folder of a web server"),
                (MediaHostKind.S3, "S3 bucket"),
                (LATER, "later"),
            ],
            id="host-kind",
        )
        now = current_host(self._set)
        for variable in [name for name in LABELS if name != KEY]:
            secret = variable in SECRETS
            yield FormField(
                variable,
                LABELS[variable],
                placeholder=KEEP if secret and self._set.s3 is not None else PLACEHOLDERS.get(variable, ""),
                secret=secret,
                text=self._typed.get(variable, now.get(variable, "")),
            )
        yield Static(
            "Then captions are kept as drafts, and wait until there is one.", id="host-later", classes="muted"
        )

    def on_mount(self) -> None:
        """Show the fields of the kind that is set."""
        kind = self._typed.get("FLUFFY_MEDIA_HOST") or self._set.media_host or MediaHostKind.DIRECTORY
        self.query_one(Choice).value = kind
        self._arrange()

    @on(Choice.Changed, "#host-kind")
    def _kind_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._arrange()

    def _arrange(self) -> None:
        for field in self.query(FormField):
            field.display = field.variable in FIELDS[self.kind]
        self.query_one("#host-later").display = self.kind == LATER

    @property
    def kind(self) -> str:
        """`directory`, `s3` or `later`."""
        return self.query_one(Choice).value

    def take_focus(self) -> None:
        """Put the cursor on the choice."""
        self.screen.set_focus(self.query_one(Choice))

    @property
    def typed(self) -> dict[str, str]:
        """Everything in the fields, whether it applies or not."""
        return {
            "FLUFFY_MEDIA_HOST": self.kind,
            **{field.variable: field.text for field in self.query(FormField) if field.text},
        }

    @property
    def values(self) -> dict[str, str]:
        """What is to be set; an empty secret that is set already stays as it is."""
        if self.kind == LATER:
            return {"FLUFFY_MEDIA_HOST": ""}
        texts = {field.variable: field.text for field in self.query(FormField) if field.display}
        if self._set.s3 is not None:
            texts = {name: text for name, text in texts.items() if text or name not in SECRETS}
        return {"FLUFFY_MEDIA_HOST": self.kind, **texts}

    def missing(self) -> FormField | None:
        """Return the first field that has to be filled in and is not."""
        values = self.values
        for field in self.query(FormField):
            if field.display and field.variable not in OPTIONAL and values.get(field.variable) == "":
                return field
        return None


def current_host(settings: Settings) -> dict[str, str]:
    """Return what is set of the media host, without its secrets."""
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
