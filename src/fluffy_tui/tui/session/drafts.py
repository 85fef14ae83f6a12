"""Drafts: what was typed for a photo and not submitted yet, on disk, so that no crash loses it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakSet

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.media import Framing
from fluffy_tui.plain_file import read_plain
from fluffy_tui.scheduling import ChannelChoice, PostPhoto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.dom import DOMNode

    from fluffy_tui.photos import Photo

log = logging.getLogger(__name__)

_MODES = {str(mode): mode for mode in ShareMode}

_MOST_BYTES = 10_000_000
"""The largest draft that is read; those with the longest texts and most photos have less than a megabyte."""

_ANY_SHA256 = "[0-9a-f]" * 64

SAVED_WITHIN = 0.2
"""Seconds from a key to the draft being written."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed and chosen for the post of a photo."""

    caption: str = ""
    alt_text: str = ""
    share_mode: ShareMode = ShareMode.ADD_TO_QUEUE
    at: datetime | None = None
    """The requested time, with a zone; None without one."""
    framing: Framing | None = None
    """None where none was chosen for this photo."""
    photos: tuple[PostPhoto, ...] = ()
    """All photos of the post in their order, the cover first; empty for a post of this photo alone."""
    first_comment: str = ""
    ai_label: bool | None = None
    """Whether the networks are told that the pictures were made with AI; None where that was not chosen."""
    channels: tuple[ChannelChoice, ...] = ()
    """What differs on channels other than the main one."""
    off: tuple[str, ...] = ()
    """Ids of the persona's channels that it does not go to."""
    suggested: tuple[str, ...] = ()
    """Texts of a model as they were inserted, unless the user has confirmed to have read them."""
    ai_assisted: bool = False
    """Whether a text of a model was inserted, whatever has become of it."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that anybody would miss: no text, and nobody tagged."""
        is_tagged = any(photo.tags for photo in self.photos)
        return not is_tagged and not any(text.strip() for text in self._texts)

    @property
    def _texts(self) -> list[str]:
        own = (text for choice in self.channels for text in (choice.caption, choice.first_comment))
        alt_texts = (photo.alt_text for photo in self.photos)
        return [text or "" for text in (self.caption, self.alt_text, self.first_comment, *alt_texts, *own)]

    @property
    def unread(self) -> list[str]:
        """The texts of a model that are in it as they were inserted."""
        return unread_in(self._texts, self.suggested)

    def with_suggestions_of(self, others: Iterable[Draft]) -> Self:
        """Return the draft with what is still to be read of others, whose texts it takes over."""
        drafts: list[Draft] = [self, *others]
        return replace(
            self,
            suggested=tuple(dict.fromkeys(text for draft in drafts for text in draft.suggested)),
            ai_assisted=any(draft.ai_assisted for draft in drafts),
        )


def unread_in(texts: Iterable[str], suggested: Iterable[str]) -> list[str]:
    """Return those of a model's texts that are in some texts, unchanged."""
    present = tuple(texts)
    return [text for text in suggested if any(text in other for other in present)]


