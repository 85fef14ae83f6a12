"""What the screens with a caption form have in common: where their keys go, and when drafts are saved."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from textual import work

from fluffy_tui.networks import NetworkRules, photo_count_problem
from fluffy_tui.tui.compose.caption_form import CaptionForm
from fluffy_tui.tui.compose.photo_arrangement import PhotoArrangement
from fluffy_tui.tui.compose.submitter import Submitter
from fluffy_tui.tui.photo.photo_picker import PhotoPicker
from fluffy_tui.tui.photo.same_picture import SamePictureScreen
from fluffy_tui.tui.session.drafts import DraftWriter
from fluffy_tui.tui.session.post_photos import new_photos
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.keys_footer import relabelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.binding import ActiveBinding

    from fluffy_tui.photos import Photo
    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.compose.preflight import Mark
    from fluffy_tui.tui.photo.photo_preview import PhotoPreview
    from fluffy_tui.tui.session.context import Context


class CaptionScreen(FrameScreen):
    """A photo beside a caption form; the screen's keys that are about writing go to the form."""

    DEFAULT_CSS = """
    CaptionScreen {
        #fields { height: 1fr; }
        PhotoPreview { width: 44%; border-subtitle-color: $text-muted; }
        &.-normal PhotoPreview { width: 36%; }
        &.-narrow PhotoPreview { display: none; }
        &.-short #caption { min-height: 3; &:focus { min-height: 4; } }
        &.-short #alt-text, &.-short #first-comment { height: 3; &:focus { height: 4; } }
        &.-short WhenPicker {
            .meaning { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
            .same-day { display: none; }
        }
        &.-short WhenPicker:focus-within {
            .meaning { height: auto; text-wrap: wrap; }
            .same-day.-shown { display: block; }
        }
        &.-short StatusStrip { max-height: 1; }
        #status { height: auto; }
        #message { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        #message.-wrong { color: $text-error; }
    }
    """

    def __init__(
        self, context: Context, preview: PhotoPreview, *, has_text: bool = True, has_time: bool = True
    ) -> None:
        super().__init__(context)
        self.shown = self.persona
        """The persona with the channel that texts and picture are checked for."""
        self.preview = preview
        self.form = CaptionForm(
            context, self.persona, self.PLACE, self.checks, has_text=has_text, has_time=has_time
        )
        self.drafts = DraftWriter(
            context.drafts, self, lambda reason: self.form.show_message(reason, error=True)
        )
        self.submitter = Submitter(self)

    @abstractmethod
    def checks(self) -> Iterable[Mark]:
        """Return the preflight marks of what the form contains."""

    @property
    def earlier_post(self) -> EarlierPost | None:
        """The earlier post of the same picture, where one was found."""
        return None

    def on_screen_resume(self) -> None:
        """Draw what another screen covered."""
        self.preview.repaint()

    def on_screen_suspend(self) -> None:
        """Save drafts before another screen is shown."""
        self.form.caption.autocomplete.close()
        self.drafts.save_now()

    def on_unmount(self) -> None:
        """Save drafts, however the screen was closed."""
        self.drafts.save_now()

    def action_write(self, verb: str) -> None:
        """Go to a field of the form or insert something: a verb of `CaptionForm.act`."""
        self.drafts.save_now()
        self.form.act(verb)
        if verb == "editor":
            self.preview.repaint()

    def action_same_picture(self) -> None:
        if self.form.photo is None or self.earlier_post is None:
            self.form.show_message("This picture has not been posted before.")
        else:
            self.app.push_screen(
                SamePictureScreen(self.context, self.form.photo, self.earlier_post, self.form.zone)
            )


class PhotosScreen(CaptionScreen):
    """A caption screen for a post of one photo or several."""

    def __init__(self, context: Context, preview: PhotoPreview, *, has_text: bool = True) -> None:
        super().__init__(context, preview, has_text=has_text)
        self.arrangement = PhotoArrangement(context, self.form, self.rearranged)
        """The photos of the post."""

    @abstractmethod
    def rearranged(self) -> None:
        """Show what has changed with the order of the photos, or with the current one."""

    @property
    def photo_rules(self) -> NetworkRules:
        """The rules that say how many photos the post can have."""
        return self.form.rules

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Show how to get from photo to photo in the footer, where there are several."""
        active = super().active_bindings
        if not self.arrangement.has_several:
            return active
        return relabelled(active, {f"{self.PLACE}.next_photo": "Next photo", f"{self.PLACE}.editor": ""})

    def action_add_photo(self) -> None:
        """Add the photos that are selected in the library, or else one from a list, as many as the network takes."""
        if not self.arrangement.is_loaded or self.form.disabled:
            return
        photos, selection = self.arrangement.photos, self.context.selection
        if (too_many := photo_count_problem(len(photos) + 1, self.photo_rules)) is not None:
            self.form.show_message(str(too_many), error=True)
            return
        present = {photo.photo_id for photo in photos.photos}

        def add(picked: Photo | None) -> None:
            if picked is not None:
                self._add_photos([picked.id])

        if selected := [photo_id for photo_id in selection.ids if photo_id not in present]:
            self._add_photos(selected)
        else:
            taken_out = self.arrangement.taken_out
            picker = PhotoPicker(self.context, self.persona.id, present, taken_out=taken_out)
            self.app.push_screen(picker, add)

    @work(group="adding-photos", exclusive=True, exit_on_error=False, description="adding photos")
    async def _add_photos(self, photo_ids: Sequence[int]) -> None:
        context, rules = self.context, self.photo_rules
        found = await context.services.photos.by_ids(photo_ids)
        room = rules.photo_limit - len(self.arrangement.photos)
        files = [found[photo_id] for photo_id in photo_ids if photo_id in found][:room]
        habit = context.state_file.framing(self.persona.id)
        drafts = [self.drafts.load(file) for file in files]
        self.form.suggester.add([draft for draft in drafts if draft is not None])
        each = zip(files, drafts, strict=True)
        before = self.arrangement.as_taken_out
        photos = [photo for file, own in each for photo in before(file) or new_photos(file, own, habit)]
        self.arrangement.add(files, photos)
        if len(files) < len(photo_ids):
            added = f"Added {len(files)} of {len(photo_ids)} selected photos"
            self.form.show_message(f"{added}: {rules.name} allows {rules.photo_limit} in a post.", error=True)

    def action_arrange(self, change: str) -> None:
        """Go to another photo, or change this one: see `PhotoArrangement.change`."""
        self.arrangement.change(change)
