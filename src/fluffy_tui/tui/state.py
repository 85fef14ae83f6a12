"""The little that the screen remembers from one start to the next."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from fluffy_tui.tui.kept_texts import write_atomically

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered; losing it costs nobody anything."""

    persona: str = ""
    """Name of the persona that was open last."""
    theme: str = ""
    """Name of the theme that was chosen; empty for our own."""


class StateFile:
    """The remembered state and its file; a missing or damaged file is simply the state of a first start.

    Args:
        path: A JSON file; its folder is made when something is first remembered.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.state = self._read()

    def remember(self, *, persona: str | None = None, theme: str | None = None) -> None:
        """Change what is remembered and write it down; a disk that refuses is told in the log only."""
        new = replace(
            self.state,
            persona=self.state.persona if persona is None else persona,
            theme=self.state.theme if theme is None else theme,
        )
        if new == self.state:
            return
        self.state = new
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps(asdict(new), indent=2))
        except OSError as error:
            log.warning("the screen's state cannot be kept in %s: %s", self._path, error)

    def _read(self) -> State:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return State()
        if not isinstance(content, dict):
            return State()
        known = {name: content[name] for name in ("persona", "theme") if isinstance(content.get(name), str)}
        return State(**known)
