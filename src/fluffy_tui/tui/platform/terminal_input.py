"""Tells what is typed from the terminal's answers, however late they come and in however many pieces.

Textual takes what it does not know for keys: `?` opens the help, and the digits of an answer switch tabs. It also takes
escape sequences inside pasted text for keys, and waits forever for the end of a paste.
"""

from __future__ import annotations

import re

from textual.message import Message

_ANSWER = re.compile(
    r"""\x1b(?:
      _G[^\x1b]*\x1b\\                    # kitty's graphics protocol
    | P[>!+$\d][^\x1b]*\x1b\\             # DCS: name, settings, features
    | \]\d+;[^\x07\x1b]*(?:\x07|\x1b\\)   # OSC: colours, clipboard
    | \[[?>=][\d;]*c                      # features (DA1, DA2, DA3)
    | \[\?\d*u                            # keyboard protocol
    | \[[34689];\d*;?\d*t                 # sizes (XTWINOPS)
    )""",
    re.VERBOSE,
)
_BEGINNING = re.compile(
    r"""\x1b(?:
      _G[^\x1b]{0,200}\x1b?
    | P[>!+$\d][^\x1b]{0,200}\x1b?
    | \]\d[^\x07\x1b]{0,200}\x1b?
    | \[[?>=][\d;$]{0,40}
    )\Z""",
    re.VERBOSE,
)
"""An answer whose end has not arrived; no key begins like this."""
_MAYBE = re.compile(r"\x1b(?:[_P\]]|\[[\d;]{0,20}|)\Z")
"""Either the beginning of an answer or a key: escape, alt with a character, or the beginning of a function key."""
_MODIFIED_KEY = re.compile(r"\x1b\[27;(?P<modifiers>\d{1,3});(?P<code>\d{1,7})~")
"""A key as xterm and tmux write it (modifyOtherKeys). Textual knows kitty's form only, and takes this for escape."""
_LAST = re.compile(r"\x1b\[\?[\d;]*c")
"""The answer to the question that is asked last."""
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"

HOLD_SECONDS = 3.0
"""How long the rest of an answer may take; what has arrived by then is dropped."""
HOLD_KEY_SECONDS = 0.3
"""How long something is held that may be a key."""
EXPECT_SECONDS = 10.0
"""How long after a question even a lone escape may be the beginning of an answer."""
PASTE_SECONDS = 5.0
"""Pause after which a paste has ended, even if the terminal did not say so."""


class TerminalAnswered(Message):
    """The terminal has answered all questions that were asked together."""

    def __init__(self, answers: str) -> None:
        super().__init__()
        self.answers = answers


class InputSieve:
    """Takes the terminal's answers out of its input, and escape sequences out of pasted text.

    All times are seconds of one monotonic clock.
    """

    def __init__(self) -> None:
        self._expecting_until = 0.0
        self._answers = ""
        self._complete: list[str] = []
        self._held = ""
        self._escape_passed = False
        """Whether the escape at the beginning of `_held` was returned already."""
        self._last_input = 0.0
        self._is_pasting = False

    def expect(self, now: float) -> None:
        """Note that the terminal was asked something."""
        self._expecting_until = now + EXPECT_SECONDS

    def feed(self, data: str, now: float) -> str:
        """Return the part of the input that was typed or pasted, without what has to be held for now."""
        data, self._held, self._last_input = self._held + data, "", now
        passed, self._escape_passed = self._escape_passed, False
        typed = self._sift(data, now)
        if typed.endswith("\x1b") and not self._held:
            self._held, self._escape_passed = "\x1b", True
        elif self._held == data:
            self._escape_passed = passed
            return ""
        return typed.removeprefix("\x1b") if passed else typed

    def _sift(self, data: str, now: float) -> str:
        typed = []
        at = 0
        while (escape := data.find("\x1b", at)) >= 0:
            typed.append(data[at:escape])
            at = escape
            if found := _ANSWER.match(data, at):
                self._note(found[0])
                at = found.end()
            elif (found := _MODIFIED_KEY.match(data, at)) and not self._is_pasting:
                typed.append(f"\x1b[{found['code']};{found['modifiers']}u")
                at = found.end()
            elif _BEGINNING.match(data, at) or (_MAYBE.match(data, at) and self._may_hold(data[at:], now)):
                self._held = data[at:]
                return "".join(typed)
            else:
                typed.append(self._escape(data, at))
                at += 1
        typed.append(data[at:])
        return "".join(typed)

    def expired(self, now: float) -> str:
        """Return what was held for too long, if it may be a key, and the end of a paste that nothing ends."""
        waited = now - self._last_input
        if self._is_pasting and waited >= PASTE_SECONDS:
            self._is_pasting, self._held, self._escape_passed = False, "", False
            return PASTE_ENDS
        is_answer = _BEGINNING.match(self._held) is not None
        if self._is_pasting or waited < (HOLD_SECONDS if is_answer else HOLD_KEY_SECONDS):
            return ""
        held, self._held = self._held[self._escape_passed :], ""
        self._escape_passed = False
        return "" if is_answer else held

    def take_answers(self) -> list[str]:
        """Return the complete answers since the last call: one text for all questions that were asked together."""
        complete, self._complete = self._complete, []
        return complete

    def _may_hold(self, beginning: str, now: float) -> bool:
        """Return whether to hold what may be a key: after an escape, Textual itself waits a moment for the rest."""
        return len(beginning) > 1 or self._is_pasting or now < self._expecting_until

    def _escape(self, data: str, at: int) -> str:
        """Return the escape at this place if it may pass: in a paste, only the one that ends it."""
        was_pasting = self._is_pasting
        if data.startswith((PASTE_BEGINS, PASTE_ENDS), at):
            self._is_pasting = data.startswith(PASTE_BEGINS, at)
            return "" if was_pasting and self._is_pasting else "\x1b"
        return "" if was_pasting else "\x1b"

    def _note(self, answer: str) -> None:
        self._answers += answer
        if _LAST.fullmatch(answer):
            self._expecting_until = 0.0
            self._complete.append(self._answers)
            self._answers = ""
