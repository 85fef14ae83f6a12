"""What each social network accepts: limits of texts, photos and tags, how characters are counted, and pictures.

The rules are in `rules.toml`, each with its source and the date it was read.
"""

from fluffy_tui.networks.caption_hashtags import (
    cut_hashtags as cut_hashtags,
    hashtag_count as hashtag_count,
    hashtag_spans as hashtag_spans,
    hashtags as hashtags,
    split_hashtags as split_hashtags,
    without_first_comment as without_first_comment,
)
from fluffy_tui.networks.caption_rules import (
    CaptionFault as CaptionFault,
    CaptionProblem as CaptionProblem,
    alt_text_problem as alt_text_problem,
    caption_advice as caption_advice,
    caption_problem as caption_problem,
    clean_caption as clean_caption,
    first_comment_problem as first_comment_problem,
    people_tag_problem as people_tag_problem,
    photo_count_problem as photo_count_problem,
)
from fluffy_tui.networks.network_rules import (
    MOST_PHOTOS as MOST_PHOTOS,
    UNKNOWN_SERVICE as UNKNOWN_SERVICE,
    Counting as Counting,
    ImageRules as ImageRules,
    NetworkRules as NetworkRules,
    Source as Source,
    all_rules as all_rules,
    rules_for as rules_for,
)
from fluffy_tui.networks.text_length import text_length as text_length
