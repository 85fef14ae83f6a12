"""The list of personas, each with its counts, its channels and their state."""

from __future__ import annotations

from textual import on, work
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fluffy_tui.core.app_events import Connected, PersonaEdited
from fluffy_tui.personas import Persona
from fluffy_tui.scheduling import PersonaCounts
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.personas.channel_picker import ChannelPickerScreen
from fluffy_tui.tui.personas.import_screen import ImportScreen
from fluffy_tui.tui.personas.voice_screen import VoiceScreen
from fluffy_tui.tui.session.context import Context
from fluffy_tui.tui.session.messages import OverviewChanged, PersonaChanged, PersonaChosen, on_event
from fluffy_tui.tui.snippets import SnippetsScreen
from fluffy_tui.tui.text.channel_words import channel_health, channel_names
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.themes import ThemesScreen
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.header import SEPARATOR
from fluffy_tui.tui.ui.vim_list import VimList

_OF_PERSONA = frozenset(
    {"open", "rename", "channel", "ai_label", "voice", "snippets", "themes", "import_photos"}
)


class PersonasScreen(FrameScreen):
    """Opens, creates and renames personas, and chooses their channels."""

    PLACE = Place.PERSONAS
    BINDINGS = bindings(Place.PERSONAS)
    DEFAULT_CSS = """
    PersonasScreen {
        #body { align: center top; padding: 1 2; }
        #personas { width: 1fr; max-width: 100; height: auto; max-height: 100%; }
        #no-personas { display: none; width: auto; max-width: 64; padding: 2 4; }
        &.-empty #personas { display: none; }
        &.-empty #no-personas { display: block; }
        &.-narrow #no-personas { max-width: 100%; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._personas: list[Persona] = []
        self._is_loaded = False

    def compose_body(self) -> ComposeResult:
        personas = VimList(id="personas", classes="box")
        personas.border_title = "Personas"
        yield personas
        yield Static(
            Content.assemble(
                ("No personas yet\n\n", "bold"),
                "A persona is one social identity with its photos, posts and Buffer channels.\n\nPress ",
                (self.context.with_keys("{personas.new}"), "bold $primary"),
                " to create one.",
            ),
            id="no-personas",
            classes="box",
        )

    def on_mount(self) -> None:
        self._load()

    @on_event(OverviewChanged)
    def _counts_changed(self) -> None:
        if self._is_loaded:
            self._draw()

    @on_event(Connected, PersonaEdited)
    @work(group="personas", exclusive=True, exit_on_error=False, description="loading personas")
    async def _load(self) -> None:
        self._personas = await self.context.services.personas.list()
        self._is_loaded = True
        self._draw()

    def _draw(self) -> None:
        listing = self.query_one(VimList)
        chosen = self._highlighted()
        ids = [str(persona.id) for persona in self._personas]
        prompts = [self._prompt(persona) for persona in self._personas]
        if ids == [option.id for option in listing.options]:
            for id_, prompt in zip(ids, prompts, strict=True):
                listing.replace_option_prompt(id_, prompt)
        else:
            listing.set_options([Option(prompt, id=id_) for id_, prompt in zip(ids, prompts, strict=True)])
            self._highlight(chosen or self.context.overview.persona)
        self.set_class(not self._personas, "-empty")
        if self._personas and self.focused is None:
            listing.focus()  # it lost the focus while it was hidden
        self.refresh_bindings()

    def _prompt(self, persona: Persona) -> Content:
        counts = self.context.overview.counts.get(persona.id, PersonaCounts())
        parts = [Content.styled(one_line(persona.name), "bold")]
        if names := channel_names(persona):
            parts.append(Content.styled(names, "dim"))
        if persona.ai_label:
            parts.append(Content.styled("AI label", "dim"))
        if problem := channel_health(persona):
            parts.append(Content.styled(f"! {problem}", "$text-warning"))
        return Content.assemble(Content("   ").join(parts), "\n", _counts_line(counts))

    def _highlighted(self) -> Persona | None:
        index = self.query_one(VimList).highlighted
        return None if index is None else self._personas[index]

    def _highlight(self, persona: Persona | None) -> None:
        if self._personas:
            ids = [other.id for other in self._personas]
            index = ids.index(persona.id) if persona and persona.id in ids else 0
            self.query_one(VimList).highlighted = index

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the actions that need a persona while there is none."""
        if action in _OF_PERSONA and not self._personas:
            return None
        return True

    @on(OptionList.OptionSelected, "#personas")
    def action_open(self) -> None:
        if persona := self._highlighted():
            self.post_message(PersonaChosen(persona))

    @work(group="persona-dialog", exclusive=True, exit_on_error=False, description="creating a persona")
    async def action_new(self) -> None:
        await self._changed(await ask_new_persona(self.context, self.app))

    @work(group="persona-dialog", exclusive=True, exit_on_error=False, description="renaming the persona")
    async def action_rename(self) -> None:
        persona = self._highlighted()
        if persona is None:
            return
        personas = self.context.services.personas

        async def rename(name: str) -> Persona:
            return await personas.rename(persona, name)

        keys = self.context.keys
        question = AskTextScreen("Rename persona", "New name", rename, text=persona.name, own=keys)
        await self._changed(await self.app.push_screen_wait(question))

    @work(group="persona-dialog", exclusive=True, exit_on_error=False, description="choosing the channels")
    async def action_channel(self) -> None:
        if persona := self._highlighted():
            picker = ChannelPickerScreen(self.context.services.personas, persona, self.context.keys)
            await self._changed(await self.app.push_screen_wait(picker))

    @work(group="persona-dialog", exclusive=True, exit_on_error=False, description="changing the AI label")
    async def action_ai_label(self) -> None:
        """Say of all of the persona's pictures that they are made with AI, or no longer."""
        if persona := self._highlighted():
            personas = self.context.services.personas
            await self._changed(await personas.set_ai_label(persona, not persona.ai_label))

    @work(group="persona-dialog", exclusive=True, exit_on_error=False, description="changing the voice")
    async def action_voice(self) -> None:
        if persona := self._highlighted():
            editor = VoiceScreen(self.context.services.personas, persona, self.context.keys)
            await self._changed(await self.app.push_screen_wait(editor))

    def action_snippets(self) -> None:
        if persona := self._highlighted():
            self.app.push_screen(SnippetsScreen(self.context, persona))

    def action_themes(self) -> None:
        if persona := self._highlighted():
            self.app.push_screen(ThemesScreen(self.context, persona))

    def action_import_photos(self) -> None:
        if persona := self._highlighted():
            self.app.push_screen(ImportScreen(self.context, persona))

    async def _changed(self, persona: Persona | None) -> None:
        if persona is None:
            return
        self.post_message(PersonaChanged(persona))
        self._personas = await self.context.services.personas.list()
        self._draw()
        self._highlight(persona)


async def ask_new_persona(context: Context, app: App[object]) -> Persona | None:
    """Create a persona with a name that the user types; None if the user cancels."""
    question = AskTextScreen(
        "New persona",
        "Name, for example the one you post under",
        context.services.personas.create,
        own=context.keys,
    )
    return await app.push_screen_wait(question)


def _counts_line(counts: PersonaCounts) -> Content:
    numbers = (
        (counts.unscheduled, "unscheduled", "dim"),
        (counts.drafts, plural(counts.drafts, "draft"), "dim"),
        (counts.queued, "queued", "dim"),
        (counts.scheduled, "scheduled", "dim"),
        (counts.failed, "failed", "$text-error"),
        (counts.posted, "live", "dim"),
    )
    parts = [
        Content.styled(f"{'! ' if words == 'failed' else ''}{number:,} {words}", style)
        for number, words, style in numbers
        if number or words == "unscheduled"
    ]
    return SEPARATOR.join(parts)
