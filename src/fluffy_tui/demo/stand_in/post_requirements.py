"""What a post needs before the stand-in accepts it, network by network.

Messages follow the style of observed refusals. Where Buffer's exact wording is not known (counts, lengths, ratio)
the sentence follows the same pattern, so clients must not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from fluffy_tui.demo.stand_in.picture_reader import FetchedPicture

NOTHING_TO_SAY = "Post must have either text or media."
UNREADABLE = "Image could not be read from its URL."
POSTED_RECENTLY = (
    "Whoops, it looks like you've posted that one recently. Unfortunately, we're not able to post the "
    "same thing again so soon!"
)
ALREADY_SCHEDULED = (
    "Whoops, it looks like you've already got this one scheduled or posted around the same time. "
    "Unfortunately, we're not able to post the same thing twice."
)


class Refused(Exception):
    """A mutation that returns one of Buffer's error members instead of a success."""

    def __init__(self, typename: str, message: str) -> None:
        super().__init__(message)
        self.typename = typename
        self.message = message


def invalid(reasons: Sequence[str]) -> Refused:
    """Return the refusal that joins all `reasons` in one message, as Buffer does."""
    return Refused("InvalidInputError", "Invalid post: " + ", ".join(reasons))


@dataclass(frozen=True, slots=True)
class Network:
    """The requirements of one network (Buffer's help centre, articles 588, 617 and 622)."""

    title: str
    longest_text: int
    most_pictures: int
    needs_media: bool = False
    metadata_key: str = ""
    required: tuple[tuple[str, str], ...] = ()
    """Pairs of a required metadata field and what the message calls it."""
    measure: Callable[[str], int] = len
    ratios: tuple[float, float] | None = None
    """Smallest and largest width ÷ height of a picture in the feed."""
    longest_first_comment: int = 0
    """0 if the network has none."""


NETWORKS: Mapping[str, Network] = {
    "instagram": Network(
        "Instagram",
        2_200,
        10,
        needs_media=True,
        metadata_key="instagram",
        required=(("type", "a type (post, story, or reel)"),),
        ratios=(0.8, 1.91),
        longest_first_comment=2_196,
    ),
    "facebook": Network(
        "Facebook",
        5_000,
        10,
        metadata_key="facebook",
        required=(("type", "a type (post, story, or reel)"),),
        longest_first_comment=8_000,
    ),
    "pinterest": Network(
        "Pinterest",
        500,
        1,
        needs_media=True,
        metadata_key="pinterest",
        required=(("boardServiceId", "a board"),),
    ),
    "googlebusiness": Network(
        "Google Business",
        1_500,
        1,
        metadata_key="google",
        required=(("type", "a type (event, offer, or whats_new)"),),
    ),
    "youtube": Network(
        "YouTube",
        5_000,
        0,
        needs_media=True,
        metadata_key="youtube",
        required=(("title", "a title"), ("categoryId", "a category")),
    ),
    "tiktok": Network("TikTok", 2_200, 35, needs_media=True, metadata_key="tiktok"),
    "threads": Network("Threads", 500, 20, metadata_key="threads"),
    "linkedin": Network(
        "LinkedIn",
        3_000,
        20,
        metadata_key="linkedin",
        measure=lambda text: len(text.encode("utf-16-le")) // 2,
        longest_first_comment=1_250,
    ),
    "twitter": Network("Twitter", 280, 4, metadata_key="twitter"),
    "bluesky": Network(
        "Bluesky", 300, 4, metadata_key="bluesky", measure=lambda text: len(regex.findall(r"\X", text))
    ),
    "mastodon": Network("Mastodon", 500, 4, metadata_key="mastodon"),
}

_RATIO_TOLERANCE = 0.01
"""Whole pixels cannot match 4:5 exactly."""

_MOST_USER_TAGS = 20
"""The most in all pictures of a post together."""


def check_input(
    service: str,
    text: str,
    assets: Sequence[Mapping[str, Any]],
    metadata: Mapping[str, Any],
    *,
    is_paid_plan: bool,
) -> None:
    """Check everything but the pictures themselves.

    Raises:
        Refused: All reasons at once.
    """
    if not text.strip() and not assets:
        raise invalid([NOTHING_TO_SAY])
    network = NETWORKS.get(service)
    if network is None:
        raise invalid([f"Posts cannot be made on {service}."])
    own = metadata.get(network.metadata_key) or {}
    foreign = sorted(key for key, value in metadata.items() if value and key != network.metadata_key)
    reasons = [f"{network.title} posts cannot have metadata for {key}." for key in foreign]
    reasons += _reasons_to_refuse(network, text, assets, own)
    reasons += _wrong_first_comment(network, own.get("firstComment") or "", is_paid_plan)
    reasons += _wrong_tags(network, assets)
    if reasons:
        raise invalid(reasons)
    if assets and own.get("linkAttachment"):
        raise invalid(["A link attachment cannot be combined with assets."])


def _reasons_to_refuse(
    network: Network, text: str, assets: Sequence[Mapping[str, Any]], own: Mapping[str, Any]
) -> list[str]:
    reasons = []
    if network.needs_media and not assets:
        reasons.append(f"{network.title} posts require at least one image or video.")
    reasons += [
        f"{network.title} posts require {what}."
        for name, what in network.required
        if own.get(name) in (None, "", "carousel")  # seen: refused in July 2026, although the schema has it
    ]
    if network.measure(text) > network.longest_text:
        reasons.append(f"{network.title} posts cannot exceed {network.longest_text} characters.")
    if len(assets) > network.most_pictures:
        reasons.append(f"{network.title} posts cannot have more than {network.most_pictures} images.")
    return reasons


def _wrong_first_comment(network: Network, comment: str, is_paid_plan: bool) -> list[str]:
    if not comment:
        return []
    if not is_paid_plan:
        return [f"{network.title} first comment requires a paid plan. Please upgrade to use this feature."]
    longest = network.longest_first_comment
    if network.measure(comment) > longest:
        return [f"{network.title} first comment cannot exceed {longest} characters."]
    return []


def _wrong_tags(network: Network, assets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the tags; the real Buffer was seen to find that out only when it publishes."""
    details = ((asset.get("image") or {}).get("metadata") or {} for asset in assets)
    tags = [tag for each in details for tag in each.get("userTags") or ()]
    reasons = []
    if any(not 0 <= tag[axis] <= 1 for tag in tags for axis in ("x", "y")):
        reasons.append("User tags must have an x and a y between 0.0 and 1.0.")
    if any(tag["handle"].startswith("@") for tag in tags):
        reasons.append("User tags must have a handle without the leading @.")
    if len(tags) > _MOST_USER_TAGS:
        reasons.append(f"{network.title} posts cannot have more than {_MOST_USER_TAGS} user tags.")
    return reasons


def check_pictures(service: str, pictures: Sequence[FetchedPicture], metadata: Mapping[str, Any]) -> None:
    """Check the pictures.

    Raises:
        Refused: A picture of an Instagram feed post is too narrow or too wide.
    """
    network = NETWORKS[service]
    own = metadata.get(network.metadata_key) or {}
    if network.ratios is None or own.get("type") == "story":
        return
    low, high = network.ratios
    if any(
        not low - _RATIO_TOLERANCE <= each.width / each.height <= high + _RATIO_TOLERANCE for each in pictures
    ):
        raise invalid([f"{network.title} images must have an aspect ratio between 4:5 and 1.91:1."])
