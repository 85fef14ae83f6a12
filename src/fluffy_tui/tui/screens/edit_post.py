"""Where an existing post is changed: its words, its time, here and in Buffer."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.widgets import Static, TextArea

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.networks import UNKNOWN_SERVICE, caption_problem, rules_for, text_length
from fluffy_tui.scheduling import PostStatus, Step
from fluffy_tui.tui.editor import EditorFailed, edit_outside
from fluffy_tui.tui.kept_texts import KeptText
from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.messages import PostChanged
from fluffy_tui.tui.photo_details import photo_details
from fluffy_tui.tui.screens.frame import FrameScreen
from fluffy_tui.tui.taking_back import text_of
from fluffy_tui.tui.text_keeping import TextKeeping
from fluffy_tui.tui.widgets.caption_editor import CaptionEditor
from fluffy_tui.tui.widgets.frame_lines import zone_of
from fluffy_tui.tui.widgets.photo_preview import PhotoPreview
from fluffy_tui.tui.widgets.renderers import renderer_named
from fluffy_tui.tui.widgets.when_picker import WhenPicker
from fluffy_tui.tui.wording import error_words, one_line, state_sign, state_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.context import Context

log = logging.getLogger(__name__)


class EditPostScreen(FrameScreen):
    """Caption, alt text and time of one post, or only the time of one or several; esc keeps what was typed.

    Args:
        context: The world.
        posts: What is changed; several only for their time.
        only_time: Whether words are left out.
        saved: Called when all of it is changed.
    """

    PLACE = Place.EDITING
    BINDINGS = bindings(Place.EDITING)
    CSS: ClassVar[str] = """
    EditPostScreen {
        PhotoPreview { width: 40%; }
        &.-normal PhotoPreview { width: 34%; }
        &.-narrow PhotoPreview { display: none; }
        #edit-form { width: 1fr; }
        #edited-post { height: auto; max-height: 3; padding: 0 1; }
        #caption { height: 1fr; min-height: 4; }
        #alt-text { height: 4; }
        #edit-said { height: auto; max-height: 3; padding: 0 1; color: $text-muted; &.-wrong { color: $text-error; } }
    }
    """

    def __init__(
        self, context: Context, posts: Sequence[Post], *, only_time: bool, saved: Callable[[], None]
    ) -> None:
        super().__init__(context)
        self._posts = list(posts)
        self._only_time = only_time or len(posts) > 1
        self._saved = saved
        self._saving = False
        self._unsaved = False
        self._is_touched = False
        self._shown = KeptText()
        self._keeping: TextKeeping | None = None
        post = self._posts[0]
        persona = context.overview.personas.get(post.persona_id, context.overview.persona)
        channel = persona.channel if persona else None
        self._zone = zone_of(persona, context.zone)
        self._rules = rules_for(str(channel.service) if channel else UNKNOWN_SERVICE)
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)
        self._caption = CaptionEditor(
            "caption", lambda text: text_length(text, self._rules), self._rules.caption_limit, id="caption"
        )
        self._alt_text = CaptionEditor("alt text", len, self._rules.alt_text_limit, id="alt-text")
        self._when = WhenPicker(self._zone, context.zone, context.clock, id="when")
        self._about = Static("", id="edited-post", markup=False)
        self._said = Static("", id="edit-said", markup=False)
        self._form = Vertical(
            self._about, self._caption, self._alt_text, self._when, self._said, id="edit-form"
        )

    @property
    def said(self) -> str:
        """What is said below the fields."""
        return str(self._said.content)

    def compose_body(self) -> ComposeResult:
        """Lay the photo beside the fields."""
        self._caption.display = self._alt_text.display = not self._only_time
        yield Horizontal(self._preview, self._form)

    def on_mount(self) -> None:
        """Show the post as it is, then what was typed for it and never saved."""
        post = self._posts[0]
        self._show(KeptText(post.caption, post.alt_text, str(post.share_mode), _moment(post)))
        self._tell_about()
        if self._only_time:
            self._when.begin()
        else:
            self._caption.focus()
        self._look_at_photo()

    def on_screen_suspend(self) -> None:
        """Keep the text while another screen is shown."""
        self._keep_now()

    def on_unmount(self) -> None:
        """Keep the text, whatever way the screen is left."""
        self._keep_now()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no editor where there are no words."""
        return not self._only_time if action == "editor" else super().check_action(action, parameters)

    async def action_back(self) -> None:
        """Go back; what was typed is kept."""
        if self._saving:
            self._say("It is being saved; a moment, please.")
            return
        await self.dismiss()

    def action_when(self) -> None:
        """Choose when it goes out."""
        self._when.begin()

    def action_editor(self) -> None:
        """Write the caption in the person's own editor."""
        self._keep_now()
        try:
            text = edit_outside(self.app, self._caption.text)
        except EditorFailed as error:
            self._say(str(error), wrong=True)
        else:
            if text != self._caption.text:
                self._caption.load_clean(text)
        finally:
            self._preview.repaint()

    def action_save(self) -> None:
        """Change the post, once."""
        if self._saving:
            self._say("It is being saved already.")
            return
        self._keep_now()
        if not self._accepts():
            return
        self._saving, self._form.disabled = True, True
        self._say("saving …")
        saving: Any = partial(self._save, [self._changes(post) for post in self._posts])
        self.app.run_worker(  # of the app, so that leaving this screen does not break it off
            saving, group="edit-post", description="changing the post", exit_on_error=False
        )

    @on(TextArea.Changed)
    @on(WhenPicker.Changed)
    def _edited(self) -> None:
        if not self._is_touched and self._typed() == self._shown:
            return  # only what was shown at first
        self._is_touched = True
        self._say("")
        if not self._unsaved:
            self._unsaved = True
            self._keep()

    @on(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        if message.post_id in {post.id for post in self._posts}:
            self._read_state(message.post_id)

    @work(group="edited-post", exit_on_error=False, description="reading the post")
    async def _read_state(self, post_id: int) -> None:
        """Show how far the post is now; the words on the screen stay as they are."""
        post = await self.context.services.scheduling.post(post_id)
        if post is not None:
            self._posts = [post if known.id == post_id else known for known in self._posts]
            self._tell_about()

    @work(group="edited-photo", exit_on_error=False, description="reading the photo")
    async def _look_at_photo(self) -> None:
        photo_id = self._posts[0].photo_id
        photo = (await self.context.services.photos.by_ids([photo_id])).get(photo_id)
        if photo is None:
            return
        self._preview.show(photo, photo_details(photo, self._rules, self.context.zone))
        if self._only_time:
            return
        self._keeping = TextKeeping(self.context.kept_texts, photo)
        kept = await asyncio.to_thread(self.context.kept_texts.load, photo)
        if kept is not None and not self._is_touched:
            self._show(kept)
            self._say("This is what was typed here before and not saved.")

    def _show(self, text: KeptText) -> None:
        self._caption.load_clean(text.caption)
        self._alt_text.load_clean(text.alt_text)
        modes = {str(mode): mode for mode in ShareMode}
        self._when.load(modes.get(text.share_mode, ShareMode.ADD_TO_QUEUE), text.at)
        self._shown = self._typed()

    def _tell_about(self) -> None:
        post, now = self._posts[0], self.context.clock()
        words = f"{state_sign(post)} {state_words(post, now, self._zone)}"
        self._about.update(f"{len(self._posts)} posts get this time" if len(self._posts) > 1 else words)

    def _typed(self) -> KeptText:
        return KeptText(
            caption=self._caption.text,
            alt_text=self._alt_text.text,
            share_mode=str(self._when.share_mode),
            at=self._when.at,
            fit=text_of(self._posts[0]).fit,
        )

    def _changes(self, post: Post) -> dict[str, Any]:
        """Return only what is to be different: a time that is not meant must not move the post in Buffer."""
        changes: dict[str, Any] = {}
        if not self._only_time and self._caption.text != post.caption:
            changes["caption"] = self._caption.text
        if not self._only_time and self._alt_text.text != post.alt_text:
            changes["alt_text"] = self._alt_text.text
        mode, at = self._when.share_mode, self._when.at
        as_it_is = mode == post.share_mode and (at is None or at == _moment(post))
        if not as_it_is or (len(self._posts) > 1 and mode != post.share_mode):
            changes |= {"share_mode": mode, "at": at}
        return changes

    def _accepts(self) -> bool:
        problem = None if self._only_time else caption_problem(self._caption.text, self._rules)
        surplus = len(self._alt_text.text) - self._rules.alt_text_limit
        if problem is not None:
            self._say(str(problem), wrong=True)
            self._caption.complain()
        elif surplus > 0 and not self._only_time:
            self._say(f"The alt text is {surplus:,} characters too long.", wrong=True)
            self._alt_text.complain()
        elif self._when.share_mode is ShareMode.CUSTOM_SCHEDULED and self._when.at is None:
            self._when.begin()
            self._say(self._when.meaning, wrong=True)
        elif not any(self._changes(post) or _sends_again(post) for post in self._posts):
            self._say("Nothing is different yet.")
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
        if _sends_again(post):
            try:
                await scheduling.retry(post.id)
            except FluffyError as error:
                raise FluffyError(f"The change is saved, but the post is not sent again. {error}") from error

    async def _all_saved(self) -> None:
        again = any(_sends_again(post) for post in self._posts)
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
        self._say(reason, wrong=True)
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

    def _keep_now(self) -> None:
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
        self._say(f"This text cannot be written down ({error.strerror}); it is only here.", wrong=True)

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self._said.update(f"! {one_line(words)}" if wrong else one_line(words))
        self._said.set_class(wrong, "-wrong")


def _moment(post: Post) -> datetime | None:
    """Return the time that a post has now, which is what one starts from when changing it."""
    return post.scheduled_at or post.requested_at_time


def _sends_again(post: Post) -> bool:
    """Tell whether saving a post also sends it: it failed, or was only kept."""
    return post.step is Step.FAILED or (post.step is None and post.status is PostStatus.DRAFT)
