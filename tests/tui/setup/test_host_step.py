"""The fields of a media host in the setup wizard."""

from __future__ import annotations

from fluffy_tui.tui.setup.host_step import FIELDS, LABELS


def test_every_field_of_a_media_host_has_a_label() -> None:
    assert {name for names in FIELDS.values() for name in names} == set(LABELS)
