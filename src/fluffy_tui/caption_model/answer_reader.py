"""Reads a model's answer strictly: a stranger's bytes, of which only a few cleaned texts are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from fluffy_tui.caption_model.errors import ModelFault
from fluffy_tui.caption_model.prompt import CAPTIONS

LONGEST_TEXT = 5_000
"""Characters of a caption or alt text; a longer one is left out. No network takes half of it from a photo's caption."""

_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # invisible, or reorders text
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"  # no text, and tags, which hide a text in another
)
_STRAY_JOINER = re.compile("(?<![^\\s\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\\s\x00-\x7f\u200c\u200d])")
"""A joiner that is not between two characters that can be joined, as in emoji and Persian."""
_FENCE = "```"
_MOST_READ = 20
"""Captions that are looked at, of which some may be empty or equal."""
_LONGEST_DETAIL = 200


class Unreadable(Exception):
    """The answer is of no use."""

    def __init__(self, fault: ModelFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def read_answer(body: bytes) -> tuple[tuple[str, ...], str]:
    """Return the captions and the alt text of a chat completion.

    Raises:
        Unreadable: it is no completion, was cut at the model's own limit, or holds no caption in the form asked for.
    """
    completion = _parsed(body)
    choices = completion.get("choices") if isinstance(completion, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise Unreadable(ModelFault.WRONG_ANSWER)
    if choice.get("finish_reason") == "length":
        raise Unreadable(ModelFault.CUT_OFF)
    content = message.get("content")
    if content is None or content == "":
        raise Unreadable(ModelFault.NO_CAPTIONS)
    if not isinstance(content, str):
        raise Unreadable(ModelFault.WRONG_ANSWER)
    return _read_content(content)


def read_models(body: bytes) -> list[str]:
    """Return the names of a server's models.

    Raises:
        Unreadable: it is no list of models.
    """
    listing = _parsed(body)
    models = listing.get("data") if isinstance(listing, dict) else None
    if not isinstance(models, list):
        raise Unreadable(ModelFault.WRONG_ANSWER)
    names = (model.get("id") for model in models if isinstance(model, dict))
    return [name for name in names if isinstance(name, str) and clean_text(name) == name and name]


def read_detail(body: bytes | None, key: str) -> str:
    """Return what a server says about its refusal, in one short line without the key; empty if it says nothing."""
    try:
        answer = _parsed(body or b"")
    except Unreadable:
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    if not isinstance(message, str):
        return ""
    line = " ".join(clean_text(message.replace(key, "[key]") if key else message).split())
    return line if len(line) <= _LONGEST_DETAIL else f"{line[:_LONGEST_DETAIL]}…"


def clean_text(text: str) -> str:
    """Return a text without what is invisible, reorders it or acts on a terminal; one empty line in a row is kept."""
    text = re.sub("\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text).replace("\t", " ")
    text = _STRAY_JOINER.sub("", _UNWANTED.sub("", text))
    lines = (line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _read_content(content: str) -> tuple[tuple[str, ...], str]:
    # Models that think aloud do so before the answer, and those without a schema like to quote it.
    text = content.rpartition("</think>")[2].strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE):
        text = text.removeprefix(_FENCE).removeprefix("json").removesuffix(_FENCE)
    answer = _parsed(text.encode("utf-8", "replace"))
    if not isinstance(answer, dict):
        raise Unreadable(ModelFault.WRONG_ANSWER)
    captions, alt_text = answer.get("captions"), answer.get("alt_text", "")
    if not isinstance(captions, list) or not isinstance(alt_text, str):
        raise Unreadable(ModelFault.WRONG_ANSWER)
    if not all(isinstance(caption, str) for caption in captions):
        raise Unreadable(ModelFault.WRONG_ANSWER)
    usable = tuple(dict.fromkeys(_usable(captions[:_MOST_READ])))[:CAPTIONS]
    if not usable:
        raise Unreadable(ModelFault.NO_CAPTIONS)
    return usable, next(_usable([alt_text]), "").replace("\n", " ")


def _usable(texts: Iterable[str]) -> Iterator[str]:
    cleaned = (clean_text(text) for text in texts if len(text) <= LONGEST_TEXT)
    return (text for text in cleaned if text)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Unreadable(ModelFault.WRONG_ANSWER) from None
