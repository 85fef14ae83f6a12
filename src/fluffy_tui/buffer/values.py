"""Accounts, channels and posts of Buffer, as frozen values.

The names are those of Buffer's schema (2026-08-13) in Python spelling. A service or status that Buffer adds later is
kept as a plain string, so that a new network never breaks the app.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

POSTS_A_REQUEST = 50
"""Posts per request of a list; Buffer advises 20 to 50 (guides, pagination)."""


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
    """At a chosen time."""
    SHARE_NEXT = "shareNext"
    """In the channel's next slot, before all queued posts."""
    SHARE_NOW = "shareNow"
    """Immediately."""


class BufferStatus(StrEnum):
    """The status of a post in Buffer, named as in Buffer's `PostStatus` enum."""

    DRAFT = "draft"
    ERROR = "error"
    NEEDS_APPROVAL = "needs_approval"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation of the account, which has channels."""

    id: str
    name: str
    scheduled_posts_limit: int | None = None
    """Most posts in the queue (10 on Buffer's free plan, counted per channel); None if not known."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the key belongs to."""

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
    """`HH:MM`."""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class PinterestBoard:
    """A Pinterest board that pins can be posted to."""

    service_id: str
    """The id that a new post gives as its board."""
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
    """A social account that is connected to Buffer."""

    id: str
    organization_id: str
    name: str
    """The handle or page name on the network."""
    display_name: str | None
    service: Service | str
    """A member of `Service`, or a string for a network that this version does not know."""
    service_id: str
    """The account's id on the network; unlike the channel's id, it does not change when reconnecting."""
    timezone: str
    """IANA name; the posting schedule uses it."""
    is_disconnected: bool = False
    is_locked: bool = False
    is_queue_paused: bool = False
    posting_schedule: tuple[SlotDay, ...] = ()
    pinterest_boards: tuple[PinterestBoard, ...] = ()
    """Empty on every other network."""
    scheduled_posts_limit: int | None = None
    """Most posts in the queue, from the organisation; None if not known."""

    @property
    def problem(self) -> str:
        """Why nothing can be published here now; empty if there is no problem."""
        where = f"{self.network} {self.name}"
        if self.is_disconnected:
            return f"Buffer has lost the connection to {where}. Reconnect the channel in Buffer."
        if self.is_locked:
            return f"{where} is locked because the Buffer plan allows fewer channels. Unlock it in Buffer."
        if self.is_queue_paused:
            return f"The queue of {where} is paused, so nothing is published. Resume it in Buffer."
        return ""

    @property
    def network(self) -> str:
        """The network's name; Buffer's own identifier for a network that is not known here."""
        return _SERVICE_NAMES[self.service] if isinstance(self.service, Service) else self.service

    @property
    def has_slots(self) -> bool:
        """Whether the schedule has any slot that is not paused.

        Without one, Buffer accepts a post into the queue but never publishes it (its command-line client warns about
        this).
        """
        return self.slots_per_week > 0

    @property
    def slots_per_week(self) -> int:
        """How many slots the schedule has in a week, without those of paused days."""
        return sum(len(set(day.times)) for day in self.posting_schedule if not day.paused)


@dataclass(frozen=True, slots=True)
class PeopleTag:
    """A person tagged in a picture.

    Raises:
        ValueError: The handle is empty or has an `@` or a space, or the place is outside the picture.
    """

    handle: str
    """Without the leading `@`."""
    x: float
    """Distance from the left edge of the picture as it is posted, as a fraction of its width: 0 to 1."""
    y: float
    """Distance from its top edge, as a fraction of its height: 0 to 1."""

    def __post_init__(self) -> None:
        if not self.handle or "@" in self.handle or any(char.isspace() for char in self.handle):
            raise ValueError("a tag needs a handle without @ and spaces")
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1):
            raise ValueError("a tag's place is given in fractions of the picture, from 0 to 1")


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture of a new post."""

    url: str
    """Public address; Buffer reads it when the post is created and when it is published."""
    alt_text: str = ""
    tags: tuple[PeopleTag, ...] = ()
    """Only sent to networks where people can be tagged."""


@dataclass(frozen=True, slots=True)
class NewPost:
    """A photo post to create in Buffer.

    Raises:
        ValueError: There is no picture; or `due_at` is required but missing, or has no time zone.
    """

    channel_id: str
    service: Service | str
    text: str
    pictures: tuple[NewPicture, ...]
    """In the order in which they are shown, the cover first."""
    first_comment: str = ""
    """What the account comments below its post; only sent to networks where Buffer can do that."""
    is_ai_generated: bool = False
    """Whether the network labels the pictures as made by AI; only sent to networks that have such a label."""
    is_ai_assisted: bool = False
    """Whether the text was written with the help of AI, for Buffer itself."""
    share_mode: ShareMode = ShareMode.ADD_TO_QUEUE
    due_at: datetime | None = None
    """When to publish; only sent with `ShareMode.CUSTOM_SCHEDULED`, because Buffer ignores it otherwise."""
    pinterest_board_id: str | None = None
    """`PinterestBoard.service_id`; required for Pinterest."""
    source: str = "fluffy-tui"
    """The program that created the post, for Buffer's own statistics; it cannot be read back."""

    def __post_init__(self) -> None:
        if not self.pictures:
            raise ValueError("a photo post needs a picture")
        if self.due_at is None and self.share_mode is ShareMode.CUSTOM_SCHEDULED:
            raise ValueError("a post at a custom time needs due_at")
        if self.due_at is not None and self.due_at.tzinfo is None:
            raise ValueError("due_at needs a time zone")


