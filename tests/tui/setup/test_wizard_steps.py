"""The fields of the setup wizard, and errors in terms of them."""

from __future__ import annotations

from fluffy_tui.buffer import BufferError, Code, NextStep
from fluffy_tui.tui.setup.wizard_steps import FIELDS, LABELS, form_words


def test_every_field_of_a_media_host_has_a_label() -> None:
    assert {name for names in FIELDS.values() for name in names} == set(LABELS)


def test_an_error_about_another_setting_keeps_its_name() -> None:
    error = BufferError(Code.WRONG_ADDRESS, NextStep.FINAL)
    assert form_words(error) == str(error)
    assert "FLUFFY_BUFFER_URL" in form_words(error)
