"""The lines of the frame: header, tabs, banner and status strip."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from textual.content import Content
from textual.widgets import Static

from fluffy_tui.scheduling import ON_THE_WAY, Step
from fluffy_tui.tui.keymap.bindings import Place, actions_of, key_of, with_keys
from fluffy_tui.tui.session.undo import in_grace, is_in_grace
from fluffy_tui.tui.text.post_state import state_in_both_zones, state_of
from fluffy_tui.tui.text.times import duration_left
from fluffy_tui.tui.text.words import one_line, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo

    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import ImportProgress
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.overview import Overview

SEPARATOR = Content.styled(" · ", "$foreground-disabled")


def channel_name(channel: Channel) -> str:
    """Return a channel as people know it: `@sarah.ig Instagram`."""
    at = "" if channel.name.startswith("@") or " " in channel.name else "@"
    return one_line(f"{at}{channel.name} {channel.network}")


def channel_health(persona: Persona) -> str:
    """Return what keeps a persona's channel from publishing, in a few words; empty when all is well."""
    channel = persona.channel
    if channel is None:
        return "no channel" if persona.buffer_channel_id is None else "channel not seen yet"
    if channel.is_disconnected:
        return "channel disconnected"
    if channel.is_locked:
        return "channel locked"
    return "queue paused" if channel.is_queue_paused else ""


