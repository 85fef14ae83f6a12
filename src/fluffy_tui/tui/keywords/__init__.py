"""Keywords by hand: the prompt for those of some photos, and suggestions wherever one is typed."""

from __future__ import annotations

from fluffy_tui.tui.keywords.keyword_prompt import KeywordPrompt
from fluffy_tui.tui.keywords.suggester import FilterSuggester

__all__ = ["FilterSuggester", "KeywordPrompt"]
