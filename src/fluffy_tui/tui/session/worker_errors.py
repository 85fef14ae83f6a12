"""What happens when a worker fails: the person is told, the log has the rest, and the app goes on."""

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
else:  # the first base that is a node decides which styles hold: a mixin in front must not be one
    _Mixin = object


class ReportsErrors(_Mixin):
    """Mixed into whatever starts workers: a failed one is told in a toast, in plain words."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell a failure."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            report_error(self, event.worker.description, event.worker.error)


def report_error(node: DOMNode, doing: str, error: BaseException) -> None:
    """Show an error in a toast, and write what nobody foresaw to the log with its traceback."""
    if not isinstance(error, FluffyError):
        log.error("%s failed", doing, exc_info=error)
    node.app.notify(one_line(error_words(error)), severity="error", timeout=10, markup=False)
