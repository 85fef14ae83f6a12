"""Keywords by hand, suggestions where one is typed, and what was written about a photo."""

from fluffy_tui.tui.keywords.insertable_texts import (
    InsertableTexts as InsertableTexts,
    load_written as load_written,
)
from fluffy_tui.tui.keywords.keyword_prompt import KeywordPrompt as KeywordPrompt
from fluffy_tui.tui.keywords.keyword_suggester import (
    Complete as Complete,
    KeywordSuggester as KeywordSuggester,
    completed as completed,
)
