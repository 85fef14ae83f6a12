"""Setting up Buffer: key, channels, media host, each tried by a real call before anything is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, Static

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.settings import InvalidSetting, Secret
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.messages import SettingsSaved
from fluffy_tui.tui.setup.wizard_steps import KEY, LABELS, LATER, ChannelsStep, HostStep, KeyStep
from fluffy_tui.tui.ui.frame_screen import FrameScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.tui.session.context import Context

STEPS = (("step-key", "your key"), ("step-channels", "your channels"), ("step-host", "your pictures"))
"""The steps by their widgets' ids, and what they are called."""

UPLOADING = "… uploading a tiny picture and fetching it back; {setup.back} stops"


class SetUpScreen(FrameScreen):
    """Goes through the steps; what was typed is kept in memory when it is left halfway.

    Args:
        context: The world.
    """

    PLACE = Place.SETUP
    BINDINGS = bindings(
        Place.SETUP, only=("setup.next", "setup.next_field", "setup.field_before", "setup.back")
    )
    DEFAULT_CSS = """
    SetUpScreen {
        #body { align: center top; padding: 0 1; }
        #set-up { width: 1fr; max-width: 84; height: auto; max-height: 100%; padding: 0 2; }
        ContentSwitcher, KeyStep, ChannelsStep { height: auto; }
        ContentSwitcher { max-height: 1fr; }
        #set-up-words { height: auto; margin-top: 1; }
        &.-high #set-up { padding: 1 2; }
        &.-narrow #set-up { padding: 0 1; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._step = 0

    def compose_body(self) -> ComposeResult:
        """Lay out all steps, of which one is shown, and the words below."""
        settings, typed = self.context.setup.settings, self.context.typed_setup
        with Vertical(id="set-up", classes="box"):
            with ContentSwitcher(initial=STEPS[0][0]):
                yield KeyStep(settings, typed)
                yield ChannelsStep(settings)
                yield HostStep(settings, typed)
            yield Static(id="set-up-words", markup=False)

    def on_mount(self) -> None:
        """Begin with the key."""
        self._show(0)

    def _show(self, step: int) -> None:
        self._step = step
        id_, name = STEPS[step]
        self.query_one("#set-up").border_title = f"set up Buffer · {step + 1} of {len(STEPS)} · {name}"
        self.query_one(ContentSwitcher).current = id_
        self._say("")
        self._shown_step.take_focus()

    @property
    def _shown_step(self) -> KeyStep | ChannelsStep | HostStep:
        if self._step == 0:
            return self.query_one(KeyStep)
        return self.query_one(ChannelsStep) if self._step == 1 else self.query_one(HostStep)

    def _say(self, words: str | Content) -> None:
        self.query_one("#set-up-words", Static).update(words)

    def _complain(self, words: str) -> None:
        self._say(Content.assemble(Content.styled("! ", "$text-error"), plainly(words)))

    @property
    def _is_trying(self) -> bool:
        return any(
            worker.group == "set-up" and worker.node is self and worker.is_running for worker in self.workers
        )

    # Going on, going back

    def action_next(self) -> None:
        """Try this step and go on."""
        if self._is_trying:
            return
        self._remember()
        (self._take_key, self._take_channels, self._take_host)[self._step]()

    async def action_back(self) -> None:
        """Stop what is being tried, or go one step back."""
        if self._is_trying:
            self.workers.cancel_group(self, "set-up")
            self._say("Stopped. Nothing was saved.")
        elif self._step:
            self._show(self._step - 1)
        else:
            await self.run_action("app.back")

    def _remember(self) -> None:
        self.context.typed_setup.update(self.query_one(KeyStep).values | self.query_one(HostStep).typed)

    def on_unmount(self) -> None:
        """Keep nothing that runs; what was typed stays in memory until it is saved."""
        self.workers.cancel_group(self, "set-up")

    # The steps

    def _take_key(self) -> None:
        typed = self.query_one(KeyStep).values.get(KEY)
        key = Secret(typed) if typed else self.context.setup.settings.buffer_api_key
        if key is None:
            self._complain("Paste your key first.")
        else:
            self._ask(key)

    @work(group="set-up", exclusive=True, exit_on_error=False, description="asking Buffer")
    async def _ask(self, key: Secret) -> None:
        self._say(self.context.with_keys("… asking Buffer with this key; {setup.back} stops"))
        try:
            offered = await self.context.setup.ask_buffer(key)
        except FluffyError as error:
            self._complain(str(error))
            return
        await self.query_one(ChannelsStep).offer(offered)
        self._show(1)

    def _take_channels(self) -> None:
        self._show(2)

    def _take_host(self) -> None:
        host = self.query_one(HostStep)
        if (field := host.missing()) is not None:
            self._complain(f"Fill in the {field.label}.")
            field.take_focus()
        else:
            self._prove_and_save(host.kind, host.values)

    @work(group="set-up", exclusive=True, exit_on_error=False, description="trying the media host")
    async def _prove_and_save(self, kind: str, values: dict[str, str]) -> None:
        setup = self.context.setup
        key = self.query_one(KeyStep).values
        try:
            if kind != LATER:
                self._say(self.context.with_keys(UPLOADING))
                await setup.prove_host(values)
            outranked = setup.save(key | values)  # a few milliseconds, and nothing to stop halfway
        except (FluffyError, InvalidSetting) as error:
            self._complain(f"{error} Nothing was saved.")
            return
        self._tell_saved(outranked)
        self.context.typed_setup.clear()
        self.post_message(SettingsSaved(self.query_one(ChannelsStep).chosen))

    def _tell_saved(self, outranked: Sequence[str]) -> None:
        file = self.context.setup.settings.paths.config_file
        self.app.notify(f"Saved in {file}, which only you can read.", title="settings", markup=False)
        if outranked:
            self.app.notify(
                f"The environment sets {', '.join(outranked)} to something else, which comes first: unset it there.",
                severity="warning",
                timeout=15,
                markup=False,
            )


def plainly(words: str) -> str:
    """Return an error in the form's own words instead of the names of settings."""
    words = words.replace(f"and set {KEY}", "and paste it here").replace(f"Check {KEY}", "Check the key")
    for variable, label in LABELS.items():
        words = words.replace(variable, f"the {label}")
    return words[:1].upper() + words[1:]
