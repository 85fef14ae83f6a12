"""A short campaign with a new seed each time; run the one that failed again by its seed."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import pytest

from faults.campaign import campaign
from faults.plan import Act

if TYPE_CHECKING:
    from pathlib import Path


POSTS = 40


@pytest.mark.timeout(400)
async def test_every_post_is_accounted_for(tmp_path: Path) -> None:
    seed = int(os.environ.get("CAMPAIGN_SEED") or secrets.randbelow(1_000_000))
    print(f"campaign seed {seed} (CAMPAIGN_SEED={seed} draws the same plan)")
    report = await campaign(seed, POSTS, tmp_path)
    print(report.as_text())
    assert not report.violations, report.as_text()
    assert report.posts == report.live + report.taken_back == POSTS
    assert report.cancels["done"]
    assert report.taken_back == report.cancels["done"] + report.cancels.get("gone already", 0)
    assert report.edits["done"]
    assert report.edits["asked"] + report.cancels["asked"] >= POSTS // 3
    missing = {act for act, times in report.faults.items() if not times}
    assert missing == {Act.POSTGRES_AWAY}, (
        "every kind of fault was played but the one that takes a long campaign"
    )
    assert report.jobs["delivery:deliver"] < 8, "jobs do not multiply"
