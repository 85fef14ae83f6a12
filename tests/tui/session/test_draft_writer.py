"""Drafts are written in order, whichever write finishes first."""

from __future__ import annotations

from pathlib import Path

from fluffy_tui.tui.session.draft_writer import DraftWriter
from fluffy_tui.tui.session.drafts import Draft, Drafts
from tui.fakes import make_photo


async def test_an_older_draft_never_overwrites_a_newer_one(tmp_path: Path) -> None:
    photo = make_photo(tmp_path, 5, 1)
    drafts = Drafts(tmp_path / "kept")
    keeping = DraftWriter(drafts, photo)
    late = keeping.keep(Draft("old"))
    await late
    keeping.keep_now(Draft("new"))
    keeping._write(1, Draft("old"))
    assert drafts.load(photo) == Draft("new")
    keeping.forget()
    await keeping.keep(Draft("after the submission"))
    assert drafts.load(photo) is None
