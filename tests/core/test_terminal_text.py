"""No text of others acts on a terminal, whatever is in it, and only web addresses are links."""

from __future__ import annotations

import io
import json
import logging
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.core.log_file import open_log
from fluffy_tui.core.terminal_text import (
    HarmlessOutput,
    harmless_cells,
    is_link,
    json_line,
    visible,
    visible_lines,
)

ACTING = {
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
}
ANY_TEXT = st.text(st.one_of(st.sampled_from(sorted(ACTING)), st.characters(exclude_categories=())))


def acting(text: str) -> set[str]:
    """Return what of a text acts on a terminal or cannot be written to one."""
    return {char for char in text if char in ACTING or "\ud800" <= char <= "\udfff"}


@given(ANY_TEXT)
def test_nothing_acts_on_the_terminal(text: str) -> None:
    assert not acting(visible(text))
    assert acting(visible_lines(text)) <= {"\n", "\t"}
    assert not acting(harmless_cells(text))
    assert not acting(json_line({"text": text}))
    assert json.loads(json_line({"text": text})) == json.loads(json.dumps({"text": text}))


@given(st.text(st.characters(exclude_categories=("C", "Z"))))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == visible_lines(text) == harmless_cells(text) == text


def test_what_would_act_is_written_out() -> None:
    assert visible("a\x1b]52;c;eA==\x07\n\u202e\x9b") == r"a\x1b]52;c;eA==\x07\n\u202e\x9b"
    assert visible("👩‍👩‍👧 שלום é") == "👩‍👩‍👧 שלום é"
    assert visible(os.fsdecode(b"h\xff\x80.jpg")) == r"h\xff\x80.jpg", "a byte of a file's name"


@given(ANY_TEXT)
def test_a_stream_prints_everything_visibly(text: str) -> None:
    raw = io.BytesIO()
    stream = HarmlessOutput(io.TextIOWrapper(raw, encoding="ascii", newline=""))
    assert stream.write(text) == len(text)
    stream.flush()
    assert acting(raw.getvalue().decode("ascii")) <= {"\n", "\t"}


def test_a_closed_stream_is_no_error() -> None:
    stream = HarmlessOutput(None)
    stream.write("text")
    stream.flush()
    assert not stream.isatty()


@pytest.mark.parametrize(
    "address",
    [
        "https://buffer.com/p/1",
        "https://www.instagram.com/p/é/",
        "http://127.0.0.1:8000/p",
        "http://localhost/p",
        "HTTPS://a.b",
    ],
)
def test_web_addresses_are_links(address: str) -> None:
    assert is_link(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "--version",
        "-https://a.b",
        "http://a.b/p",
        "ftp://a.b",
        "data:text/html,x",
        "https:",
        "https://",
        "https:///path",
        "https://[::1",
        "https://a.b/\x1b]52;c;eA==\x07",
        "https://a.b/\u202e",
        "https://a.b/ --flag",
        " https://a.b",
        "https://a.b\n",
    ],
)
def test_nothing_else_is_a_link(address: str) -> None:
    assert not is_link(address)


@given(st.text())
def test_no_text_is_too_odd_to_be_judged(text: str) -> None:
    is_link(text)
    is_link(f"https://{text}")


def test_the_log_can_be_read_in_a_terminal(own_log: Path) -> None:
    open_log(own_log)
    try:
        raise ValueError("\x1b]0;title\x07")  # noqa: TRY301
    except ValueError:
        logging.getLogger("fluffy").exception("cannot read %s", "photo\x1b[31m.jpg")
    written = own_log.read_text()
    assert r"photo\x1b[31m.jpg" in written
    assert "Traceback" in written
    assert acting(written) == {"\n"}
