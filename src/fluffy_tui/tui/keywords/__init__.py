"""Keywords by hand, suggestions where one is typed, and what was written about a photo."""

from __future__ import annotations

from fluffy_tui.tui.keywords.keyword_prompt import KeywordPrompt
from fluffy_tui.tui.keywords.suggester import FilterSuggester
from fluffy_tui.tui.keywords.written_texts import WrittenTexts, load_written

__all__ = ["FilterSuggester", "KeywordPrompt", "WrittenTexts", "load_written"]
