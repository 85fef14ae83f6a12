"""The picture as posted: how it is fitted, rendered and shown before it is uploaded."""

from fluffy_tui.tui.rendition.fit_screen import FitScreen as FitScreen
from fluffy_tui.tui.rendition.people_screen import PeopleScreen as PeopleScreen
from fluffy_tui.tui.rendition.rendition_loader import (
    RenderResult as RenderResult,
    damages as damages,
    load_rendition as load_rendition,
)
from fluffy_tui.tui.rendition.rendition_preview import RenditionPreview as RenditionPreview
