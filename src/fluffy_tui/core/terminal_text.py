"""The one gate that other people's text passes on its way to a terminal, and the one for links.

File names, captions, channel names and error messages may hold escape sequences, with which a terminal sets the
clipboard, changes its title or reports typed keys, and bidirectional controls, which show a text in another order.
What the app draws passes `harmless_cells`; what is printed and logged passes `visible`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO
from urllib.parse import urlsplit

from fluffy_tui.core.errors import OutputLost
from fluffy_tui.settings import LOOPBACK

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line separators, bidirectional controls that reorder text, and lone surrogates."""

_UNSAFE_EXCEPT_LAYOUT = re.compile(UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
"""The same without line feeds and tabs."""


def visible(text: str) -> str:
    r"""Return text for one printed line: whatever would act on the terminal is written out, as in `\x1b`."""
    return UNSAFE.sub(_written_out, text)


def visible_lines(text: str) -> str:
    """Return text of several lines, which may be indented, for printing or logging."""
    return _UNSAFE_EXCEPT_LAYOUT.sub(_written_out, text)


def json_line(value: Any) -> str:
    r"""Return a value as one line of JSON, with whatever would act on a terminal as `\u…`, which loses nothing."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def harmless_cells(text: str) -> str:
    """Return text as wide as before in a terminal: what takes no cell is dropped, a lone surrogate becomes `�`."""
    return UNSAFE.sub(lambda found: "�" if found[0] >= "\ud800" else "", text)


def is_link(address: str) -> bool:
    """Return whether an address may be opened in a browser: https, or http on this machine, and nothing else."""
    if not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        loopback = parts.hostname in LOOPBACK
    except ValueError:  # a broken IPv6 address
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and loopback))


class HarmlessOutput:
    """Standard output or error that prints everything visibly: messages, tracebacks, usage errors.

    Characters that the encoding does not have are written out as well.

    Args:
        stream: The real one; None if it is closed.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text; return its length.

        Raises:
            OutputLost: there is no room for it.
            BrokenPipeError: nobody reads it any more.
        """
        if self._stream is not None:
            encoding = self._stream.encoding or "utf-8"
            shown = visible_lines(text).encode(encoding, "backslashreplace").decode(encoding)
            with _loss_told():
                self._stream.write(shown)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered; raises what `write` does."""
        if self._stream is not None:
            with _loss_told():
                self._stream.flush()

    def isatty(self) -> bool:
        """Return whether this is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _loss_told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(
            f"The output cannot be written: {(error.strerror or str(error)).lower()}.",
            "Free some space, or write it elsewhere.",
        ) from error


def _written_out(found: re.Match[str]) -> str:
    char = found[0]
    if "\udc80" <= char <= "\udcff":  # a byte that is not UTF-8, as of a file's name
        return f"\\x{ord(char) & 0xFF:02x}"
    return char.encode("unicode_escape").decode("ascii")
