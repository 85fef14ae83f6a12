"""What is said about suggestions: what the model was sent, and what each of its texts is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.networks import NetworkRules, cut_hashtags, text_length
from fluffy_tui.tui.snippets import PickedText
from fluffy_tui.tui.text.words import bytes_words, one_line, plural

if TYPE_CHECKING:
    from fluffy_tui.caption_model import CaptionRequest

_NAME = 60
"""Characters of a text that are shown in the list."""


def sent_words(request: CaptionRequest, label: str) -> str:
    """Return what has left the app, and where to."""
    picture = request.picture
    size = f"{picture.width}×{picture.height} pixels, {bytes_words(len(picture.data))}"
    parts = [f"a picture of {size}, without metadata or location"]
    if request.voice:
        parts.append("the persona's voice")
    if count := len(request.earlier):
        parts.append(f"{count} earlier {plural(count, 'caption')}")
    if count := len(request.keywords):
        parts.append(f"{count} {plural(count, 'keyword')}")
    parts.append(f"the limits of {request.network}")
    return one_line(f"Sent to {label}: {', '.join(parts[:-1])} and {parts[-1]}.")


def caption_choice(caption: str, rules: NetworkRules) -> PickedText:
    """Return a suggested caption as it is offered: with as many hashtags as the network accepts."""
    cut = 0
    if rules.hashtag_limit is not None:
        caption, cut = cut_hashtags(caption, rules.hashtag_limit)
    about = _length(text_length(caption, rules), rules.caption_limit)
    if cut:
        hashtags = f"{cut} {plural(cut, 'hashtag')} cut"
        about = f"{hashtags}, {rules.name} allows {rules.hashtag_limit} · {about}"
    return PickedText(one_line(caption)[:_NAME], about, caption)


def alt_text_choice(alt_text: str, rules: NetworkRules) -> PickedText:
    """Return a suggested alt text as it is offered."""
    about = _length(len(alt_text), rules.alt_text_limit)
    return PickedText(f"Alt text: {one_line(alt_text)}"[:_NAME], about, alt_text)


def _length(count: int, limit: int) -> str:
    surplus = f", {count - limit:,} too many" if count > limit else ""
    return f"{count:,} of {limit:,} characters{surplus}"
