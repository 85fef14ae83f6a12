"""Personas: the user's social identities, with Buffer channels and snippets each."""

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.personas.model import BufferNotConfigured as BufferNotConfigured
from fluffy_tui.personas.model import ChannelNotFound as ChannelNotFound
from fluffy_tui.personas.model import Persona as Persona
from fluffy_tui.personas.model import PersonaChannel as PersonaChannel
from fluffy_tui.personas.model import PersonaNameTaken as PersonaNameTaken
from fluffy_tui.personas.model import PersonaNotFound as PersonaNotFound
from fluffy_tui.personas.model import Snippet as Snippet
from fluffy_tui.personas.model import SnippetKind as SnippetKind
from fluffy_tui.personas.model import SnippetNameTaken as SnippetNameTaken
from fluffy_tui.personas.model import SnippetNotFound as SnippetNotFound

if TYPE_CHECKING:
    from fluffy_tui.personas.service import Personas as Personas
    from fluffy_tui.personas.snippets import Snippets as Snippets
    from fluffy_tui.personas.zones import home_zone as home_zone
    from fluffy_tui.personas.zones import machine_zone as machine_zone


__getattr__ = lazy_exports(  # SQLAlchemy is slow to import
    __name__,
    {"Personas": "service", "Snippets": "snippets", "home_zone": "zones", "machine_zone": "zones"},
)