class Drafts:
    """A folder of drafts, one small file each, named by persona and the photo's content.

    A photo that was moved, or deleted and imported again, finds its draft again, since its content is the same.
    Besides the draft of its next post it may have one for each edit that was not saved. Such an edit is named by the
    channels of the posts that it changes; once the photo has no draft of its own, it is that.

    Args:
        folder: Where the files are; made when the first draft is saved, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.writers: WeakSet[DraftWriter] = WeakSet()
        """The writers of screens on which something may be typed that is not on disk yet."""
        self._refused: dict[Path, tuple[Draft, OSError]] = {}
        """Those that the disk did not take, by their files, and why. They are read from here, and saved later."""

    @property
    def refusals(self) -> Sequence[OSError]:
        """Why drafts are in memory only, one for each."""
        return [error for _, error in list(self._refused.values())]

    def save_now(self) -> None:
        """Save what is typed on any screen before returning, as when the process is about to end."""
        for writer in list(self.writers):
            writer.save_now()
        for path, (draft, _) in list(self._refused.items()):
            with suppress(OSError):  # it is kept
                self._write(path, draft)

    def load(self, photo: Photo, edit: str = "") -> Draft | None:
        """Return a photo's draft, or None; a damaged file is renamed and logged.

        If no edit is named, it is that of the photo's next post, else of the latest edit.

        Raises:
            OSError: The file cannot be read.
        """
        if edit:
            return self._read(self._path(photo, edit))
        if (own := self._read(self._path(photo))) is not None:
            return own
        edits = sorted(self._edits(photo), key=self._saved_at, reverse=True)
        found = (self._read(path) for path in edits)
        return next((draft for draft in found if draft is not None), None)

    def _saved_at(self, path: Path) -> float:
        """Return when a draft was saved, in seconds; those that the disk did not take come last."""
        if path in self._refused:
            return inf
        try:
            return path.stat().st_mtime
        except FileNotFoundError:  # deleted meanwhile
            return 0

    def _read(self, path: Path) -> Draft | None:
        if path in self._refused:
            return self._refused[path][0]
        try:
            return _from_json(json.loads(read_plain(path, _MOST_BYTES)))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            log.warning("draft %s is damaged and was renamed: %s", path, error)
            path.replace(path.with_suffix(".damaged"))
            return None

    def save(self, photo: Photo, draft: Draft, edit: str = "") -> None:
        """Save a draft, of an edit if one is named; an empty one is deleted instead.

        The file is replaced in one step: it holds the old draft or the new one, never half of it.

        Raises:
            OSError: The folder cannot be written to; the draft is kept until the app closes, and saved if it can be.
        """
        if draft.is_empty:
            self.delete(photo, edit)
        else:
            self._write(self._path(photo, edit), draft)

    def _write(self, path: Path, draft: Draft) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(path, json.dumps(_to_json(draft), ensure_ascii=True))
        except OSError as error:
            self._refused[path] = draft, error
            raise
        self._refused.pop(path, None)

    def save_new(self, photo: Photo, draft: Draft) -> bool:
        """Save the draft of a photo's next post unless it has one; return whether it was saved.

        Raises:
            OSError: The folder cannot be written to.
        """
        path = self._path(photo)
        if path in self._refused or path.exists():
            return False
        try:
            self.save(photo, draft)
        except OSError:
            self._refused.pop(path, None)  # its writer is told, and has it
            raise
        return True

    def delete(self, photo: Photo, edit: str = "") -> None:
        """Delete the draft of a photo's next post, or of an edit if one is named.

        Raises:
            OSError: The folder cannot be written to.
        """
        self._delete(self._path(photo, edit))

    def delete_all(self, photo: Photo) -> None:
        """Delete a photo's drafts, of edits as well.

        Raises:
            OSError: The folder cannot be written to.
        """
        for path in (self._path(photo), *self._edits(photo)):
            self._delete(path)

    def _delete(self, path: Path) -> None:
        self._refused.pop(path, None)
        path.unlink(missing_ok=True)

    def photos_with_drafts(self, persona_id: int) -> frozenset[str]:
        """Return the sha256 of every photo of a persona that has a draft, for the ✎ mark."""
        return frozenset(map(_sha256, self._all(f"{persona_id}-{_ANY_SHA256}*.json")))

    def latest_first(self, persona_id: int) -> list[str]:
        """Return the sha256 of every photo of a persona that has a draft, the one saved last first."""
        paths = sorted(self._all(f"{persona_id}-{_ANY_SHA256}*.json"), key=self._saved_at, reverse=True)
        return list(dict.fromkeys(map(_sha256, paths)))

    def _path(self, photo: Photo, edit: str = "") -> Path:
        which = f".{hashlib.sha256(edit.encode()).hexdigest()[:16]}" if edit else ""
        return self._folder / f"{photo.persona_id}-{photo.sha256}{which}.json"

    def _edits(self, photo: Photo) -> Iterable[Path]:
        return self._all(f"{photo.persona_id}-{photo.sha256}.*.json")

    def _all(self, pattern: str) -> Iterable[Path]:
        yield from self._folder.glob(pattern)
        yield from (path for path in list(self._refused) if path.match(pattern))


def _sha256(path: Path) -> str:
    """Return the hash of the photo that a draft's file is named for."""
    return path.name.partition("-")[2][:64]


def _to_json(draft: Draft) -> dict[str, Any]:
    content = asdict(draft)
    content["at"] = draft.at.isoformat() if draft.at else None
    content["fit"] = str(draft.framing) if draft.framing else ""
    content["photos"] = [photo.to_json() for photo in draft.photos]
    content["channels"] = [_choice_to_json(choice) for choice in draft.channels]
    del content["framing"]
    return content


