"""A photo pixel by pixel."""

from fluffy_tui.tui.zoom.screen import ZoomScreen as ZoomScreen
from fluffy_tui.tui.zoom.zoomed_photo import ZoomedPhoto as ZoomedPhoto
