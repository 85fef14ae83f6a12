"""What the stand-in Buffer holds: account, organisation, channels and posts, in memory and as JSON."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any


def new_id() -> str:
    """Return a new id like Buffer's: 24 random hexadecimal digits."""
    return secrets.token_hex(12)


def iso(moment: datetime) -> str:
    """Format a time as Buffer does: UTC with milliseconds and a `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class DaySchedule:
    """The slots of one day of the week."""

    day: str
    times: tuple[str, ...] = ()
    """Wall-clock times in the channel's time zone, "09:00"."""
    paused: bool = False


@dataclass(slots=True)
class Channel:
    """A connected social account."""

    name: str
    service: str
    timezone: str = "Europe/London"
    posting_schedule: tuple[DaySchedule, ...] = ()
    id: str = field(default_factory=new_id)
    display_name: str | None = None
    service_id: str = field(default_factory=new_id)
    type: str = "profile"
    is_disconnected: bool = False
    is_locked: bool = False
    is_queue_paused: bool = False
    boards: tuple[str, ...] = ()
    """Names of the boards of a Pinterest channel; the service id of each is its position."""
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(slots=True)
class Asset:
    """A picture of a post, as Buffer read it from its URL."""

    source: str
    mime_type: str
    width: int
    height: int
    alt_text: str = ""
    thumbnail: str = ""
    user_tags: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Post:
    """One post on one channel."""

    channel_id: str
    text: str
    status: str
    share_mode: str
    created_at: datetime
    updated_at: datetime
    id: str = field(default_factory=new_id)
    scheduling_type: str | None = "automatic"
    due_at: datetime | None = None
    sent_at: datetime | None = None
    publish_at: datetime | None = None
    """While `sending`: when it will be published."""
    link_at: datetime | None = None
    """When `external_link` becomes known, if later than `sent_at`."""
    external_link: str | None = None
    error_message: str | None = None
    error_raw: str | None = None
    assets: list[Asset] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    via: str = "buffer"


def imported(channel_id: str, text: str, at: datetime, picture: str = "") -> Post:
    """Return a post that was made on the network itself; the picture's address is that of the thumbnail, too."""
    assets = [Asset(picture, "image/jpeg", 1_080, 1_350, thumbnail=picture)] if picture else []
    return Post(
        channel_id,
        text,
        "sent",
        "shareNow",
        created_at=at,
        updated_at=at,
        scheduling_type=None,
        due_at=at,
        sent_at=at,
        assets=assets,
        via="network",
    )


@dataclass(slots=True)
class World:
    """One account with one organisation: everything that the stand-in remembers between two runs."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    account_id: str = field(default_factory=new_id)
    account_name: str = "Demo"
    email: str = "demo@example.org"
    timezone: str = "Europe/London"
    organization_id: str = field(default_factory=new_id)
    organization_name: str = "Demo"
    scheduled_posts: int = 10
    """`limits.scheduledPosts`, counted per channel."""
    is_paid_plan: bool = True
    """Whether the plan includes first comments; the demo's does, so that they can be tried."""
    has_metrics: bool = True
    """Whether posts have numbers; plans and keys without them get null."""
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    channels: dict[str, Channel] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    def add_channel(self, channel: Channel) -> Channel:
        """Add a channel to the organisation and return it."""
        self.channels[channel.id] = channel
        return channel

    def add_post(self, post: Post) -> Post:
        """Add a post and return it."""
        self.posts[post.id] = post
        return post

    def channel_named(self, name: str) -> Channel:
        """Return the channel with this name.

        Raises:
            KeyError: There is none.
        """
        for channel in self.channels.values():
            if channel.name == name:
                return channel
        raise KeyError(name)

    def posts_of(self, channel_id: str, *statuses: str) -> Iterator[Post]:
        """Yield the channel's posts with one of `statuses` (all if none is given)."""
        for post in self.posts.values():
            if post.channel_id == channel_id and (not statuses or post.status in statuses):
                yield post

    def to_json(self) -> dict[str, Any]:
        """Return everything, including the key, as JSON values."""
        data: dict[str, Any] = _plain(asdict(self))
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> World:
        """Rebuild a world from `to_json`."""
        values = dict(data)
        values["created_at"] = datetime.fromisoformat(values["created_at"])
        channels = [_channel(entry) for entry in values.pop("channels").values()]
        posts = [_post(entry) for entry in values.pop("posts").values()]
        return cls(
            channels={channel.id: channel for channel in channels},
            posts={post.id: post for post in posts},
            **values,
        )


_MOMENTS = ("created_at", "updated_at", "due_at", "sent_at", "publish_at", "link_at")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


def _moments(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key in _MOMENTS and value is not None else value
        for key, value in entry.items()
    }


def _channel(entry: dict[str, Any]) -> Channel:
    values = _moments(entry)
    values["posting_schedule"] = tuple(
        DaySchedule(day["day"], tuple(day["times"]), day["paused"]) for day in values["posting_schedule"]
    )
    values["boards"] = tuple(values["boards"])
    return Channel(**values)


def _post(entry: dict[str, Any]) -> Post:
    values = _moments(entry)
    values["assets"] = [Asset(**asset) for asset in values["assets"]]
    return Post(**values)
