"""A model that suggests captions, in memory."""

from __future__ import annotations

import asyncio

from fluffy_tui.caption_model import CaptionRequest, ModelError, Suggestions

CAPTIONS = ("Fog comes in.", "The sea is quiet.\n\n#sea #fog", "Nobody here but gulls 🌊")
ALT_TEXT = "A grey sea under low fog, with gulls on the sand."


class FakeCaptionModel:
    """Suggests the same captions each time, once `gate` is open."""

    def __init__(self) -> None:
        self.captions: tuple[str, ...] = CAPTIONS
        self.alt_text = ALT_TEXT
        self.error: ModelError | None = None
        """Raised instead of an answer."""
        self.requests: list[CaptionRequest] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.left = asyncio.Event()
        """Set when a question was cancelled."""

    @property
    def label(self) -> str:
        """The model and where it is."""
        return "llava at 192.168.1.5:11434"

    async def suggest(self, request: CaptionRequest) -> Suggestions:
        """Return the captions, or raise `error`."""
        self.requests.append(request)
        self.asked.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        if self.error is not None:
            raise self.error
        return Suggestions(self.captions, self.alt_text, "llava", 3.24)
