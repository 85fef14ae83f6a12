"""What is said about what was sent, and about each suggested text."""

from __future__ import annotations

from dataclasses import replace

from fluffy_tui.caption_model import CaptionRequest, SmallPicture
from fluffy_tui.networks import rules_for
from fluffy_tui.tui.suggestions.suggestion_words import alt_text_choice, caption_choice, sent_words

INSTAGRAM, BLUESKY = rules_for("instagram"), rules_for("bluesky")
REQUEST = CaptionRequest(SmallPicture(b"x" * 61_000, 768, 512), "Instagram", 2_200, 1_000)


def test_everything_that_leaves_is_named() -> None:
    assert sent_words(REQUEST, "llava at nas") == (
        "Sent to llava at nas: a picture of 768×512 pixels, 61 kB, without metadata or location "
        "and the limits of Instagram."
    )
    whole = replace(REQUEST, voice="dry", earlier=("a",) * 20, keywords=("sea",))
    assert sent_words(whole, "llava at nas").endswith(
        "location, the persona's voice, 20 earlier captions, 1 keyword and the limits of Instagram."
    )


def test_a_caption_is_counted_as_its_network_counts() -> None:
    assert caption_choice("fog", INSTAGRAM).about == "3 of 2,200 characters"
    assert caption_choice("👩‍👧" * 301, BLUESKY).about == "301 of 300 characters, 1 too many"


def test_hashtags_over_the_limit_are_cut_with_a_word_about_it() -> None:
    limit = INSTAGRAM.hashtag_limit
    assert limit is not None
    choice = caption_choice(" ".join(f"#t{number}x" for number in range(limit + 1)), INSTAGRAM)
    assert choice.text.count("#") == limit
    assert choice.about.startswith(f"1 hashtag cut, Instagram allows {limit} · ")


def test_an_alt_text_is_counted_too() -> None:
    choice = alt_text_choice("x" * (INSTAGRAM.alt_text_limit + 2), INSTAGRAM)
    assert choice.name.startswith("Alt text: xxx")
    assert choice.about.endswith("2 too many")
