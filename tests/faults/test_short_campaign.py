"""A short campaign with a new seed each time; run the one that failed again by its seed."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import pytest

from faults.campaign import campaign

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(400)
async def test_every_post_is_accounted_for(tmp_path: Path) -> None:
    seed = int(os.environ.get("CAMPAIGN_SEED") or secrets.randbelow(1_000_000))
    print(f"campaign seed {seed} (CAMPAIGN_SEED={seed} draws the same plan)")
    report = await campaign(seed, 60, tmp_path)
    print(report.as_text())
    assert not report.violations, report.as_text()
    assert report.posts == 60
    assert all(report.faults.values()), "every kind of fault was played"
