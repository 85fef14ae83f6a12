"""What each social network accepts: limits of captions and alt texts, how characters are counted, and pictures.

The rules are in `rules.toml`, each with its source and the date it was read.
"""

from __future__ import annotations

from fluffy_tui.networks.caption_rules import (
    CaptionFault,
    CaptionProblem,
    alt_text_problem,
    caption_advice,
    caption_problem,
    clean_caption,
)
from fluffy_tui.networks.network_rules import (
    UNKNOWN_SERVICE,
    Counting,
    ImageRules,
    NetworkRules,
    Source,
    all_rules,
    rules_for,
)
from fluffy_tui.networks.text_length import hashtag_count, hashtags, text_length

__all__ = [
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
    "hashtag_count",
    "hashtags",
    "rules_for",
    "text_length",
]
