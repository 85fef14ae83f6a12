"""`--adopt`: take over personas, photos, vectors and posts of a fluffy-train database, which is only read."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.errors import UsageError
from fluffy_tui.modes.adopt.adoption import Adoption, AdoptionCounts, AdoptionReport, total
from fluffy_tui.modes.adopt.train_database import VARIABLE, TrainPhoto, TrainPost, opened
from fluffy_tui.modes.import_mode import INTERRUPTED, OK, SOME_FAILED, forget_cancellation, print_line
from fluffy_tui.modes.post_report import print_events
from fluffy_tui.settings import Settings
from fluffy_tui.tui.text.words import plural

_LONGEST_ADDRESS = 10_000

_LEAKS = (
    f"fluffy-tui: Other users can see an address on the command line, with its password, in the list of processes. "
    f"Set {VARIABLE} instead, or use --adopt - and send the address on standard input.\n"
)


async def run(settings: Settings, given: str, *, dry_run: bool, as_json: bool) -> int:
    """Adopt, and print what became of everything.

    `given` is the address as on the command line; `-` reads it from standard input, empty from the settings.

    Returns:
        0 if everything was taken over, 1 if something is missing, 130 if interrupted.

    Raises:
        UsageError: no address was given.
        FluffyError: one of the databases cannot be used.
    """
    address = address_from(settings, given)
    report: JsonReport | TextReport = JsonReport() if as_json else TextReport()
    async with opened(address) as source, open_services(settings, role="adopt") as services:
        adoption = Adoption(services, source, report, folder=Path.cwd(), dry_run=dry_run)
        try:
            await adoption.run()
        except asyncio.CancelledError:
            forget_cancellation()
            report.finished(adoption.counts, dry_run=dry_run, interrupted=True)
            return INTERRUPTED
    report.finished(adoption.counts, dry_run=dry_run, interrupted=False)
    return OK if adoption.counts.is_complete else SOME_FAILED


def address_from(settings: Settings, given: str) -> str:
    """Return the address of the database to adopt; blocks while standard input is read.

    Raises:
        UsageError: none was given.
    """
    if given == "-":
        address = sys.stdin.readline(_LONGEST_ADDRESS).strip() if sys.stdin else ""
    elif given:
        address = given
        if has_password(given):
            sys.stderr.write(_LEAKS)
    else:
        address = settings.adopt_url.reveal() if settings.adopt_url else ""
    if not address:
        raise UsageError(
            "--adopt needs the address of a fluffy-train database.",
            f"Set {VARIABLE}, or use --adopt - and send the address on standard input.",
        )
    return address


def has_password(address: str) -> bool:
    """Return whether an address may hold a password; one that cannot be read may."""
    try:
        return bool(conninfo_to_dict(address).get("password"))
    except psycopg.ProgrammingError:
        return True


class JsonReport(AdoptionReport):
    """One object per line."""

    def persona(self, name: str, spellings: Sequence[str]) -> None:
        print_events([{"event": "persona", "name": name, "from": list(spellings)}])

    def photo(self, photo: TrainPhoto, what: str, reason: str) -> None:
        event = {"event": what, "photo": photo.id, "path": photo.path}
        print_events([{**event, "reason": reason} if reason else event])

    def note(self, post: TrainPost, notes: Sequence[str]) -> None:
        print_events([{"event": "note", "post": post.id, "path": post.path, "notes": list(notes)}])

    def post(self, post: TrainPost, what: str) -> None:
        print_events([{"event": f"post_{what}", "post": post.id, "path": post.path, "status": post.status}])

    def progress(self, counts: AdoptionCounts) -> None:
        """Print nothing: what matters has an event of its own."""

    def finished(self, counts: AdoptionCounts, *, dry_run: bool, interrupted: bool) -> None:
        event = {"event": "summary", "dry_run": dry_run, **asdict(counts)}
        print_events([{**event, "interrupted": True} if interrupted else event])


class TextReport(AdoptionReport):
    """Lines for people."""

    def persona(self, name: str, spellings: Sequence[str]) -> None:
        others = [spelling for spelling in spellings if spelling != name]
        also = f" (also spelled {', '.join(others)})" if others else ""
        print_line(f"persona {name}{also}")

    def photo(self, photo: TrainPhoto, what: str, reason: str) -> None:
        missing = "The file is missing." if photo.path else "It has no path."
        words = {"missing": missing, "without_persona": "It belongs to no persona."}
        print_line(f"  {photo.path or f'photo {photo.id}'}: {reason or words[what]}")

    def note(self, post: TrainPost, notes: Sequence[str]) -> None:
        print_line(f"  post of {post.path}: {'; '.join(notes)}.")

    def post(self, post: TrainPost, what: str) -> None:
        words = {"without_photo": "its photo is not here", "without_persona": "it belongs to no persona"}
        print_line(f"  post {post.id} ({post.status or 'no status'}): {words[what]}.")

    def progress(self, counts: AdoptionCounts) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"{total(counts.photos):,} photos and {total(counts.posts):,} posts read\n")

    def finished(self, counts: AdoptionCounts, *, dry_run: bool, interrupted: bool) -> None:
        photos, vectors, posts = counts.photos, counts.vectors, counts.posts
        if interrupted:
            print_line("Stopped. What was adopted so far is kept; run it again to complete it.")
        if dry_run:
            print_line("Nothing was written. It would be:")
        if counts.personas:
            print_line(f"{counts.personas:,} {plural(counts.personas, 'persona')} created")
        print_line(
            f"{total(photos):,} {plural(total(photos), 'photo')}: {photos.imported:,} imported, "
            f"{photos.unchanged:,} already there"
            + _more(
                (photos.missing, "missing"),
                (photos.failed, "failed"),
                (photos.without_persona, "without a persona"),
            )
        )
        print_line(
            f"{total(vectors) - vectors.none:,} {plural(total(vectors) - vectors.none, 'vector')}: "
            f"{vectors.adopted:,} adopted, {vectors.unchanged:,} already there"
            + _more((vectors.unusable, "not usable"))
        )
        print_line(
            f"{total(posts):,} {plural(total(posts), 'post')}: {posts.history:,} as history, "
            f"{posts.drafts:,} as drafts, {posts.unchanged:,} already there"
            + _more(
                (posts.empty, "without a text"),
                (posts.without_photo, "without a photo"),
                (posts.without_persona, "without a persona"),
            )
        )


def _more(*counts: tuple[int, str]) -> str:
    return "".join(f", {count:,} {words}" for count, words in counts if count)
