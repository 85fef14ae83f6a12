"""Shows why something in the background failed as a toast; details of unexpected errors go to the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from textual.dom import DOMNode
from textual.worker import Worker, WorkerState

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.text.words import error_words, one_line

log = logging.getLogger(__name__)


if TYPE_CHECKING:
    _Mixin = DOMNode
else:  # Textual takes the default styles of the first base that is a node, so a mixin must not be one
    _Mixin = object


class ReportsErrors(_Mixin):
    """Mixin for anything that starts workers: shows their errors."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            report_error(self, event.worker.description, event.worker.error)


def report_error(node: DOMNode, doing: str, error: BaseException) -> None:
    """Show an error as a toast; log an unexpected one with its traceback."""
    if not isinstance(error, FluffyError):
        log.error("%s failed", doing, exc_info=error)
    node.app.notify(one_line(error_words(error)), severity="error", timeout=10, markup=False)
