"""The command line: flags select one mode. Each mode is imported only when it is selected.

What `--help` does without is imported where it is used.
"""

from __future__ import annotations

import argparse
import os
import sys

from fluffy_tui import __version__
from fluffy_tui.core.errors import FluffyError, OutputLost, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import FrameType
    from typing import Any, NoReturn

    from fluffy_tui.settings import Settings

FAILED, USAGE_ERROR, INTERRUPTED = 1, 2, 130
"""Exit statuses besides 0."""

_LEAST_DATA = 128 << 20
"""Bytes of `ulimit -d` with which the program starts."""
_STOP_LIMIT = 30.0
"""Seconds after a signal; a script of --console that waits for nothing is then ended by force."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print a usage error, which may quote a file's name."""
        from fluffy_tui.core.terminal_text import visible

        super().error(visible(message))


def _path(text: str) -> Path:
    """Return an argument as a path; an empty one, as from an unset variable, would mean the current folder."""
    from pathlib import Path

    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def _name(text: str) -> str:
    """Return an argument as a name; an empty one, as from an unset variable, is refused."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty")
    return text


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _Parser(
        prog="fluffy-tui",
        description="Schedule photos to social networks without leaving the terminal.",
        epilog="Without a mode, the app opens.",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--import",
        dest="folders",
        metavar="FOLDER",
        nargs="+",
        type=_path,
        help="import the photos in these folders for --persona",
    )
    mode.add_argument(
        "--add",
        dest="files",
        metavar="FILE",
        nargs="+",
        type=_path,
        help="submit these photos as one post of --persona, importing what is new",
    )
    mode.add_argument(
        "--add-csv",
        metavar="FILE",
        type=_path,
        help="submit a post of --persona for each line: photo or photos, caption, alt_text, when, channel, "
        "first_comment",
    )
    mode.add_argument(
        "--status",
        action="store_true",
        help="print open posts, of --persona or of all, and the last ten that went live or failed",
    )
    mode.add_argument(
        "--worker", action="store_true", help="deliver posts until stopped, for service managers"
    )
    mode.add_argument(
        "--demo",
        metavar="FOLDER",
        nargs="?",
        const=False,
        type=_path,
        help="try the app with sample photos (or those in FOLDER) and a stand-in for Buffer; nothing is published",
    )
    mode.add_argument("--doctor", action="store_true", help="run health checks")
    mode.add_argument(
        "--export",
        metavar="FILE",
        type=_path,
        help="export all posts, or those of --persona, to a .csv, .json or .jsonl file; - prints JSON lines",
    )
    mode.add_argument(
        "--clean", action="store_true", help="delete uploaded pictures that no post needs any more"
    )
    mode.add_argument(
        "--adopt",
        metavar="ADDRESS",
        nargs="?",
        const="",
        help="take over a fluffy-train database, which is only read: its address, - to read that from standard "
        "input, or none to use FLUFFY_ADOPT_URL",
    )
    mode.add_argument(
        "--mcp",
        action="store_true",
        help="serve an assistant over standard input and output (Model Context Protocol); see docs/assistants.md",
    )
    mode.add_argument("--console", action="store_true", help="open a Python prompt with the app's services")
    mode.add_argument("--version", action="version", version=f"fluffy-tui {__version__}")
    parser.add_argument(
        "--persona",
        metavar="NAME",
        help="persona to open, add, export or import for (--import creates a new one)",
    )
    _add_post_options(parser)
    parser.add_argument(
        "--watch", action="store_true", help="with --import: keep importing new photos until stopped"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="with --import, --add, --add-csv, --adopt, --status, --doctor or --clean: print one JSON object per line",
    )
    parser.add_argument("--post", metavar="ID", type=int, help="with --doctor: show the history of a post")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="with --clean: only list what would be deleted; with --add and --add-csv: only make the checks; "
        "with --adopt: only count",
    )
    parser.add_argument("--with-starter", action="store_true", help=argparse.SUPPRESS)
    return parser


def _add_post_options(parser: argparse.ArgumentParser) -> None:
    post = parser.add_argument_group("with --add")
    post.add_argument("--caption", metavar="TEXT", help="the caption; - reads it from standard input")
    post.add_argument("--alt", metavar="TEXT", help="the alt text of the first photo")
    post.add_argument(
        "--at",
        metavar="WHEN",
        help='"tomorrow 9:00", "fri 18:30", "+2h", "now" or "front" (of the queue); else the next free slot',
    )
    post.add_argument(
        "--channel",
        dest="channels",
        metavar="NAME",
        nargs="+",
        type=_name,
        help="handles or networks; else all of the persona's channels",
    )
    post.add_argument("--first-comment", metavar="TEXT", help="posted below the post")
    post.add_argument("--separate", action="store_true", help="one post per file")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 success, 1 failure, 2 usage error, 130 interrupted."""
    use_utf8()
    _occupy_closed_streams()
    options = build_parser().parse_args(arguments)
    from contextlib import redirect_stderr, redirect_stdout

    from fluffy_tui.core.terminal_text import HarmlessOutput

    output: Any = HarmlessOutput(sys.stdout)
    errors: Any = HarmlessOutput(sys.stderr)
    with redirect_stdout(output), redirect_stderr(errors):
        return _run_mode(options)


