"""Editing posts: caption, photos with alt texts and framings, and time; saving submits a failed post again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.networks import CaptionFault, NetworkRules, rules_for
from fluffy_tui.scheduling import Agenda, Post, PostStatus, Reason, Step, comment_refusal
from fluffy_tui.tui.compose import (
    CaptionForm,
    Level,
    Mark,
    PhotosScreen,
    load_agenda,
    people_marks,
    text_marks,
    time_marks,
)
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.fit_words import framing_words
from fluffy_tui.tui.photo.photo_details import photo_details
from fluffy_tui.tui.posts.cancel_question import post_name
from fluffy_tui.tui.posts.post_changes import (
    EditedPosts,
    draft_of,
    photos_to_edit,
    without,
)
from fluffy_tui.tui.rendition import RenditionPreview
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.session.post_photos import PostPhotos
from fluffy_tui.tui.text.channel_words import channel_of_each
from fluffy_tui.tui.text.post_state import state_in_both_zones, state_of
from fluffy_tui.tui.text.words import SAVING, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.ports import SchedulingPort
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import Draft

_TIME_VERBS = frozenset({"when", "open_in_viewer"})
"""What can be done with the form where only the time is changed."""
GONE = "✗ The post was cancelled. What you type is kept with its photo."
_OF_CAPTION = frozenset({CaptionFault.EMPTY, CaptionFault.TOO_LONG})


class EditPostScreen(PhotosScreen):
    """The caption form with an existing post in it, or with what several posts have in common.

    Of the posts of one submission that are texts, photos and time; of other posts it is the time. Posts of the same
    submission that cannot be changed any more are `left_out`.
    """

    PLACE = Place.EDIT
    BINDINGS = bindings(Place.EDIT)
    CSS = """
    EditPostScreen #post-state { height: auto; max-height: 3; padding: 0 1; }
    """

    def __init__(
        self,
        context: Context,
        posts: Sequence[Post],
        *,
        only_time: bool,
        saved: Callable[[], None],
        left_out: Sequence[Post] = (),
    ) -> None:
        self._left_out = left_out
        is_one_submission = len({post.group_id for post in posts}) == 1
        self._only_time = only_time or not is_one_submission
        self._posts = EditedPosts(posts, self._rules, only_time=self._only_time)
        self._rendition = RenditionPreview(context)
        super().__init__(context, self._rendition.widget, has_text=not self._only_time)
        self._saved = saved
        self._edit = f"of {' '.join(sorted(post.channel_id or '-' for post in posts))}"
        """Names the draft: posts of one submission show the same photo, and each has a text of its own."""
        self._state = Static("", id="post-state", markup=False)
        self._agenda: Agenda | None = None
        self._owner: Photo | None = None
        """The photo with which the draft is kept: the cover before any change."""

    @property
    def persona(self) -> Persona:
        """The post's persona with the post's channel, whose rules apply; it may be another one than is chosen."""
        post = self._posts.first
        persona = self.context.overview.personas.get(post.persona_id, super().persona)
        return persona.led_by(post.channel_id or "")

    @property
    def _channels(self) -> dict[int, str]:
        """Where each post goes, by its id."""
        return channel_of_each([*self._posts.all, *self._left_out], self.context.channel)

    def _rules(self, post: Post) -> NetworkRules:
        return rules_for(self.persona.led_by(post.channel_id or "").service)

    def compose_body(self) -> ComposeResult:
        """Lay the photo beside the post's state and the form, under the photos."""
        yield self.arrangement.strip
        yield Horizontal(self.preview, Vertical(self._state, self.form), id="fields")
        yield self.form.status

    def on_mount(self) -> None:
        """Show the post as it is, then the draft of a change that was not saved."""
        self.form.load(draft_of(self._posts.first))
        self._posts.before = self.form.draft
        if self._posts.is_shared and (different := self._posts.differences):
            self.form.show_message(f"The {different} differ: a change here replaces all of them.")
        self._show_state()
        self._show_framing()
        self.form.focus_first()
        self._reload_state(self._posts.first.id)  # it may have changed since the list was loaded
        self._load_photo()
        self._load_agenda()
        if not self._only_time:
            self.form.load_texts()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable what is about texts and photos where only the time is changed."""
        if action == "write" and self._only_time:
            return parameters[0] in _TIME_VERBS
        if action in ("arrange", "add_photo"):
            return not self._only_time
        return super().check_action(action, parameters)

    def checks(self) -> list[Mark]:
        """Check what can be changed here."""
        tagged, cut_off = self.arrangement.tagged, self.arrangement.cut_off
        typed = replace(self.form.preflight_input(), agenda=self._agenda, tagged=tagged, cut_off=cut_off)
        if (chosen := self.persona.main_channel) is not None:
            typed = replace(typed, comment_refused_at=comment_refusal(chosen, typed.now))
        own = {post.caption for post in (*self._posts.all, *self._left_out)}
        typed = replace(typed, earlier_captions=[text for text in typed.earlier_captions if text not in own])
        if self.arrangement.has_several:
            photos = self.arrangement.photos
            others = [photo.alt_text for n, photo in enumerate(photos.photos) if n != photos.index]
            count = len({photo.photo_id for photo in photos.photos})
            typed = replace(typed, other_alt_texts=others, photo_count=count)
        if self._only_time:
            return list(time_marks(typed))
        problems = self._posts.problems(self._posts.edits(self._draft))
        networks = (
            Mark(Level.STOPS, f"{self._channels[post_id]}: {one_line(problem.message).removesuffix('.')}")
            for post_id, problem in problems.items()
            if problem.fault is CaptionFault.TOO_MANY_PHOTOS or post_id != self._posts.first.id
        )  # texts of the channel that is shown have their own marks
        return [*networks, *people_marks(typed), *text_marks(typed), *time_marks(typed)]

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
        if self.arrangement.has_several:
            self.arrangement.show_invalid()
        if not self.form.accepts():
            return
        draft = self._draft
        edits = self._posts.edits(draft)
        if problems := self._posts.problems(edits):
            is_caption = any(problem.fault in _OF_CAPTION for problem in problems.values())
            channels = {
                id_: f"{name}: " if self._posts.is_shared else "" for id_, name in self._channels.items()
            }
            words = " ".join(f"{channels[post_id]}{problem}" for post_id, problem in problems.items())
            self.form.refuse(Reason.CAPTION_TOO_LONG if is_caption else None, words)
            return
        if not self._only_time and self.form.suggester.asks_first(draft, "Save", self.action_save):
            return
        if not any(found or retries(post) for post, found in edits):
            self.form.show_message("Nothing has changed yet.")
            return
        self.form.disabled = True
        self.form.show_message(SAVING)
        self.submitter.start(self._save(edits), "saving the post")

    @on(Input.Submitted)
    def _time_submitted(self) -> None:
        """Save when enter is pressed in the only field."""
        if self._only_time:
            self.action_save()

    @property
    def _draft(self) -> Draft:
        """What is on the form, with the photos in their order."""
        return self.arrangement.draft(self._posts.photos)

    @property
    def photo_rules(self) -> NetworkRules:
        """The rules of the network that takes the fewest photos."""
        return self._posts.photo_rules

    async def _save(self, edits: Sequence[tuple[Post, dict[str, Any]]]) -> None:
        """Change one post after the other; a refusal does not stop the others."""
        refusals: list[str] = []
        try:
            for post, found in edits:
                try:
                    await save_changes(self.context.services.scheduling, post, found)
                except FluffyError as error:
                    which = self._channels[post.id] if self._posts.is_shared else post_name(post)
                    refusals.append(f"{which}: {error}" if len(edits) > 1 else str(error))
                    if isinstance(error, DatabaseUnavailable):
                        break
            if not refusals:
                await self._close()
                return
            done = len(edits) - len(refusals)
            progress = f"{done} of {len(edits)} posts changed. " if done else ""
            self._show_error(f"{progress}{' '.join(refusals)}")
        finally:
            self.form.disabled = False

    async def _close(self) -> None:
        count = "Post" if len(self._posts.all) == 1 else f"{len(self._posts.all)} posts"
        retried = " and queued again" if any(map(retries, self._posts.all)) else ""
        self.app.notify(f"{count} changed{retried}.", markup=False)
        if self._owner is not None and not self._only_time:
            self.drafts.discard(self._owner, self._edit)
        if self.arrangement.is_loaded:
            self.context.selection.remove(photo.photo_id for photo in self.arrangement.photos.photos)
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
        if self._owner is not None and not self._only_time:
            self.drafts.save_soon(self._owner, self._draft, self._edit)

    def rearranged(self) -> None:
        """Show the current photo, and keep the order with the draft."""
        self.form.is_edited = True
        self._edited()
        self._show_framing()
        self.form.update_preflight()
        self.refresh_bindings()

    @on(CaptionForm.Reframed)
    def _show_framing(self) -> None:
        self._render_photo()
        if self._only_time:
            return
        framing = self.form.framing
        before = {(photo.photo_id, photo.framing) for photo in self._posts.first.photos}
        is_new = self.form.photo is not None and (self.form.photo.id, framing) not in before
        consequence = " · rendered and uploaded again when you save" if is_new else ""
        self.form.show_note(f"fit: {framing_words(framing)}{consequence}")

    @work(group="rendition", exclusive=True, exit_on_error=False, description="rendering the picture")
    async def _render_photo(self) -> None:
        """Show the current photo as posted: where its network has one ratio, in that of the cover."""
        photo, framing, arrangement = self.form.photo, self.form.framing, self.arrangement
        if photo is not None:
            rules, ratio = self.form.rules, arrangement.ratio
            details = photo_details(photo, rules, self.context.zone, framing=framing, ratio=ratio)
            place = arrangement.photos.place if arrangement.is_loaded else ""
            await self._rendition.show(
                photo, self.persona.service, framing, details, ratio=ratio, place=place
            )

    def _show_state(self) -> None:
        post, count = self._posts.first, len(self._posts.all)
        if self._posts.is_shared:
            channels = self._channels
            words = f"{', '.join(channels[each.id] for each in self._posts.all)} get these changes"
            for each in self._left_out:
                words += f" · {channels[each.id]} is {state_of(each).name} and stays as it is"
        elif count > 1:
            words = f"{count} posts get this time"
        else:
            state = state_in_both_zones(post, self.context.clock(), self.form.zone, self.context.zone)
            words = f"{state_of(post).sign} {state}"
        self._state.update(words)

    @on_event(PostChanged, Connected)
    def _post_changed(self, message: PostChanged | Connected) -> None:
        self._load_agenda()
        for post in self._posts.all:
            if isinstance(message, Connected) or message.post_id == post.id:
                self._reload_state(post.id)

    @work(group="edited-post", exit_on_error=False, description="loading the post")
    async def _reload_state(self, post_id: int) -> None:
        """Show the post's new state; what is in the form stays."""
        post = await self.context.services.scheduling.post(post_id)
        if post is not None:
            self._posts.update(post)
            self._show_state()
        elif len(self._posts.all) == 1:
            self._state.update(GONE)

    @work(group="edited-photo", exit_on_error=False, description="loading the photo")
    async def _load_photo(self) -> None:
        photos = self.context.services.photos
        post = self._posts.first
        files = await photos.by_ids([photo.photo_id for photo in post.photos])
        self._owner = owner = files.get(post.photo_id)
        if owner is None:
            return
        self.form.set_photo(owner)
        if self._only_time:
            self._render_photo()
            return
        draft, is_edited = self.drafts.load(owner, self._edit), self.form.is_edited
        if draft is not None and not is_edited:
            self.form.load(draft)
            self.form.show_message("This is your draft of a change that was not saved.")
        if all(photo.photo_id in files for photo in post.photos):
            wanted = photos_to_edit(post, None if is_edited else draft)
            files |= await photos.by_ids([photo.photo_id for photo in wanted if photo.photo_id not in files])
            arranged = PostPhotos(tuple(photo for photo in wanted if photo.photo_id in files))
            if is_edited:
                arranged = arranged.with_current(self.form.alt_text.text, self.form.framing)
            self.arrangement.load(files.values(), arranged)
            self.refresh_bindings()
        if is_edited:
            self._edited()
        self._show_framing()
        self.form.update_preflight()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="loading the queue")
    async def _load_agenda(self) -> None:
        agenda = await load_agenda(self.context, self.persona)
        self._agenda = without(agenda, {post.id for post in self._posts.all})
        self.form.when.show_agenda(self._agenda)
        self.form.update_preflight()


def retries(post: Post) -> bool:
    """Return whether saving a post also submits it again: it failed, or is a draft."""
    return post.step is Step.FAILED or (post.step is None and post.status is PostStatus.DRAFT)


async def save_changes(scheduling: SchedulingPort, post: Post, found: dict[str, Any]) -> None:
    """Change a post, and submit it again where `retries` says so.

    Raises:
        FluffyError: It was not changed, or was changed but not submitted again.
    """
    if found:
        await scheduling.edit(post.id, **found)
    if retries(post):
        try:
            await scheduling.retry(post.id)
        except FluffyError as error:
            raise FluffyError(f"The change is saved, but the post could not be retried. {error}") from error
