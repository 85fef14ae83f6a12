"""What a model is asked, and what it proposes."""

from __future__ import annotations

from dataclasses import dataclass, field

PICTURE_SIDE = 768
"""Pixels of a picture's longest side, at most: as much as most models look at."""
LONGEST_VOICE = 2_000
"""Characters of a persona's voice, at most; some 300 words, which any model reads."""


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A JPEG without metadata, as large as a model needs it."""

    data: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CaptionRequest:
    """Everything that a model gets to see."""

    picture: SmallPicture
    network: str
    """The network's name, for its manners."""
    caption_limit: int
    """Characters of a caption that the network accepts."""
    alt_text_limit: int
    hashtag_limit: int | None = None
    """Hashtags in a post that the network accepts; None without a limit."""
    voice: str = ""
    """How the persona writes, in the user's words."""
    earlier: tuple[str, ...] = ()
    """The persona's last captions, newest first, from which the new ones are to differ."""
    keywords: tuple[str, ...] = ()
    """What is known to be in the photo."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a model proposed, cleaned: nothing of it has been read by anybody yet."""

    captions: tuple[str, ...]
    """One to three, all different."""
    alt_text: str
    """Empty if it gave none."""
    model: str
    """Its name."""
    seconds: float
    """How long it took."""
