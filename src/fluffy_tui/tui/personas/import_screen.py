"""Imports photos: asks for folders, then shows the progress and the files that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, ProgressBar, Static

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.personas.folder_field import FolderField, FolderFound
from fluffy_tui.tui.session.import_run import ImportRun, ImportState, import_progress_words
from fluffy_tui.tui.session.messages import ImportProgressed, ImportStopWanted, ImportWanted, on_event
from fluffy_tui.tui.text.times import duration_left
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.header import SEPARATOR

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import FailedFile, ImportSummary
    from fluffy_tui.tui.session.context import Context

SHOWN_FAILURES = 500
"""How many failed files are listed; of the rest only the number is shown."""


class ImportScreen(FrameScreen):
    """Asks for folders, then shows the import, which keeps running after the user leaves."""

    PLACE = Place.IMPORT
    BINDINGS = bindings(Place.IMPORT, only=("import.add_folder", "import.stop", "import.back"))
    DEFAULT_CSS = """
    ImportScreen {
        #body { align: center top; padding: 1 2; }
        #import { width: 1fr; max-width: 90; height: auto; max-height: 100%; padding: 1 2; }
        #import-choices { display: none; text-wrap: nowrap; text-overflow: ellipsis; }
        #import-choices.-shown { display: block; }
        #import-problem { display: none; color: $text-error; }
        #import-problem.-shown { display: block; }
        #import-folders, #import-words { margin-top: 1; }
        #import-folders, ProgressBar, #import-words, #import-failures { display: none; }
        #import-folders.-shown, #import-words.-shown, #import-failures.-shown { display: block; }
        &.-running ProgressBar { display: block; margin-top: 1; }
        ProgressBar, Bar { width: 1fr; }
        #import-failures { height: auto; max-height: 12; margin-top: 1; }
    }
    """

    def __init__(self, context: Context, persona: Persona) -> None:
        super().__init__(context)
        self._persona = persona
        self._folders: list[Path] = []

    def compose_body(self) -> ComposeResult:
        with Vertical(id="import", classes="box") as box:
            box.border_title = Content(f"Import photos for {one_line(self._persona.name)}").markup
            words = self.context.with_keys(
                "Folder and its subfolders  ({import.complete} completes the path)"
            )
            yield Static(words, classes="muted", markup=False)
            yield FolderField(id="folder")
            yield Static(id="import-choices", classes="muted", markup=False)
            yield Static(id="import-problem", markup=False)
            yield Static(id="import-folders", markup=False)
            yield ProgressBar(show_eta=False)
            yield Static(id="import-words", markup=False)
            with VerticalScroll(id="import-failures"):
                yield Static(markup=False)

    def on_mount(self) -> None:
        """Show the running import, if there is one."""
        self.query_one(FolderField).focus()
        if self.context.import_run.is_running:
            self._show()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._say("")

    @on(FolderField.Listed)
    def _list_choices(self, message: FolderField.Listed) -> None:
        lines = [_choice_words(folder) for folder in message.found]
        if message.found and message.more:
            lines.append(f"and {message.more:,} more")
        choices = self.query_one("#import-choices", Static)
        choices.update("\n".join(lines))
        choices.set_class(bool(lines), "-shown")

    def action_start(self) -> None:
        if self.context.import_run.is_running:
            words = "An import is already running. Wait for it to end, or stop it with {import.stop}."
            self._say(self.context.with_keys(words))
        elif self._move_to_list() and self._folders:
            self.post_message(ImportWanted(tuple(self._folders), self._persona))
            self._folders = []

    def action_add_folder(self) -> None:
        self._move_to_list()

    def _move_to_list(self) -> bool:
        """Move the field's folder to the list; return False if it cannot be used."""
        field = self.query_one(FolderField)
        folder = field.folder
        if folder is None:
            if not self._folders:
                self._say("Enter a folder first.")
            return True
        if refusal := _refusal(folder):
            self._say(f"{one_line(str(folder))} {refusal}.")
            return False
        if folder not in self._folders:
            self._folders.append(folder)
        field.clear()
        self._list_folders(self._folders)
        return True

    def action_stop(self) -> None:
        self.post_message(ImportStopWanted())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim `stop` unless an import is running."""
        return None if action == "stop" and not self.context.import_run.is_running else True

    @on_event(ImportProgressed)
    def _show(self) -> None:
        run = self.context.import_run
        self.set_class(run.is_running, "-running")
        self._list_folders(run.folders if run.is_running else self._folders)
        if run.is_running and run.progress is not None:
            self.query_one(ProgressBar).update(total=run.progress.total, progress=run.progress.seen)
        words = self.query_one("#import-words", Static)
        words.update(_words(run))
        words.add_class("-shown")
        self._show_failures(run.summary.failed if run.summary else ())
        self.refresh_bindings()

    def _show_failures(self, failed: tuple[FailedFile, ...]) -> None:
        box = self.query_one("#import-failures")
        box.set_class(bool(failed), "-shown")
        lines = [
            Content.assemble(
                ("! ", "$text-warning"),
                one_line(str(file.path)),
                (f"  {one_line(file.reason)}", "$foreground-muted"),
            )
            for file in failed[:SHOWN_FAILURES]
        ]
        if len(failed) > SHOWN_FAILURES:
            lines.append(
                Content(
                    f"and {len(failed) - SHOWN_FAILURES:,} more (`fluffy-tui --import` lists all of them)"
                )
            )
        box.query_one(Static).update(Content("\n").join(lines))

    def _list_folders(self, folders: list[Path] | tuple[Path, ...]) -> None:
        listing = self.query_one("#import-folders", Static)
        listing.update("\n".join(one_line(str(folder)) for folder in folders))
        listing.set_class(bool(folders), "-shown")

    def _say(self, problem: str) -> None:
        line = self.query_one("#import-problem", Static)
        line.update(f"! {problem}" if problem else "")
        line.set_class(bool(problem), "-shown")


def _refusal(folder: Path) -> str:
    """Return why nothing can be imported from a path, as the end of a sentence; empty if it is a folder."""
    try:
        if folder.is_dir():
            return ""
        return "is a file, not a folder" if folder.exists() else "does not exist"
    except OSError as error:  # of a name that is too long, or a folder above it that is not ours
        return f"cannot be read: {error.strerror}"


def _choice_words(folder: FolderFound) -> str:
    """Return a folder with what is in it, such as `Norway/   212 photos · 3 folders`."""
    more = "" if folder.is_counted else "+"
    counts = [
        f"{count:,}{more} {plural(count, word)}"
        for count, word in ((folder.photos, "photo"), (folder.subfolders, "folder"))
        if count
    ]
    name = f"{one_line(folder.name)}/" if folder.name else "this folder"
    return f"{name}   {' · '.join(counts) or 'no photos'}"


def _words(run: ImportRun) -> Content:
    match run.state:
        case ImportState.RUNNING:
            if run.progress is None:
                return Content("Searching the folders…")
            failed = f" · {run.progress.failed:,} failed" if run.progress.failed else ""
            return Content(f"{import_progress_words(run.progress)}{failed}")
        case ImportState.FAILED:
            return Content.assemble(("! ", "$text-error"), str(run.error))
        case ImportState.STOPPED:
            seen = f" after {run.progress.seen:,} files" if run.progress else ""
            return Content(f"Stopped{seen}. Photos imported so far are kept.")
        case ImportState.DONE if run.summary is not None:
            return summary_words(run.summary)
        case _:
            return Content("")


def summary_words(summary: ImportSummary) -> Content:
    """Return the result of an import in one line."""
    numbers = summary.counts.items()
    parts = [Content(f"{number:,} {words}") for words, number in numbers if number or words == "imported"]
    return Content.assemble(
        ("✓ ", "$text-success"),
        SEPARATOR.join(
            [*parts, *map(Content, summary.advice), Content(f"in {duration_left(summary.seconds)}")]
        ),
    )
