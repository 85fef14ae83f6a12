"""The caption form by itself: what it loads, what it returns, what it refuses, and what it reports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from textual.app import App

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Fit, Framing
from fluffy_tui.paths import Paths
from fluffy_tui.scheduling import Reason
from fluffy_tui.tui.compose import CaptionForm, Level, Mark
from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.session.context import Context
from fluffy_tui.tui.session.drafts import Draft, Drafts
from fluffy_tui.tui.session.saved_state import StateFile
from settling import settle
from tui.fakes import NOW, FakeServices
from tui.fakes.setup import FakeSetup

if TYPE_CHECKING:
    from textual.app import ComposeResult


DRAFT = Draft(
    "fog", "a pier", ShareMode.CUSTOM_SCHEDULED, NOW + timedelta(days=1), Framing(Fit.CROP, turn=90)
)


class FormApp(App[None]):
    """A form and nothing else; counts its messages."""

    def __init__(self, form: CaptionForm) -> None:
        super().__init__()
        self.form = form
        self.edits = 0

    def compose(self) -> ComposeResult:
        """Lay the form over its status."""
        yield self.form
        yield self.form.status

    def on_caption_form_edited(self) -> None:
        """Count."""
        self.edits += 1


Showing = Callable[..., AbstractAsyncContextManager[tuple[FormApp, Any]]]


@pytest.fixture
def showing(tmp_path: Path, services: FakeServices) -> Showing:
    """Return what shows a form; keywords go to `CaptionForm`."""
    none: Any = None
    context = Context(
        services=services,
        changes=none,
        drafts=Drafts(tmp_path / "drafts"),
        import_run=none,
        state_file=StateFile(tmp_path / "state.json"),
        setup=FakeSetup(Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data")),
        clock=lambda: NOW,
        zone=ZoneInfo("Europe/Berlin"),
    )

    @asynccontextmanager
    async def show(**options: Any) -> AsyncIterator[tuple[FormApp, Any]]:
        form = CaptionForm(
            context,
            services.personas.personas[1],
            Place.COMPOSE,
            lambda: [Mark(Level.FINE, f"{len(form.caption.text)} characters")],
            **options,
        )
        app = FormApp(form)
        async with app.run_test() as pilot:
            yield app, pilot

    return show


async def test_a_draft_is_returned_as_it_was_loaded_and_loading_is_no_edit(showing: Showing) -> None:
    async with showing() as (app, _):
        app.form.load(DRAFT)
        await settle(app)
        assert app.form.draft == DRAFT
        assert (app.edits, app.form.is_edited) == (0, False)
        assert [mark.line for mark in app.form.preflight.marks] == ["✓ 3 characters"]


async def test_every_edit_is_reported_checked_and_clears_the_message(showing: Showing) -> None:
    async with showing() as (app, pilot):
        app.form.load(DRAFT)
        app.form.show_message("Something was wrong.", error=True)
        assert app.form.message == "! Something was wrong."
        app.form.caption.focus()
        await pilot.press("!")
        await settle(app)
        assert app.form.draft.caption == "fog!"
        assert (app.edits, app.form.is_edited, app.form.message) == (1, True, "")
        assert [mark.line for mark in app.form.preflight.marks] == ["✓ 4 characters"]


async def test_a_draft_without_a_framing_keeps_the_one_of_the_form(showing: Showing) -> None:
    async with showing() as (app, _):
        app.form.framing = Framing(Fit.PAD_PLAIN)
        app.form.load(Draft("fog"))
        assert app.form.draft.framing == Framing(Fit.PAD_PLAIN)


async def test_a_form_without_a_time_leaves_the_time_of_the_draft_alone(showing: Showing) -> None:
    async with showing(has_time=False) as (app, _):
        past = Draft("fog", share_mode=ShareMode.CUSTOM_SCHEDULED, at=NOW - timedelta(days=1))
        app.form.load(past)
        assert not app.form.when.display
        assert app.form.accepts()
        assert (app.form.draft.share_mode, app.form.draft.at) == (past.share_mode, past.at)


async def test_a_form_without_text_checks_and_focuses_the_time_only(showing: Showing) -> None:
    async with showing(has_text=False) as (app, _):
        app.form.load(Draft())
        app.form.focus_first()
        await settle(app)
        assert not app.form.caption.display
        assert app.focused in app.form.when.walk_children()
        assert app.form.accepts()


@pytest.mark.parametrize(
    ("draft", "message", "field"),
    [
        (Draft(" "), "! The caption is empty. Write a few words.", "#caption"),
        (
            Draft("x" * 2_201),
            "! The caption has 2,201 characters, and Instagram allows 2,200. Shorten it by 1.",
            "#caption",
        ),
        (
            Draft("fog", "x" * 1_001),
            "! The alt text has 1,001 characters, and Instagram allows 1,000. Shorten it by 1.",
            "#alt-text",
        ),
        (
            Draft("fog", share_mode=ShareMode.CUSTOM_SCHEDULED),
            "! Write the time like tomorrow 9, fri 18:30, +2h, 24 nov 9:00.",
            "#when",
        ),
    ],
)
async def test_the_first_invalid_field_says_why_and_is_focused(
    showing: Showing, draft: Draft, message: str, field: str
) -> None:
    async with showing() as (app, _):
        app.form.load(draft)
        assert not app.form.accepts()
        await settle(app)
        assert app.form.message == message
        assert app.focused in app.form.query_one(field).walk_children(with_self=True)


@pytest.mark.parametrize(
    ("code", "field"),
    [
        (Reason.CAPTION_EMPTY, "#caption"),
        (Reason.ALT_TEXT_TOO_LONG, "#alt-text"),
        (Reason.TIME_PAST, "#when"),
    ],
)
async def test_a_refusal_focuses_the_field_that_its_code_names(
    showing: Showing, code: Reason, field: str
) -> None:
    async with showing() as (app, _):
        app.form.load(DRAFT)
        app.form.refuse(code, "Because.")
        await settle(app)
        assert app.form.message == "! Because."
        assert app.focused in app.form.query_one(field).walk_children(with_self=True)
