"""Opening of each screen, and the first page after another order or filter, beside an empty screen of a bare app.

    python benchmarks/screens.py [--photos 100000] [--posts 10000] [--data FOLDER] [--rounds 12]

In a real terminal, from a key until text is drawn that only that screen has, or another first row of the library. The
peer is an app of Textual alone that shows an empty screen, in the same terminal of the same run. Afterwards, the memory
of the app and of its worker. `--data` keeps the database for the next run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from browse import percentile_95, preview_is_shown
from browse_library import fill, make_photos
from browse_terminal import Terminal
from sqlalchemy import func, insert, text

from fluffy_tui.bootstrap import open_services
from fluffy_tui.buffer import Channel, Service, SlotDay
from fluffy_tui.personas.tables import ChannelRow, PersonaChannelRow
from fluffy_tui.scheduling import PostPhoto
from fluffy_tui.settings import load_settings

EMPTY = """
from textual.app import App
from textual.screen import Screen
from textual.widgets import Static

class Empty(Screen):
    BINDINGS = [("escape", "app.pop_screen", "Back")]
    def compose(self): yield Static("opened")

class Peer(App):
    BINDINGS = [("o", "open", "Open")]
    def compose(self): yield Static("ready")
    def action_open(self): self.push_screen(Empty())

Peer().run()
"""
POSTS = text(
    """
    INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode, channel_id, status, step,
                       buffer_post_id, posted_at, scheduled_at, error_code, error_message)
    SELECT id, jsonb_build_array(
               CAST(:photo AS jsonb) || jsonb_build_object('photo_id', id, 'sha256', encode(sha256, 'hex'))
           ),
           persona_id, 'fog on the pier #harbour' || id % 40, gen_random_uuid(), 'addToQueue', :channel, status, step,
           CASE WHEN status <> 'failed' THEN id::text END,
           CASE WHEN status = 'posted' THEN now() - n * interval '1 hour' END,
           CASE WHEN status = 'scheduled' THEN now() + n * interval '5 hours' END,
           CASE WHEN status = 'failed' THEN 'refused' END,
           CASE WHEN status = 'failed' THEN 'The network did not accept the picture.' END
    FROM (SELECT id, sha256, persona_id, shown_at, row_number() OVER (ORDER BY shown_at) AS n
          FROM photos WHERE persona_id = :persona ORDER BY shown_at LIMIT :posts) AS oldest,
         LATERAL (SELECT CASE WHEN n <= 20 THEN 'scheduled' WHEN n <= 25 THEN 'failed' ELSE 'posted' END AS status,
                         CASE WHEN n <= 20 THEN 'accepted' WHEN n <= 25 THEN 'failed' ELSE 'live' END AS step) AS states
    """
)
CHANNEL = Channel(
    "bench",
    "bench",
    "bench.frames",
    "Bench",
    Service.INSTAGRAM,
    "bench",
    "Europe/Berlin",
    posting_schedule=tuple(
        SlotDay(day, ("09:00", "18:30")) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    ),
)
FLAGS = text(
    "UPDATE photos SET verdict = CASE WHEN id % 20 = 0 THEN 'pick' ELSE 'reject' END"
    " WHERE persona_id = :persona AND id % 10 = 0"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A key that opens something, how one sees that it is there, and what leads back."""

    name: str
    key: str
    shown: str
    """Text that nothing before has, of the line of keys where there is one; empty for another first row."""
    back: str
    way: str = ""
    """Keys that lead from the library to where the key is pressed."""
    home: str = ""
    """Keys that lead from there to the library again."""


OPENINGS = (
    Opening("composer", "\r", "ctrl+s Submit", "\x1b"),
    Opening("fit, from the composer", "\x06", "r Rotate", "\x1b", "\r", "\x1b"),
    Opening("help, from the composer", "\x1bOP", "Show and edit all settings", "\x1b", "\r", "\x1b"),
    Opening("posts", "2", "a All", "1"),
    Opening("posts from elsewhere", "O", "Open link", "a", "2", "1"),
    Opening("plan", "3", "M Move", "1"),
    Opening("profile grid", "P", "esc Back  X Swap", "\x1b", "3", "1"),
    Opening("problems", "4", "t Reschedule", "1"),
    Opening("results", "5", "s Next number", "1"),
    Opening("personas", "@", "n New", "\x1b"),
    Opening("themes", "t", "x Delete", "\x1b", "@", "\x1b"),
    Opening("hashtag sets and snippets", "s", "n New set", "\x1b", "@", "\x1b"),
    Opening("voice", "v", "ctrl+s Save", "\x1b", "@", "\x1b"),
    Opening("settings", ",", "b Connect Buffer", "\x1b"),
    Opening("health checks", "!", "r Run again", "\x1b"),
    Opening("import", "i", "ctrl+n Add", "\x1b"),
    Opening("zoom", "+", "of 4,000×3,000", "\x1b"),
    Opening("compare", "|", "B Best", "\x1b", "jj jjj ", "\x1bggg"),
    Opening("help", "?", "Show and edit all settings", "\x1b"),
    Opening("library: sorted by name", "s", "", ""),
    Opening("library: reversed", "S", "", ""),
    Opening("library: picked, then rejected, then all", "v", "", ""),
)


