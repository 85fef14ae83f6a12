"""What is asked for when photos are submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Framing

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling.post_photo import PostPhoto, TaggedPerson
    from fluffy_tui.scheduling.submit.channel_choice import ChannelChoice


@dataclass(frozen=True, slots=True)
class PostRequest:
    """One submission: photos, the cover first, with texts and time; `Scheduling.schedule_post` explains each field."""

    photos: tuple[Photo | PostPhoto | int, ...]
    caption: str
    alt_text: str = ""
    share_mode: ShareMode = ShareMode.ADD_TO_QUEUE
    at: datetime | None = None
    framing: Framing = Framing()
    accept_damaged: bool = False
    channels: Sequence[str | ChannelChoice] | None = None
    captions: Mapping[str, str] = field(default_factory=dict)
    first_comment: str = ""
    ai_generated: bool | None = None
    tags: tuple[TaggedPerson, ...] = ()
    ai_assisted: bool = False
    again: bool = False
    """Whether the photos may be those of a live post that is old enough to be posted again."""
