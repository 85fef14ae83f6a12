"""Keywords by hand, suggestions where one is typed, and what was written about a photo."""

from fluffy_tui.tui.keywords.keyword_prompt import KeywordPrompt as KeywordPrompt
from fluffy_tui.tui.keywords.keyword_suggester import Complete as Complete
from fluffy_tui.tui.keywords.keyword_suggester import completed as completed
from fluffy_tui.tui.keywords.written_texts import WrittenTexts as WrittenTexts
from fluffy_tui.tui.keywords.written_texts import load_written as load_written
