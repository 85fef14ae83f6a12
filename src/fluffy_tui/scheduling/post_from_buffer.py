"""What Buffer's answer about a post means for our row: its state, its time, and why it was not published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import BufferPost, BufferStatus, Code
from fluffy_tui.core.terminal_text import is_link
from fluffy_tui.media import MOST_PARTS, WHOLE, Framing, Part
from fluffy_tui.scheduling.error_codes import PostError, publishing_error
from fluffy_tui.scheduling.model import PostStatus, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.scheduling.post_photo import PostPhoto
    from fluffy_tui.scheduling.tables import PostRow


_ERROR = frozenset({"error_code", "error_message"})


def row_values(found: BufferPost) -> dict[str, Any]:
    """Return all values of a row that Buffer decides."""
    no_error: dict[str, Any] = {"error_code": None, "error_message": None, "support_url": None}
    if found.status == BufferStatus.SENT:
        return no_error | {
            "status": PostStatus.POSTED,
            "step": Step.LIVE,
            "posted_at": found.sent_at or found.due_at or datetime.now(UTC),
            "external_link": _link(found.external_link),
        }
    if found.status == BufferStatus.ERROR:
        code, explanation = publishing_error(found.error_message or "")
        return {
            "status": PostStatus.FAILED,
            "step": Step.FAILED,
            "error_code": code,
            "error_message": f"{explanation} Buffer says: {found.error_message or 'nothing'}",
            "support_url": _link(found.error_support_url),
        }
    step = Step.PUBLISHING if found.status == BufferStatus.SENDING else Step.ACCEPTED
    values = no_error | {"status": PostStatus.SCHEDULED, "step": step}
    if found.due_at is not None:
        values["scheduled_at"] = found.due_at
    if found.status in (BufferStatus.DRAFT, BufferStatus.NEEDS_APPROVAL):
        values["error_code"] = PostError.NOT_SCHEDULED_IN_BUFFER
        values["error_message"] = (
            "The post is now a draft in Buffer, so it will not be published. Schedule it there, or cancel it."
            if found.status == BufferStatus.DRAFT
            else "The post is waiting for approval in Buffer and is not published before that."
        )
    return values


def missing_pictures(row: PostRow, published: BufferPost) -> dict[str, str]:
    """Return the values of a row whose post Buffer published without all of its pictures; none if it has them all."""
    shown, sent = len(published.asset_sources), len(row.photos)
    if shown >= sent:
        return {}
    message = f"Buffer published it with {shown} of its {sent} pictures."
    return {"error_code": Code.IMAGE_DROPPED, "error_message": message}


def changed_values(row: PostRow, found: BufferPost) -> dict[str, Any]:
    """Return only those values that differ from the row; empty when the row is up to date.

    A caption that was changed in Buffer itself is taken over, since that is what gets published.
    """
    values = row_values(found)
    if row.step == Step.LIVE:  # it is published; only its link may still be missing
        link = _link(found.external_link)
        values = {"external_link": link} if link else {}
        values |= {} if values else {"link_looks": row.link_looks + 1}
    elif found.text and found.text != row.caption and values["step"] != Step.FAILED:
        values["caption"] = found.text
    if row.step != Step.LIVE and found.is_public:
        values |= missing_pictures(row, found)
    if row.error_code == PostError.POSTED_TWICE and found.is_public:  # which stays so
        values = {name: value for name, value in values.items() if name not in _ERROR}
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def shown_photos(photos: Sequence[PostPhoto], found: BufferPost) -> tuple[PostPhoto, ...]:
    """Return the photos of a post as Buffer has them, given which photo each of its pictures shows.

    A photo with several pictures is a panorama, of which they are the parts from left to right.
    """
    ids = [photo.photo_id for photo in photos]
    pictures = zip(photos, found.asset_sources, found.alt_texts, strict=True)
    shown = []
    for place, (photo, source, alt_text) in enumerate(pictures, 1):
        number, count = ids[:place].count(photo.photo_id), ids.count(photo.photo_id)
        framing = Framing(part=Part(number, count) if count <= MOST_PARTS else WHOLE)
        shown.append(
            replace(photo, alt_text=alt_text or "", framing=framing, media_url=source, rendition=None)
        )
    return tuple(shown)


def _link(address: str | None) -> str | None:
    return address if address and is_link(address) else None
