"""The parts of README and docs that tests read: what stands between two marks of one name."""

from __future__ import annotations

import re
from pathlib import Path

from fluffy_tui.settings import SETTINGS
from fluffy_tui.tui.keymap.bindings import Place, actions_of
from fluffy_tui.tui.text.filter_words import FILTER_WORDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def document_with(name: str) -> Path:
    """Return the one document that has a part of that name."""
    found = [path for path in DOCUMENTS if f"<!-- {name} -->" in path.read_text(encoding="utf-8")]
    assert len(found) == 1, f"{name} should be in exactly one document, but is in {found}"
    return found[0]


def part(name: str) -> str:
    """Return what stands between the marks of that name."""
    text = document_with(name).read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found is not None, f"the part {name} has no closing mark"
    return found[1]


def code(name: str) -> str:
    """Return the code block between the marks of that name, without its fences."""
    return re.sub(r"^```.*\n", "", part(name), flags=re.MULTILINE)


def replace_part(name: str, text: str) -> None:
    """Write what stands between the marks of that name."""
    path = document_with(name)
    before, mark, rest = path.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    end = f"<!-- /{name} -->"
    path.write_text(before + mark + text + end + rest.partition(end)[2], encoding="utf-8")


def settings_table() -> str:
    """Return the table of settings for the docs, in Markdown."""
    rows = ["| environment | config.toml | default | what |", "|---|---|---|---|"]
    rows += [
        f"| `{setting.variable}` | {f'`{setting.key}`' if setting.key else ''} "
        f"| {setting.default} | {setting.purpose}{' (secret)' if setting.secret else ''} |"
        for setting in SETTINGS
    ]
    return "\n".join(rows) + "\n"


def filter_words_markdown() -> str:
    """Return the table of filters for the docs, in Markdown."""
    rows = ["| filter | photos |", "|---|---|"]
    rows += [f"| {', '.join(f'`{word}`' for word in one.written)} | {one.finds} |" for one in FILTER_WORDS]
    return "\n".join(rows) + "\n"


def key_table_markdown() -> str:
    """Return the table of keys for the docs, in Markdown."""
    rows = ["| where | keys | what | id |", "|---|---|---|---|"]
    for place in Place:
        rows += [
            f"| {place.heading} | {' '.join(f'`{key}`' for key in keys)} | {action.tooltip} | `{action.id}` |"
            for action in actions_of(place)
            if (keys := [key.replace("|", r"\|") for key in action.written_keys])
        ]
    return "\n".join(rows) + "\n"
