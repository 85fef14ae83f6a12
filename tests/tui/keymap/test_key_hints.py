"""Keys within sentences: the user's own keys, never written by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Button

import fluffy_tui.tui
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.keymap.bindings import ACTIONS
from fluffy_tui.tui.keymap.key_hints import key_of, with_keys
from fluffy_tui.tui.session.messages import FillWeek
from tui.conftest import Running
from tui.fakes import NOW, FakeServices
from tui.plan.test_screen import free_slots, go_to, grid, to_cell

TUI = Path(fluffy_tui.tui.__file__).parent
EXEMPT = {
    "preflight.py": "its default keys are replaced by the user's own where they are shown",
}
"""Files whose sentences may contain keys, and why."""


def test_a_sentence_has_the_default_keys_or_the_users_own() -> None:
    sentence = "Press {app.personas} or {snippets.delete}; {x} and {} stay."
    assert with_keys(sentence, {}) == "Press @ or x; {x} and {} stay."
    own = {"app.personas": "escape,f9", "snippets.delete": "delete,d"}
    assert with_keys(sentence, own) == "Press esc or del; {x} and {} stay."
    with pytest.raises(KeyError):
        with_keys("{app.nonsense}", {})
    assert all(key_of(action.id, {}) in action.written_keys for action in ACTIONS)


async def test_library_posts_and_dialogs_show_user_keys(running: Running, services: FakeServices) -> None:
    services.photos.copies |= {40: 40, 39: 40}
    services.scheduling.move(11, Step.QUEUED, next_try_at=NOW + timedelta(seconds=9))
    own = {
        "app.posts": "f6",
        "app.library": "f7",
        "app.undo_submit": "ctrl+y",
        "app.quit": "Q",
        "library.duplicates": "K",
        "library.fill_slots": "F",
        "library.select": "f8",
        "library.most_similar": "M",
        "library.clear": "f9",
        "posts.all": "A",
        "posts.live": "V",
        "posts.open": "o",
        "dialog.cancel": "f9",
        "dialog.yes": "J",
        "dialog.no": "N,escape",
        "help.close": "f9",
    }
    async with running(persona="sarah", keymap=own) as driver:
        assert "largest of 2 · K expands" in driver.text(".details")
        assert "ctrl+y undo" in driver.text("#status-strip")
        assert "f6 Posts" in driver.text("#tab-posts")
        await driver.press("F")
        assert driver.notices()[-1].startswith("Select photos with f8 first")
        await driver.press("M")
        assert "f9 back" in driver.screen_text()
        await driver.press("f9", "d")
        assert "f9 cancel" in driver.text("#hint")
        await driver.press("f9", "question_mark")
        assert driver.screen.query_one("#dialog").border_subtitle == "f9 close"
        await driver.press("f9", "f6")
        assert "queued · ctrl+y undo" in driver.screen_text()
        for post_id in [*services.scheduling.all_posts]:
            if post_id != 11:
                del services.scheduling.all_posts[post_id]
        await driver.press("V")
        assert "Press A for all posts." in driver.text("#no-posts")
        await driver.press("Q")
        assert [str(button.label) for button in driver.screen.query(Button)] == ["Quit  J", "Stay  N"]
        await driver.press("N")


async def test_plan_and_batch_show_user_keys(running: Running) -> None:
    own = {
        "plan.open": "o",
        "move.drop": "O",
        "move.cancel": "f7",
        "plan.fill": "F",
        "plan.move": "V",
        "plan.swap": "W",
        "plan.back": "f9",
        "fill.submit": "ctrl+y",
        "fill.edit": "o",
        "fill.skip": "f10",
        "fill.undo": "U",
        "fill.back": "f9",
        "fill.next": "f11",
    }
    async with running(persona="sarah", keymap=own) as driver:
        await driver.press("3")
        posts = [
            cell.planned.post.id
            for day in grid(driver)._days
            for cell in day.cells
            if cell.planned and cell.at > NOW
        ]
        await go_to(driver, posts[0])
        await driver.press("V")
        assert "press O on a free slot · f7 cancels" in driver.text("#slot")
        await go_to(driver, posts[1])
        await driver.press("O")
        assert driver.notices()[-1] == "That slot is taken. To swap posts, press f7, then W."
        await driver.press("f7")
        await to_cell(driver, free_slots(driver)[0])
        assert "o writes a post for it, F fills the upcoming free slots" in driver.text("#slot")
        driver.app.post_message(FillWeek((40,), "a photo"))
        await driver.settle()
        assert driver.screen.form.message.endswith("f10 leaves one out.")
        await driver.press("f11")
        assert driver.screen.form.message == "1 post has a problem: ctrl+y goes to the first."
        await driver.press("f2", "w", "f11")
        assert driver.screen.form.message == (
            "ctrl+y submits all · o edits the caption · f10 leaves the photo out"
        )
        await driver.press("ctrl+y")
        assert driver.screen.form.message == "1 submitted. U undoes all · f9 closes"
        await driver.press("U")
        assert driver.screen.form.message == "All posts are undone."


async def test_snippets_show_user_keys(running: Running, services: FakeServices) -> None:
    own = {
        "personas.snippets": "P",
        "snippets.undo": "B",
        "snippets.delete": "f10",
        "snippets.new_set": "H",
        "snippets.new_snippet": "f6",
        "compose.insert": "ctrl+y",
    }
    async with running(keymap=own) as driver:
        await driver.press("G", "P", *["f10"] * 4)
        assert services.snippets.kept == {}
        assert driver.notices()[-1].endswith("Press B to undo.")
        words = driver.text("#no-snippets")
        assert "\nH creates a hashtag set." in words
        assert "ctrl+y inserts the whole set.\nf6 creates a snippet" in words


BY_HAND = re.compile(
    r"[Pp]ress (?!\{)\S"
    r"|\besc\b|\bctrl\+\w|(?<![\w.])f\d\d?\b"
    r"|\bwith (?:[b-z]|space|enter|tab)\b"
    r"|(?:^|[·,;:.\n] ?)(?:[b-hj-zB-HJ-Z@?!]|space|enter|tab|del) [a-z]+s\b"
    r"|· [a-zA-Z@?!] [a-z]"
    r"|[←→↑↓] [←→↑↓]"
)
"""A key written by hand in a sentence."""


def sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield all texts that are not docstrings, with `{}` for inserted values."""
    seen = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            seen |= {id(part) for part in node.values}
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in seen:
            yield node.lineno, node.value


def test_no_sentence_has_a_key_written_by_hand() -> None:
    found = []
    for path in sorted(TUI.rglob("*.py")):
        if path.name not in EXEMPT:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [
                f"{path.name}:{line}: {text!r}"
                for line, text in sentences(tree)
                if " " in text and BY_HAND.search(text)
            ]
    assert found == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Press i to import.",
        "f'Gone; z brings it back.'",
        "{} below it · c folds them",
        "wait · z undo",
        "esc close",
        "Stop it with ctrl+x.",
        "or make it with n.",
        "empty: enter writes a post",
        "then f4, makes one",
        "(← → choose)",
    ],
)
def test_the_rule_finds_keys(sentence: str) -> None:
    assert BY_HAND.search(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Press {app.posts} to see",
        "A persona is one",
        "# offers hashtags, ; offers snippets",
        "by name, z to a",
    ],
)
def test_the_rule_ignores_other_words(sentence: str) -> None:
    assert not BY_HAND.search(sentence)
