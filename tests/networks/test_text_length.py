"""Characters are counted as each network counts them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from fluffy_tui.networks import hashtag_count, rules_for, text_length

X, BLUESKY, MASTODON = rules_for("twitter"), rules_for("bluesky"), rules_for("mastodon")
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("This is a test.", 15),
        # Links, from the conformance suite of twitter-text (conformance/validate.yml).
        ("http://test.com", 23),
        ("https://test.com", 23),
        ("test.com", 23),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("HTTPS://www.ExaMPLE.COM/index.html", 23),
        ("https://example.com/path/to/resource?search=foo&lang=en", 23),
        # Not links: no known top-level domain, an address by number, an e-mail address.
        ("see.younoo", 10),
        ("http://192.168.0.1/", 19),
        ("a@b.com", 7),
        # Without `https://` a name starts after the last letter that is not ASCII.
        ("日本example.com", 4 + 23),
        # Weights: East Asian scripts 2, Latin, Cyrillic, Hebrew and typographic quotes 1.
        ("저찀쯿쿿", 8),
        ("日本語", 6),
        ("Привет שלום", 11),
        ("“quoted” – and…", 16),
        ("\U00010000\U0010ffff", 4),
        # Emoji count as 2 however they are composed (twitter-text 3).
        ("H\U0001f431☺", 5),
        (FAMILY, 2),
        ("\U0001f44d\U0001f3fd", 2),
        ("\U0001f1e9\U0001f1ea", 2),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 4),
        ("1\ufe0f\u20e3", 2),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("12 * 3 #4", 9),
        # Composed and decomposed letters count the same.
        ("é", 1),
        ("e\u0301", 1),
    ],
)
def test_x_counts_weights(text: str, length: int) -> None:
    """X's published rules: scripts, links and emoji."""
    assert text_length(text, X) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("a\r\nb", 3),
        ("e\u0301", 1),
        (FAMILY, 1),
        ("नमस्ते", 3),
        ("\U0001f1e9\U0001f1ea", 1),
    ],
)
def test_bluesky_counts_graphemes(text: str, length: int) -> None:
    """Extended grapheme clusters, as in the lexicon's maxGraphemes."""
    assert text_length(text, BLUESKY) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("look: https://example.com/a/very/long/path?with=more", 6 + 23),
        ("thanks @jane@social.example and @bob", 7 + 5 + 5 + 4),
        ("mail me: jane@social.example", 28),
        (FAMILY, 1),
    ],
)
def test_mastodon_shortens_links_and_mentions(text: str, length: int) -> None:
    """A link counts as 23, and the server of a mention does not count."""
    assert text_length(text, MASTODON) == length


def test_linkedin_counts_utf_16_and_instagram_code_points() -> None:
    """The same emoji is two characters on one network and one on the other."""
    assert text_length("\U0001f431", rules_for("linkedin")) == 2
    assert text_length("\U0001f431", rules_for("instagram")) == 1


@given(TEXT)
@example("\r\n")
@example("a" + "\u0301" * 40)
def test_there_are_never_more_graphemes_than_code_points(text: str) -> None:
    """Graphemes ≤ code points ≤ UTF-16 units, for any text."""
    graphemes = text_length(text, BLUESKY)
    points = text_length(text, rules_for("instagram"))
    assert graphemes <= points <= text_length(text, rules_for("linkedin"))
    assert (graphemes == 0) == (text == "")


@given(TEXT)
@example("1.\u0301com")
@example("\u1112.com")
def test_x_length_of_any_text_is_within_its_weights(text: str) -> None:
    """The link finder and the emoji pattern work on any text, and no weight is exceeded."""
    assert 0 <= text_length(text, X) <= 2 * 3 * len(text) + 23 * text.count(".")


@given(st.text(st.characters(max_codepoint=0x7F)).filter(lambda text: "." not in text))
def test_ascii_has_the_same_length_everywhere(text: str) -> None:
    """Without links and line ends, ASCII has one length."""
    text = text.replace("\r", "")
    lengths = {
        text_length(text, rules_for(service)) for service in ("twitter", "bluesky", "linkedin", "threads")
    }
    assert lengths == {len(text)}


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a." * 50_000, 100_000),
        ("1" * 100_000, 100_000),
        ("@a" * 50_000, 100_000),
        ("#" * 100_000, 100_000),
        ("\u200d" * 50_000, 1),
        ("@a.a" * 25_000, 100_000),
        ("\U0001f468\u200d" * 25_000, 1),
    ],
    ids=["dots", "digits", "mentions", "hashes", "joiners", "addresses", "families"],
)
def test_hostile_pastes_are_counted(text: str, seen: int) -> None:
    """No pattern backtracks quadratically, which would take hours here."""
    assert text_length(text, BLUESKY) == seen
    assert text_length(text, X) > 0
    assert text_length(text, MASTODON) > 0
    assert hashtag_count(text) == 0
