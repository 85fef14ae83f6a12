"""The checks of a caption before it is submitted."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from fluffy_tui.networks import (
    CaptionFault,
    all_rules,
    alt_text_problem,
    caption_advice,
    caption_problem,
    clean_caption,
    first_comment_problem,
    people_tag_problem,
    photo_count_problem,
    rules_for,
    text_length,
)

INSTAGRAM, X = rules_for("instagram"), rules_for("twitter")


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u200b", "\ufeff\u2060", "\u3000"])
def test_a_caption_without_visible_text_is_empty(text: str) -> None:
    """Spaces and invisible marks are not a caption."""
    problem = caption_problem(text, INSTAGRAM)
    assert problem is not None
    assert problem.fault is CaptionFault.EMPTY


@pytest.mark.parametrize("text", ["x", "[/b][red", "שלום", "\U0001f431", "a\u200d", "\uf8ff", "x" * 2200])
def test_a_caption_may_contain_any_text(text: str) -> None:
    """Markup, right-to-left text and emoji are accepted, and so is a caption of exactly the limit."""
    assert caption_problem(text, INSTAGRAM) is None


@pytest.mark.parametrize("service", sorted(all_rules()))
def test_one_character_over_the_limit_is_rejected_with_both_numbers(service: str) -> None:
    """The message has the count, the limit and the difference."""
    rules = rules_for(service)
    assert caption_problem("x" * rules.caption_limit, rules) is None
    problem = caption_problem("x" * (rules.caption_limit + 1), rules)
    assert problem is not None
    assert (problem.fault, problem.count, problem.limit) == (
        CaptionFault.TOO_LONG,
        rules.caption_limit + 1,
        rules.caption_limit,
    )
    assert f"{rules.caption_limit:,}" in problem.message
    assert rules.name in problem.message
    assert "Shorten it by 1." in problem.hint


def test_nul_and_undecodable_bytes_are_rejected_in_plain_language() -> None:
    """Neither can be stored or sent."""
    nul = caption_problem("a\0b", X)
    assert nul is not None
    assert nul.fault is CaptionFault.NUL
    broken = caption_problem(b"caf\xe9".decode("utf-8", "surrogateescape"), X)
    assert broken is not None
    assert broken.fault is CaptionFault.NOT_TEXT
    str(broken).encode()


def test_too_many_hashtags_are_advice_and_not_an_error() -> None:
    """Sources disagree about Instagram's limit, so the user decides."""
    text = "#a #b #c #d #e #f"
    assert caption_problem(text, INSTAGRAM) is None
    advice = caption_advice(text, INSTAGRAM)
    assert advice is not None
    assert (advice.count, advice.limit) == (6, 5)
    assert caption_advice("#a #b", INSTAGRAM) is None
    assert caption_advice(text, X) is None


def test_cleaning_removes_only_nul_and_carriage_returns() -> None:
    """Everything else is sent as typed."""
    assert clean_caption(" a\0b\r\nc\u200b \U0001f431\n") == " ab\nc\u200b \U0001f431\n"


@given(st.text())
@example("\r\0\n")
@example("\r\r\n")
def test_cleaning_twice_is_the_same_as_once(text: str) -> None:
    """A caption from the database is already clean."""
    once = clean_caption(text)
    assert clean_caption(once) == once
    assert "\0" not in once
    assert "\r\n" not in once


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_the_problem_matches_the_count(text: str) -> None:
    """A caption is too long exactly when its length is over the limit."""
    problem = caption_problem(clean_caption(text) * 40 + "x", X)
    too_long = text_length(clean_caption(text) * 40 + "x", X) > X.caption_limit
    assert (problem is not None) == too_long


def test_an_alt_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    rules = rules_for("instagram")
    assert alt_text_problem("", rules) is None
    assert alt_text_problem("x" * rules.alt_text_limit, rules) is None
    problem = alt_text_problem("x" * (rules.alt_text_limit + 2), rules)
    assert problem is not None
    assert problem.fault is CaptionFault.ALT_TEXT_TOO_LONG
    assert str(problem) == "The alt text has 1,002 characters, and Instagram allows 1,000. Shorten it by 2."


@pytest.mark.parametrize("service", ["instagram", "facebook", "linkedin"])
def test_a_first_comment_may_be_as_long_as_the_limit_and_no_longer(service: str) -> None:
    rules = rules_for(service)
    limit = rules.first_comment_limit
    assert limit is not None
    assert first_comment_problem("x" * limit, rules) is None
    problem = first_comment_problem("x" * (limit + 1), rules)
    assert problem is not None
    assert (problem.fault, problem.count, problem.limit) == (
        CaptionFault.FIRST_COMMENT_TOO_LONG,
        limit + 1,
        limit,
    )
    assert problem.message.startswith("The first comment has")


def test_a_first_comment_is_counted_like_a_caption() -> None:
    """LinkedIn counts UTF-16 units, Instagram code points."""
    cats = "\U0001f431" * 700
    assert first_comment_problem(cats, INSTAGRAM) is None
    problem = first_comment_problem(cats, rules_for("linkedin"))
    assert problem is not None
    assert problem.count == 1_400


def test_a_first_comment_is_refused_where_there_is_none_and_where_it_is_no_text() -> None:
    """An empty one is no comment, so it is accepted everywhere."""
    assert first_comment_problem("", X) is None
    assert first_comment_problem(" \n", X) is None
    nowhere = first_comment_problem("#fog", X)
    assert nowhere is not None
    assert str(nowhere) == (
        "Buffer cannot add a first comment on X. Remove it, or add the text to the caption."
    )
    nul = first_comment_problem("a\0b", INSTAGRAM)
    assert nul is not None
    assert nul.fault is CaptionFault.NUL
    assert "first comment" in nul.message


@pytest.mark.parametrize("service", sorted(all_rules()))
def test_a_post_may_have_as_many_photos_as_its_network_takes(service: str) -> None:
    rules = rules_for(service)
    assert photo_count_problem(rules.photo_limit, rules) is None
    problem = photo_count_problem(rules.photo_limit + 2, rules)
    assert problem is not None
    assert (problem.fault, problem.count) == (CaptionFault.TOO_MANY_PHOTOS, rules.photo_limit + 2)
    assert rules.name in problem.message


def test_too_many_photos_and_tags_are_reported_with_both_numbers() -> None:
    assert str(photo_count_problem(12, INSTAGRAM)) == (
        "The post has 12 photos, and Instagram allows 10. Remove 2."
    )
    assert str(photo_count_problem(1, rules_for("youtube"))) == (
        "YouTube accepts only videos. Choose another channel."
    )
    assert str(people_tag_problem(21, INSTAGRAM)) == (
        "The post has 21 people tagged, and Instagram allows 20. Remove 1."
    )
    assert str(people_tag_problem(1, X)) == "Buffer cannot tag people on X. Remove the tags."
    assert people_tag_problem(20, INSTAGRAM) is None
    assert people_tag_problem(0, X) is None
