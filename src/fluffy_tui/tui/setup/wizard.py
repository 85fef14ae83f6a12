"""The setup wizard: API key, channels, pictures; each step is tested by a real call before anything is saved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, Static

from fluffy_tui.buffer import KEY_PAGE, BufferError, Code
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.settings import InvalidSetting, Secret
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.messages import SettingsSaved
from fluffy_tui.tui.setup.channels_step import ChannelsStep
from fluffy_tui.tui.setup.host_step import LABELS, LATER, HostStep
from fluffy_tui.tui.setup.key_step import KEY, KeyStep
from fluffy_tui.tui.ui.frame_screen import FrameScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.tui.session.context import Context

CHECKING_KEY = "Checking the key with Buffer… ({setup.back} stops)"
UPLOADING = "Uploading a tiny picture and fetching it back… ({setup.back} stops)"

_SETTING = re.compile("|".join(LABELS))


class SetupWizard(FrameScreen):
    """Goes through the steps; unsaved input is kept in memory when the user leaves halfway."""

    PLACE = Place.SETUP
    BINDINGS = bindings(Place.SETUP, without=("setup.toggle",))
    DEFAULT_CSS = """
    SetupWizard {
        #body { align: center top; padding: 0 1; }
        #wizard { width: 1fr; max-width: 84; height: auto; max-height: 100%; padding: 0 2; }
        ContentSwitcher, KeyStep, ChannelsStep { height: auto; }
        ContentSwitcher { max-height: 1fr; }
        #wizard-words { height: auto; margin-top: 1; }
        &.-high #wizard { padding: 1 2; }
        &.-narrow #wizard { padding: 0 1; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        settings, typed = context.setup.settings, context.typed_setup
        self._key = KeyStep(settings, typed)
        self._channels = ChannelsStep(settings)
        self._host = HostStep(settings, typed)
        self._steps = (self._key, self._channels, self._host)
        self._step = 0
        self._words = Static(id="wizard-words", markup=False)

    def compose_body(self) -> ComposeResult:
        """Lay out all steps, of which one is shown, and the line below."""
        with Vertical(id="wizard", classes="box"):
            with ContentSwitcher(initial=self._key.id):
                yield from self._steps
            yield self._words

    def on_mount(self) -> None:
        self._show(0)

    def _show(self, number: int) -> None:
        self._step, step = number, self._steps[number]
        title = f"Connect Buffer · {number + 1} of {len(self._steps)} · {step.TITLE}"
        self.query_one("#wizard").border_title = title
        self.query_one(ContentSwitcher).current = step.id
        self._say("")
        step.take_focus()

    def _say(self, words: str | Content) -> None:
        self._words.update(words)

    def _complain(self, words: str) -> None:
        self._say(Content.assemble(("! ", "$text-error"), words))

    @property
    def _is_checking(self) -> bool:
        return any(
            worker.group == "wizard" and worker.node is self and worker.is_running for worker in self.workers
        )

    # Next and back

    def action_next(self) -> None:
        if self._is_checking:
            return
        self.context.typed_setup.update(self._key.values | self._host.typed)
        (self._check_key, lambda: self._show(2), self._check_host)[self._step]()

    async def action_back(self) -> None:
        if self._is_checking:
            self.workers.cancel_group(self, "wizard")
            self._say("Stopped. Nothing was saved.")
        elif self._step:
            self._show(self._step - 1)
        else:
            await self.run_action("app.back")

    def on_unmount(self) -> None:
        self.workers.cancel_group(self, "wizard")

    # The checks

    def _check_key(self) -> None:
        typed = self._key.values.get(KEY)
        key = Secret(typed) if typed else self.context.setup.settings.buffer_api_key
        if key is None:
            self._complain("Paste your key first.")
        else:
            self._ask_buffer(key)

    @work(group="wizard", exclusive=True, exit_on_error=False, description="checking the key")
    async def _ask_buffer(self, key: Secret) -> None:
        self._say(self.context.with_keys(CHECKING_KEY))
        try:
            offered = await self.context.setup.ask_buffer(key)
        except FluffyError as error:
            self._complain(form_words(error))
            return
        await self._channels.offer(offered, [*self.context.overview.personas.values()])
        self._show(1)

    def _check_host(self) -> None:
        if (field := self._host.missing()) is not None:
            self._complain(f"Fill in “{field.label}”.")
            field.take_focus()
        else:
            self._test_and_save(self._host.kind, self._host.values)

    @work(group="wizard", exclusive=True, exit_on_error=False, description="testing the media host")
    async def _test_and_save(self, kind: str, values: dict[str, str]) -> None:
        setup = self.context.setup
        try:
            if kind != LATER:
                self._say(self.context.with_keys(UPLOADING))
                await setup.prove_host(values)
            overridden = setup.save(self._key.values | values)  # a few milliseconds: nothing to stop halfway
        except (FluffyError, InvalidSetting) as error:
            self._complain(f"{form_words(error)} Nothing was saved.")
            return
        self._notify_saved(overridden)
        self.context.typed_setup.clear()
        self.post_message(SettingsSaved(self._channels.chosen))

    def _notify_saved(self, overridden: Sequence[str]) -> None:
        file = self.context.setup.settings.paths.config_file
        self.app.notify(f"Saved in {file}, which only you can read.", title="Settings", markup=False)
        if overridden:
            self.app.notify(
                f"The environment overrides {', '.join(overridden)} with other values. "
                "Unset them there to use yours.",
                severity="warning",
                timeout=15,
                markup=False,
            )


def form_words(error: Exception) -> str:
    """Return an error in terms of the form: with the labels of its fields in place of names of settings."""
    if isinstance(error, BufferError) and error.code is Code.KEY_REFUSED:
        return f"{error.message} Create a new one at {KEY_PAGE} and paste it here."
    return _SETTING.sub(lambda name: f"“{LABELS[name[0]]}”", str(error))
