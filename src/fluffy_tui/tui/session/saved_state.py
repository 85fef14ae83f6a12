"""What the app remembers from one run to the next: persona, theme, positions in the library, fits."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.plain_file import read_plain

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.media import Framing

log = logging.getLogger(__name__)

_MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class State:
    """Conveniences only: nothing is lost with them."""

    persona: str = ""
    """Name of the persona that was open last."""
    theme: str = ""
    """Name of the chosen theme; empty for our own."""
    positions: Mapping[str, int] = field(default_factory=dict)
    """Photo under the library's cursor, by persona id as JSON writes it."""
    fits: Mapping[str, str] = field(default_factory=dict)
    """The last fit, as `Framing` writes it, by persona id."""


class StateFile:
    """The state and its file; a missing or damaged file means an empty state."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.state = self._read()

    def position(self, persona_id: int) -> int | None:
        """Return the photo that was under the library's cursor, if known."""
        return self.state.positions.get(str(persona_id))

    def framing(self, persona_id: int) -> Framing:
        """Return how a persona's pictures were framed last; the default before that was ever chosen."""
        from fluffy_tui.media import Framing  # the first frame must not wait for it

        return Framing.parse(self.state.fits.get(str(persona_id), ""))

    def remember(
        self,
        *,
        persona: str | None = None,
        theme: str | None = None,
        position: tuple[int, int] | None = None,
        framing: tuple[int, Framing] | None = None,
    ) -> None:
        """Change the state and write it; a failed write is only logged.

        Position and framing come with a persona's id: that of the photo under the library's cursor, and that of the
        next pictures.
        """
        moved = {str(position[0]): position[1]} if position else {}
        new = replace(
            self.state,
            persona=self.state.persona if persona is None else persona,
            theme=self.state.theme if theme is None else theme,
            positions={**self.state.positions, **moved},
            fits={**self.state.fits, **({str(framing[0]): str(framing[1])} if framing else {})},
        )
        if new == self.state:
            return
        self.state = new
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps(asdict(new), indent=2), sync=False)
        except OSError as error:
            log.warning("cannot save the app's state in %s: %s", self._path, error)

    def _read(self) -> State:
        try:
            content = json.loads(read_plain(self._path, _MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            return State()
        if not isinstance(content, dict):
            return State()
        known = {name: content[name] for name in ("persona", "theme") if isinstance(content.get(name), str)}
        positions, fits = content.get("positions"), content.get("fits")
        found = positions.items() if isinstance(positions, dict) else ()
        fitted = fits.items() if isinstance(fits, dict) else ()
        return State(
            **known,
            positions={key: value for key, value in found if isinstance(value, int)},
            fits={key: value for key, value in fitted if isinstance(value, str)},
        )
