"""A short campaign. Its seed is fixed, so that a run can be repeated; run `faults.campaign` by hand for other seeds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from faults.campaign import campaign
from faults.plan import Act

if TYPE_CHECKING:
    from pathlib import Path


SEED = 61
"""`CAMPAIGN_SEED` in the environment replaces it."""
POSTS = 25
"""Submissions, most of them to several channels."""


async def test_every_post_is_accounted_for(tmp_path: Path) -> None:
    seed = int(os.environ.get("CAMPAIGN_SEED", SEED))
    report = await campaign(seed, POSTS, tmp_path)
    print(report.as_text())
    assert not report.violations, report.as_text()
    assert report.posts == report.live + report.cancelled > POSTS
    assert report.cancels["done"]
    assert report.cancelled == report.cancels["done"] + report.cancels.get("gone already", 0)
    assert report.edits["done"]
    assert report.edits["asked"] + report.cancels["asked"] >= report.posts // 4
    missing = {act for act, times in report.faults.items() if not times}
    assert missing == {Act.POSTGRES_AWAY}, (
        "every kind of fault was played, but for the one that takes a long campaign"
    )
    assert report.jobs["delivery:deliver"] < 8, "jobs do not pile up"
