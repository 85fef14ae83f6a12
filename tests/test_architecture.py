"""The rules of the house that no linter knows: layout, names, size of classes, workers, colours."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import fluffy_tui

SOURCE = Path(__file__).parent.parent / "src" / "fluffy_tui"
FILES = sorted(SOURCE.rglob("*.py"))
TUI = [path for path in FILES if path.is_relative_to(SOURCE / "tui")]

EDGES = {
    "core/child_process.py": "what a thread raises is raised again where it is waited for",
    "core/job_queue.py": "the worker's own loop: it is told in the log, and the worker comes back",
    "modes/console_mode.py": "the error of the user's own script, printed as `python -` does",
    "modes/worker_supervisor.py": "a heartbeat that cannot be read now; the app reports that the database is down",
    "scheduling/delivery/delivery_loop.py": "a job: the error is logged and kept on the post for the next attempt",
    "scheduling/background/status_sync.py": "one post that cannot be recorded must not stop the others",
    "tui/compose/submitter.py": "a worker's edge: the text stays on the screen, whatever went wrong",
    "tui/photo/small_pictures.py": "whatever a decoder throws, the list beside the small pictures lives on",
    "tui/library/photo_list.py": "a worker's edge: the list stays, and its screen says why",
    "tui/photo/photo_preview.py": "whatever a decoder throws, the list beside the picture lives on",
    "tui/startup.py": "a worker's edge: opening may fail in any way, and the person may try again",
}
"""Where `except Exception` may stand, and why."""

CLOCK = {
    "tui/session/live_updates.py": "a silent worker sends no event",
    "tui/caption/caption_editor.py": "a very long text is counted when typing pauses, not at each key",
    "tui/compose/caption_form.py": "a very long text is checked when typing pauses, not at each key",
    "tui/session/drafts.py": "a draft is saved a moment after a key, not at each key",
    "tui/platform/garbage_collection.py": "garbage is collected when typing pauses, not while a key opens a screen",
    "tui/photo/graphics_watch.py": "the terminal is asked once its size is settled",
    "tui/photo/photo_preview.py": "nothing is decoded while the cursor still runs",
}
"""Where the clock may be used, and why."""


def name_of(path: Path) -> str:
    """Return a file's name as the rules write it."""
    return path.relative_to(SOURCE).as_posix()


def walk(paths: list[Path], *words: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of the files in which one of the words is, with a name to say where it is."""
    for path in paths:
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if any(word in source for word in words) else ():
            yield f"{name_of(path)}:{getattr(node, 'lineno', 0)}", node


def called(node: ast.AST) -> str:
    """Return the last name of what is called; empty for anything but a call."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def keywords(node: ast.AST) -> dict[str, ast.expr]:
    """Return the keywords of a call."""
    assert isinstance(node, ast.Call)
    return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}


def workers() -> Iterator[tuple[str, ast.AST]]:
    """Yield every place where Textual is asked for a worker."""
    for where, node in walk(TUI, "work"):
        if called(node) in ("work", "run_worker"):
            yield where, node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                assert not (isinstance(decorator, ast.Name) and decorator.id == "work"), (
                    f"{where}: bare @work"
                )


def test_every_worker_says_its_group_and_purpose_and_never_ends_the_app() -> None:
    """Textual cancels the whole group "default" for any exclusive worker without a group."""
    found = list(workers())
    assert found
    for where, node in found:
        given = keywords(node)
        assert {"group", "description", "exit_on_error"} <= set(given), where
        exit_on_error = given["exit_on_error"]
        assert isinstance(exit_on_error, ast.Constant), where
        assert exit_on_error.value is False, where


def test_what_screens_tell_is_markup_only_if_it_is_written_there() -> None:
    """Names and errors of others may hold brackets, which as markup fail, or act when they are clicked."""
    for where, node in walk(TUI, "notify"):
        if called(node) == "notify" and isinstance(node, ast.Call) and node.args:
            told = node.args[0]
            is_written = isinstance(told, ast.Constant) or (isinstance(told, ast.Name) and told.id.isupper())
            assert is_written or any(keyword.arg == "markup" for keyword in node.keywords), where


def test_nothing_waits_by_the_clock() -> None:
    """Screens wait for events; a pause before the next try is never the screen's business."""
    for where, node in walk(TUI, "sleep", "set_timer", "set_interval"):
        if called(node) in ("sleep", "set_timer", "set_interval"):
            assert where.partition(":")[0] in CLOCK, where


def test_only_the_edges_catch_every_exception() -> None:
    """Elsewhere, an error that nobody expected must surface."""
    for where, node in walk(FILES, "except:", "Exception"):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type
        names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
        for name in names:
            wide = name is None or (isinstance(name, ast.Name) and name.id in ("Exception", "BaseException"))
            raised_again = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
            assert not wide or raised_again or where.partition(":")[0] in EDGES, where


def test_every_binding_comes_from_the_table_of_keys() -> None:
    """So that footer, help, palette and README never disagree."""
    for where, node in walk(TUI, "Binding", "BINDINGS"):
        if called(node) == "Binding":
            assert where.startswith("tui/keymap/bindings.py:"), where
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == "BINDINGS" for target in targets):
            assert node.value is not None
            calls = [called(inner) for inner in ast.walk(node.value) if isinstance(inner, ast.Call)]
            assert not {"bindings", "field_bindings"}.isdisjoint(calls), where


NAMED_COLOR = re.compile(
    r"(?:color|background|tint|border[\w-]*|outline[\w-]*):[^;{]*"
    r"(?:#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\b(?:red|green|blue|yellow|white|black|cyan|magenta|gr[ae]y)\b)"
)


