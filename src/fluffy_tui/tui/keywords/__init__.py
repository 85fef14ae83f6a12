"""Keywords by hand, suggestions where one is typed, and what was written about a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.keywords.keyword_prompt import KeywordPrompt
from fluffy_tui.tui.keywords.keyword_suggester import completed
from fluffy_tui.tui.keywords.written_texts import WrittenTexts, load_written

__all__ = ["Complete", "KeywordPrompt", "WrittenTexts", "completed", "load_written"]

if TYPE_CHECKING:
    from fluffy_tui.tui.keywords.keyword_suggester import Complete
