"""Where an existing post is changed: its words, its fit, its time, here and in Buffer."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.widgets import TextArea

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.networks import caption_problem
from fluffy_tui.tui.compose.when_picker import WhenPicker
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.posts.edit_form import EditForm
from fluffy_tui.tui.posts.post_changes import changed_time, changed_words, moment_of, sends_again
from fluffy_tui.tui.session.draft_writer import DraftWriter
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.text.words import error_words, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fluffy_tui.media import Framing
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)

_OF_WORDS = frozenset({"editor", "fit", "insert", "earlier", "snippets", "caption", "alt_text"})


class EditPostScreen(EditForm):
    """Caption, alt text, fit and time of one post, or only the time of one or several; esc keeps what was typed.

    Args:
        context: The world.
        posts: What is changed; several only for their time.
        only_time: Whether words are left out.
        saved: Called when all of it is changed.
    """

    PLACE = Place.EDIT
    BINDINGS = bindings(Place.EDIT)

    CSS: ClassVar[str] = """
    EditPostScreen {
        PhotoPreview { width: 40%; }
        &.-normal PhotoPreview { width: 34%; }
        &.-narrow PhotoPreview { display: none; }
        #edit-form { width: 1fr; }
        #edited-post { height: auto; max-height: 3; padding: 0 1; }
        #edited-fit { height: 1; padding: 0 2; color: $text-muted; }
        #caption { height: 1fr; min-height: 4; }
        #alt-text { height: 4; }
        #edit-said { height: auto; max-height: 3; padding: 0 1; color: $text-muted; &.-wrong { color: $text-error; } }
    }
    """

    def __init__(
        self, context: Context, posts: Sequence[Post], *, only_time: bool, saved: Callable[[], None]
    ) -> None:
        super().__init__(context, posts, only_time=only_time)
        self._saved = saved
        self._saving = False
        self._unsaved = False
        self._is_touched = False
        self._keeping: DraftWriter | None = None

    def on_mount(self) -> None:
        """Show the post as it is, then what was typed for it and never saved."""
        post = self._posts[0]
        fit = str(post.framing)
        self._show(Draft(post.caption, post.alt_text, str(post.share_mode), moment_of(post), fit))
        self._tell_about()
        self._tell_fit()
        if self._only_time:
            self._when.begin()
        else:
            self._caption.focus()
        self._look_at_photo()
        self._read_agenda()
        if not self._only_time:
            self.read_texts()
        self.inspect()

    def on_screen_resume(self) -> None:
        """Draw what another screen covered."""
        self.repaint()

    def on_screen_suspend(self) -> None:
        """Keep the text while another screen is shown."""
        self.keep_now()

    def on_unmount(self) -> None:
        """Keep the text, whatever way the screen is left."""
        self.keep_now()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing that is about words or picture where only the time is changed."""
        return not self._only_time if action in _OF_WORDS else super().check_action(action, parameters)

    async def action_back(self) -> None:
        """Go back; what was typed is kept."""
        if self._saving:
            self.say("It is being saved; a moment, please.")
            return
        await self.dismiss()

    def action_when(self) -> None:
        """Choose when it goes out."""
        self._when.begin()

    def action_alt_text(self) -> None:
        """Give the keyboard to the alt text."""
        self._alt_text.focus()

    def action_fit(self) -> None:
        """Choose how the picture is fitted, before and after side by side."""
        from fluffy_tui.tui.compose.fit_screen import FitScreen

        if self._preview.photo is not None:
            screen = FitScreen(self.context, self._preview.photo, self._framing, self.persona)
            self.app.push_screen(screen, self._take_fit)

    def _take_fit(self, framing: Framing | None) -> None:
        if framing is not None and framing != self._framing:
            self._framing = framing
            self._tell_fit()
            self._edited()

    def action_save(self) -> None:
        """Change the post, once."""
        if self._saving:
            self.say("It is being saved already.")
            return
        self.keep_now()
        if not self._accepts():
            return
        self._saving, self._form.disabled = True, True
        self.say("saving …")
        saving: Any = partial(self._save, [self._changes(post) for post in self._posts])
        self.app.run_worker(  # of the app, so that leaving this screen does not break it off
            saving, group="edit-post", description="changing the post", exit_on_error=False
        )

    @on(TextArea.Changed)
    @on(WhenPicker.Changed)
    def _edited(self) -> None:
        self.inspect()
        if not self._is_touched and self._typed() == self._shown:
            return  # only what was shown at first
        self._is_touched = True
        self.say("")
        if not self._unsaved:
            self._unsaved = True
            self._keep()

    @work(group="edited-photo", exit_on_error=False, description="reading the photo")
    async def _look_at_photo(self) -> None:
        photo_id = self._posts[0].photo_id
        photo = (await self.context.services.photos.by_ids([photo_id])).get(photo_id)
        if photo is None:
            return
        self._caption.subject = photo.name
        self._caption.count_now()
        self._preview.show(photo)
        self._tell_fit()
        if self._only_time:
            return
        self._keeping = DraftWriter(self.context.drafts, photo)
        kept = await asyncio.to_thread(self.context.drafts.load, photo)
        if kept is not None and not self._is_touched:
            self._show(kept)
            self.say("This is what was typed here before and not saved.")

    def _changes(self, post: Post) -> dict[str, Any]:
        typed = self._typed()
        words = {} if self._only_time else changed_words(post, typed, self._framing)
        return words | changed_time(post, self._when.share_mode, typed.at)

    def _accepts(self) -> bool:
        problem = None if self._only_time else caption_problem(self._caption.text, self._rules)
        surplus = len(self._alt_text.text) - self._rules.alt_text_limit
        if problem is not None:
            self.say(str(problem), wrong=True)
            self._caption.complain()
        elif surplus > 0 and not self._only_time:
            self.say(f"The alt text is {surplus:,} characters too long.", wrong=True)
            self._alt_text.complain()
        elif self._when.share_mode is ShareMode.CUSTOM_SCHEDULED and self._when.at is None:
            self._when.begin()
            self.say(self._when.meaning, wrong=True)
        elif not any(self._changes(post) or sends_again(post) for post in self._posts):
            self.say("Nothing is different yet.")
        else:
            return True
        return False

    async def _save(self, all_changes: Sequence[dict[str, Any]]) -> None:
        done = 0
        try:
            for post, changes in list(zip(self._posts, all_changes, strict=True)):
                await self._save_one(post, changes)
                done += 1
        except FluffyError as error:
            told = f"{done} of {len(self._posts)} are changed. " if done else ""
            self._not_saved(f"{told}{error_words(error)}")
        else:
            await self._all_saved()
        finally:
            self._saving = self._form.disabled = False

    async def _save_one(self, post: Post, changes: dict[str, Any]) -> None:
        scheduling = self.context.services.scheduling
        if changes:
            await scheduling.edit(post.id, **changes)
        if sends_again(post):
            try:
                await scheduling.retry(post.id)
            except FluffyError as error:
                raise FluffyError(f"The change is saved, but the post is not sent again. {error}") from error

    async def _all_saved(self) -> None:
        again = any(sends_again(post) for post in self._posts)
        one = "The post is" if len(self._posts) == 1 else f"{len(self._posts)} posts are"
        self.app.notify(f"{one} changed{' and on the way again' if again else ''}.", markup=False)
        self._unsaved = False
        if self._keeping is not None:
            try:
                await asyncio.to_thread(self._keeping.forget)
            except OSError as error:
                log.warning("a kept text cannot be removed: %s", error)
            self._keeping = None
        self._saved()
        if self.is_attached:
            await self.dismiss()

    def _not_saved(self, reason: str) -> None:
        if not self.is_attached:
            self.app.notify(one_line(reason), severity="error", timeout=15, markup=False)
            return
        self._form.disabled = False
        self.say(reason, wrong=True)
        if self.focused is None:
            (self._when if self._only_time else self._caption).focus()

    @work(group="keep-text", exit_on_error=False, description="keeping the text")
    async def _keep(self) -> None:
        """Write down what is typed; what is typed meanwhile is written next."""
        while self._unsaved and self._keeping is not None:
            self._unsaved = False
            try:
                await self._keeping.keep(self._typed())
            except OSError as error:
                self._not_kept(error)
                return

    def keep_now(self) -> None:
        """Write down what is typed before going on."""
        if not self._unsaved or self._keeping is None:
            return
        self._unsaved = False
        try:
            self._keeping.keep_now(self._typed())
        except OSError as error:
            self._not_kept(error)

    def _not_kept(self, error: OSError) -> None:
        self._unsaved = True
        log.warning("the text of post %s cannot be kept: %s", self._posts[0].id, error)
        self.say(f"This text cannot be written down ({error.strerror}); it is only here.", wrong=True)
