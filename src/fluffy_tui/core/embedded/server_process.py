"""Start and stop the embedded PostgreSQL server, and clean up after one that crashed."""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.core.embedded.cluster import FREE_SPACE, FULL, reason
from fluffy_tui.core.embedded.process_limits import limit_remedy
from fluffy_tui.core.embedded.socket_folder import PORT, SOCKET_NAME, PidFile, cluster_name, socket_folder
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.log_file import output_file
from fluffy_tui.plain_file import open_plain, read_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fluffy_tui.core.embedded.server_account import ServerAccount

_READY_WITHIN = 180.0
"""Seconds; only recovery from a crash during heavy writing takes more than a fraction of one."""

_STOPPED_WITHIN = 60.0
"""Seconds that a fast shutdown, which ends with a checkpoint, may take; pg_ctl allows the same."""

_ORPHANS_EXIT_WITHIN = 5.0
"""Seconds in which the children of a killed server exit by themselves."""

_POLL_SECONDS = 0.005
"""How often to read postmaster.pid while the server starts."""

_LOG_LIMIT = 1 << 20
"""Bytes of server log that are kept when a program starts; as many older ones are kept in `….1`."""

_DETACHED = '"$@" </dev/null >&2 & echo $!'
"""Starts a server that is not our child, so that it does not become a zombie of this program."""

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # print nothing on the screen when there is no log file


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """The server of one cluster, whoever started it. The caller holds the start lock."""

    cluster: Path
    account: ServerAccount
    binaries: Path
    log: Path
    durable: bool = True

    def start(self) -> Path:
        """Start the server of an existing cluster, or wait for one that starts; return the folder of its socket.

        Raises:
            DatabaseUnavailable: it fails, or takes too long.
        """
        folder = socket_folder(self.cluster, self.account.uid)
        if folder != self.cluster:
            self.account.private_folder(folder)
            self.account.grant_passage(folder)
        starting = self._clean_up(folder)
        if starting is not None:
            return starting
        trim(self.log)
        with output_file(self.log) as log:
            begin = log.tell()
            server: list[str | Path] = [self.binaries / "postgres", "-D", self.cluster]
            detached = ["/bin/sh", "-c", _DETACHED, "sh", *server, *self._options(folder)]
            started = self.account.run(detached, binaries=self.binaries, log=log)
        pid = started.stdout.strip()
        ready = None
        with suppress(psutil.NoSuchProcess):
            if pid.isdecimal():
                ready = self._await_ready(psutil.Process(int(pid)))
        if ready is None:
            raise self._failure(begin)
        return ready

    def stop(self) -> None:
        """Stop the server and wait for its end; open transactions are rolled back."""
        state = PidFile.read(self.cluster)
        main = self._main_process()
        if main is not None and not _end(main):
            _log.error("The embedded server (process %d) did not stop.", main.pid)
            return
        folder = state.socket_folder if state and state.socket_folder else None
        if folder is not None and folder.name.startswith(cluster_name(self.cluster)):
            with suppress(OSError):  # a leftover socket is cleared by the next start
                folder.rmdir()

    def _options(self, folder: Path) -> Iterator[str]:
        settings = {
            "cluster_name": cluster_name(self.cluster),
            "fsync": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            "listen_addresses": "",
            "log_checkpoints": "off",
            "log_destination": "stderr",
            # The program that sent a failed statement logs it. Here it would only make the log grow.
            "log_min_messages": "log",
            "logging_collector": "off",
            "port": PORT,
            "synchronous_commit": "on" if self.durable else "off",
            "unix_socket_directories": os.fspath(folder),
            "unix_socket_permissions": "0700",
        }
        for name, value in settings.items():
            yield "-c"
            yield f"{name}={value}"

    def _await_ready(self, process: psutil.Process) -> Path | None:
        """Wait until this server accepts connections; None if it exits instead.

        PostgreSQL has no readiness event that we could wait for: its standard error must be a file, because a pipe
        would have no reader once this program exits. So wait for its exit, which is an event, and read postmaster.pid
        in between.
        """
        give_up_at = time.monotonic() + _READY_WITHIN
        while time.monotonic() < give_up_at:
            state = PidFile.read(self.cluster)
            if state is not None and state.pid == process.pid and state.status == "ready":
                return state.socket_folder
            if _ended(process, _POLL_SECONDS):
                return None
        raise DatabaseUnavailable(
            "The database is still recovering from a crash.",
            f"Try again in a minute. {self.log} shows its progress.",
        )

    def _clean_up(self, folder: Path) -> Path | None:
        """Remove what an earlier server left; if one is just starting, return its socket's folder.

        PostgreSQL refuses to start if the pid file is invalid, or if its number now belongs to another process of the
        same user. So find out which processes really belong to this cluster.
        """
        pid_file = self.cluster / "postmaster.pid"
        if not pid_file.exists():
            return None
        state = PidFile.read(self.cluster)
        main = self._main_process()
        if main is not None and state is not None and state.status in ("", "starting"):
            ready = self._await_ready(main)
            if ready is not None:
                return ready
        elif main is not None:  # it is stopping, or its socket or pid file was damaged
            _end(main)
        self._await_orphans()
        if pid_file.exists():
            _log.warning("The embedded server was not stopped properly and will recover now.")
        for leftover in (pid_file, folder / SOCKET_NAME, folder / f"{SOCKET_NAME}.lock"):
            leftover.unlink(missing_ok=True)
        return None

    def _await_orphans(self) -> None:
        """Wait for the processes that a killed server left: two servers on the same files would destroy them."""
        orphans = list(self._processes())
        if not _still_alive(orphans):
            return
        for orphan in orphans:
            with suppress(psutil.NoSuchProcess):
                orphan.send_signal(signal.SIGQUIT)
        if left := _still_alive(orphans):
            pids = ", ".join(str(process.pid) for process in left)
            raise DatabaseUnavailable(
                f"A crashed database server left processes that do not exit: {pids}.",
                "End them (kill -9) and try again.",
            )

    def _processes(self) -> Iterator[psutil.Process]:
        """Yield the running processes of this cluster's server, which have its name in their titles."""
        name = cluster_name(self.cluster)
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                # A zombie has no command line.
                if process.name() == "postgres" and any(name in part for part in process.cmdline()):
                    yield process

    def _main_process(self) -> psutil.Process | None:
        """Return the main process, which has the command line; its children have titles instead."""
        setting = f"cluster_name={cluster_name(self.cluster)}"
        found = []
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                if setting in process.cmdline():
                    found.append(process)
        return min(
            found, key=psutil.Process.create_time, default=None
        )  # a child that was just forked looks the same

    def _failure(self, begin: int) -> DatabaseUnavailable:
        output = ""
        with suppress(OSError):
            output = read_plain(self.log, 2 * _LOG_LIMIT)[begin:].decode(errors="replace")
        _log.error("The embedded server did not start: %s", output)
        why = reason(output)
        remedy = FREE_SPACE if why == FULL else limit_remedy() or f"See {self.log} for details."
        return DatabaseUnavailable(f"The database server did not start: {why}", remedy)


