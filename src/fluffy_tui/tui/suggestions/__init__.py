"""Captions and alt texts that the user's own model suggests: asked for, picked, and marked until they are read."""

from fluffy_tui.tui.suggestions.question_screen import Subject as Subject
from fluffy_tui.tui.suggestions.suggester import NO_MODEL as NO_MODEL, Suggester as Suggester
