"""What each social network accepts: limits of texts, photos and tags, how characters are counted, and pictures.

The rules are in `rules.toml`, each with its source and the date it was read.
"""

from __future__ import annotations

from fluffy_tui.networks.caption_hashtags import (
    cut_hashtags,
    hashtag_count,
    hashtag_spans,
    hashtags,
    split_hashtags,
)
from fluffy_tui.networks.caption_rules import (
    CaptionFault,
    CaptionProblem,
    alt_text_problem,
    caption_advice,
    caption_problem,
    clean_caption,
    first_comment_problem,
    people_tag_problem,
    photo_count_problem,
)
from fluffy_tui.networks.network_rules import (
    MOST_PHOTOS,
    UNKNOWN_SERVICE,
    Counting,
    ImageRules,
    NetworkRules,
    Source,
    all_rules,
    rules_for,
)
from fluffy_tui.networks.text_length import text_length

__all__ = [
    "MOST_PHOTOS",
    "UNKNOWN_SERVICE",
    "CaptionFault",
    "CaptionProblem",
    "Counting",
    "ImageRules",
    "NetworkRules",
    "Source",
    "all_rules",
    "alt_text_problem",
    "caption_advice",
    "caption_problem",
    "clean_caption",
    "cut_hashtags",
    "first_comment_problem",
    "hashtag_count",
    "hashtag_spans",
    "hashtags",
    "people_tag_problem",
    "photo_count_problem",
    "rules_for",
    "split_hashtags",
    "text_length",
]
