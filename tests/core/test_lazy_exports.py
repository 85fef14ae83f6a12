"""Names of a package that are imported on first use."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

import fluffy_tui
from fluffy_tui.core.lazy_exports import lazy_exports

ROOT = Path(fluffy_tui.__file__).parent
FRONT_DOORS = sorted(ROOT.rglob("__init__.py"))


def test_a_name_is_imported_from_its_module() -> None:
    load = lazy_exports("email", {"message": "Message"})
    from email.message import Message

    assert load("Message") is Message


def test_an_unknown_name_is_an_attribute_error_of_the_package() -> None:
    with pytest.raises(AttributeError, match="module 'email' has no attribute 'Letter'"):
        lazy_exports("email", {"message": "Message"})("Letter")


@pytest.mark.parametrize("file", FRONT_DOORS, ids=lambda file: file.parent.name)
def test_a_front_door_gives_out_every_name_that_type_checkers_see(file: Path) -> None:
    parts = file.parent.relative_to(ROOT).parts
    package = import_module(".".join(("fluffy_tui", *parts)))
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        exported = [name.asname for name in node.names] if isinstance(node, ast.ImportFrom) else []
        for name in filter(None, exported):
            assert getattr(package, name) is not None
