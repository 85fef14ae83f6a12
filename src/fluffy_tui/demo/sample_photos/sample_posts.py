"""The posts that a new demo has: some from the last weeks, two published at once, of which one fails, one each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fluffy_tui.demo.stand_in.fault_switches import Kind


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
"""Published as soon as they are in Buffer, in this order."""

FAILURES: Sequence[Kind] = (Kind.IMAGE_UNREADABLE,)
"""How Buffer fails to publish the first of them, one each, so that a new demo has something under Problems."""

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

EARLIER: Sequence[tuple[float, SamplePost]] = (
    (
        3.4,
        SamplePost(
            "DSC04515",
            "Blue hour at the bridge. #bluehour #longexposure",
            "A lit suspension bridge at dusk, mirrored in still water",
        ),
    ),
    (
        10.4,
        SamplePost(
            "DSC04541",
            "It began as a grey arc. Ten minutes later the sky moved. #aurora #nightsky",
            "Green and violet northern lights above a line of firs",
        ),
    ),
    (
        17.4,
        SamplePost(
            "DSC04551",
            "No moon, no wind, minus eleven. #milkyway #nightsky",
            "The Milky Way above dark hills",
        ),
    ),
    (
        24.9,
        SamplePost(
            "DSC04563",
            "Thirty seconds of a Sunday evening. #longexposure",
            "White and red light trails of cars on a road towards the hills",
        ),
    ),
    (
        31.4,
        SamplePost("DSC04533", "Tiles, second attempt. #pattern", "A wall of tiles in teal and orange"),
    ),
    (
        38.9,
        SamplePost(
            "DSC04580",
            "The ceiling of the new library. #pattern",
            "A surface of triangles from blue to orange",
        ),
    ),
    (
        45.4,
        SamplePost(
            "DSC04550",
            "Look up, and wait for your eyes. #milkyway #nightsky",
            "The Milky Way above a black horizon",
        ),
    ),
    (
        52.4,
        SamplePost(
            "DSC04590",
            "The whole river front, from the far bank. #longexposure #bluehour",
            "A long row of lit buildings along a river at night",
        ),
    ),
)
"""Already live, with how many days ago; Buffer has their numbers."""


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
