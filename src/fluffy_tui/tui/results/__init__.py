"""Results: how a persona's live posts did, and what that says about a photo."""

from fluffy_tui.tui.results.screen import ResultsScreen as ResultsScreen
from fluffy_tui.tui.results.similar_posts import SimilarPosts as SimilarPosts
