"""Texts that were typed but not submitted yet, kept on disk so that no crash and no lost database takes them."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.atomic_file import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fluffy_tui.photos import Photo

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed for one photo."""

    caption: str = ""
    alt_text: str = ""
    share_mode: str = ""
    """A `ShareMode` by its value; empty for the usual one."""
    at: datetime | None = None
    """The time asked for, with a zone; None where no time of one's own was chosen."""
    fit: str = ""
    """A `Fit` by its value; empty for the usual one."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that anyone would miss."""
        return not self.caption.strip() and not self.alt_text.strip()


class Drafts:
    """A folder of kept texts, one small file per photo, named by persona and the photo's content.

    A photo that was moved, or let go and imported again, finds its text again, since its content is the same.

    Args:
        folder: Where the files are; made when the first text is kept, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, photo: Photo) -> Draft | None:
        """Return what was typed for a photo, or None; a damaged file is put aside and told in the log."""
        path = self._path(photo)
        try:
            return _from_json(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            log.warning("kept text %s cannot be understood and is put aside: %s", path, error)
            path.replace(path.with_suffix(".damaged"))
            return None

    def save(self, photo: Photo, text: Draft) -> None:
        """Keep a text; an empty one is forgotten instead.

        The file is replaced in one step: it holds the old text or the new one, never half of it.

        Raises:
            OSError: the folder cannot be written to.
        """
        if text.is_empty:
            self.forget(photo)
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._path(photo), json.dumps(_to_json(text), ensure_ascii=True))

    def forget(self, photo: Photo) -> None:
        """Remove a photo's text, as after its submission; nothing happens where there is none."""
        self._path(photo).unlink(missing_ok=True)

    def kept(self, persona_id: int) -> frozenset[str]:
        """Return the sha256 of every photo of a persona that has a kept text, for the ✎ mark."""
        return frozenset(path.stem.partition("-")[2] for path in self._folder.glob(f"{persona_id}-*.json"))

    def _path(self, photo: Photo) -> Path:
        return self._folder / f"{photo.persona_id}-{photo.sha256}.json"


def _to_json(text: Draft) -> dict[str, Any]:
    return {**asdict(text), "at": text.at.isoformat() if text.at else None}


def _from_json(content: Mapping[str, Any]) -> Draft:
    if not isinstance(content, dict) or not all(
        isinstance(content.get(name, ""), str) for name in ("caption", "alt_text", "share_mode", "fit")
    ):
        raise TypeError("not a kept text")
    return Draft(
        caption=content.get("caption", ""),
        alt_text=content.get("alt_text", ""),
        share_mode=content.get("share_mode", ""),
        at=datetime.fromisoformat(content["at"]) if content.get("at") else None,
        fit=content.get("fit", ""),
    )
