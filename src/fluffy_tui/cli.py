"""The command line: flags choose one mode. Each mode's imports happen inside its own branch."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui import __version__
from fluffy_tui.core.errors import FluffyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.settings import Settings

OK, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
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
        type=Path,
        help="import the photos of these folders for --persona",
    )
    mode.add_argument(
        "--worker", action="store_true", help="deliver posts until stopped, for a service manager"
    )
    mode.add_argument(
        "--demo",
        metavar="FOLDER",
        nargs="?",
        const=Path(),
        type=Path,
        help="look around: sample photos (or those of FOLDER) and a stand-in for Buffer; nothing is published",
    )
    mode.add_argument("--doctor", action="store_true", help="check each link of the chain")
    mode.add_argument(
        "--export",
        metavar="FILE",
        type=Path,
        help="write all posts, or those of --persona, to a .csv, .json or .jsonl file; - is JSON lines to stdout",
    )
    mode.add_argument(
        "--clean", action="store_true", help="remove hosted pictures that no post needs any more"
    )
    mode.add_argument("--console", action="store_true", help="open a Python prompt with the services at hand")
    mode.add_argument("--version", action="version", version=f"fluffy-tui {__version__}")
    parser.add_argument("--persona", metavar="NAME", help="persona to open, or to import for (made if new)")
    parser.add_argument(
        "--watch", action="store_true", help="with --import: go on with what comes into the folders"
    )
    parser.add_argument(
        "--json", action="store_true", help="with --import, --doctor or --clean: one JSON object a line"
    )
    parser.add_argument(
        "--post", metavar="ID", type=int, help="with --doctor: everything that happened to a post"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="with --clean: only list what would be removed"
    )
    parser.add_argument("--with-starter", action="store_true", help=argparse.SUPPRESS)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 well, 1 something failed, 2 wrong usage."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    # `--help` goes without these, and without asyncio
    from fluffy_tui.settings import InvalidSetting, load_settings

    try:
        _check_combination(options)
        settings = load_settings()
        import asyncio

        return asyncio.run(_run(options, settings))
    except (InvalidSetting, UsageError) as error:
        return _complain(error, WRONG_USAGE)
    except FluffyError as error:
        return _complain(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left (`… | head`); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _check_combination(options: argparse.Namespace) -> None:
    if options.folders is not None and not options.persona:
        raise UsageError("--import needs --persona NAME.", "It is made if it does not exist yet.")
    if options.watch and options.folders is None:
        raise UsageError("--watch goes with --import.")
    if options.json and not (options.folders or options.doctor or options.clean):
        raise UsageError("--json goes with --import, --doctor or --media_cleanup.")
    if options.persona and (options.worker or options.doctor or options.console or options.clean):
        raise UsageError("--persona goes with the app, --demo, --import and --export_file.")
    if options.post is not None and not options.doctor:
        raise UsageError("--post goes with --doctor_report.")
    if options.dry_run and not options.clean:
        raise UsageError("--dry-run goes with --media_cleanup.")


def _complain(error: Exception, status: int) -> int:
    sys.stderr.write(f"fluffy-tui: {error}\n")
    return status


async def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.folders is not None:
        return await _import(options, settings)
    _open_log(settings)
    if options.worker:
        from fluffy_tui.modes import delivery_worker

        return await delivery_worker.run(settings, with_starter=options.with_starter)
    if options.export is not None:
        from fluffy_tui.modes import export_file

        return await export_file.run(settings, options.export, options.persona)
    if options.clean:
        from fluffy_tui.modes import media_cleanup

        return await media_cleanup.run(settings, dry_run=options.dry_run, as_json=options.json)
    if options.post is not None:
        from fluffy_tui.modes.doctor import post_history

        return await post_history.run(settings, options.post, as_json=options.json)
    if options.doctor:
        from fluffy_tui.modes.doctor import doctor_report

        return await doctor_report.run(settings, as_json=options.json)
    if options.console:
        from fluffy_tui.modes import console

        return await console.run(settings)
    _prepare_to_draw()
    if options.demo is not None:
        from fluffy_tui.modes import demo_session

        return await demo_session.run(
            settings, None if options.demo == Path() else options.demo, options.persona
        )
    from fluffy_tui.modes import interactive

    return await interactive.run(settings, options.persona)


def _prepare_to_draw() -> None:
    """Do what has to come before Textual is imported."""
    gc.disable()  # until everything is open: see modes.showing
    os.environ.setdefault("TEXTUAL_FPS", "120")  # a picture is drawn one or two frames after the key


async def _import(options: argparse.Namespace, settings: Settings) -> int:
    from fluffy_tui.modes.imports import import_folders

    _open_log(settings)
    return await import_folders.open_and_run(
        settings, options.folders, options.persona, json=options.json, watch=options.watch
    )


def _open_log(settings: Settings) -> None:
    from fluffy_tui.core.log_file import open_log

    try:
        open_log(settings.paths.log_file)
    except OSError as error:
        raise FluffyError(
            f"The data folder {settings.paths.data} cannot be used: {error.strerror}.",
            "Make it writable, or set FLUFFY_DATA_DIR to another folder.",
        ) from None