def styles() -> Iterator[tuple[str, str]]:
    """Yield every style sheet, in files and in classes."""
    for path in SOURCE.rglob("*.tcss"):
        yield name_of(path), path.read_text(encoding="utf-8")
    for where, node in walk(TUI, "CSS"):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id in ("DEFAULT_CSS", "CSS") for target in node.targets
        ):
            assert isinstance(node.value, ast.Constant), where
            yield where, str(node.value.value)


def test_every_color_in_a_style_sheet_is_the_themes() -> None:
    """A colour of one's own is unreadable in half of the themes."""
    found = list(styles())
    assert len(found) > 5
    for where, style in found:
        hit = NAMED_COLOR.search(re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
        assert hit is None, f"{where}: {hit.group() if hit else ''}"


@pytest.mark.parametrize("style", ["color: red;", "background: #123456 50%;", "border: round rgb(1,2,3);"])
def test_the_colour_rule_sees_what_it_is_for(style: str) -> None:
    """The rule is of use only if it can fail."""
    assert NAMED_COLOR.search(style)


@pytest.mark.parametrize(
    "style", ["color: $text;", "border: round $border-blurred;", "background: $warning 25%;"]
)
def test_the_colour_rule_lets_theme_variables_be(style: str) -> None:
    """Theme variables are what is wanted."""
    assert not NAMED_COLOR.search(style)


PRIVATE_TEXTUAL = re.compile(r"^\s*(?:from|import) textual(?:\.\w+)*(?:\._| import _)", re.MULTILINE)
PATCHES = {"textual_fixes.py", "textual_internals.py"}
"""The only modules that know Textual's private names."""


def test_private_names_of_textual_are_in_one_place_each_for_code_and_tests() -> None:
    for path in (*FILES, *Path(__file__).parent.rglob("*.py")):
        found = PRIVATE_TEXTUAL.search(path.read_text(encoding="utf-8"))
        assert (found is not None) == (path.name in PATCHES), path


SEARCHED_WORDS = re.compile(r"(?:\bin |\b(?:search|match|findall)\()str\((?:error|exception)\b")
WORDS_ALONE = {"images/jpeg_pixels.py": "libjpeg's warnings have no codes"}
"""Where what an error says in words decides something, because there is nothing else."""


def test_nothing_is_decided_by_searching_the_words_of_an_error() -> None:
    """They are made for people, and may quote what a user has typed."""
    assert SEARCHED_WORDS.search('if "fk_snippets" in str(error.orig):')
    for path in FILES:
        if name_of(path) not in WORDS_ALONE:
            assert not SEARCHED_WORDS.search(path.read_text(encoding="utf-8")), name_of(path)


GENERIC = {"__init__", "__main__", "errors", "model", "screen", "service", "tables"}
"""Module names that may occur in several folders, which say what they hold."""
LOOSE = 6
"""Modules directly below `tui/`, at most."""
FOLDER = 16
"""Modules in one folder, its front door among them, at most."""
ACTIVITIES = 8
"""Modules named for an activity rather than for a thing, at most."""
METHODS = 40
"""Methods over all of a class's own bases, at most; Textual's are not counted."""


def test_folders_are_small_enough_to_take_in_at_a_glance() -> None:
    for folder in {path.parent for path in FILES}:
        assert len(list(folder.glob("*.py"))) <= FOLDER, name_of(folder)
    assert len(list((SOURCE / "tui").glob("*.py"))) <= LOOSE


def test_the_folders_of_tests_are_those_of_the_code() -> None:
    own, scenes = Path(__file__).parent, {"faults", "journey"}
    for path in own.rglob("test_*.py"):
        folder = path.parent.relative_to(own)
        assert folder.parts[:1] in {(scene,) for scene in scenes} or (SOURCE / folder).is_dir(), path


def test_a_module_name_occurs_once() -> None:
    places = defaultdict(list)
    for path in FILES:
        places[path.stem].append(name_of(path))
    assert not {stem: found for stem, found in places.items() if len(found) > 1 and stem not in GENERIC}


def test_modules_are_named_for_things() -> None:
    named = {path.stem for path in FILES if any(word.endswith("ing") for word in path.stem.split("_"))}
    assert len(named) <= ACTIVITIES, named


def own_classes() -> set[type]:
    """Return every class that the package defines."""
    modules = pkgutil.walk_packages(fluffy_tui.__path__, "fluffy_tui.")
    names = [module.name for module in modules if not module.name.endswith("__main__")]
    found = (vars(importlib.import_module(name)).values() for name in names)
    return {item for items in found for item in items if inspect.isclass(item) and is_own(item)}


def is_own(class_: type) -> bool:
    return class_.__module__.startswith("fluffy_tui")


def methods(class_: type) -> set[str]:
    """Return the names of all methods and properties that a class has from this project."""
    kinds = (property, classmethod, staticmethod)
    return {
        name
        for base in class_.__mro__
        if is_own(base)
        for name, item in vars(base).items()
        if inspect.isfunction(item) or isinstance(item, kinds)
        if not name.startswith("__") or name == "__init__"
    }


def test_no_class_hides_a_crowd_of_methods_behind_its_bases() -> None:
    crowded = {class_.__qualname__: len(methods(class_)) for class_ in own_classes()}
    assert not {name: count for name, count in crowded.items() if count > METHODS}


def test_no_base_class_exists_for_a_single_subclass() -> None:
    """Such a pair is one class in two files; errors and protocols are another matter."""
    classes = own_classes()
    for class_ in classes:
        if issubclass(class_, BaseException) or getattr(class_, "_is_protocol", False):
            continue
        heirs = [heir.__qualname__ for heir in classes if class_ in heir.__bases__]
        assert len(heirs) != 1, f"{class_.__qualname__} is there for {heirs[0]} alone"
