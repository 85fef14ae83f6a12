"""Personas: the user's social identities, with Buffer channels and snippets each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.personas.model import (
    BufferNotConfigured,
    ChannelNotFound,
    Persona,
    PersonaChannel,
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
    from fluffy_tui.personas.zones import home_zone, machine_zone

__all__ = [
    "BufferNotConfigured",
    "ChannelNotFound",
    "Persona",
    "PersonaChannel",
    "PersonaNameTaken",
    "PersonaNotFound",
    "Personas",
    "Snippet",
    "SnippetKind",
    "SnippetNameTaken",
    "SnippetNotFound",
    "Snippets",
    "home_zone",
    "machine_zone",
]


__getattr__ = lazy_exports(  # SQLAlchemy is slow to import
    __name__,
    {"Personas": "service", "Snippets": "snippets", "home_zone": "zones", "machine_zone": "zones"},
)
