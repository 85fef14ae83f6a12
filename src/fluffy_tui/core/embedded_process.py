"""Start and stop the embedded PostgreSQL server, and clear up after one that died."""

from __future__ import annotations

import logging
import os
import select
import shlex
import signal
import time
from typing import TYPE_CHECKING

from fluffy_tui.core.embedded_cluster import reason
from fluffy_tui.core.embedded_socket import SOCKET_NAME, PORT, PidFile, ready_folder, socket_folder
from fluffy_tui.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    import psutil

    from fluffy_tui.core.embedded_account import Account
