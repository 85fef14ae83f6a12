"""Editing a post: its caption, alt text, framing and time, here and in Buffer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.compose import CaptionForm, CaptionScreen, load_agenda, text_marks, time_marks
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.fit_words import framing_words
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_details import photo_details
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.posts.post_changes import changes, draft_of, retries, save_changes, without
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.text.post_state import state_in_both_zones, state_of
from fluffy_tui.tui.text.words import error_words, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from fluffy_tui.personas import Persona
    from fluffy_tui.scheduling import Agenda, Post
    from fluffy_tui.tui.compose import Mark
    from fluffy_tui.tui.session.context import Context

_TEXT_ACTIONS = frozenset({"editor", "fit", "insert", "recent_captions", "snippets", "caption", "alt_text"})


class EditPostScreen(CaptionScreen):
    """The caption form with an existing post in it, or only the time of one or several posts.

    Args:
        context: What every screen shares.
        posts: What is changed; of several posts only the time.
        only_time: Whether only the time is changed.
        saved: Called when everything is changed.
    """

    PLACE = Place.EDIT
    BINDINGS = bindings(Place.EDIT)
    CSS = """
    EditPostScreen #post-state { height: auto; max-height: 3; padding: 0 1; }
    """

    def __init__(
        self, context: Context, posts: Sequence[Post], *, only_time: bool, saved: Callable[[], None]
    ) -> None:
        self._posts = list(posts)
        self._only_time = only_time or len(posts) > 1
        super().__init__(
            context,
            PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail),
            has_text=not self._only_time,
        )
        self._saved = saved
        self._state = Static("", id="post-state", markup=False)
        self._agenda: Agenda | None = None

    @property
    def persona(self) -> Persona:
        """The post's persona, which is not the chosen one where the screen was opened from the problems."""
        return self.context.overview.personas.get(self._posts[0].persona_id, super().persona)

    def compose_body(self) -> ComposeResult:
        """Lay the photo beside the post's state and the form."""
        yield Horizontal(self.preview, Vertical(self._state, self.form), id="fields")
        yield self.form.status

    def on_mount(self) -> None:
        """Show the post as it is, then the draft of a change that was not saved."""
        self.form.load(draft_of(self._posts[0]))
        self._show_state()
        self._show_framing()
        self.form.focus_first()
        self._reload_state(self._posts[0].id)  # it may have changed since the list was loaded
        self._load_photo()
        self._load_agenda()
        if not self._only_time:
            self.form.load_texts()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable what is about the text or the picture where only the time is changed."""
        return not self._only_time if action in _TEXT_ACTIONS else super().check_action(action, parameters)

    def checks(self) -> list[Mark]:
        """Check what can be changed here."""
        typed = replace(self.form.preflight_input(), agenda=self._agenda)
        return [*(() if self._only_time else text_marks(typed)), *time_marks(typed)]

    async def action_back(self) -> None:
        """Close the screen; the draft is kept, and saving goes on."""
        if self.submitter.is_busy:
            self.app.notify("Still saving; the result is shown when it is known.", markup=False)
        await self.dismiss()

    def action_save(self) -> None:
        """Save the changes, once."""
        if self.submitter.is_busy:
            self.form.show_message("Already saving.")
            return
        self.drafts.save_now()
        if not self.form.accepts():
            return
        edits = [(post, changes(post, self.form.draft, only_time=self._only_time)) for post in self._posts]
        if not any(found or retries(post) for post, found in edits):
            self.form.show_message("Nothing has changed yet.")
            return
        self.form.disabled = True
        self.form.show_message("Saving…")
        self.submitter.start(self._save(edits), "saving the post")

    async def _save(self, edits: Sequence[tuple[Post, dict[str, Any]]]) -> None:
        done = 0
        try:
            for post, found in edits:
                await save_changes(self.context.services.scheduling, post, found)
                done += 1
        except FluffyError as error:
            progress = f"{done} of {len(edits)} posts changed. " if done else ""
            self._show_error(f"{progress}{error_words(error)}")
        else:
            await self._close()
        finally:
            self.form.disabled = False

    async def _close(self) -> None:
        count = "Post" if len(self._posts) == 1 else f"{len(self._posts)} posts"
        retried = " and queued again" if any(map(retries, self._posts)) else ""
        self.app.notify(f"{count} changed{retried}.", markup=False)
        if self.form.photo is not None and not self._only_time:
            self.drafts.discard(self.form.photo)
        self._saved()
        if self.is_attached:
            await self.dismiss()

    def _show_error(self, reason: str) -> None:
        if not self.is_attached:
            self.app.notify(one_line(reason), severity="error", timeout=15, markup=False)
            return
        self.form.disabled = False
        self.form.show_message(reason, error=True)
        if self.focused is None:
            self.form.focus_first()

    @on(CaptionForm.Edited)
    def _edited(self) -> None:
        if self.form.photo is not None and not self._only_time:
            self.drafts.save_soon(self.form.photo, self.form.draft)

    @on(CaptionForm.Reframed)
    def _show_framing(self) -> None:
        if self._only_time:
            return
        framing = self.form.framing
        is_new = framing != self._posts[0].framing
        consequence = " · rendered and uploaded again when you save" if is_new else ""
        self.form.show_note(f"fit: {framing_words(framing)}{consequence}")
        if (photo := self.form.photo) is not None:
            details = photo_details(photo, self.form.rules, self.context.zone, framing=framing)
            self.preview.set_details(details)

    def _show_state(self) -> None:
        post, count = self._posts[0], len(self._posts)
        state = state_in_both_zones(post, self.context.clock(), self.form.zone, self.context.zone)
        self._state.update(f"{count} posts get this time" if count > 1 else f"{state_of(post).sign} {state}")

    @on_event(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        if message.post_id in {post.id for post in self._posts}:
            self._reload_state(message.post_id)

    @work(group="edited-post", exit_on_error=False, description="loading the post")
    async def _reload_state(self, post_id: int) -> None:
        """Show the post's new state; what is in the form stays."""
        post = await self.context.services.scheduling.post(post_id)
        if post is not None:
            self._posts = [post if known.id == post_id else known for known in self._posts]
            self._show_state()

    @work(group="edited-photo", exit_on_error=False, description="loading the photo")
    async def _load_photo(self) -> None:
        photo_id = self._posts[0].photo_id
        photo = (await self.context.services.photos.by_ids([photo_id])).get(photo_id)
        if photo is None:
            return
        self.form.set_photo(photo)
        self.preview.show(photo)
        draft = None if self._only_time else self.drafts.load(photo)
        if self.form.is_edited:
            self._edited()
        elif draft is not None:
            self.form.load(draft)
            self.form.show_message("This is your draft of a change that was not saved.")
        self._show_framing()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="loading the queue")
    async def _load_agenda(self) -> None:
        agenda = await load_agenda(self.context, self.persona)
        self._agenda = without(agenda, {post.id for post in self._posts})
        self.form.when.show_agenda(self._agenda)
        self.form.update_preflight()