def trim(log: Path) -> None:
    """Shorten a server log that is too long, and keep its end in another file.

    A running server continues to append to the same file.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # it may be longer
        if log.stat().st_size <= _LOG_LIMIT:
            return
        with os.fdopen(open_plain(log, os.O_RDWR)[0], "rb+") as file:
            file.seek(-_LOG_LIMIT, os.SEEK_END)
            write_atomically(log.with_name(f"{log.name}.1"), file.read(_LOG_LIMIT), sync=False)
            file.truncate(0)


def _end(main: psutil.Process) -> bool:
    """Stop a server by a fast shutdown, or by an immediate one if that takes too long."""
    for number, patience in ((signal.SIGINT, _STOPPED_WITHIN), (signal.SIGQUIT, _ORPHANS_EXIT_WITHIN)):
        with suppress(psutil.NoSuchProcess):
            main.send_signal(number)
        if _ended(main, patience):
            return True
    return False


def _still_alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Wait for processes that should exit, and return those that are still running."""
    give_up_at = time.monotonic() + _ORPHANS_EXIT_WITHIN
    return [each for each in processes if not _ended(each, max(0.0, give_up_at - time.monotonic()))]


def _ended(process: psutil.Process, timeout: float) -> bool:
    """Wait up to `timeout` seconds for a process to end, and return whether it has.

    psutil alone would wait for a zombie that nobody reaps, as in a container without an init process.
    """
    if sys.platform == "linux":
        try:
            descriptor = os.pidfd_open(process.pid)
        except ProcessLookupError:
            return True
        except OSError:
            _log.debug("This kernel has no pidfd_open; using psutil instead.")
        else:
            try:
                poll = select.poll()
                poll.register(descriptor, select.POLLIN)
                return bool(poll.poll(timeout * 1000)) or not process.is_running()
            finally:
                os.close(descriptor)
    try:
        process.wait(timeout)
    except psutil.TimeoutExpired:
        return False
    return True
