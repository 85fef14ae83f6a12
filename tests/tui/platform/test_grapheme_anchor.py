"""Emoji whose width terminals disagree about."""

from __future__ import annotations

import pyte
import pytest

from fluffy_tui.tui.platform.grapheme_anchor import anchored


@pytest.mark.parametrize("text", ["plain", "▀▄│é日本👍", "\x1b[38;5;1m─│\x1b[0m ☀"])
def test_what_all_terminals_agree_about_is_written_as_it_is(text: str) -> None:
    assert anchored(text) == text


@pytest.mark.parametrize("emoji", ["👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "☀️", "1️⃣", "🏳️‍🌈"])
def test_what_follows_an_emoji_is_where_unicode_says_in_any_terminal(emoji: str) -> None:
    class Naive(pyte.Screen):
        """A terminal that draws each code point for itself, one cell wide."""

        def draw(self, data: str) -> None:
            for character in data:
                if not character.isascii():
                    character = "?"
                super().draw(character)

    screen = Naive(20, 1)
    pyte.Stream(screen).feed(anchored(f"a{emoji}b|"))
    line = screen.display[0]
    assert line[0] == "a"
    assert line[3:5] == "b|"
    assert line[5:].strip() in ("", "?" * (len(emoji) - 4)), "what follows on the line is drawn over it"