async def add_posts(persona_name: str, posts: int) -> None:
    """Give the persona a channel, the library's oldest photos posts, and some photos flags, unless there are some."""
    async with open_services(load_settings()) as services:
        persona = await services.personas.get(persona_name)
        if not await services.scheduling.ended_posts(persona, limit=1):
            async with services.database.transaction() as session:
                channel = {
                    "organization_id": "bench",
                    "service": str(CHANNEL.service),
                    "checked_at": func.now(),
                }
                await session.execute(
                    insert(ChannelRow).values(id=CHANNEL.id, description=asdict(CHANNEL), **channel)
                )
                await session.execute(
                    insert(PersonaChannelRow).values(persona_id=persona.id, channel_id=CHANNEL.id, position=0)
                )
                photo = json.dumps(PostPhoto(0, "").to_json())
                values = {"persona": persona.id, "posts": posts, "photo": photo, "channel": CHANNEL.id}
                await session.execute(POSTS, values)
                await session.execute(FLAGS, {"persona": persona.id})
            async with services.database.transaction() as session:
                await session.execute(text("ANALYZE posts, photos"))


def title(terminal: Terminal) -> str:
    """Return the library's title and first rows: what another order or filter changes."""
    return "\n".join(terminal.screen.display[2:5])


def measure(terminal: Terminal, opening: Opening) -> float:
    """Press the key, return the seconds until the screen is there, and go back."""
    before = title(terminal)
    pressed = time.perf_counter()
    terminal.child.send(opening.key)
    if opening.shown:
        opened = terminal.wait(lambda: any(opening.shown in line for line in terminal.screen.display))
        terminal.settle(0.4, 3.0)
        terminal.child.send(opening.back)
        terminal.wait(lambda: not any(opening.shown in line for line in terminal.screen.display))
    else:
        opened = terminal.wait(lambda: title(terminal) != before)
    terminal.settle(0.4, 5.0)
    terminal.process_output()
    return opened - pressed


def walk(terminal: Terminal, keys: str) -> None:
    """Press keys one after the other, each when what the one before it has opened stands there."""
    for key in keys:
        terminal.child.send(key)
        terminal.settle(0.4, 5.0)
    terminal.process_output()


def report(name: str, times: list[float], peer: float) -> None:
    """Print a row."""
    median, most = statistics.median(times), percentile_95(times)
    print(f"| {name} | {median * 1000:.0f} | {most * 1000:.0f} | {median / peer:.1f} |", flush=True)


def main() -> None:
    """Create the library, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = options.data or Path(temporary)
        os.environ["FLUFFY_DATA_DIR"] = str(data)
        make_photos(data / "bench-photos")
        asyncio.run(fill(data / "bench-photos", options.photos))
        asyncio.run(add_posts(f"bench-{options.photos}", options.posts))
        empty = Opening("empty screen", "o", "opened", "\x1b")
        bare = Terminal([sys.executable, "-c", EMPTY], "half-cell", {})
        bare.wait(lambda: "ready" in bare.screen.display[0])
        bare.settle(0.4)
        peer = [measure(bare, empty) for _ in range(options.rounds)]
        bare.child.terminate(force=True)
        command = [sys.executable, "-m", "fluffy_tui", "--persona", f"bench-{options.photos}"]
        load_settings().paths.state_file.unlink(missing_ok=True)  # forget the last position
        terminal = Terminal(command, "half-cell", {"FLUFFY_PREVIEW": "half-cell"})
        terminal.wait(lambda: ".jpg" in terminal.position, 90)
        terminal.wait(lambda: preview_is_shown(terminal))
        terminal.settle(1, 6)
        terminal.process_output()
        print(f"{options.photos:,} photos, {options.posts:,} posts; milliseconds\n")
        print("| what | p50 | p95 | ÷ an empty screen |\n|---|---|---|---|")
        report("an empty screen of Textual", peer, statistics.median(peer))
        for opening in OPENINGS:
            walk(terminal, opening.way)
            times = []
            for _ in range(options.rounds):
                times.append(measure(terminal, opening))
                terminal.settle(1.4, 3.0)  # a pause, as users make them: what was freed is given back in it
                terminal.process_output()
            walk(terminal, opening.home)
            report(opening.name, times, statistics.median(peer))
        terminal.settle(3, 6)
        app = psutil.Process(terminal.child.pid)
        workers = [child for child in app.children() if "--worker" in child.cmdline()]
        for name, processes in (("app", [app]), ("worker", workers)):
            print(f"\nmemory of the {name}: {sum(one.memory_info().rss for one in processes) / 1e6:.0f} MB")
        terminal.child.send("q")
        terminal.child.wait()


if __name__ == "__main__":
    main()
