"""The composer: writes and submits the post of one photo or several."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal

from fluffy_tui.core.app_events import Connected, OutsidePostsChanged, PostChanged
from fluffy_tui.media import WHOLE
from fluffy_tui.scheduling import Agenda, Post, Reason, ScheduleResult, comment_refusal
from fluffy_tui.tui.compose.caption_form import CaptionForm
from fluffy_tui.tui.compose.caption_screen import PhotosScreen
from fluffy_tui.tui.compose.channel_switcher import ChannelSwitcher
from fluffy_tui.tui.compose.photo_findings import PhotoFindings
from fluffy_tui.tui.compose.post_preview import PostPreview
from fluffy_tui.tui.compose.preflight import SEVERITY, Level, Mark, PreflightInput, preflight_marks
from fluffy_tui.tui.compose.submitter import comment_question, damage_question, submit_draft
from fluffy_tui.tui.compose.when.forecast import forecast_moment, load_agenda
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.photo_details import photo_details
from fluffy_tui.tui.rendition import RenderResult, RenditionPreview, damages
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.messages import on_event
from fluffy_tui.tui.session.post_channels import PostChannels
from fluffy_tui.tui.session.post_photos import PostPhotos, chosen_photos
from fluffy_tui.tui.session.submit_undo import draft_of_repeat, failed_posts
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.ui.keys_footer import relabelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import ActiveBinding

    from fluffy_tui.photos import Photo
    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.session.context import Context


TEXT_OF_FAILED = "This is the text of its failed post. To retry that one, press {posts.retry} in Posts."


class ComposeScreen(PhotosScreen):
    """The caption form beside the picture as posted; what is typed is a draft until it is submitted.

    Where there is room, the texts are below the picture as on the network.

    Args:
        photos: The photos of the post, the cover first; of a single one, the photos of its draft are loaded.
        submitted: Called with the ids of the photos once they have their post.
        at: A time that is chosen already, such as a free slot's.
        channel_id: Whose slot that is; one of a channel other than the main one is for a post on that channel alone.
        again: The posts of a live submission that is to be posted again.
    """

    PLACE = Place.COMPOSE
    TAB = None
    BINDINGS = bindings(
        Place.COMPOSE,
        without=("compose.next_option", "compose.previous_option", "compose.options", "compose.calendar"),
    )
    DEFAULT_CSS = """
    ComposeScreen {
        PostPreview { display: none; }
        &.-wide PostPreview { display: block; }
    }
    """

    def __init__(
        self,
        context: Context,
        photos: Sequence[Photo],
        submitted: Callable[[Sequence[int]], None],
        *,
        at: datetime | None = None,
        channel_id: str | None = None,
        again: Sequence[Post] = (),
    ) -> None:
        self._rendition = RenditionPreview(context)
        super().__init__(context, self._rendition.widget)
        self._files, self._submitted = photos, submitted
        self._at, self._channel_id = at, channel_id
        self._again = again
        self._owner = photos[0]
        """The photo with which the draft is kept, whatever the order."""
        self._post_preview = self.form.below_caption = PostPreview(self.form)
        self.channels = ChannelSwitcher(context, self.form, self.arrangement.draft, self._show_channel)
        """The channels of the post."""
        self._picture: RenderResult | None = None
        self._known = PhotoFindings(self, self._photos_known)

    def compose_body(self) -> ComposeResult:
        yield self.channels.strip
        yield self.arrangement.strip
        yield Horizontal(self.preview, self.form, id="fields")
        yield self.form.status

    def on_mount(self) -> None:
        draft = self.drafts.load(self._owner)
        failed = failed_posts(self.context, self._owner) if draft is None and not self._again else []
        draft = draft or draft_of_repeat(self.context, self._again or failed)
        if self._at is not None:
            draft = PostChannels.of(self.shown, draft).with_time(self._channel_id, self._at).draft
        self._arrange(draft)
        if failed:
            self.form.show_message(self.context.with_keys(TEXT_OF_FAILED))
        self.form.caption.focus()
        self.call_after_refresh(
            self._load_agendas
        )  # the first frame does not wait for what the database takes
        self.call_after_refresh(self.form.load_texts)
        if len(self._files) == 1 and any(photo.photo_id != self._owner.id for photo in draft.photos):
            self.form.disabled = True
            self._load_files(draft)

    def _arrange(self, draft: Draft) -> None:
        """Show the draft, and the photos with what was chosen for them."""
        habit, others = self.context.state_file.framing(self.persona.id), list[Draft]()

        def load(photo: Photo) -> Draft | None:
            if (own := self.drafts.load(photo)) is not None:
                others.append(own)
            return own

        photos = chosen_photos(self._files, draft, load, habit)
        draft = draft.with_suggestions_of(others)
        self.arrangement.load(self._files, photos)
        self.channels.load(self.shown, draft)
        current = photos.current
        self.form.load(replace(draft, alt_text=current.alt_text, framing=current.framing, photos=()))
        self.channels.begin_on(self._channel_id)
        self.form.ratio, self.form.most_parts = self.arrangement.ratio, self.arrangement.most_parts
        self.rearranged()

    @work(group="draft-photos", exit_on_error=False, description="loading the photos of the draft")
    async def _load_files(self, draft: Draft) -> None:
        try:
            found = await self.context.services.photos.by_ids([photo.photo_id for photo in draft.photos])
            self._files = [
                found[photo.photo_id]
                for photo in draft.photos
                if photo.photo_id in found and found[photo.photo_id].sha256 == photo.sha256
            ] or self._files
            if lost := len(draft.photos) - len(self._files):
                gone = f"{lost} {plural(lost, 'photo')} of this draft"
                self.form.show_message(f"{gone} changed or left the library.", error=True)
            self._arrange(draft)
        finally:
            self.form.disabled = False
            self.form.caption.focus()

    def rearranged(self) -> None:
        """Render the current photo, and keep the order with the draft."""
        if self._owner.id not in {file.id for file in self.arrangement.files}:
            self.drafts.discard(self._owner)
            self._owner = self.arrangement.files[0]
        if self.form.is_edited:
            self._edited()
        self.refresh_bindings()
        self._post_preview.update()
        self._render_photo()
        self._photos_known()
        self.call_after_refresh(self._known.search, self.arrangement.files)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Show how to get from channel to channel in the footer, where there are several."""
        active = super().active_bindings
        if len(self.shown.channels) < 2:
            return active
        return relabelled(active, {"compose.next_channel": "Next channel", "compose.editor": ""})

    @property
    def earlier_post(self) -> EarlierPost | None:
        """The earlier post of the same picture, where one was found."""
        return self._known.posts.here.get(self.arrangement.file.id)

    def checks(self) -> list[Mark]:
        """Run every check of the preflight, and show on the chips how other channels fare."""
        channels = self.channels.channels
        typed = replace(self.form.preflight_input(), captions_elsewhere=channels.captions_elsewhere)
        found = self._marks(typed, channels.current_id)
        levels = {}
        for id_ in channels.on:
            marks = found
            if id_ != channels.current_id:
                draft, agenda = channels.on_channel(id_), self.channels.agendas.get(id_)
                there = replace(
                    typed,
                    caption=draft.caption,
                    share_mode=draft.share_mode,
                    at=forecast_moment(draft.share_mode, draft.at, agenda),
                    rules=self.channels.rules(id_),
                    first_comment=draft.first_comment,
                    earlier_captions=(),
                    captions_elsewhere=(),
                )
                marks = self._marks(there, id_)
            levels[id_] = max((mark.level for mark in marks), key=SEVERITY.index, default=Level.FINE)
        self.channels.show(levels)
        if not channels.on and channels.ids:
            return [Mark(Level.STOPS, "no channel is on", "f9")]
        if channels.current_id in channels.off:
            return [Mark(Level.WARNING, "this channel is off", "f9")]
        return found

    @property
    def _agenda(self) -> Agenda | None:
        """What is planned on the channel that is shown, once that is known."""
        return self.channels.agendas.get(self.channels.channels.current_id or "")

    def _marks(self, typed: PreflightInput, channel_id: str | None) -> list[Mark]:
        """Check what is typed for a channel, with all that is known about photos, channel and earlier posts."""
        chosen = next((each for each in self.persona.channels if each.id == channel_id), None)
        is_shown = channel_id == self.channels.channels.current_id
        photos = self.arrangement.photos
        numbers = {photo.photo_id: number for number, photo in enumerate(photos.photos, 1)}
        earlier = self._known.posts
        posted = {id_ for id_, post in earlier.here.items() if post} | earlier.elsewhere.keys()
        repeated = [numbers[id_] for id_ in numbers.keys() & posted - {self.arrangement.file.id}]
        return preflight_marks(
            replace(
                typed,
                picture=self._picture if is_shown else None,  # another network has another one
                agenda=self.channels.agendas.get(channel_id or ""),
                comment_refused_at=comment_refusal(chosen, typed.now) if chosen else None,
                has_searched=earlier.here.keys() >= numbers.keys(),
                earlier_post=self.earlier_post,
                other_alt_texts=[
                    photo.alt_text for number, photo in enumerate(photos.photos) if number != photos.index
                ],
                photo_count=len(numbers) or None,
                tagged=self.arrangement.tagged,
                cut_off=self.arrangement.cut_off if is_shown else (),
                can_tag_elsewhere=any(
                    self.channels.rules(id_).people_tag_limit for id_ in self.channels.channels.on
                ),
                cover_ratio=self.arrangement.cover_ratio,
                repeated=min(repeated, default=None),
                elsewhere=earlier.elsewhere.get(self.arrangement.file.id),
                used_at=max((post.posted_at for post in self._again if post.posted_at), default=None),
                posted_captions=[post.caption for post in self._again if post.channel_id == channel_id],
            )
        )

    async def action_back(self) -> None:
        """Close the composer; the draft is kept, and a submission goes on."""
        if self.submitter.is_busy:
            self.app.notify(
                f"Still submitting {self._owner.name}; its draft is kept until then.", markup=False
            )
        await self.dismiss()

    def action_submit(self) -> None:
        """Submit the post, once."""
        if self.submitter.is_busy:
            self.form.show_message("Already submitting.")
            return
        if self.form.disabled:
            return  # its photos are still loading
        self.drafts.save_now()
        if not self.channels.show_invalid():
            return
        self.arrangement.show_invalid()
        if not self.form.accepts():
            return
        channels = self.channels.channels
        if self.form.suggester.asks_first(channels.draft, "Submit", self.action_submit):
            return
        refused = channels.comments_refused(self.persona.channels, self.context.clock())

        def go_on(accepted: bool | None) -> None:
            if accepted:
                self.form.disabled = True
                self.form.show_message("Submitting…")
                job = self._submit(channels.without_comments(refused), self.arrangement.photos)
                self.submitter.start(job, f"submitting photo {self._owner.id}")

        if refused:
            self.app.push_screen(
                comment_question(self.context, (chosen.channel for chosen in refused)), go_on
            )
        else:
            go_on(True)

    async def _submit(
        self, channels: PostChannels, photos: PostPhotos, *, accept_damaged: bool = False
    ) -> None:
        result = await submit_draft(
            self.context,
            photos.photos,
            channels.shared,
            channels.choices,
            accept_damaged=accept_damaged,
            again=bool(self._again),
        )
        if result.code is Reason.PHOTO_DAMAGED and self.is_attached:
            files, service = self.arrangement.files, self.form.rules.service
            reasons = await damages(self.context, service, files, photos.photos) if len(photos) > 1 else []
            self._ask_about_damage(channels, photos, result, reasons or [result.reason])
            return
        if not result.ok and result.code is not Reason.KEPT_AS_DRAFT:
            self._show_refusal(result)
            return
        self.drafts.discard(self._owner)
        self.drafts.discard(self.arrangement.files[0])  # with which an undo keeps the text
        if not result.ok:
            self.app.notify(one_line(result.reason), severity="warning", timeout=15, markup=False)
        self._submitted([photo.photo_id for photo in photos.photos])
        if self.is_attached:
            await self.dismiss()

    def _ask_about_damage(
        self, channels: PostChannels, photos: PostPhotos, refusal: ScheduleResult, reasons: Sequence[str]
    ) -> None:
        """Ask whether what is left of damaged photos is to be posted."""

        def go_on(accepted: bool | None) -> None:
            if accepted:
                job = self._submit(channels, photos, accept_damaged=True)
                self.submitter.start(job, f"submitting damaged photo {self._owner.id}")
            else:
                self._show_refusal(refusal)

        self.app.push_screen(damage_question(self.context, reasons), go_on)

    def _show_refusal(self, result: ScheduleResult) -> None:
        reason = result.reason if result.code else f"Not submitted, the draft is kept. {result.reason}"
        if not self.is_attached:
            self.app.notify(one_line(reason), severity="error", timeout=15, markup=False)
            return
        self.form.disabled = False
        if self.focused is None:
            self.form.caption.focus()
        self.form.refuse(result.code, reason)

    @on(CaptionForm.Edited)
    def _edited(self) -> None:
        self._post_preview.update()
        self.drafts.save_soon(self._owner, self.channels.channels.draft)

    def action_channel(self, change: str) -> None:
        """Show another channel, or switch this one on or off: `next`, `previous` or `toggle`."""
        self.channels.change(change)

    def _show_channel(self) -> None:
        """Show by the rules of the current channel what has been typed and chosen for it."""
        self.form.is_edited = True
        self._edited()
        self.form.ratio, self.form.most_parts = self.arrangement.ratio, self.arrangement.most_parts
        self._render_photo()

    @on(CaptionForm.Reframed)
    def _reframed(self) -> None:
        """Remember the framing, but for rotation and part, for the persona's next photos."""
        if self.form.is_main_channel:
            habit = replace(self.form.framing, turn=0, part=WHOLE)
            self.context.state_file.remember(framing=(self.persona.id, habit))
        self._render_photo()

    @on_event(PostChanged, OutsidePostsChanged, Connected)
    def _plan_changed(self) -> None:
        self._load_agendas()
        self._known.posts.search(self.arrangement.files, again=True)

    @work(group="rendition", exclusive=True, exit_on_error=False, description="rendering the picture")
    async def _render_photo(self) -> None:
        self._picture = None
        self.form.update_preflight()
        photo, framing = self.arrangement.file, self.form.fitted
        rules, ratio = self.form.rules, self.arrangement.ratio
        details = photo_details(photo, rules, self.context.zone, framing=framing, ratio=ratio)
        self._picture = await self._rendition.show(
            photo,
            rules.service,
            framing,
            details,
            ratio=ratio,
            place=self.arrangement.photos.place,
        )
        self.form.update_preflight()

    def _photos_known(self) -> None:
        """Propose the AI label as the service does where the user has not switched it, and check again."""
        self.form.is_ai_marked = self.persona.ai_label or self._known.is_any_ai_marked(self.arrangement.files)
        self.form.update_preflight()

    @work(group="agenda", exclusive=True, exit_on_error=False, description="loading the queues")
    async def _load_agendas(self) -> None:
        """Load what is planned on each channel, the one that is shown first."""
        channels = self.channels.channels
        for id_ in sorted(channels.ids, key=lambda id_: id_ != channels.current_id) or [""]:
            known = self.persona if id_ in self.persona.board_by_channel else self.shown
            self.channels.agendas[id_] = await load_agenda(self.context, known.led_by(id_))
            self.form.when.show_agenda(self._agenda)
            self.form.update_preflight()
