"""Keywords by hand, suggestions where one is typed, and what was written about a photo."""

from fluffy_tui.tui.keywords.keyword_prompt import KeywordPrompt as KeywordPrompt
from fluffy_tui.tui.keywords.keyword_suggester import Complete as Complete, completed as completed
from fluffy_tui.tui.keywords.written_texts import WrittenTexts as WrittenTexts, load_written as load_written
