"""The rules file: every Buffer service has rules, and every rule has a source."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from fluffy_tui.networks import MOST_PHOTOS, UNKNOWN_SERVICE, all_rules, rules_for

BUFFER_SERVICES = (
    "bluesky",
    "facebook",
    "googlebusiness",
    "instagram",
    "linkedin",
    "mastodon",
    "pinterest",
    "startPage",
    "threads",
    "tiktok",
    "twitter",
    "youtube",
)
"""The values of `enum Service` in Buffer's schema."""


def test_exactly_the_services_of_buffer_have_rules() -> None:
    """So captions can be counted for any channel, and no key is misspelt."""
    assert set(all_rules()) == {*BUFFER_SERVICES, UNKNOWN_SERVICE}


@pytest.mark.parametrize("service", [*BUFFER_SERVICES, UNKNOWN_SERVICE])
def test_every_rule_has_its_source_and_the_date_it_was_read(service: str) -> None:
    """A limit without a source cannot be checked when a network changes it."""
    rules = rules_for(service)
    assert set(rules.sources) >= {"caption", "alt_text", "hashtags", "image", "photos"}
    for source in rules.sources.values():
        assert len(source.text) > 5
        assert date(2026, 1, 1) <= source.read


@pytest.mark.parametrize("service", [*BUFFER_SERVICES, UNKNOWN_SERVICE])
def test_rules_are_sane(service: str) -> None:
    """Every network accepts a JPEG of some size, and Buffer's own limit of 10 MB is never exceeded."""
    rules = rules_for(service)
    assert rules.name
    assert 200 < rules.caption_limit <= 5000
    assert 200 < rules.alt_text_limit <= 2000
    assert 0 <= rules.photo_limit <= MOST_PHOTOS
    assert "JPEG" in rules.image.formats
    assert 1_000_000 <= rules.image.max_bytes <= 10_000_000
    if rules.image.min_ratio is not None and rules.image.max_ratio is not None:
        assert rules.image.min_ratio < 1 < rules.image.max_ratio


def test_an_unknown_service_has_the_strictest_rules() -> None:
    """Buffer may add a service; its posts must pass whatever its limits are."""
    unknown = rules_for("somethingnew")
    known = [rules_for(service) for service in BUFFER_SERVICES]
    assert unknown.caption_limit == min(rules.caption_limit for rules in known)
    assert unknown.alt_text_limit == min(rules.alt_text_limit for rules in known)
    assert unknown.photo_limit == min(rules.photo_limit for rules in known if rules.photo_limit)
    assert (unknown.first_comment_limit, unknown.people_tag_limit) == (None, None)
    assert not unknown.has_ai_label
    assert unknown.image.max_bytes == min(rules.image.max_bytes for rules in known)


def test_what_only_some_networks_have() -> None:
    """As in Buffer's schema, and for photos."""
    rules = {service: rules_for(service) for service in BUFFER_SERVICES}
    first_comments = {name: each.first_comment_limit for name, each in rules.items()}
    assert {name for name, limit in first_comments.items() if limit} == {"facebook", "instagram", "linkedin"}
    assert {name for name, each in rules.items() if each.people_tag_limit} == {"instagram"}
    assert {name for name, each in rules.items() if each.has_ai_label} == {"instagram", "twitter"}


def test_how_many_photos_a_post_has_on_each_network() -> None:
    """No more than the program puts into one post, even where the network takes more."""
    assert {service: rules_for(service).photo_limit for service in BUFFER_SERVICES} == {
        "bluesky": 4,
        "facebook": 10,
        "googlebusiness": 1,
        "instagram": 10,
        "linkedin": 9,
        "mastodon": 4,
        "pinterest": 1,
        "startPage": 1,
        "threads": 10,
        "tiktok": 10,
        "twitter": 4,
        "youtube": 0,
    }


def test_rules_cannot_be_changed_by_accident() -> None:
    """One screen must not change the limits of another."""
    rules = rules_for("instagram")
    with pytest.raises(FrozenInstanceError):
        rules.caption_limit = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        rules.sources["caption"] = rules.sources["image"]  # type: ignore[index]
    with pytest.raises(TypeError):
        all_rules()["instagram"] = rules  # type: ignore[index]


def test_importing_the_pack_reads_no_file_and_imports_no_slow_library() -> None:
    """The first frame waits for this import."""
    program = (
        "import sys, fluffy_tui.networks as n; "
        "print(sorted({'regex', 'linkify_it', 'PIL', 'httpx'} & set(sys.modules)), "
        "n.all_rules.cache_info().currsize)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["[]", "0"]
