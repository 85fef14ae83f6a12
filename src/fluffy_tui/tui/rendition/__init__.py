"""The picture as posted: how it is fitted, rendered and shown before it is uploaded."""

from fluffy_tui.tui.rendition.fit_screen import FitScreen
from fluffy_tui.tui.rendition.people_screen import PeopleScreen
from fluffy_tui.tui.rendition.rendition_loader import RenderResult, damages, load_rendition
from fluffy_tui.tui.rendition.rendition_preview import RenditionPreview

__all__ = ["FitScreen", "PeopleScreen", "RenderResult", "RenditionPreview", "damages", "load_rendition"]