def use_utf8() -> None:
    """Start again in UTF-8 if the locale has another encoding.

    Otherwise stored paths would be read differently on each machine and in each session.
    """
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"
        utf8 = ("-X", "utf8")  # also where Python is told to leave its variables alone
        os.execv(sys.executable, [sys.executable, *utf8, *sys.orig_argv[1:]])  # noqa: S606 - this very program


def _occupy_closed_streams() -> None:
    """Keep the numbers of closed streams from connections and files: libraries print their warnings to number 2."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


def _run_mode(options: argparse.Namespace) -> int:
    _collect_seldom()
    # numpy would take memory and a thread for each processor, which a limit may refuse, for matrices of three rows
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import asyncio

    from fluffy_tui.settings import InvalidSetting, load_settings, take_environment

    settings = None
    try:
        _check_combination(options)
        _check_memory()
        environment = take_environment()
        settings = load_settings(environment)
        return asyncio.run(_run_and_flush(options, settings, environment))
    except (InvalidSetting, UsageError) as error:
        return _print_error(error, USAGE_ERROR)
    except OutputLost as error:
        _drop_output()
        return _print_error(error, FAILED)
    except FluffyError as error:
        return _print_error(error, FAILED)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()  # the program that reads it has exited (`… | head`)
        return FAILED
    except Exception as error:
        if settings is None:  # there is no log yet
            raise
        import logging

        logging.getLogger(__name__).exception("the program has ended")
        return _print_error(internal_error(error, settings), FAILED)


def _check_memory() -> None:
    """Refuse a limit under which numpy's library of matrices ends the process, with words that help nobody.

    Raises:
        FluffyError: there is such a limit.
    """
    import resource

    if 0 <= resource.getrlimit(resource.RLIMIT_DATA)[0] < _LEAST_DATA:
        from fluffy_tui.core.embedded.process_limits import limit_remedy

        raise FluffyError("There is too little memory to start.", limit_remedy())


def _collect_seldom() -> None:
    """Collect garbage seldom, and not at exit: a fifth of a command's time went into objects that live until then."""
    import atexit
    import gc

    gc.set_threshold(100_000, 10, 10)
    atexit.register(gc.freeze)