def _from_json(content: object) -> Draft:
    if not isinstance(content, dict) or not all(
        isinstance(content.get(name, ""), str)
        for name in ("caption", "alt_text", "share_mode", "fit", "first_comment")
    ):
        raise TypeError("not a draft")
    if not isinstance(content.get("ai_label"), bool | None):
        raise TypeError("not an AI label")
    return Draft(
        caption=content.get("caption", ""),
        alt_text=content.get("alt_text", ""),
        share_mode=_MODES.get(content.get("share_mode", ""), ShareMode.ADD_TO_QUEUE),
        at=datetime.fromisoformat(content["at"]) if content.get("at") else None,
        framing=Framing.parse(content["fit"]) if content.get("fit") else None,
        photos=tuple(PostPhoto.from_json(photo) for photo in content.get("photos", ())),
        first_comment=content.get("first_comment", ""),
        ai_label=content.get("ai_label"),
        channels=tuple(map(_choice_from_json, content.get("channels", ()))),
        off=tuple(content.get("off", ())),
        suggested=_strings(content.get("suggested", ())),
        ai_assisted=content.get("ai_assisted") is True,
    )


def _strings(content: object) -> tuple[str, ...]:
    if not isinstance(content, list | tuple) or not all(isinstance(text, str) for text in content):
        raise TypeError("not texts")
    return tuple(content)


def _choice_to_json(choice: ChannelChoice) -> dict[str, Any]:
    content = asdict(choice)
    content["at"] = choice.at.isoformat() if choice.at else None
    content["framing"] = str(choice.framing) if choice.framing else None
    return content


def _choice_from_json(content: dict[str, Any]) -> ChannelChoice:
    return ChannelChoice(
        content["channel_id"],
        content["caption"],
        _MODES.get(content["share_mode"]),
        datetime.fromisoformat(content["at"]) if content["at"] else None,
        Framing.parse(content["framing"]) if content["framing"] else None,
        content["first_comment"],
    )


class DraftWriter:
    """Saves what is typed on one screen, off the event loop; an older text never overwrites a newer one.

    `failed` is called with a sentence when the disk refuses; the text is on the screen only.
    """

    def __init__(self, drafts: Drafts, screen: DOMNode, failed: Callable[[str], None]) -> None:
        self._drafts, self._screen, self._failed = drafts, screen, failed
        self._lock = threading.Lock()
        self._unsaved: dict[tuple[int, str], tuple[Photo, Draft, str]] = {}
        self._discarded: set[int] = set()
        self._is_scheduled = False
        drafts.writers.add(self)

    @property
    def has_unsaved(self) -> bool:
        """Whether anything is not on disk yet."""
        return bool(self._unsaved)

    def load(self, photo: Photo, edit: str = "") -> Draft | None:
        """Return a photo's draft, if it has a readable one, and save what is typed for it from now on."""
        self._discarded.discard(photo.id)
        try:
            return self._drafts.load(photo, edit)
        except OSError as error:
            log.warning("the draft of photo %s cannot be read: %s", photo.id, error)
            self._failed(f"The draft of this photo could not be read ({error.strerror}).")
            return None

    def save_soon(self, photo: Photo, draft: Draft, edit: str = "") -> None:
        """Save a photo's draft within `SAVED_WITHIN` seconds."""
        if photo.id in self._discarded:
            return
        self._unsaved[photo.id, edit] = photo, draft, edit
        if not self._is_scheduled:
            self._is_scheduled = True
            self._screen.set_timer(SAVED_WITHIN, self._start)

    def save_now(self) -> None:
        """Save everything before returning, as when the screen is left."""
        try:
            self._save()
        except OSError as error:
            self._report(error)

    def discard(self, photo: Photo, edit: str = "") -> None:
        """Delete a draft now that there is a post with its text, and save nothing more for this photo.

        A new post makes the photo's unsaved edits of earlier ones meaningless: they are deleted with its draft.
        """
        self._discarded.add(photo.id)
        self._unsaved.pop((photo.id, edit), None)
        try:
            with self._lock:
                if edit:
                    self._drafts.delete(photo, edit)
                else:
                    self._drafts.delete_all(photo)
        except OSError as error:
            log.warning("the draft of photo %s cannot be deleted: %s", photo.id, error)

    def _start(self) -> None:
        self._is_scheduled = False
        self._screen.run_worker(
            self._save_in_thread(), group="drafts", exit_on_error=False, description="saving the draft"
        )

    async def _save_in_thread(self) -> None:
        try:
            await asyncio.to_thread(self._save)
        except OSError as error:
            self._report(error)

    def _save(self) -> None:
        failure: OSError | None = None
        with self._lock:
            for key, unsaved in list(self._unsaved.items()):
                try:
                    self._drafts.save(*unsaved)
                except OSError as error:
                    failure = error
                else:
                    if self._unsaved.get(key) is unsaved:  # else a newer one is saved next
                        del self._unsaved[key]
        if failure is not None:
            raise failure

    def _report(self, error: OSError) -> None:
        log.warning("a draft cannot be saved: %s", error)
        self._failed(f"Draft could not be saved ({error.strerror}). It is kept only until you quit.")
