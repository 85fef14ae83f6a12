"""The variables of Buffer's operations, built from our values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from fluffy_tui.buffer.errors import BufferError, Code, NextStep
from fluffy_tui.buffer.values import BufferStatus, NewPicture, NewPost, Service, ShareMode


def iso_time(moment: datetime) -> str:
    """Format a time as Buffer does: UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def create_input(new: NewPost) -> dict[str, Any]:
    """Build Buffer's `CreatePostInput`.

    Raises:
        BufferError: Pinterest without a board (`board_missing`); nothing was sent.
    """
    content = _content(new)
    metadata = _required(new) | {name: value for name, value in _extras(new).items() if value}
    if metadata:
        content["metadata"] = {_METADATA_NAMES[new.service]: metadata}
    return {"channelId": new.channel_id, **content}


def edit_input(post_id: str, new: NewPost) -> dict[str, Any]:
    """Build Buffer's `EditPostInput` with every field.

    Buffer checks an edited post as a whole, and ignores a new time without mode and scheduling type. What it does
    with a field that is left out is not known for all of them, so a first comment or label that was removed is sent
    as null or false.

    Raises:
        BufferError: Pinterest without a board (`board_missing`); nothing was sent.
    """
    content = _content(new)
    if metadata := _required(new) | _extras(new):
        content["metadata"] = {_METADATA_NAMES[new.service]: metadata}
    return {"id": post_id, **content}


def posts_input(
    organization_id: str,
    *,
    channel_ids: Collection[str],
    created_after: datetime | None = None,
    created_before: datetime | None = None,
    statuses: Collection[BufferStatus] | None = None,
) -> dict[str, Any]:
    """Build Buffer's `PostsInput`, newest first; all conditions must match, and time limits are inclusive."""
    conditions: dict[str, Any] = {"channelIds": list(channel_ids)}
    created = {"start": created_after, "end": created_before}
    if limits := {name: iso_time(limit) for name, limit in created.items() if limit is not None}:
        conditions["createdAt"] = limits
    if statuses is not None:
        conditions["status"] = [str(status) for status in statuses]
    newest_first = [{"field": "createdAt", "direction": "desc"}]
    return {"organizationId": organization_id, "filter": conditions, "sort": newest_first}


def _content(new: NewPost) -> dict[str, Any]:
    content: dict[str, Any] = {
        "text": new.text,
        "assets": [{"image": _image(picture, new.service)} for picture in new.pictures],
        "mode": str(new.share_mode),
        "schedulingType": "automatic",
        "source": new.source,
    }
    if new.share_mode is ShareMode.CUSTOM_SCHEDULED and new.due_at is not None:
        content["dueAt"] = iso_time(new.due_at)
    if new.is_ai_assisted:
        content["aiAssisted"] = True
    return content


def _image(picture: NewPicture, service: Service | str) -> dict[str, Any]:
    # The alt text is always sent: Buffer was seen to drop a picture without one and still report success.
    metadata: dict[str, Any] = {"altText": picture.alt_text}
    if picture.tags and service == Service.INSTAGRAM:  # the only network for which Buffer documents them
        metadata["userTags"] = [{"handle": tag.handle, "x": tag.x, "y": tag.y} for tag in picture.tags]
    return {"url": picture.url, "metadata": metadata}


_METADATA_NAMES: Mapping[Service | str, str] = {
    Service.FACEBOOK: "facebook",
    Service.GOOGLE_BUSINESS: "google",
    Service.INSTAGRAM: "instagram",
    Service.LINKEDIN: "linkedin",
    Service.PINTEREST: "pinterest",
    Service.TWITTER: "twitter",
}
"""What Buffer calls each network in `PostInputMetaData`; it rejects metadata of another network."""

_WITH_FIRST_COMMENT = frozenset({Service.FACEBOOK, Service.INSTAGRAM, Service.LINKEDIN})
_WITH_AI_LABEL = frozenset({Service.INSTAGRAM, Service.TWITTER})
"""Buffer's schema has the label for YouTube and TikTok too, but for videos only."""


def _required(new: NewPost) -> dict[str, Any]:
    match new.service:
        case Service.INSTAGRAM:
            # Also for several pictures: Buffer rejects `carousel`, although its schema has it.
            return {"type": "post", "shouldShareToFeed": True}
        case Service.FACEBOOK:
            return {"type": "post"}
        case Service.GOOGLE_BUSINESS:
            return {"type": "whats_new"}
        case Service.PINTEREST:
            if not new.pinterest_board_id:
                raise BufferError(Code.BOARD_MISSING, NextStep.FINAL)
            return {"boardServiceId": new.pinterest_board_id}
        case _:
            return {}


def _extras(new: NewPost) -> dict[str, Any]:
    """Return the metadata that the network has and a post may do without."""
    extras: dict[str, Any] = {}
    if new.service in _WITH_FIRST_COMMENT:
        extras["firstComment"] = new.first_comment if new.first_comment.strip() else None
    if new.service in _WITH_AI_LABEL:
        extras["isAiGenerated"] = new.is_ai_generated
    return extras
