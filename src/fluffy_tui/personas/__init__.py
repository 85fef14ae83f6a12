"""Personas: the user's social identities, with a Buffer channel and snippets each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.personas.model import (
    BufferNotConfigured,
    ChannelNotFound,
    Persona,
    PersonaNameTaken,
    PersonaNotFound,
    Snippet,
    SnippetKind,
    SnippetNameTaken,
    SnippetNotFound,
)

if TYPE_CHECKING:
    from fluffy_tui.personas.service import Personas
    from fluffy_tui.personas.snippets import Snippets

__all__ = [
    "BufferNotConfigured",
    "ChannelNotFound",
    "Persona",
    "PersonaNameTaken",
    "PersonaNotFound",
    "Personas",
    "Snippet",
    "SnippetKind",
    "SnippetNameTaken",
    "SnippetNotFound",
    "Snippets",
]


def __getattr__(name: str) -> Any:
    if name == "Personas":  # importing SQLAlchemy takes 340 ms, which would delay the first frame
        from fluffy_tui.personas.service import Personas

        return Personas
    if name == "Snippets":
        from fluffy_tui.personas.snippets import Snippets

        return Snippets
    raise AttributeError(name)
