"""What a person may want next when they leave the app."""

from __future__ import annotations

from enum import StrEnum


class Wish(StrEnum):
    """What whoever ran the app is asked to do when it has ended."""

    DEMO = "demo"
    """Open the demo in the same terminal."""
