"""Names of a package that are imported on first use."""

from __future__ import annotations

import pytest

from fluffy_tui.core.lazy_exports import lazy_exports


def test_a_name_is_imported_from_its_module() -> None:
    load = lazy_exports("email", {"Message": "message"})
    from email.message import Message

    assert load("Message") is Message


def test_an_unknown_name_is_an_attribute_error_of_the_package() -> None:
    with pytest.raises(AttributeError, match="module 'email' has no attribute 'Letter'"):
        lazy_exports("email", {"Message": "message"})("Letter")
