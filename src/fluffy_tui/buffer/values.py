"""What Buffer knows, as frozen values: accounts, channels and posts.

The names are Buffer's own (its schema of 2026-08-13), except that they are spelled the Python way. A service
or a status that Buffer adds later is kept as its plain text, so that a new network never stops the whole app.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Service(StrEnum):
    """A social network, named as in Buffer's `Service` enum."""

    BLUESKY = "bluesky"
    FACEBOOK = "facebook"
    GOOGLE_BUSINESS = "googlebusiness"
    INSTAGRAM = "instagram"
    LINKEDIN = "linkedin"
    MASTODON = "mastodon"
    PINTEREST = "pinterest"
    START_PAGE = "startPage"
    THREADS = "threads"
    TIKTOK = "tiktok"
    TWITTER = "twitter"
    YOUTUBE = "youtube"


class ShareMode(StrEnum):
    """When a new post goes out, named as in Buffer's `ShareMode` enum."""

    ADD_TO_QUEUE = "addToQueue"
    """In the channel's next free slot."""
    CUSTOM_SCHEDULED = "customScheduled"
    """At a time of one's own choice."""
    SHARE_NEXT = "shareNext"
    """In the channel's very next slot, before everything that waits."""
    SHARE_NOW = "shareNow"
    """At once."""


class BufferStatus(StrEnum):
    """How far Buffer is with a post, named as in Buffer's `PostStatus` enum."""

    DRAFT = "draft"
    ERROR = "error"
    NEEDS_APPROVAL = "needs_approval"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation of the account; channels belong to it."""

    id: str
    name: str
    scheduled_posts_limit: int | None = None
    """How many posts may wait at a time (10 on Buffer's free plan, counted per channel); None if not told."""


@dataclass(frozen=True, slots=True)
class Account:
    """The person that the key belongs to."""

    id: str
    timezone: str | None
    """IANA name such as `Europe/Berlin`."""
    organizations: tuple[Organization, ...]


@dataclass(frozen=True, slots=True)
class SlotDay:
    """The posting slots of one weekday, in the channel's time zone."""

    day: str
    """`mon` to `sun`."""
    times: tuple[str, ...]
    """`HH:MM`, as Buffer sends them."""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class PinterestBoard:
    """A board that a pin can be put on."""

    service_id: str
    """What a new post names as its board."""
    name: str


_SERVICE_NAMES = {
    Service.BLUESKY: "Bluesky",
    Service.FACEBOOK: "Facebook",
    Service.GOOGLE_BUSINESS: "Google Business Profile",
    Service.INSTAGRAM: "Instagram",
    Service.LINKEDIN: "LinkedIn",
    Service.MASTODON: "Mastodon",
    Service.PINTEREST: "Pinterest",
    Service.START_PAGE: "Start Page",
    Service.THREADS: "Threads",
    Service.TIKTOK: "TikTok",
    Service.TWITTER: "X",
    Service.YOUTUBE: "YouTube",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """One social account that is connected to Buffer."""

    id: str
    organization_id: str
    name: str
    """The handle or page name on the network."""
    display_name: str | None
    service: Service | str
    """A member of `Service`, or the plain text of a network that this version does not know."""
    service_id: str
    """The account's id on the network itself; it stays when connecting anew changes the channel's id."""
    timezone: str
    """IANA name; the posting schedule is meant in it."""
    is_disconnected: bool = False
    is_locked: bool = False
    is_queue_paused: bool = False
    posting_schedule: tuple[SlotDay, ...] = ()
    pinterest_boards: tuple[PinterestBoard, ...] = ()
    """Empty on every other network."""
    scheduled_posts_limit: int | None = None
    """How many posts may wait here at a time, which Buffer tells of the organisation; None if not told."""

    @property
    def trouble(self) -> str:
        """Why nothing can be published here now, in plain words; empty when all is well."""
        where = f"{self.network} {self.name}"
        if self.is_disconnected:
            return f"Buffer has lost its connection to {where}. Reconnect the channel in Buffer."
        if self.is_locked:
            return (
                f"{where} is locked in Buffer, because the plan allows fewer channels. Unlock it in Buffer."
            )
        if self.is_queue_paused:
            return f"The queue of {where} is paused in Buffer, so nothing goes out. Resume it in Buffer."
        return ""

    @property
    def network(self) -> str:
        """The network's name as people write it; Buffer's own word for a network that is not known here."""
        return _SERVICE_NAMES[self.service] if isinstance(self.service, Service) else self.service

    @property
    def has_slots(self) -> bool:
        """Whether the schedule has any slot that is not paused.

        Without one, Buffer takes a post into the queue but has no time for it (its command-line client warns
        of this).
        """
        return any(day.times and not day.paused for day in self.posting_schedule)


@dataclass(frozen=True, slots=True)
class NewPost:
    """A photo post to put into Buffer.

    Raises:
        ValueError: a custom time is wanted but missing, or `due_at` has no time zone.
    """

    channel_id: str
    service: Service | str
    text: str
    image_url: str
    """Public address of the picture; Buffer reads it at once and again when it publishes."""
    alt_text: str
    share_mode: ShareMode = ShareMode.ADD_TO_QUEUE
    due_at: datetime | None = None
    """When to publish; only sent with `ShareMode.CUSTOM_SCHEDULED`, since Buffer ignores it otherwise."""
    pinterest_board_id: str | None = None
    """`PinterestBoard.service_id`; Pinterest needs one."""
    source: str = "fluffy-tui"
    """Where the post was written, kept by Buffer for its own statistics; it cannot be read back."""

    def __post_init__(self) -> None:
        if self.due_at is None and self.share_mode is ShareMode.CUSTOM_SCHEDULED:
            raise ValueError("a post at a custom time needs due_at")
        if self.due_at is not None and self.due_at.tzinfo is None:
            raise ValueError("due_at needs a time zone")


@dataclass(frozen=True, slots=True)
class BufferPost:
    """A post as Buffer tells of it."""

    id: str
    status: BufferStatus | str
    """A member of `BufferStatus`, or the plain text of a status that this version does not know."""
    text: str
    channel_id: str
    due_at: datetime | None
    sent_at: datetime | None
    created_at: datetime
    via: str
    """`api`, `buffer` (which posts made through the API have too) or `network` (imported from there)."""
    external_link: str | None = None
    """Where it is on the network; may come some time after `sent`."""
    error_message: str | None = None
    """Why publishing failed, in Buffer's words."""
    error_support_url: str | None = None
    asset_sources: tuple[str, ...] = ()
    """The addresses of its pictures, as they were given when it was made."""
    alt_text: str | None = None
    """The first picture's alt text; None when Buffer tells of none."""
