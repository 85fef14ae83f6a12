"""The rules file: every Buffer service has its rules, and every rule says where it comes from."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from fluffy_tui.networks import UNKNOWN_SERVICE, all_rules, rules_for

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


def test_every_buffer_service_has_rules_and_no_other_has() -> None:
    """A channel of any service can be counted for, and no key is misspelt."""
    assert set(all_rules()) == {*BUFFER_SERVICES, UNKNOWN_SERVICE}


@pytest.mark.parametrize("service", [*BUFFER_SERVICES, UNKNOWN_SERVICE])
def test_every_rule_names_its_source_and_when_it_was_read(service: str) -> None:
    """A limit without a source cannot be checked when a network changes it."""
    rules = rules_for(service)
    assert set(rules.sources) == {"caption", "alt_text", "hashtags", "image"}
    for source in rules.sources.values():
        assert len(source.text) > 5
        assert date(2026, 1, 1) <= source.read


@pytest.mark.parametrize("service", [*BUFFER_SERVICES, UNKNOWN_SERVICE])
def test_rules_are_sane(service: str) -> None:
    """Every network takes a JPEG within some range, and Buffer's own limit of 10 MB is never exceeded."""
    rules = rules_for(service)
    assert rules.name
    assert 200 < rules.caption_limit <= 5000
    assert 200 < rules.alt_text_limit <= 2000
    assert "JPEG" in rules.image.formats
    assert 1_000_000 <= rules.image.max_bytes <= 10_000_000
    if rules.image.min_ratio is not None and rules.image.max_ratio is not None:
        assert rules.image.min_ratio < 1 < rules.image.max_ratio


def test_an_unknown_service_gets_rules_that_pass_everywhere() -> None:
    """Buffer may add a service tomorrow; then the strictest of all limits holds."""
    unknown = rules_for("somethingnew")
    known = [rules_for(service) for service in BUFFER_SERVICES]
    assert unknown.caption_limit == min(rules.caption_limit for rules in known)
    assert unknown.alt_text_limit == min(rules.alt_text_limit for rules in known)
    assert unknown.image.max_bytes == min(rules.image.max_bytes for rules in known)


def test_rules_cannot_be_changed_by_accident() -> None:
    """One screen must not change the limits of another."""
    rules = rules_for("instagram")
    with pytest.raises(FrozenInstanceError):
        rules.caption_limit = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        rules.sources["caption"] = rules.sources["image"]  # type: ignore[index]
    with pytest.raises(TypeError):
        all_rules()["instagram"] = rules  # type: ignore[index]


def test_importing_the_pack_reads_no_file_and_loads_no_heavy_library() -> None:
    """The first frame waits for this import."""
    program = (
        "import sys, fluffy_tui.networks as n; "
        "print(sorted({'regex', 'linkify_it', 'PIL', 'httpx'} & set(sys.modules)), "
        "n.all_rules.cache_info().currsize)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["[]", "0"]
