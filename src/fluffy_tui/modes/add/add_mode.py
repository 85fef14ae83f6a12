"""`--add` and `--add-csv`: submit posts without opening the app."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.core.clocks import SystemZone
from fluffy_tui.core.errors import UsageError
from fluffy_tui.core.terminal_text import visible
from fluffy_tui.modes.add.post_adder import (
    Outcome,
    PostAdder,
    ReadyPost,
    Refusal,
    WrittenPost,
    prepared,
    separate,
)
from fluffy_tui.modes.add.post_csv import read_posts
from fluffy_tui.modes.import_mode import INTERRUPTED, failed_event, failed_line, forget_cancellation
from fluffy_tui.modes.post_report import iso_time, post_cells, post_event, print_events, print_lines
from fluffy_tui.personas import Persona
from fluffy_tui.scheduling import Post, PostNames

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from pathlib import Path

    from fluffy_tui.photos import FailedFile, Photo
    from fluffy_tui.settings import Settings

OK = 0
SOME_REFUSED = 1
_MOST_INPUT = 1_000_000
"""Bytes of a caption; no network takes a hundredth of that."""
INVALID = "invalid"
"""The code of a line that cannot be understood."""


async def add_files(
    settings: Settings,
    persona_name: str,
    written: WrittenPost,
    *,
    each: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Submit one post of all files, or one of each, and print what became of it.

    With `dry_run` only the checks are made. `as_json` prints one JSON object per line.

    Returns:
        0 if everything was added, 1 if something was refused, 130 if interrupted.

    Raises:
        UsageError: no such persona, file or channel, or no such time; nothing was written.
    """
    async with open_services(settings) as services:
        persona = await services.personas.get(persona_name)
        adder = PostAdder(services, persona, dry_run=dry_run)
        ready: list[ReadyPost] = []
        for post in await prepared(adder, separate(written) if each else [written]):
            if isinstance(post, UsageError):
                raise post
            ready.append(post)
        report = AddReport(services, persona, dry_run=dry_run, as_json=as_json)
        return await _add(adder, ready, [], report)


async def add_csv(settings: Settings, persona_name: str, path: Path, *, dry_run: bool, as_json: bool) -> int:
    """Submit a post of each line of a CSV file, and print what became of each line.

    Returns:
        0 if everything was added, 1 if a line was refused; the others were added all the same. 130 if interrupted.

    Raises:
        UsageError: no such persona, or the file is not such a file; nothing was written.
        FluffyError: the file cannot be read.
    """
    lines = await asyncio.to_thread(read_posts, path)
    async with open_services(settings) as services:
        persona = await services.personas.get(persona_name)
        adder = PostAdder(services, persona, dry_run=dry_run)
        report = AddReport(services, persona, dry_run=dry_run, as_json=as_json)
        written = [line for line in lines if isinstance(line, WrittenPost)]
        faults = [line for line in lines if not isinstance(line, WrittenPost)]
        ready = []
        for post, result in zip(written, await prepared(adder, written), strict=True):
            if isinstance(result, UsageError):
                faults.append((post.line or 0, result))
            else:
                ready.append(result)
        return await _add(adder, ready, faults, report)


async def _add(
    adder: PostAdder, posts: Sequence[ReadyPost], faults: list[tuple[int, UsageError]], report: AddReport
) -> int:
    """Add posts, and print what becomes of each, and which lines cannot be understood; return the exit status."""
    faults.sort(key=lambda fault: fault[0], reverse=True)  # the next one last
    try:
        photos = await adder.imported(posts)
        for post in posts:
            while faults and faults[-1][0] < (post.written.line or 0):
                report.invalid(*faults.pop())
            await _to_its_end(_add_one(adder, post, photos, report))
        while faults:
            report.invalid(*faults.pop())
    except asyncio.CancelledError:
        forget_cancellation()
        report.finish(adder.failed_sidecars, is_interrupted=True)
        return INTERRUPTED
    return report.finish(adder.failed_sidecars)


async def _add_one(
    adder: PostAdder, post: ReadyPost, photos: Mapping[Path, Photo | FailedFile], report: AddReport
) -> None:
    await report.outcome(await adder.add(post, photos))


async def _to_its_end(step: Coroutine[None, None, None]) -> None:
    """Wait for a step, also if that is cancelled meanwhile: a post that was written is reported."""
    task = asyncio.ensure_future(step)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def caption_from(text: str) -> str:
    """Return a caption as it was given; `-` reads it from standard input.

    Raises:
        UsageError: standard input is closed, not UTF-8, or has no end.
    """
    if text != "-":
        return text
    if sys.stdin is None:
        raise UsageError("Standard input is closed.", "Send the caption there, or give it with --caption.")
    content = sys.stdin.buffer.read(_MOST_INPUT + 1)
    if len(content) > _MOST_INPUT:
        raise UsageError("The caption on standard input is longer than 1 MB.", "Send a shorter one.")
    try:
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError("The caption on standard input is not UTF-8.", "Send it as UTF-8.") from None


