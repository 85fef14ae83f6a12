"""Which of the persona's channels the Plan tab shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.text.channel_words import network_of, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from fluffy_tui.personas import Persona


class ShownChannel:
    """The main channel until another one is chosen, and again if the persona does not have that one any more.

    `persona` returns it as it is at the moment; `chosen` is the id of the channel that is shown first.
    """

    def __init__(self, persona: Callable[[], Persona], own_zone: tzinfo, chosen: str = "") -> None:
        self._persona, self._own_zone = persona, own_zone
        self._chosen = chosen

    @property
    def persona(self) -> Persona:
        """The persona led by this channel."""
        return self._persona().led_by(self._chosen)

    @property
    def id(self) -> str | None:
        """Its id; None for a persona without a channel."""
        return self.persona.buffer_channel_id

    @property
    def is_main(self) -> bool:
        return self.id == self._persona().buffer_channel_id

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.persona, self._own_zone)

    @property
    def name(self) -> str:
        """What tells it from the persona's other channels; empty where there are none."""
        persona = self._persona()
        return network_of(self.id, persona) if len(persona.channels) > 1 else ""

    def beside(self, which: object) -> str | None:
        """Return the id of the `next` or the `previous` channel; None where there is none."""
        ids = list(self._persona().board_by_channel)
        if which == "previous":
            ids.reverse()
        following = ids[ids.index(self.id) + 1 :] if self.id else []
        return following[0] if following else None

    def move(self, which: str) -> None:
        self._chosen = self.beside(which) or self._chosen
