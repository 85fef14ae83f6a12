"""`--doctor`: try each link of the chain and say in one line what is wrong and what to do."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.health import Check, Health
from fluffy_tui.modes.doctor.health_checks import checks
from fluffy_tui.tui.photo.graphics_protocol import choose_renderer

if TYPE_CHECKING:
    from fluffy_tui.settings import Settings


@dataclass(slots=True)
class Report:
    """What was printed so far decides the exit status."""

    as_json: bool
    failed: bool = field(default=False)

    def show(self, check: Check) -> None:
        """Print one check."""
        self.failed = self.failed or check.status is Health.FAIL
        sys.stdout.write((_json_line(check) if self.as_json else _line(check)) + "\n")
        sys.stdout.flush()


async def run(settings: Settings, *, as_json: bool) -> int:
    """Run every check; 1 when one of them is red."""
    report = Report(as_json)
    async for check in checks(settings, open_services(settings), choose_renderer(settings.preview)):
        report.show(check)
    return 1 if report.failed else 0


def _line(check: Check) -> str:
    remedy = f" → {check.remedy}" if check.remedy else ""
    return f"{check.status.sign} {check.name}: {check.detail}{remedy}"


def _json_line(check: Check) -> str:
    return json.dumps(
        {"check": check.name, "status": check.status, "detail": check.detail, "remedy": check.remedy},
        ensure_ascii=False,
    )