class AddReport:
    """Prints what becomes of posts while they are added, as text or as one JSON object per line."""

    def __init__(self, services: Services, persona: Persona, *, dry_run: bool, as_json: bool) -> None:
        self._persona = persona
        self._dry_run = dry_run
        self._as_json = as_json
        self._names = PostNames(services.personas, services.photos)
        self._added = self._refused = 0

    async def outcome(self, outcome: Outcome) -> None:
        """Print the posts that were written, or why there are none."""
        line = outcome.ready.written.line
        if outcome.refusal is not None:
            self._refuse(outcome.refusal, line, outcome.ready.files, *outcome.posts)
            return
        self._added += 1
        if self._dry_run:
            self._would_add(outcome, line)
            return
        named = await self._names.of(outcome.posts)
        if self._as_json:
            print_events(_with_line(post_event(each), line) for each in named)
            return
        now = datetime.now(UTC)
        for each in named:
            warning = outcome.warnings.get(each.post.channel_id or "", "")
            cells = " · ".join(filter(None, post_cells(each, now, SystemZone())))
            print_lines([visible(f"{_prefix(line)}added post {cells}{_warned(warning)}")])

    def invalid(self, line: int, error: UsageError) -> None:
        """Print why a line cannot be understood."""
        self._refuse(Refusal(INVALID, str(error)), line)

    def _refuse(self, refusal: Refusal, line: int | None, files: Sequence[Path] = (), *posts: Post) -> None:
        """Print why a post was refused, with its line, its photos as far as known, and what was kept as drafts."""
        self._refused += 1
        if self._as_json:
            event: dict[str, object] = {"event": "refused", "code": refusal.code, "reason": refusal.reason}
            if files:
                event["photos"] = [str(file) for file in files]
            if posts:
                event["id"] = posts[0].id
            print_events([_with_line(event, line)])
        else:
            place = _prefix(line) or f"{files[0].name}: "
            print_lines([visible(f"{place}refused: {refusal.reason}")])

    def finish(self, failed_sidecars: Sequence[FailedFile], *, is_interrupted: bool = False) -> int:
        """Print the sidecars that could not be read, as an import does, then the totals; return the exit status."""
        for file in failed_sidecars:
            if self._as_json:
                print_events([failed_event(file)])
            else:
                print_lines([visible(failed_line(file))])
        added = "would_add" if self._dry_run else "added"
        if is_interrupted and not self._as_json:
            print_lines(["Stopped. What was added so far is kept."])
        if self._as_json:
            summary = {"event": "summary", "dry_run": self._dry_run, added: self._added}
            interrupted = {"interrupted": True} if is_interrupted else {}
            print_events([summary | {"refused": self._refused} | interrupted])
        elif self._dry_run:
            print_lines([f"{self._added:,} would be added, {self._refused:,} refused. Nothing was written."])
        else:
            print_lines([f"{self._added:,} added, {self._refused:,} refused."])
        return SOME_REFUSED if self._refused else OK

    def _would_add(self, outcome: Outcome, line: int | None) -> None:
        channels = {chosen.id: chosen for chosen in self._persona.channels}
        for choice in outcome.ready.choices:
            chosen = channels.get(choice.channel_id)
            channel = chosen.channel if chosen else None
            warning = outcome.warnings.get(choice.channel_id, "")
            if self._as_json:
                event = {
                    "event": "would_add",
                    "persona": self._persona.name,
                    "channel": channel.name if channel else None,
                    "network": str(channel.service) if channel else None,
                    "caption": outcome.ready.written.caption,
                    "photos": [str(file) for file in outcome.ready.files],
                    "due_at": iso_time(choice.at),
                    "warning": warning or None,
                }
                print_events([_with_line(event, line)])
            else:
                names = ", ".join(file.name for file in outcome.ready.files)
                where = f" to {channel.name} on {channel.network}" if channel else ""
                print_lines([visible(f"{_prefix(line)}would add {names}{where}{_warned(warning)}")])


def _with_line(event: Mapping[str, object], line: int | None) -> Mapping[str, object]:
    return event if line is None else {**event, "line": line}


def _warned(warning: str) -> str:
    return f": {warning}" if warning else ""


def _prefix(line: int | None) -> str:
    return "" if line is None else f"line {line}: "
