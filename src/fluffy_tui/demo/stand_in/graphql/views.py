"""The stand-in's data in the shape of Buffer's schema: one mapping per type."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fluffy_tui.demo.stand_in.publisher import SUPPORT_URL
from fluffy_tui.demo.stand_in.world import Asset, Channel, Post, World, iso

View = dict[str, Any]

_OPEN_ACTIONS = [
    "addPostToQueue",
    "publishPostNow",
    "updatePost",
    "publishPostNext",
    "updatePostSchedule",
    "updatePostTags",
    "addPostNote",
    "duplicatePost",
    "deletePost",
    "updateShopGridLink",
]
_SENT_ACTIONS = [
    "viewPost",
    "sharePostLink",
    "copyPostLink",
    "updatePostTags",
    "addPostNote",
    "duplicatePost",
    "updateShopGridLink",
]


def account_view(world: World) -> View:
    """Return an `Account` with its organisation."""
    limits = {
        "channels": 3,
        "generateContent": 0,
        "ideaGroups": 3,
        "ideas": 100,
        "members": 0,
        "postTemplates": 0,
        "savedReplies": 1,
        "scheduledPosts": world.scheduled_posts,
        "scheduledStoriesPerChannel": 2_000,
        "scheduledThreadsPerChannel": 1,
        "tags": 3,
    }
    organization = {
        "id": world.organization_id,
        "channelCount": len(world.channels),
        "limits": limits,
        "name": world.organization_name,
        "ownerEmail": world.email,
    }
    return {
        "id": world.account_id,
        "email": world.email,
        "name": world.account_name,
        "timezone": world.timezone,
        "createdAt": iso(world.created_at),
        "organizations": [organization],
    }


def channel_view(channel: Channel, world: World) -> View:
    """Return a `Channel`."""
    return {
        "id": channel.id,
        "avatar": f"https://example.org/avatars/{channel.service_id}.png",
        "descriptor": f"{channel.service} {channel.type}",
        "displayName": channel.display_name or channel.name,
        "externalLink": None,
        "hasActiveMemberDevice": False,
        "isDisconnected": channel.is_disconnected,
        "isLocked": channel.is_locked,
        "isNew": False,
        "isQueuePaused": channel.is_queue_paused,
        "metadata": _channel_metadata(channel),
        "name": channel.name,
        "organizationId": world.organization_id,
        "postingSchedule": [
            {"day": day.day, "times": list(day.times), "paused": day.paused}
            for day in channel.posting_schedule
        ],
        "products": ["publish"],
        "service": channel.service,
        "serviceId": channel.service_id,
        "timezone": channel.timezone,
        "type": channel.type,
        "createdAt": iso(channel.created_at),
        "updatedAt": iso(channel.created_at),
    }


def _channel_metadata(channel: Channel) -> View | None:
    if channel.service == "pinterest":
        boards = [
            {
                "id": f"{channel.service_id}{number}",
                "name": name,
                "serviceId": str(number),
                "url": f"https://example.org/boards/{number}",
                "description": None,
            }
            for number, name in enumerate(channel.boards, start=1)
        ]
        return {"__typename": "PinterestMetadata", "boards": boards}
    if channel.service == "mastodon":
        return {"__typename": "MastodonMetadata", "maxCharacters": 500, "serverUrl": "https://example.org"}
    return None


def post_view(post: Post, world: World) -> View:
    """Return a `Post`."""
    channel = world.channels[post.channel_id]
    return {
        "id": post.id,
        "allowedActions": _SENT_ACTIONS if post.status in {"sent", "sending"} else _OPEN_ACTIONS,
        "assets": [_asset_view(asset) for asset in post.assets],
        "channel": channel_view(channel, world),
        "channelId": post.channel_id,
        "channelService": channel.service,
        "dueAt": iso(post.due_at) if post.due_at else None,
        "error": _error_view(post),
        "externalLink": post.external_link,
        "ideaId": None,
        "isCustomScheduled": post.share_mode == "customScheduled",
        "notificationStatus": None,
        "schedulingType": post.scheduling_type,
        "sentAt": iso(post.sent_at) if post.sent_at else None,
        "sharedNow": post.share_mode == "shareNow",
        "shareMode": post.share_mode,
        "status": post.status,
        "tags": [],
        "text": post.text,
        "via": post.via,
        "createdAt": iso(post.created_at),
        "updatedAt": iso(post.updated_at),
    }


def metrics_view(post: Post, now: datetime) -> View:
    """Return the numbers of a live post: they come from the network an hour after it went live, then once a day."""
    if post.sent_at is None or (days := (now - post.sent_at - timedelta(hours=1)) // timedelta(days=1)) < 0:
        return {"metrics": None, "metricsUpdatedAt": None}
    reactions = int(int(post.id[:4], 16) % 300 * (1 - 0.5 ** (days + 1)))
    reach = 12 * reactions + 40
    counts = {"reactions": reactions, "comments": reactions // 12, "saves": reactions // 9, "reach": reach}
    metrics = [_metric_view(name, count, "count") for name, count in counts.items()]
    metrics.append(_metric_view("engagementRate", round(100 * reactions / reach, 1), "percentage"))
    return {"metrics": metrics, "metricsUpdatedAt": iso(post.sent_at + timedelta(hours=1, days=days))}


def _metric_view(name: str, value: float, unit: str) -> View:
    return {"type": name, "name": name.capitalize(), "description": name, "unit": unit, "value": value}


def _error_view(post: Post) -> View | None:
    if post.error_message is None:
        return None
    return {"message": post.error_message, "supportUrl": SUPPORT_URL, "rawError": post.error_raw}


def _asset_view(asset: Asset) -> View:
    return {
        "__typename": "ImageAsset",
        "id": None,  # observed: often null
        "mimeType": asset.mime_type,
        "source": asset.source,
        "thumbnail": asset.thumbnail,
        "type": "image",
        "image": {
            "altText": asset.alt_text,
            "width": asset.width,
            "height": asset.height,
            "isAnimated": False,
            "animatedThumbnail": None,
            "userTags": asset.user_tags,
        },
    }
