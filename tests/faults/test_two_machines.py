"""Two machines, one of them without a Buffer key: every post goes out once, made by a machine that has its photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from faults.two_machines import two_machines

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("both_have_keys", [False, True])
async def test_every_post_is_made_where_its_photo_is(tmp_path: Path, both_have_keys: bool) -> None:
    report = await two_machines(7, 12, 2, tmp_path, both_have_keys=both_have_keys)
    assert not report.violations, report.as_text()
    assert (report.once, report.lost, report.twice, report.untrue) == (12, 0, 0, 0), report.as_text()
    assert report.elsewhere == 0
    assert report.waited > 0, "some post was taken by a machine without its photo"
