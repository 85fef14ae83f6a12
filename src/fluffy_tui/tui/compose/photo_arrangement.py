"""The photos of one post on a screen: the form is about the current one, the strip shows them all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.media import WHOLE, Framing, Part, Window, canvas_ratio, window_for
from fluffy_tui.networks import MOST_PHOTOS, alt_text_problem, people_tag_problem
from fluffy_tui.tui.compose.chip_strip import ChipStrip
from fluffy_tui.tui.rendition import PeopleScreen
from fluffy_tui.tui.session.post_photos import PostPhotos, draft_of_one
from fluffy_tui.tui.text.words import one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import PostPhoto, TaggedPerson
    from fluffy_tui.tui.compose.caption_form import CaptionForm
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import Draft

NAME_WIDTH = 18
"""Cells of a file's name; a longer one is cut."""
KEYS = "{compose.previous_photo} {compose.next_photo} photo · {compose.photo_left} {compose.photo_right} move"


class PhotoArrangement:
    """Keeps form and strip in step with the photos; `changed` is called after their order or the current one did."""

    def __init__(self, context: Context, form: CaptionForm, changed: Callable[[], None]) -> None:
        self._context, self._form, self._changed = context, form, changed
        self._files: dict[int, Photo] = {}
        self._photos: PostPhotos | None = None
        self._taken_out: dict[int, PostPhoto] = {}
        """Photos as they were when they were taken out, but not parts."""
        form.cut = self.cut
        self.strip = ChipStrip("photos", context.with_keys(KEYS), self.go_to)

    def load(self, files: Iterable[Photo], photos: PostPhotos) -> None:
        """Show the photos of a post, whose files come in any order."""
        self._files = {file.id: file for file in files}
        self._photos = photos
        self._show()

    @property
    def photos(self) -> PostPhotos:
        """The photos with what is typed and chosen for the current one."""
        if self._photos is None:
            raise RuntimeError("no photos are loaded yet")
        return self._photos.with_current(self._form.alt_text.text, self._form.framing)

    @property
    def is_loaded(self) -> bool:
        return self._photos is not None

    @property
    def has_several(self) -> bool:
        """Whether there is anything to arrange."""
        return self._photos is not None and len(self._photos) > 1

    @property
    def file(self) -> Photo:
        """The current photo."""
        return self._files[self.photos.current.photo_id]

    @property
    def files(self) -> list[Photo]:
        """All photos in their order."""
        return [self._files[photo.photo_id] for photo in self.photos.photos]

    @property
    def taken_out(self) -> list[Photo]:
        """The photos that are no longer in the post."""
        present = {photo.photo_id for photo in self.photos.photos}
        return [file for id_, file in self._files.items() if id_ not in present]

    def as_taken_out(self, file: Photo) -> list[PostPhoto]:
        """Return a photo as it was in the post before it was taken out; none if it was not, or was cut."""
        return [self._taken_out[file.id]] if file.id in self._taken_out else []

    @property
    def cover_ratio(self) -> float | None:
        """Width ÷ height of all pictures where the network gives all of them the cover's; else None."""
        if not self.has_several or not self._form.rules.has_one_ratio:
            return None
        cover = self.photos.cover
        file = self._files[cover.photo_id]
        framing = cover.framing.fitted_as(self._form.channel_framing or cover.framing)
        return canvas_ratio((file.width, file.height), self._form.rules.image, framing)

    @property
    def ratio(self) -> float | None:
        """The ratio that the cover gives to the current photo; None where it has its own."""
        return None if self._photos is None else self._ratio_of(self._photos.current)

    def _ratio_of(self, photo: PostPhoto) -> float | None:
        return None if photo.photo_id == self.photos.cover.photo_id else self.cover_ratio

    @property
    def most_parts(self) -> int:
        """Into how many pictures the current photo can be cut, with room for the others of the post."""
        others = sum(photo.photo_id != self.photos.current.photo_id for photo in self.photos.photos)
        return min(self._form.rules.photo_limit, MOST_PHOTOS) - others

    @property
    def tagged(self) -> int:
        """How many people are tagged in all photos."""
        return 0 if self._photos is None else sum(len(photo.tags) for photo in self._photos.photos)

    @property
    def cut_off(self) -> list[str]:
        """The handles of people who are tagged in a photo, but cut off in its picture."""
        found = []
        for photo in () if self._photos is None else self.photos.photos:
            if photo.tags:
                shown = {tag.handle for tag in photo.tags_in_picture(self._window(photo, photo.framing))}
                found += [tag.handle for tag in photo.tags if tag.handle not in shown]
        return found

    def _window(self, photo: PostPhoto, framing: Framing) -> Window:
        """Return what the picture of a photo shows of it on the channel that is shown."""
        file = self._files[photo.photo_id]
        size, fitted = (file.width, file.height), framing.fitted_as(self._form.channel_framing or framing)
        return window_for(size, self._form.rules.image, fitted, self._ratio_of(photo))

    def draft(self, of_post: tuple[PostPhoto, ...] = ()) -> Draft:
        """Return what is kept of the form: alt text and framing of a single photo, or all photos.

        A single one that is left of several of an existing post, or that took the place of another one, is named.
        """
        photos = of_post if self._photos is None else self.photos.photos
        if not photos:
            return replace(self._form.draft, photos=())
        is_only_one = len(photos) == 1 and {photo.photo_id for photo in of_post} <= {photos[0].photo_id}
        if is_only_one and len(of_post) < 2:
            return draft_of_one(self._form.draft, photos[0])
        return replace(self._form.draft, alt_text="", framing=None, photos=photos)

    def change(self, name: str) -> None:
        """Go to the `next` or `previous` photo, move this one `left` or `right`, take it `out`, or tag `people`."""
        if self._photos is None:
            return
        photos = self.photos
        match name:
            case "next" | "previous":
                self.go_to(photos.index + (1 if name == "next" else -1))
            case "left" | "right":
                self._change(photos.moved(1 if name == "right" else -1))
            case "out":
                if photos.current.framing.part == WHOLE:
                    self._taken_out[photos.current.photo_id] = photos.current
                self._change(photos.without_current())
            case "people":
                self._tag_people(photos)

    def cut(self, framing: Framing) -> None:
        """Cut the current photo into as many parts as a framing says, or put it together again."""
        photos = self.photos
        count = framing.part.count
        frames = [replace(framing, part=Part(number, count)) for number in range(1, count + 1)]
        self._change(photos.cut(framing, [self._window(photos.current, frame) for frame in frames]))

    def _tag_people(self, photos: PostPhotos) -> None:
        """Open the people screen for the current photo, or say why nobody can be tagged."""
        rules = self._form.rules
        problem = people_tag_problem(1, rules)
        if problem is not None and not photos.current.tags:
            self._form.show_message(problem.message)
            return
        screen = PeopleScreen(
            self._context,
            self.file,
            replace(photos.current, framing=self._form.fitted),
            rules.service,
            ratio=self.ratio,
            tagged_elsewhere=self.tagged - len(photos.current.tags),
        )
        self._form.app.push_screen(screen, self._tag)

    def _tag(self, tags: tuple[TaggedPerson, ...] | None) -> None:
        if tags is not None and tags != self.photos.current.tags:
            self._form.is_edited = True
            self._change(self.photos.with_tags(tags))

    def add(self, files: Iterable[Photo], photos: Sequence[PostPhoto]) -> None:
        """Put photos behind the others, given their files."""
        self._files |= {file.id: file for file in files}
        self._change(self.photos.with_added(photos))

    def go_to(self, index: int) -> None:
        """Show another photo."""
        self._change(self.photos.at(index))

    def show_invalid(self) -> None:
        """Show a photo whose alt text the network would refuse, if there is one."""
        photos = self.photos
        for index in (photos.index, *range(len(photos))):
            if alt_text_problem(photos.photos[index].alt_text, self._form.rules) is not None:
                self.go_to(index)
                return

    def _change(self, photos: PostPhotos) -> None:
        if photos != self.photos:
            self._photos = photos
            self._show()
            self._changed()

    def _show(self) -> None:
        photos = self._photos
        if photos is None:
            return
        current = photos.current
        self._form.show_photo(
            self._files[current.photo_id], current.alt_text, current.framing, place=photos.place
        )
        self._form.ratio, self._form.most_parts = self.ratio, self.most_parts
        chips = [
            f"{number} {'cover · ' if number == 1 else ''}{self._name(photo)}"
            for number, photo in enumerate(photos.photos, 1)
        ]
        self.strip.show(chips, photos.index)

    def _name(self, photo: PostPhoto) -> str:
        part = "" if photo.framing.part == WHOLE else f"{photo.framing.part} "
        return part + shortened(one_line(self._files[photo.photo_id].path.stem), NAME_WIDTH)
