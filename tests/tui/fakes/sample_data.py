"""The sample data of the fakes: everything happens in January 2027 around `NOW`.

Pictures are drawn into the folder given.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from fluffy_tui.buffer import Channel, Service, ShareMode, SlotDay
from fluffy_tui.personas import Persona, PersonaChannel
from fluffy_tui.photos import Photo
from fluffy_tui.scheduling import Post, PostPhoto, PostStatus, Step

MARKUP = "[/b][red"
"""Text that breaks whatever parses user text as markup."""

NOW = datetime(2027, 1, 12, 14, 30, tzinfo=UTC)
"""The moment at which the fake world stands: a Tuesday, 09:30 in New York."""

WEEK = tuple(SlotDay(day, ("09:00", "18:00")) for day in ("mon", "tue", "wed", "thu", "fri"))


def make_channel(id_: str, name: str, service: Service, **changes: object) -> Channel:
    """Return a healthy channel in New York, with changes."""
    channel = Channel(
        id=id_,
        organization_id="org-1",
        name=name,
        display_name=None,
        service=service,
        service_id=f"service-{id_}",
        timezone="America/New_York",
        posting_schedule=WEEK,
    )
    return replace(channel, **changes)  # type: ignore[arg-type]


Channels = list[Channel]

CHANNELS: Channels = [
    make_channel("channel-1", "sarah.ig", Service.INSTAGRAM),
    make_channel("channel-2", "northlight", Service.BLUESKY, timezone="Europe/Berlin"),
    make_channel("channel-3", "oldpage", Service.FACEBOOK, is_disconnected=True),
    make_channel("channel-4", "quiet", Service.MASTODON, is_queue_paused=True),
]


def make_persona(id_: int, name: str, *channels: Channel) -> Persona:
    """Return a persona."""
    persona = Persona(id=id_, name=name, description="", created_at=NOW - timedelta(days=30))
    return with_channels(persona, *channels)


def with_channels(persona: Persona, *channels: Channel) -> Persona:
    """Return a persona with other channels."""
    return replace(persona, channels=tuple(PersonaChannel(channel.id, channel) for channel in channels))


_SHAPES = ((120, 150), (160, 90), (120, 120), (150, 100), (108, 192))


def draw_picture(path: Path, number: int, *, flat: bool) -> tuple[int, int]:
    """Draw a small picture whose colours depend on its number, as a gradient or in one colour; return its size."""
    size, content = _picture(number, path.suffix, flat=flat)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return size


@cache
def _picture(number: int, suffix: str, *, flat: bool) -> tuple[tuple[int, int], bytes]:
    width, height = _SHAPES[number % len(_SHAPES)]
    blue = number * 37 % 256
    picture = Image.new("RGB", (width, height), (number * 83 % 256, 96, blue))
    if not flat:
        across = Image.linear_gradient("L").rotate(90).resize((width, height))
        down = Image.linear_gradient("L").resize((width, height))
        picture = Image.merge("RGB", (across, down, Image.new("L", (width, height), blue)))
    content = BytesIO()
    picture.save(content, Image.registered_extensions()[suffix.lower()])
    return (width, height), content.getvalue()


def damage(path: Path) -> None:
    """Cut the end of the coded picture out of a JPEG, so that only a part of it can be decoded."""
    content = path.read_bytes()
    path.write_bytes(content[:-20] + content[-2:])


ZONE = ZoneInfo("Europe/Berlin")
"""The user's time zone, which the camera's clock shows too."""


def make_photo(
    folder: Path, id_: int, persona_id: int, *, name: str | None = None, flat: bool = False
) -> Photo:
    """Draw a photo and return it as the library knows it; higher ids are newer."""
    path = folder / (name or f"IMG_{2000 + id_}.JPG")
    width, height = draw_picture(path, id_, flat=flat)
    content = path.read_bytes()
    taken = datetime(2026, 11, 1, 8, tzinfo=UTC) + timedelta(hours=7 * id_)
    return Photo(
        id=id_,
        persona_id=persona_id,
        path=path,
        sha256=sha256(content).hexdigest(),
        byte_size=len(content),
        width=width,
        height=height,
        format="JPEG",
        taken_at=taken.astimezone(ZONE).replace(tzinfo=None),
        modified_at=taken,
        missing_since=None,
        verdict=None,
        created_at=taken,
    )


COVER = ("alt_text", "framing", "media_url", "rendition")
"""What `make_post` and `changed` take for the cover."""


def changed(post: Post, **changes: Any) -> Post:
    """Return a post with some values changed, those of its cover among them."""
    cover = replace(post.cover, **{name: changes.pop(name) for name in COVER if name in changes})
    return replace(post, photos=(cover, *post.photos[1:]), **changes)


def make_post(id_: int, photo: Photo, caption: str, step: Step | None, **changes: object) -> Post:
    """Return a post that has come as far as `step`, with everything that the step implies."""
    status = {
        Step.ACCEPTED: PostStatus.SCHEDULED,
        Step.PUBLISHING: PostStatus.SCHEDULED,
        Step.LIVE: PostStatus.POSTED,
        Step.FAILED: PostStatus.FAILED,
    }.get(step or Step.QUEUED, PostStatus.DRAFT)
    cover: dict[str, Any] = {name: changes.pop(name) for name in COVER if name in changes}
    in_buffer = status in (PostStatus.SCHEDULED, PostStatus.POSTED)
    created = NOW - timedelta(days=2) + timedelta(minutes=id_)
    post = Post(
        id=id_,
        photos=(PostPhoto(photo.id, photo.sha256, **cover),),
        persona_id=photo.persona_id,
        caption=caption,
        status=status,
        step=step,
        share_mode=ShareMode.ADD_TO_QUEUE,
        requested_at_time=None,
        channel_id="channel-1",
        buffer_post_id=f"buffer-{id_}" if in_buffer else None,
        scheduled_at=NOW + timedelta(hours=23, minutes=30) if in_buffer else None,
        posted_at=None,
        next_try_at=None,
        attempts=1,
        error_code=None,
        error_message=None,
        external_link=None,
        created_at=created,
        updated_at=created,
    )
    return replace(post, **changes)  # type: ignore[arg-type]


POSTS: tuple[tuple[str, Step | None, dict[str, object]], ...] = (
    (
        "first snow",
        Step.LIVE,
        {
            "scheduled_at": NOW - timedelta(hours=26),
            "posted_at": NOW - timedelta(hours=26) + timedelta(seconds=14),
            "external_link": "https://www.instagram.com/p/abc/",
        },
    ),
    ("coffee first", Step.ACCEPTED, {}),
    ("just going out", Step.PUBLISHING, {"scheduled_at": NOW - timedelta(seconds=20)}),
    (
        f"a caption with {MARKUP} in it",
        Step.FAILED,
        {
            "error_code": "image_unreadable",
            "error_message": f"Buffer could not read the picture {MARKUP} from its address.",
        },
    ),
    ("a draft that was kept", None, {"error_message": "No Buffer key is set."}),
    (
        "cat",
        Step.HELD,
        {
            "error_code": "queue_full",
            "error_message": "The channel's queue in Buffer is full.",
            "next_try_at": NOW + timedelta(hours=8, minutes=30),
        },
    ),
    ("was it sent?", Step.UNCONFIRMED, {"error_message": "No answer came from Buffer."}),
    ("beach walk, day 3. the fog did not lift until noon", Step.SENDING, {}),
    ("hosting this one", Step.HOSTING, {}),
    ("rendering this one", Step.RENDERING, {}),
    ("waiting for its turn", Step.QUEUED, {}),
)
