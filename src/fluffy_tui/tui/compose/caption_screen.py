"""What the screens with a caption form have in common: where their keys go, and when drafts are saved."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from fluffy_tui.tui.compose.caption_form import CaptionForm
from fluffy_tui.tui.compose.same_picture import SamePictureScreen
from fluffy_tui.tui.compose.submitter import Submitter
from fluffy_tui.tui.session.drafts import DraftWriter
from fluffy_tui.tui.ui.frame_screen import FrameScreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.compose.preflight import Mark
    from fluffy_tui.tui.photo.photo_preview import PhotoPreview
    from fluffy_tui.tui.session.context import Context


class CaptionScreen(FrameScreen):
    """A photo beside a caption form; the screen's keys that are about writing go to the form.

    Args:
        context: What every screen shares.
        preview: Shows the photo.
        has_text: Whether caption and alt text can be changed.
        has_time: Whether the time can be changed.
    """

    DEFAULT_CSS = """
    CaptionScreen {
        #fields { height: 1fr; }
        PhotoPreview { width: 44%; border-subtitle-color: $text-muted; }
        &.-normal PhotoPreview { width: 36%; }
        &.-narrow PhotoPreview { display: none; }
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

    def action_caption(self) -> None:
        """Go to the caption."""
        self.form.caption.focus()

    def action_alt_text(self) -> None:
        """Go to the alt text."""
        self.form.alt_text.focus()

    def action_when(self) -> None:
        """Choose when the post goes out."""
        self.form.when.focus_input()

    def action_fit(self) -> None:
        """Choose how the picture is fitted."""
        self.form.choose_framing()

    def action_insert(self) -> None:
        """Insert a hashtag set or a snippet."""
        self.form.tools.pick_snippet()

    def action_recent_captions(self) -> None:
        """Insert an earlier caption."""
        self.form.tools.pick_earlier()

    def action_snippets(self) -> None:
        """Manage hashtag sets and snippets."""
        self.form.manage_snippets()

    def action_editor(self) -> None:
        """Write the caption in an external editor."""
        self.drafts.save_now()
        self.form.open_editor()
        self.preview.repaint()

    def action_open_in_viewer(self) -> None:
        """Open the photo in the image viewer."""
        self.form.open_photo()

    def action_same_picture(self) -> None:
        """Compare the photo with the earlier post of it."""
        if self.form.photo is None or self.earlier_post is None:
            self.form.show_message("This picture has not been posted before.")
        else:
            self.app.push_screen(SamePictureScreen(self.context, self.form.photo, self.earlier_post))
