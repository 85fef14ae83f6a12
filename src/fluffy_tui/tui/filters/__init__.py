"""Filters that have a name, and what is suggested while one is typed."""

from fluffy_tui.tui.filters.filter_memory import FilterMemory as FilterMemory
from fluffy_tui.tui.filters.filter_suggester import FilterSuggester as FilterSuggester
