"""The posts that a new demo has: one for each of the coming days, and two that are published at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SamplePost:
    """A post of one of the sample photos."""

    photo: str
    """The name of its file, without the suffix."""
    caption: str
    alt_text: str


AT_ONCE: Sequence[SamplePost] = (
    SamplePost(
        "IMG_2097",
        "Full moon over the bay. No tripod, just a wall and a held breath.",
        "The full moon above a dark bay, with its reflection on the water",
    ),
    SamplePost(
        "IMG_2096",
        "The lighthouse, ten minutes after the sun went down. #lighthouse #bluehour",
        "A red and white lighthouse on a headland at dusk",
    ),
)
"""Published as soon as they are in Buffer, in this order; the demo has Buffer fail at the first."""

COMING_DAYS: Sequence[SamplePost] = (
    SamplePost(
        "IMG_2085",
        "They all took off at once, and then it was silent. #balloons",
        "Hot-air balloons above purple mountains at sunrise",
    ),
    SamplePost(
        "IMG_2103",
        "First snow of the year. The path was gone by noon.",
        "Snow-covered firs in layers of mist",
    ),
    SamplePost("IMG_2071", "Six in the morning, already warm. #desert", "Sand dunes below a low sun"),
    SamplePost("IMG_2110", "Look up.", "Green leaves against the light"),
    SamplePost("IMG_2121", "Nothing but water until Lisbon. #sea", "The sun above a calm turquoise sea"),
)
"""One for each of the next days on which the channel has slots."""


@dataclass(frozen=True, slots=True)
class PhonePost:
    """A post that was made on the phone; its picture is one of the sample photos."""

    picture: str
    """The name of the bundled file."""
    caption: str
    days_ago: float


FROM_PHONE: Sequence[PhonePost] = (
    PhonePost("IMG_2118.jpg", "From the phone, while the others slept.", 1.3),
    PhonePost("IMG_2044.jpg", "Low tide.", 6.0),
    PhonePost("IMG_2080.jpg", "A quick one from the road.", 19.0),
    PhonePost("IMG_2067.jpg", "The long way home. #sea", 40.0),
)
"""What a new demo's profile shows besides its own posts; the composer warns of their pictures."""