def _drop_output() -> None:
    """Let what is still buffered go nowhere when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _check_combination(options: argparse.Namespace) -> None:
    if options.folders is not None and not options.persona:
        raise UsageError("--import needs --persona NAME.", "The persona is created if it does not exist.")
    if options.watch and options.folders is None:
        raise UsageError("--watch only works with --import.")
    adds = options.files is not None or options.add_csv is not None
    if adds and not options.persona:
        raise UsageError("--add and --add-csv need --persona NAME.")
    if options.files is None:
        for name in ("caption", "alt", "at", "channels", "first_comment", "separate"):
            if getattr(options, name) not in (None, False):
                flag = "channel" if name == "channels" else name.replace("_", "-")
                raise UsageError(f"--{flag} only works with --add.")
    adopts = options.adopt is not None
    prints_json = adds or adopts or options.folders or options.status or options.doctor or options.clean
    if options.json and not prints_json:
        raise UsageError(
            "--json only works with --import, --add, --add-csv, --adopt, --status, --doctor or --clean."
        )
    if options.persona and (
        adopts or options.worker or options.doctor or options.console or options.clean or options.mcp
    ):
        raise UsageError(
            "--persona only works with the app, --demo, --import, --add, --add-csv, --status and --export."
        )
    if sys.__stdout__ is None and not options.worker:
        raise UsageError("Standard output is closed.", "Redirect it to /dev/null if you need no output.")
    if (options.console or options.mcp) and sys.stdin is None:
        raise UsageError("Standard input is closed.", "--console and --mcp read from there.")
    if options.post is not None and not options.doctor:
        raise UsageError("--post only works with --doctor.")
    if options.dry_run and not (options.clean or adds or adopts):
        raise UsageError("--dry-run only works with --clean, --add, --add-csv and --adopt.")


def internal_error(error: BaseException, settings: Settings) -> FluffyError:
    """Return what to print about an error that nobody expected, whose traceback is in the log."""
    from fluffy_tui.core.embedded.process_limits import limit_remedy

    details = f"The details are in {settings.paths.log_file}."
    return FluffyError(f"Internal error ({type(error).__name__}).", f"{details} {limit_remedy()}".rstrip())


def _print_error(error: Exception, status: int) -> int:
    sys.stderr.write(f"fluffy-tui: {error}\n")
    return status


async def _run_and_flush(
    options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]
) -> int:
    from fluffy_tui.core.shutdown_deadline import hard_deadline

    with hard_deadline(_STOP_LIMIT) as start_countdown:
        _stop_on_signals(start_countdown)
        status = await _run(options, settings, environment)
    sys.stdout.flush()  # now a full disk can still be reported
    return status


def _stop_on_signals(start_countdown: Callable[[], None]) -> None:
    """Let a service manager, or a terminal that is closed, stop a mode as ctrl+c does, unless it does so itself.

    Otherwise a database server of our own would go on without anybody who uses it.
    """
    import asyncio
    import signal

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    numbers = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN  # as nohup sets it
    ]

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:  # more of them, as `timeout` sends, must not break off what is being closed
            signal.signal(number, lambda *_: None)
        start_countdown()
        if task is not None:
            loop.call_soon_threadsafe(task.cancel)

    for number in numbers:
        signal.signal(number, stop)


async def _run(options: argparse.Namespace, settings: Settings, environment: Mapping[str, str]) -> int:
    _open_log(settings)
    if options.folders is not None:
        from fluffy_tui.modes import import_mode

        return await import_mode.run(
            settings, options.folders, options.persona, as_json=options.json, watch=options.watch
        )
    if options.files is not None or options.add_csv is not None:
        return await _add_posts(options, settings)
    if options.adopt is not None:
        from fluffy_tui.modes.adopt import adopt_mode

        return await adopt_mode.run(settings, options.adopt, dry_run=options.dry_run, as_json=options.json)
    if options.status:
        from fluffy_tui.modes import status_mode

        return await status_mode.run(settings, options.persona, as_json=options.json)
    if options.worker:
        from fluffy_tui.modes import worker_mode

        return await worker_mode.run(settings, with_starter=options.with_starter)
    if options.export is not None:
        from fluffy_tui.modes import export_mode

        return await export_mode.run(settings, options.export, options.persona)
    if options.clean:
        from fluffy_tui.modes import clean_mode

        return await clean_mode.run(settings, dry_run=options.dry_run, as_json=options.json)
    if options.doctor:
        from fluffy_tui.modes import doctor_mode

        if options.post is not None:
            return await doctor_mode.show_post(settings, options.post, as_json=options.json)
        return await doctor_mode.run(settings, as_json=options.json)
    if options.mcp:
        from fluffy_tui.modes import mcp_mode

        return await mcp_mode.run(settings)
    if options.console:
        from fluffy_tui.modes import console_mode

        return await console_mode.run(settings)
    _prepare_to_draw()
    if options.demo is not None:
        return await _run_demo(settings, options.demo or None, options.persona)
    from fluffy_tui.modes import app_mode

    return await app_mode.run(settings, environment, options.persona, open_demo=_run_demo)


async def _add_posts(options: argparse.Namespace, settings: Settings) -> int:
    from fluffy_tui.modes.add import add_mode
    from fluffy_tui.modes.add.post_adder import WrittenPost

    output = {"dry_run": options.dry_run, "as_json": options.json}
    if options.add_csv is not None:
        return await add_mode.add_csv(settings, options.persona, options.add_csv, **output)
    written = WrittenPost(
        tuple(options.files),
        add_mode.caption_from(options.caption or ""),
        options.alt or "",
        options.at or "",
        tuple(options.channels or ()),
        options.first_comment or "",
    )
    return await add_mode.add_files(settings, options.persona, written, each=options.separate, **output)


async def _run_demo(settings: Settings, folder: Path | None = None, persona: str | None = None) -> int:
    from fluffy_tui.modes import demo_mode

    return await demo_mode.run(settings, folder, persona)


def _prepare_to_draw() -> None:
    """Do what has to happen before Textual is imported."""
    import gc

    from fluffy_tui.freed_memory import share_arena

    share_arena()  # before Textual starts threads
    gc.disable()  # until everything is open, see modes.app_mode
    os.environ.setdefault("TEXTUAL_FPS", "120")  # a picture appears one or two frames after the key
    for name in (
        "COLUMNS",
        "LINES",
    ):  # what a shell exports, perhaps of another window, would count more than the size
        os.environ.pop(name, None)


def _open_log(settings: Settings) -> None:
    from fluffy_tui.core.log_file import open_log

    file, folder = settings.paths.log_file, settings.paths.data
    try:
        open_log(file)
    except OSError as error:
        from fluffy_tui.core.embedded.folder_owner import folder_remedy

        remedy = folder_remedy(error, folder)
        if not os.access(f"{folder}/", os.W_OK):  # with the slash only a folder
            raise FluffyError(f"The data folder {folder} cannot be used: {error.strerror}.", remedy) from None
        sys.stderr.write(
            f"fluffy-tui: Nothing is logged, since {file} cannot be used: {error.strerror}. {remedy}\n"
        )
