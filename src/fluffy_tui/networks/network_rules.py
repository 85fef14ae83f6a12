"""The rules of each social network, read once from `rules.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

UNKNOWN_SERVICE = "unknown"
"""The key in `rules.toml` of the rules for services that Buffer may add later."""

MOST_PHOTOS = 10
"""Most photos that fluffy-tui puts into one post, whatever the network takes."""


class Counting(StrEnum):
    """What a network counts when it says "characters"."""

    CODE_POINTS = "code-points"
    UTF_16 = "utf-16"
    """UTF-16 code units, like JavaScript's `length`: an emoji is two or more."""
    GRAPHEMES = "graphemes"
    """What a reader sees as one character (Unicode UAX #29, extended grapheme clusters)."""
    X_WEIGHTED = "x-weighted"
    """The weights of twitter-text (X): most scripts 1, East Asian scripts and emoji 2, every link 23."""
    MASTODON = "mastodon"
    """Graphemes, but every link counts as 23 and a mention without its server."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from, and when it was read."""

    text: str
    read: date


@dataclass(frozen=True, slots=True)
class ImageRules:
    """Which pictures a network accepts through Buffer."""

    max_bytes: int
    upload_bytes: int
    """What an uploaded picture stays below even where the network takes more."""
    formats: tuple[str, ...]
    """Names as Pillow writes them: `JPEG`, `PNG`, …"""
    min_ratio: float | None = None
    """Smallest width ÷ height; None if no limit is published, as for the fields below."""
    max_ratio: float | None = None
    """Largest width ÷ height."""
    min_width: int | None = None
    """Pixels."""
    max_width: int | None = None
    """Pixels."""
    max_side: int | None = None
    """Pixels of the longest side."""
    shown_width: int | None = None
    """Pixels at which the network shows a picture; a narrower one looks coarse."""


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """The rules of one social network."""

    service: str
    """Buffer's name of the service, as in its `Service` enumeration."""
    name: str
    """The network's name as shown to the user."""
    caption_limit: int
    """Longest caption, counted as `counting` says."""
    counting: Counting
    alt_text_limit: int
    """Longest alternative text, in code points."""
    caption_fold: int | None
    """Characters that a feed shows before "… more"; None if that is not published."""
    hashtag_limit: int | None
    """Most hashtags in one caption; None if no limit is published."""
    image: ImageRules
    photo_limit: int
    """Most photos in one post, at most `MOST_PHOTOS`; 0 if the network takes only videos."""
    has_one_ratio: bool
    """Whether all photos of a post are shown in the ratio of the first."""
    first_comment_limit: int | None
    """Longest first comment, counted like a caption; None if the network has none in Buffer, as for the next."""
    people_tag_limit: int | None
    """Most people tagged in one post, in all its photos together."""
    has_ai_label: bool
    """Whether photos can be labelled as made by AI."""
    tile_ratio: float | None
    """Width ÷ height of the pictures on a profile; None if it is no grid."""
    sources: Mapping[str, Source]
    """The source of each rule, by the name of its table in `rules.toml`."""


def rules_for(service: str) -> NetworkRules:
    """Return the rules of a Buffer service; unknown ones get limits that every network accepts."""
    networks = all_rules()
    return networks.get(service) or networks[UNKNOWN_SERVICE]


@cache
def all_rules() -> Mapping[str, NetworkRules]:
    """Return the rules by service, including `UNKNOWN_SERVICE`."""
    import tomllib
    from importlib.resources import files

    tables = tomllib.loads(files("fluffy_tui.networks").joinpath("rules.toml").read_text(encoding="utf-8"))
    upload_bytes = tables.pop("upload_bytes")
    rules = {service: _network(service, table, upload_bytes) for service, table in tables.items()}
    return MappingProxyType(rules)


def _network(service: str, table: Mapping[str, Any], upload_bytes: int) -> NetworkRules:
    parts = {part: dict(values) for part, values in table.items() if isinstance(values, Mapping)}
    sources = {part: Source(values.pop("source"), values.pop("read")) for part, values in parts.items()}
    image = parts["image"] | {"formats": tuple(parts["image"]["formats"]), "upload_bytes": upload_bytes}
    return NetworkRules(
        service=service,
        name=table["name"],
        caption_limit=parts["caption"]["limit"],
        counting=Counting(parts["caption"]["counted_as"]),
        alt_text_limit=parts["alt_text"]["limit"],
        caption_fold=parts["caption"].get("fold"),
        hashtag_limit=parts["hashtags"].get("limit"),
        image=ImageRules(**image),
        photo_limit=min(parts["photos"]["limit"], MOST_PHOTOS),
        has_one_ratio=parts["photos"].get("one_ratio", False),
        first_comment_limit=parts.get("first_comment", {}).get("limit"),
        people_tag_limit=parts.get("people_tags", {}).get("limit"),
        has_ai_label="ai_label" in parts,
        tile_ratio=parts.get("profile", {}).get("tile_ratio"),
        sources=MappingProxyType(sources),
    )
