"""What is typed for a photo is kept until it has its post, and goes out once."""

from __future__ import annotations

import logging
from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import Framing
from fluffy_tui.scheduling import Reason
from fluffy_tui.tui.compose.writes_captions import WritesCaptions
from fluffy_tui.tui.session.draft_writer import DraftWriter
from fluffy_tui.tui.text.words import error_words, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import ScheduleResult
    from fluffy_tui.tui.caption.caption_editor import CaptionEditor
    from fluffy_tui.tui.compose.caption_form import ComposeForm
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import Draft

log = logging.getLogger(__name__)


class SubmitsCaptions(WritesCaptions):
    """A screen whose form is kept as it is typed, and submitted; a subclass makes the form.

    Args:
        context: The world.
        photo: What the caption is for.
        submitted: Called with the photo's id once it has its post.
    """

    _form: ComposeForm

    def __init__(self, context: Context, photo: Photo, submitted: Callable[[int], None]) -> None:
        super().__init__(context)
        self._photo = photo
        self._submitted = submitted
        self._keeping = DraftWriter(context.drafts, photo)
        self._unsaved = False
        self._submitting = False
        self._done = False

    @property
    def photo(self) -> Photo:
        """What the caption is for."""
        return self._photo

    @property
    def caption_editor(self) -> CaptionEditor:
        """Where the caption is written."""
        return self._form.caption

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say something below the fields."""
        self._form.say(words, wrong=wrong)

    @abstractmethod
    def inspect(self) -> None:
        """Say what would stop the post as it is now."""

    def action_submit(self) -> None:
        """Send the post on its way, once."""
        if self._submitting or self._done:
            self._form.say("It is being submitted already.")
            return
        self.keep_now()
        if not self._form.accepts():
            return
        self._submitting = True
        self._form.disabled = True
        self._form.say("submitting …")
        submission: Any = partial(self._submit, self._form.typed())
        self.app.run_worker(  # of the app, so that leaving this screen does not break a submission off
            submission,
            group="submit",
            description=f"submitting photo {self._photo.id}",
            exit_on_error=False,
        )

    async def _submit(self, text: Draft) -> None:
        try:
            result = await self.context.services.scheduling.schedule_post(
                self._photo,
                text.caption,
                alt_text=text.alt_text,
                share_mode=ShareMode(text.share_mode),
                at=text.at,
                framing=Framing.parse(text.fit),
            )
        except Exception as error:  # the text has to stay on the screen, whatever went wrong
            if not isinstance(error, FluffyError):
                log.exception("photo %s could not be submitted", self._photo.id)
            self._refused(None, f"Not submitted, the text is kept. {error_words(error)}")
        else:
            await self._answered(result)

    async def _answered(self, result: ScheduleResult) -> None:
        """Leave with the text forgotten, now that the post has it; or say why not."""
        if not result.ok and result.code is not Reason.KEPT_AS_DRAFT:
            self._refused(result.code, result.reason)
            return
        self._done, self._submitting = True, False
        try:
            self._keeping.forget()
        except OSError as error:
            log.warning("the kept text of photo %s cannot be removed: %s", self._photo.id, error)
        if not result.ok:
            self.app.notify(one_line(result.reason), severity="warning", timeout=15, markup=False)
        self._submitted(self._photo.id)
        if self.is_attached:
            await self.dismiss()

    def _refused(self, code: Reason | None, reason: str) -> None:
        self._submitting = False
        if not self.is_attached:
            self.app.notify(one_line(reason), severity="error", timeout=15, markup=False)
            return
        self._form.disabled = False
        if self.focused is None:
            self._form.caption.focus()
        self._form.refuse(code, reason)

    @work(group="keep-text", exit_on_error=False, description="keeping the text")
    async def keep(self) -> None:
        """Write down what was typed."""
        if not self._unsaved or self._done:
            return
        self._unsaved = False
        self.inspect()  # a very long text is not looked through at each key
        try:
            await self._keeping.keep(self._form.typed())
        except OSError as error:
            self._not_kept(error)

    def keep_now(self) -> None:
        """Write down what was typed before going on, as when the screen is left."""
        if self._done or not self._unsaved:
            return
        self._unsaved = False
        try:
            self._keeping.keep_now(self._form.typed())
        except OSError as error:
            self._not_kept(error)

    def _not_kept(self, error: OSError) -> None:
        """Say that what is typed is only on the screen."""
        self._unsaved = True
        log.warning("the text of photo %s cannot be kept: %s", self._photo.id, error)
        self._form.say(f"This text cannot be written down ({error.strerror}); it is only here.", wrong=True)
