"""Personas: the social identities a person runs, and the Buffer channel each speaks through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.personas.model import (
    BufferNotConfigured,
    ChannelNotFound,
    Persona,
    PersonaNameTaken,
    PersonaNotFound,
)

if TYPE_CHECKING:
    from fluffy_tui.personas.service import Personas

__all__ = [
    "BufferNotConfigured",
    "ChannelNotFound",
    "Persona",
    "PersonaNameTaken",
    "PersonaNotFound",
    "Personas",
]


def __getattr__(name: str) -> Any:
    if name == "Personas":  # costs SQLAlchemy's 340 ms, which no screen should pay
        from fluffy_tui.personas.service import Personas

        return Personas
    raise AttributeError(name)
