"""What the library knows of likeness: stacks of copies, answers to what is alike, and photos marked to go together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import work

from fluffy_tui.core.app_events import PhotosChanged, PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.tui.library.library_frame import LibraryFrame
from fluffy_tui.tui.library.similar_photos import LAST_POSTS, Likeness
from fluffy_tui.tui.photo.photo_line import copies_words
from fluffy_tui.tui.session.messages import FillWeek, on_event
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from array import array

    from fluffy_tui.photos import Photo, Verdict
    from fluffy_tui.similarity import Neighbour
    from fluffy_tui.tui.session.context import Context

LOOK_BACK = "{library.clear} back"
"""Said in the title of an answer, whose list is not the library."""
MARK_FIRST = "Mark photos with {library.select} first; they go out in the order in which they are marked."
DECIDED = {"pick": "Picked", "reject": "Rejected", "undecided": "Left undecided"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which list a person was before an answer took its place."""

    question: Likeness | None
    """None for the library itself."""
    ids: array[int]
    photo_id: int | None
    row_on_screen: int
    neighbours: dict[int, Neighbour]


class LibraryAlike(LibraryFrame):
    """The library's keys for copies, likeness and marks.

    Args:
        context: The world.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._places: list[Place] = []
        self._was_told = False
        self._reads_after_storing = False

    # Stacks of copies

    def action_copies(self) -> None:
        """Open the stack under the cursor, or close the one that the cursor is in."""
        photo_id = self._list.highlighted_id
        if photo_id is None or self._browsing.question is not None:
            return
        first = self._stacks.first_of(photo_id) or photo_id
        index = self._list.cursor if first == photo_id else self._list.rows.ids.index(first)
        if self._stacks.is_open(first):
            self._list.splice(index + 1, index + 1 + self._stacks.close(first), ())
        elif behind := self._stacks.open(first):
            self._list.splice(index + 1, index + 1, behind)
        else:
            self.notify(self._no_copies())
        self._say_what_is_shown()
        self._show_details()

    def action_fold(self) -> None:
        """Show every copy as a line of its own, or fold all of them again."""
        self._stacks.close_all()
        browse = self._browsing.browse
        self._browse(replace(browse, folded=not browse.folded))

    def _no_copies(self) -> str:
        words = self._looked_at.words
        if not self._browsing.browse.folded:
            return self.context.with_keys("No copies are folded: {library.all_duplicates} folds them.")
        return f"No copy of this photo is known yet: {words}." if words else "There is no copy of this photo."

    def _tell_of_copies(self, photo: Photo, verdict: Verdict) -> None:
        """Say once that a verdict is about the photo shown, not about those behind it."""
        note = self._note(photo)
        if note.copies and not note.is_open and not self._was_told:
            self._was_told = True
            its = "its copy stays" if note.copies == 1 else f"its {copies_words(note.copies)} stay"
            shows = self.context.with_keys("{library.duplicates} shows copies.")
            self.notify(f"{DECIDED[verdict]}: this photo only, {its} as before. {shows}", markup=False)

    # More like this, least like the last posts

    @work(group="asking", exclusive=True, exit_on_error=False, description="looking at the photo")
    async def action_more_like(self) -> None:
        """Show the photos that are most like the one under the cursor."""
        photo_id = self._list.highlighted_id
        if photo_id is None:
            return
        photo = (await self.context.services.photos.by_ids([photo_id])).get(photo_id)
        if photo is None:
            self.notify("This photo is no longer there.")
        else:
            self._ask(
                Likeness((photo.id,), f"like {one_line(photo.name)} · {self.context.with_keys(LOOK_BACK)}")
            )

    @work(group="asking", exclusive=True, exit_on_error=False, description="looking at the last posts")
    async def action_least_like(self) -> None:
        """Show the photos that are farthest from the last nine posts."""
        recent = await self.context.services.similarity.recent_photos(self._persona_id, last=LAST_POSTS)
        if not recent:
            self.notify("Nothing has been posted yet, so there is nothing to be unlike.")
            return
        posts = "last post" if len(recent) == 1 else f"last {len(recent)}"
        self._ask(
            Likeness(tuple(recent), f"least like {posts} · {self.context.with_keys(LOOK_BACK)}", least=True)
        )

    @work(group="likeness", exclusive=True, exit_on_error=False, description="looking for what is alike")
    async def _ask(self, question: Likeness) -> None:
        try:
            found = await question.ask(self.context.services.similarity)
        except DatabaseUnavailable:
            raise
        except FluffyError as error:  # it cannot be answered yet: the place stays, and why is said
            self.notify(str(error), severity="warning", timeout=10, markup=False)
            return
        if not found:
            self.notify("There is no other photo without a post to compare with.")
            return
        self._places.append(
            Place(
                self._browsing.question,
                self._list.rows.ids,
                self._list.highlighted_id,
                self._list.row_on_screen,
                self._browsing.neighbours,
            )
        )
        self._filter.display = False
        self._browsing.question = question
        self._opens_on = found[0].photo_id
        self._browsing.answer(question, found)
        self._list.focus()

    def _go_back(self) -> bool:
        """Return to the list before an answer, to the photo that one was at; False where there was none."""
        if not self._places:
            return False
        place = self._places.pop()
        self._browsing.return_to(place.question, place.neighbours)
        self._list.replace_ids(place.ids, cursor_on=place.photo_id, row_on_screen=place.row_on_screen)
        if place.question is None:
            self._filter.display = bool(self._filter.value)
        self._say_what_is_shown()
        self._show_panes()
        self._read()
        return True

    def _leave_answers(self) -> None:
        """Return to the library, however many answers lie above it."""
        while self._go_back():
            pass

    @property
    def _position(self) -> int | None:
        return self._places[0].photo_id if self._places else super()._position

    # Marks

    def action_mark(self) -> None:
        """Mark the photo, or take its mark away, and go on."""
        photo_id = self._list.highlighted_id
        if photo_id is not None:
            self._marks.toggle(photo_id)
            self._say_what_is_shown()
            self._list.action_cursor_down()

    def action_fill_week(self) -> None:
        """Write captions for the marked photos and give them the coming free slots."""
        if self._marks:
            self.app.post_message(FillWeek(self._marks.ids, self._marks.told))
        else:
            self.notify(self.context.with_keys(MARK_FIRST), markup=False)

    def _clear_marks(self) -> bool:
        if not self._marks:
            return False
        self.notify(f"{len(self._marks):,} no longer marked.")
        self._marks.clear()
        self._say_what_is_shown()
        return True

    @on_event(PostChanged)
    def _marked_may_have_post(self, message: PostChanged) -> None:
        if self._marks:
            self._drop_posted(message.post_id)

    @work(group="marks", exit_on_error=False, description="looking whether a marked photo has its post")
    async def _drop_posted(self, post_id: int) -> None:
        post = await self.context.services.scheduling.post(post_id)
        if post is not None and post.photo_id in self._marks:
            self._marks.drop([post.photo_id])
            self._say_what_is_shown()

    @on_event(PhotosChanged)
    def _marked_may_be_gone(self) -> None:
        if self._marks:
            self._drop_gone()

    @work(group="marks", exclusive=True, exit_on_error=False, description="looking for marked photos")
    async def _drop_gone(self) -> None:
        found = await self.context.services.photos.by_ids(self._marks.ids)
        self._marks.drop([photo_id for photo_id in self._marks.ids if photo_id not in found])
        self._say_what_is_shown()

    def _show_details(self) -> None:
        """Say anew what is said below the picture."""
        if self._preview.photo is not None:
            self._preview.set_details(self._details(self._preview.photo))
