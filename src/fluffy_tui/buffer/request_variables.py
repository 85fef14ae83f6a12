"""The variables of Buffer's operations, built from our values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from fluffy_tui.buffer.errors import BufferError, Code, NextStep
from fluffy_tui.buffer.values import BufferStatus, NewPost, Service, ShareMode


def iso_time(moment: datetime) -> str:
    """Format a time as Buffer does: UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def create_input(new: NewPost) -> dict[str, Any]:
    """Build Buffer's `CreatePostInput`.

    Raises:
        BufferError: Pinterest without a board (`board_missing`); nothing was sent.
    """
    return {"channelId": new.channel_id, **_content(new)}


def edit_input(post_id: str, new: NewPost) -> dict[str, Any]:
    """Build Buffer's `EditPostInput` with every field.

    Buffer checks an edited post as a whole, and ignores a new time without mode and scheduling type.

    Raises:
        BufferError: Pinterest without a board (`board_missing`); nothing was sent.
    """
    return {"id": post_id, **_content(new)}


def posts_input(
    organization_id: str,
    *,
    channel_ids: Collection[str],
    created_after: datetime | None = None,
    statuses: Collection[BufferStatus] | None = None,
    due_between: tuple[datetime, datetime] | None = None,
) -> dict[str, Any]:
    """Build Buffer's `PostsInput`, newest first; all conditions must match, and time limits are inclusive."""
    conditions: dict[str, Any] = {"channelIds": list(channel_ids)}
    if created_after is not None:
        conditions["createdAt"] = {"start": iso_time(created_after)}
    if statuses is not None:
        conditions["status"] = [str(status) for status in statuses]
    if due_between is not None:
        start, end = due_between
        conditions["dueAt"] = {"start": iso_time(start), "end": iso_time(end)}
    newest_first = [{"field": "createdAt", "direction": "desc"}]
    return {"organizationId": organization_id, "filter": conditions, "sort": newest_first}


def _content(new: NewPost) -> dict[str, Any]:
    content: dict[str, Any] = {
        "text": new.text,
        # Always sent: Buffer was seen to drop a picture without alt text and still report success.
        "assets": [{"image": {"url": new.image_url, "metadata": {"altText": new.alt_text}}}],
        "mode": str(new.share_mode),
        "schedulingType": "automatic",
        "source": new.source,
    }
    if new.share_mode is ShareMode.CUSTOM_SCHEDULED and new.due_at is not None:
        content["dueAt"] = iso_time(new.due_at)
    if metadata := _metadata(new):
        content["metadata"] = metadata
    return content


def _metadata(new: NewPost) -> dict[str, Any]:
    """Return the minimum that each network requires; Buffer rejects metadata of other networks."""
    match new.service:
        case Service.INSTAGRAM:
            return {"instagram": {"type": "post", "shouldShareToFeed": True}}
        case Service.FACEBOOK:
            return {"facebook": {"type": "post"}}
        case Service.GOOGLE_BUSINESS:
            return {"google": {"type": "whats_new"}}
        case Service.PINTEREST:
            if not new.pinterest_board_id:
                raise BufferError(Code.BOARD_MISSING, NextStep.FINAL)
            return {"pinterest": {"boardServiceId": new.pinterest_board_id}}
        case _:
            return {}
