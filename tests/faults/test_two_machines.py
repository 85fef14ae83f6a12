"""Two machines, one of them without a Buffer key: every post goes out once, made by a machine that has its photo."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from faults.network import can_be_made
from faults.two_machines import two_machines
from other_clock import needs_faketime

if TYPE_CHECKING:
    from pathlib import Path

    from faults.two_machines import Report


def check(report: Report) -> None:
    assert not report.violations, report.as_text()
    assert (report.once, report.lost, report.twice, report.untrue) == (12, 0, 0, 0), report.as_text()
    assert report.elsewhere == 0
    assert report.waited > 0, "some post was taken by a machine without its photo"


@pytest.mark.parametrize("both_have_keys", [False, True])
async def test_every_post_is_made_where_its_photo_is(tmp_path: Path, both_have_keys: bool) -> None:
    check(await two_machines(7, 12, 2, tmp_path, both_have_keys=both_have_keys))


@pytest.mark.servers
@needs_faketime
@pytest.mark.parametrize("minutes", [10, -10])
async def test_clocks_may_be_apart(tmp_path: Path, minutes: int) -> None:
    check(await two_machines(7, 12, 2, tmp_path, both_have_keys=True, skew=timedelta(minutes=minutes)))


@pytest.mark.servers
async def test_a_machine_may_lose_its_network(tmp_path: Path) -> None:
    if not can_be_made():
        pytest.skip("needs an account that may make network namespaces")
    check(await two_machines(7, 12, 1, tmp_path, both_have_keys=True, cuts=3))