def zone_of(persona: Persona | None, own: tzinfo) -> tzinfo:
    """Return the zone that a persona's posts are timed in: the channel's, or the person's where none is known."""
    if persona is None or persona.channel is None:
        return own
    try:
        return ZoneInfo(persona.channel.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return own


class FrameHeader(Static):
    """Line 1: who speaks where, how much there is to do, and what needs the person."""

    DEFAULT_CSS = """
    FrameHeader { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, demo: bool) -> None:
        super().__init__(markup=False, id="frame-header")
        self._demo = demo
        self._overview: Overview | None = None

    def show(self, overview: Overview) -> None:
        """Show a new overview."""
        self._overview = overview
        self.refresh()

    def render(self) -> Content:
        """Lay the line out for the width there is."""
        if self._overview is None:
            return Content("")
        left, right = _who(self._overview), _needs(self._overview, demo=self._demo)
        middle = _how_much(self._overview)
        width = self.content_region.width
        gap = width - left.cell_length - right.cell_length
        if middle.cell_length + 4 <= gap:
            left = Content.assemble(left, "   ", middle)
        room = max(0, width - right.cell_length - 1)
        line = left.truncate(room, ellipsis=True).pad_right(max(0, room - left.cell_length))
        return Content.assemble(line, " ", right)


def _who(overview: Overview) -> Content:
    persona = overview.persona
    if persona is None:
        return Content.styled("fluffy-tui", "bold $primary")
    name = Content.styled(one_line(persona.name), "bold $primary")
    if persona.channel is None:
        return name
    return Content.assemble(
        name, Content.styled(" ▸ ", "$foreground-disabled"), channel_name(persona.channel)
    )


def _how_much(overview: Overview) -> Content:
    if overview.persona is None or not overview.read:
        return Content("")
    counts = overview.persona_counts
    parts = [f"{counts.unscheduled:,} unscheduled"]
    parts += [
        f"{number:,} {words}"
        for number, words in (
            (counts.drafts, plural(counts.drafts, "draft")),
            (counts.scheduled, "scheduled"),
        )
        if number
    ]
    return SEPARATOR.join(Content.styled(part, "$foreground-muted") for part in parts)


def _needs(overview: Overview, *, demo: bool) -> Content:
    parts = []
    if overview.needing:
        words = f"! {overview.needing} {plural(overview.needing, 'problem')}"
        parts.append(Content.styled(words, "$text-error"))
    if overview.persona is not None and (health := channel_health(overview.persona)):
        parts.append(Content.styled(f"! {health}", "$text-warning"))
    if overview.worker_words:
        starting = overview.worker_starting
        sign, tone = ("●", "$foreground-muted") if starting else ("!", "$text-warning")
        parts.append(Content.styled(f"{sign} {overview.worker_words}", tone))
    if demo:
        parts.append(Content.styled(" demo ", "$background on $accent"))
    return Content("  ").join(parts)


class Tab(Static):
    """One tab's name with its key; a click goes there."""

    DEFAULT_CSS = """
    Tab {
        width: auto; height: 1; padding: 0 1; margin-right: 1; color: $text-muted;
        &:hover { background: $boost; }
        &.-here { color: $text; background: $primary 25%; text-style: bold; }
        &.-here:ansi { background: transparent; text-style: bold underline; }  /* ansi colours have no tints */
    }
    """

    def __init__(self, key: str, label: str, action: str, *, here: bool) -> None:
        super().__init__(classes="-here" if here else "", id=f"tab-{label.lower()}")
        self._key, self._label, self._action = key, label, action
        self.show(0)

    def show(self, needing: int) -> None:
        """Show how many things need the person there; nothing for none."""
        number = Content.styled(f" ●{needing}", "$text-error") if needing else ""
        self.update(Content.assemble(Content.styled(self._key, "$primary"), f" {self._label}", number))

    async def on_click(self) -> None:
        """Go to the tab."""
        await self.run_action(f"app.{self._action}")


def tabs(here: str, own: Mapping[str, str]) -> list[Tab]:
    """Return the tabs that exist, with the one named `here` marked, each with the person's key for it."""
    return [
        Tab(key_of(action.id, own), action.label, action.name, here=action.id == f"app.{here}")
        for action in actions_of(Place.EVERYWHERE)
        if action.method.startswith("tab(")
    ]


class Banner(Static):
    """Said on every screen for as long as it holds: the database is away."""

    DEFAULT_CSS = """
    Banner {
        height: auto; max-height: 2; padding: 0 1; background: $warning 25%; color: $text; display: none;
        &.-shown { display: block; }
        &:ansi { background: ansi_yellow; color: ansi_black; }  /* their yellow may be bright, their white is not */
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False, id="banner")

    def show(self, away: str) -> None:
        """Show why the database is away; an empty text takes the banner off."""
        self.set_class(bool(away), "-shown")
        if away:
            self.update(
                Content.assemble(
                    Content.styled("! The database is away: ", "bold"),
                    f"{one_line(away)} Nothing typed is lost. Coming back by itself.",
                )
            )


class StatusStrip(Static):
    """The last lines above the footer: what is on its way, and what became of it."""

    DEFAULT_CSS = """
    StatusStrip {
        height: auto; max-height: 3; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; display: none;
        &.-shown { display: block; }
    }
    """
    LINES: ClassVar[tuple[int, int]] = (2, 3)
    """How many lines at most in a low and in a tall terminal."""

    def __init__(self, own_zone: tzinfo, now: Callable[[], datetime], own: Mapping[str, str]) -> None:
        super().__init__(markup=False, id="status-strip")
        self._undo = with_keys("{app.undo_submit} undo", own)
        self._own_zone = own_zone
        self._now = now
        self._overview: Overview | None = None

    def show(self, overview: Overview) -> None:
        """Show a new overview."""
        self._overview = overview
        self._draw(overview)

    def automatic_refresh(self) -> None:
        """Count down the seconds until a post leaves."""
        if self._overview is not None:
            self._draw(self._overview)

    def _draw(self, overview: Overview) -> None:
        now = self._now()
        self.auto_refresh = 1.0 if in_grace(overview.strip, now) else None
        lines = [_import_line(overview.importing)] if overview.importing else []
        most = self.LINES[self.app.size.height >= 30]
        zone = zone_of(overview.persona, self._own_zone)
        shown = overview.strip[: most - len(lines)]
        lines += [_post_line(post, now, zone, self._own_zone, self._undo) for post in shown]
        hidden = sum(post.step in ON_THE_WAY for post in overview.strip[most:])
        if hidden and lines:
            lines[-1] = Content.assemble(
                lines[-1], Content.styled(f"   and {hidden} more", "$foreground-disabled")
            )
        self.set_class(bool(lines), "-shown")
        self.update(Content("\n").join(lines))

    async def on_click(self) -> None:
        """Go to the posts."""
        await self.run_action("app.tab('posts')")


def _post_line(post: Post, now: datetime, zone: tzinfo, own_zone: tzinfo, undo: str) -> Content:
    words = state_in_both_zones(post, now, zone, own_zone)
    if is_in_grace(post, now):
        words += f" · {undo}"
    elif post.step in (Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.SENDING):
        words += "…"
    state = state_of(post)
    return Content.assemble(
        Content.styled(f"{state.sign} ", f"${'text-' if state.tone != 'foreground' else ''}{state.tone}"),
        Content.styled(quoted(post.caption), "$foreground-muted"),
        f"  {words}",
    )


def _import_line(progress: ImportProgress) -> Content:
    return Content.assemble(Content.styled("● ", "$text-primary"), f"importing {import_words(progress)}")


def import_words(progress: ImportProgress) -> str:
    """Return how far an import is: files, rate, time left."""
    of = f" of {progress.total:,}" if progress.total is not None else " files so far"
    parts = [f"{progress.seen:,}{of}"]
    if progress.seconds > 0:
        parts.append(f"{progress.files_per_second:,.0f} a second")
    if progress.seconds_left is not None:
        parts.append(f"{duration_left(progress.seconds_left)} left")
    return " · ".join(parts)