@dataclass(frozen=True, slots=True)
class Metric:
    """One number about a live post, as the network counts it."""

    type: str
    """Buffer's name for it: `reactions`, `comments`, `reach`, `saves` and others, some on one network only."""
    value: float
    is_percentage: bool = False
    """Whether the value is a percentage, 0 to 100; otherwise it is a count."""


@dataclass(frozen=True, slots=True)
class PostMetrics:
    """The numbers of a live post."""

    post_id: str
    metrics: tuple[Metric, ...]
    """Empty where Buffer has none: the post is new, or its network or plan gives none."""
    as_of: datetime | None
    """When Buffer last got them from the network, which it does once a day; None if it has not yet."""


@dataclass(frozen=True, slots=True)
class SentPost:
    """What a channel's followers see of a post that went out, wherever it was made."""

    id: str
    channel_id: str
    text: str
    sent_at: datetime
    created_at: datetime
    """When it came into Buffer."""
    external_link: str | None
    thumbnail: str | None
    """Address of a small picture of the cover; None for a post without pictures."""
    asset_count: int


@dataclass(frozen=True, slots=True)
class SentPosts:
    """As many posts that went out as were asked for, the last made first."""

    posts: tuple[SentPost, ...]
    is_whole: bool
    """Whether Buffer has no more that match."""
    has_gaps: bool
    """Whether a whole page was missing."""


@dataclass(frozen=True, slots=True)
class BufferPost:
    """A post in Buffer."""

    id: str
    status: BufferStatus | str
    """A member of `BufferStatus`, or a string for a status that this version does not know."""
    text: str
    channel_id: str
    due_at: datetime | None
    sent_at: datetime | None
    created_at: datetime
    via: str
    """`api`, `buffer` (which posts made through the API have too) or `network` (imported from there)."""
    external_link: str | None = None
    """The post on the network; may appear some time after `sent`."""
    error_message: str | None = None
    """Why publishing failed, as a message from Buffer."""
    error_support_url: str | None = None
    asset_sources: tuple[str, ...] = ()
    """The addresses of its pictures in their order, as given when it was created."""
    alt_texts: tuple[str | None, ...] = ()
    """The alt text of each of its assets; None for one that is not a picture."""

    @property
    def is_public(self) -> bool:
        """Whether it is published, or is being published now."""
        return self.status in (BufferStatus.SENDING, BufferStatus.SENT)
