"""Personas: the user's social identities, with Buffer channels and snippets each."""

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.personas.model import (
    LONGEST_NAME as LONGEST_NAME,
    BufferNotConfigured as BufferNotConfigured,
    ChannelNotFound as ChannelNotFound,
    Persona as Persona,
    PersonaChannel as PersonaChannel,
    PersonaNameTaken as PersonaNameTaken,
    PersonaNotFound as PersonaNotFound,
    Snippet as Snippet,
    SnippetKind as SnippetKind,
    SnippetNameTaken as SnippetNameTaken,
    SnippetNotFound as SnippetNotFound,
)

if TYPE_CHECKING:
    from fluffy_tui.personas.service import Personas as Personas
    from fluffy_tui.personas.snippets import Snippets as Snippets
    from fluffy_tui.personas.zones import home_zone as home_zone, machine_zone as machine_zone


__getattr__ = lazy_exports(  # SQLAlchemy is slow to import
    __name__,
    {"service": "Personas", "snippets": "Snippets", "zones": "home_zone machine_zone"},
)
