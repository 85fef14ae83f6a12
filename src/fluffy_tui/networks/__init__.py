"""What each social network accepts: limits of texts, photos and tags, how characters are counted, and pictures.

The rules are in `rules.toml`, each with its source and the date it was read.
"""

from fluffy_tui.networks.caption_hashtags import cut_hashtags as cut_hashtags
from fluffy_tui.networks.caption_hashtags import hashtag_count as hashtag_count
from fluffy_tui.networks.caption_hashtags import hashtag_spans as hashtag_spans
from fluffy_tui.networks.caption_hashtags import hashtags as hashtags
from fluffy_tui.networks.caption_hashtags import split_hashtags as split_hashtags
from fluffy_tui.networks.caption_rules import CaptionFault as CaptionFault
from fluffy_tui.networks.caption_rules import CaptionProblem as CaptionProblem
from fluffy_tui.networks.caption_rules import alt_text_problem as alt_text_problem
from fluffy_tui.networks.caption_rules import caption_advice as caption_advice
from fluffy_tui.networks.caption_rules import caption_problem as caption_problem
from fluffy_tui.networks.caption_rules import clean_caption as clean_caption
from fluffy_tui.networks.caption_rules import first_comment_problem as first_comment_problem
from fluffy_tui.networks.caption_rules import people_tag_problem as people_tag_problem
from fluffy_tui.networks.caption_rules import photo_count_problem as photo_count_problem
from fluffy_tui.networks.network_rules import MOST_PHOTOS as MOST_PHOTOS
from fluffy_tui.networks.network_rules import UNKNOWN_SERVICE as UNKNOWN_SERVICE
from fluffy_tui.networks.network_rules import Counting as Counting
from fluffy_tui.networks.network_rules import ImageRules as ImageRules
from fluffy_tui.networks.network_rules import NetworkRules as NetworkRules
from fluffy_tui.networks.network_rules import Source as Source
from fluffy_tui.networks.network_rules import all_rules as all_rules
from fluffy_tui.networks.network_rules import rules_for as rules_for
from fluffy_tui.networks.text_length import text_length as text_length
