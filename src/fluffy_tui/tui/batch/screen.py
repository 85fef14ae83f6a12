"""Captions for several photos, one after the other, then one table, one submission and one undo for all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on, work

from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.tui.batch.batch_facts import begin_week, framing_of, look_at
from fluffy_tui.tui.batch.batch_submit import submit_week, take_week_back
from fluffy_tui.tui.batch.batch_table import WeekTable
from fluffy_tui.tui.batch.week_frame import BACK_OR_LEAVE, WeekFrame
from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.compose.compose_facts import read_agenda
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.session.messages import on_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.media import Framing
    from fluffy_tui.tui.batch.batch import WeekPost
    from fluffy_tui.tui.session.context import Context

REVIEWED = "{fill.submit} submits all · {fill.edit} writes on · {fill.skip} leaves one out"


class FillWeekScreen(WeekFrame):
    """The photos of a week: written one by one, looked over in a table, submitted and taken back together.

    Args:
        context: The world.
        photo_ids: The photos, in the order in which they are to go out.
        chosen: Which photos these are, within a sentence.
    """

    PLACE = Place.FILL
    TAB = None
    BINDINGS = bindings(Place.FILL, without=("fill.edit",))

    def __init__(self, context: Context, photo_ids: Sequence[int], chosen: str) -> None:
        super().__init__(context)
        self._ids = tuple(photo_ids)
        self._chosen = chosen

    def on_mount(self) -> None:
        """Read the photos and the slots."""
        self.query_one("#week").display = False
        self.say("Looking for free slots, and for pictures that are alike …")
        self._begin()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the next caption, and what goes into one, only where one is written."""
        if action in ("next", "insert", "earlier", "editor"):
            return bool(self.week.posts) and not self.is_reviewing
        return super().check_action(action, parameters)

    # Keys

    def action_next(self) -> None:
        """Write the next caption, or look all of them over after the last."""
        if self._busy or self.is_reviewing or not self.week.posts:
            return
        self.keep_now()
        later = [n for n in range(self._here + 1, len(self.week.posts)) if self.week.posts[n].post is None]
        self._write(later[0]) if later else self._look_over()

    def action_before(self) -> None:
        """Go back to the caption before; from the table to the one of its line."""
        if self._busy or not self.week.posts:
            return
        self.keep_now()
        if self.is_reviewing:
            self._write(self._here)
            return
        earlier = [n for n in range(self._here) if self.week.posts[n].post is None]
        if earlier:
            self._write(earlier[-1])

    def action_caption(self) -> None:
        """Write the caption, of the table's line too."""
        self._go_to(self._caption)

    def action_alt_text(self) -> None:
        """Write the alt text, of the table's line too."""
        self._go_to(self._alt_text)

    def action_fit(self) -> None:
        """Choose how this picture is fitted."""
        from fluffy_tui.tui.compose.fit_screen import FitScreen

        if self._may_change():
            entry = self._entry
            screen = FitScreen(self.context, entry.photo, framing_of(self.context, self.persona, entry))
            self.app.push_screen(screen, lambda framing: self._fitted(entry, framing))

    def action_same_picture(self) -> None:
        """See the picture beside the earlier post of it."""
        from fluffy_tui.tui.compose.same_picture import SamePictureScreen

        if not self.week.posts or (sighting := self._entry.sighting) is None:
            self.say("No earlier post of this picture is known.")
        else:
            self.app.push_screen(SamePictureScreen(self.context, self._entry.photo, sighting))

    def action_leave_out(self) -> None:
        """Leave this photo out; its text is kept with it."""
        if not self._may_change():
            return
        self.keep_now()
        self.week.leave_out(self._here)
        if not self.week.posts:
            self.dismiss()
            return
        self._here = min(self._here, len(self.week.posts) - 1)
        self._look_over() if self.is_reviewing else self._write(self._here)

    def action_submit(self) -> None:
        """Look all of them over, or send them on their way from the table."""
        if self._busy or not self.week.posts:
            return
        self.keep_now()
        if not self.is_reviewing:
            self._look_over()
            return
        for number, entry in enumerate(self.week.posts):
            if entry.post is None and (problem := entry.problem(self._rules)):
                self._write(number)
                self.say(problem, wrong=True)
                return
        if self.week.waiting:
            self._start(self._submit, "submitting the week")
        else:
            self.say(self.context.with_keys(f"All of them are submitted. {BACK_OR_LEAVE}"))

    def action_undo(self) -> None:
        """Take back what was submitted."""
        if self._busy:
            return
        if self.week.submitted:
            self._start(self._take_back, "taking the week back")
        else:
            self.say("Nothing of this week was submitted yet.")

    def action_back(self) -> None:
        """Go from the table to the captions, or leave; texts are kept."""
        if self._busy:
            self.say(f"{self._busy} A moment, please.")
        elif self.is_reviewing and not self.week.submitted and self.week.posts:
            self._write(self._here)
        else:
            self.dismiss()

    # Beginning, and what is found out meanwhile

    @work(group="week", exit_on_error=False, description="looking for photos and free slots")
    async def _begin(self) -> None:
        await begin_week(self.context, self.persona, self.week, self._ids)
        if not self.week.posts:
            self.say(self.context.with_keys("These photos are gone from the library. {fill.back} goes back"))
            return
        for entry in self.week.posts:
            entry.text = self._texts.begin(entry.photo) or entry.text
        self.query_one("#week").display = True
        self._write(0)
        leave_out = self.context.with_keys("{fill.skip} leaves one out.")
        self.say(f"The week is filled with {self._chosen}. {leave_out}")
        self.read_texts()
        self._look(tuple(self.week.posts))

    @work(group="week-facts", exit_on_error=False, description="rendering the week's pictures")
    async def _look(self, entries: Sequence[WeekPost]) -> None:
        for entry in entries:
            await look_at(self.context, self.persona, entry)
            self._inspect()

    @on_event(PostChanged, Connected)
    def _plan_changed(self) -> None:
        if self.week.posts and not self._busy:
            self._read_agenda()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="reading what is planned")
    async def _read_agenda(self) -> None:
        agenda = await read_agenda(self.context, self.persona)
        if not self.week.submitted:  # else the agenda holds these very posts
            self.week.replan(agenda)
            self._inspect()

    # From the table

    @on(WeekTable.Opened)
    def _opened(self, message: WeekTable.Opened) -> None:
        self._here = message.number
        self._go_to(self._caption)

    def _go_to(self, field: CaptionEditor) -> None:
        if self._may_change():
            if self.is_reviewing:
                self._write(self._here)
            field.focus()

    def _fitted(self, entry: WeekPost, framing: Framing | None) -> None:
        if framing is not None:
            entry.text = replace(entry.text, fit=str(framing))
            entry.rendition = None
            self._preview.set_details(self._details())
            self._note(entry)
            self._look((entry,))

    # The table

    def _look_over(self) -> None:
        self.add_class("-reviewing")
        self.refresh_bindings()
        count = len(self.week.posts)
        self.query_one("#review").border_title = "1 post" if count == 1 else f"{count} posts"
        self._inspect()
        self._table.move_cursor(row=self._here)
        self._table.focus()
        wrong = sum(bool(entry.problem(self._rules)) for entry in self.week.waiting)
        posts = "1 post needs" if wrong == 1 else f"{wrong} posts need"
        look = f"{posts} another look: {{fill.submit}} goes there."
        self.say(self.context.with_keys(look if wrong else REVIEWED))

    # All in one go, and back

    def _start(self, job: Any, description: str) -> None:
        """Let the app do it, so that leaving this screen does not break it off."""
        self.app.run_worker(job(), group="submit-week", exit_on_error=False, description=description)

    async def _submit(self) -> None:
        await self._busy_with(submit_week(self.context, self.persona, self.week, self._texts, self._tell))
        done, refused = len(self.week.submitted), len(self.week.waiting)
        said = f"{done} submitted."
        said += f" {refused} refused: the line says why." if refused else ""
        self._answer(self.context.with_keys(f"{said} {BACK_OR_LEAVE}"))

    async def _take_back(self) -> None:
        await self._busy_with(take_week_back(self.context, self.week, self._texts, self._tell))
        left = len(self.week.submitted)
        self._answer(
            f"! {left} could not be taken back: the line says why." if left else "All of it was taken back."
        )
        self._read_agenda()

    async def _busy_with(self, job: Any) -> None:
        self._tell("A moment …")
        try:
            await job
        finally:
            self._busy = ""

    def _tell(self, words: str) -> None:
        self._busy = words
        self._answer(words)

    def _answer(self, words: str) -> None:
        if self.is_attached:
            self.say(words)
            self._inspect()
