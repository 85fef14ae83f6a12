"""What can be done with posts, wherever they are shown; one key acts on all that are marked."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.widget import Widget

from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.platform.web_browser import buffer_address, open_address
from fluffy_tui.tui.session.undo import cancel_keeping_draft, what_cancelling_does, why_not_cancelled
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.words import one_line, quoted
from fluffy_tui.tui.ui.dialogs import ConfirmScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context


if TYPE_CHECKING:
    _Mixin = Widget
else:  # the first base that is a node decides which styles hold: a mixin in front must not be one
    _Mixin = object


_NEEDS_A_POST = frozenset(
    {"retry", "rehost", "move_up", "cancel_post", "edit", "change_time", "copy_link", "open"}
)


class ActsOnPosts(_Mixin):
    """Mixed into a screen that shows posts; the screen says which are meant."""

    context: Context
    PLACE: ClassVar[Place]

    @abstractmethod
    def posts_in_question(self) -> Sequence[Post]:
        """Return the posts that the keys are for: those marked, or the one under the cursor."""

    def channel_in_question(self) -> str | None:
        """Return the id of the channel that `open_in_buffer` opens."""
        return next((post.channel_id for post in self.posts_in_question()), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs a post while there is none."""
        if action in _NEEDS_A_POST and not self.posts_in_question():
            return None
        return super().check_action(action, parameters)

    def acted(self) -> None:
        """Take the marks off: what they were for is done."""

    def action_retry(self) -> None:
        """Send failed, held or kept posts again."""
        self._retry(self.posts_in_question())

    def action_rehost(self) -> None:
        """Render and host pictures anew."""
        self._rehost(self.posts_in_question())

    def action_move_up(self) -> None:
        """Let a waiting post go before the one in front of it."""
        self._move_up(self.posts_in_question())

    def action_cancel_post(self) -> None:
        """Take posts back, once that is confirmed."""
        self._cancel(self.posts_in_question())

    def action_edit(self) -> None:
        """Change the words or the time of the post under the cursor."""
        posts = self.posts_in_question()
        if len(posts) > 1:
            time = self.context.with_keys(f"press {{{self.PLACE}.reschedule}} for their time")
            self.notify(f"Words are changed one post at a time: take the marks off, or {time}.", markup=False)
        elif posts:
            self._open_editor(posts, only_time=False)

    def action_change_time(self) -> None:
        """Change when posts go out."""
        if posts := self.posts_in_question():
            self._open_editor(posts, only_time=True)

    def action_copy_link(self) -> None:
        """Copy the link to the post; the app says where it went."""
        post = next(iter(self.posts_in_question()), None)
        if post is None:
            return
        if post.external_link is None:
            self.notify("There is no link yet: it comes when the post is live.", markup=False)
            return
        self.app.copy_to_clipboard(post.external_link)

    def action_open_in_buffer(self) -> None:
        """Open the channel in Buffer's web app, or copy its address."""
        self._open_in_buffer(buffer_address(self.channel_in_question()))

    @work(group="open-in-buffer", exit_on_error=False, description="opening the browser")
    async def _open_in_buffer(self, address: str) -> None:
        self.notify(one_line(await open_address(self.app, address)), markup=False)

    @work(group="retry-post", exit_on_error=False, description="sending posts again")
    async def _retry(self, posts: Sequence[Post]) -> None:
        await self._each(
            posts,
            self.context.services.scheduling.retry,
            "{} again; Buffer is looked at first.",
            "goes out",
            "go out",
        )

    @work(group="rehost-post", exit_on_error=False, description="hosting pictures anew")
    async def _rehost(self, posts: Sequence[Post]) -> None:
        await self._each(
            posts,
            self.context.services.scheduling.rehost,
            "{} hosted anew.",
            "has its picture",
            "have their pictures",
        )

    @work(group="move-post", exit_on_error=False, description="moving posts up")
    async def _move_up(self, posts: Sequence[Post]) -> None:
        await self._each(
            posts, self.context.services.scheduling.move_up, "{} one place up in the line.", "moved", "moved"
        )

    @work(group="cancel-post", exit_on_error=False, description="cancelling posts")
    async def _cancel(self, posts: Sequence[Post]) -> None:
        possible = [post for post in posts if not why_not_cancelled(post)]
        for post in posts:
            if why_not := why_not_cancelled(post):
                self._refused(f"{_name(post)}: {why_not}")
        if not possible or not await self._confirmed(possible):
            return
        by_id = {post.id: post for post in possible}
        await self._each(
            possible,
            lambda post_id: cancel_keeping_draft(self.context, by_id[post_id]),
            "{} back; photo and text are in the library again.",
            "is taken",
            "are taken",
        )

    async def _confirmed(self, posts: Sequence[Post]) -> bool:
        if len(posts) == 1:
            [post] = posts
            persona = self.context.overview.personas.get(post.persona_id, self.context.overview.persona)
            zone = zone_of(persona, self.context.zone)
            title, subject = "Cancel this post?", _name(post)
            does = what_cancelling_does(post, zone, self.context.zone)
        else:
            title, subject = f"Cancel {len(posts)} posts?", ", ".join(_name(post) for post in posts[:5])
            subject += f" and {len(posts) - 5} more" if len(posts) > 5 else ""
            there = sum(post.buffer_post_id is not None for post in posts)
            does = "Their photos go back to the library, and their texts stay with the photos."
            does = f"{there} of them are deleted in Buffer first. {does}" if there else does
        yes = "cancel it" if len(posts) == 1 else "cancel them"
        return await self.app.push_screen_wait(
            ConfirmScreen(
                title, f"{subject}\n\n{does}", yes=yes, no="keep", own=self.context.setup.settings.keys
            )
        )

    async def _each(
        self,
        posts: Sequence[Post],
        do: Callable[[int], Awaitable[object]],
        words: str,
        one: str,
        many: str,
    ) -> None:
        """Do something with each post, and tell what became of it; a refusal of one does not stop the others."""
        done: list[Post] = []
        for post in posts:
            try:
                await do(post.id)
            except FluffyError as error:
                self._refused(str(error) if len(posts) == 1 else f"{_name(post)}: {error}")
                if isinstance(error, DatabaseUnavailable):
                    break
            else:
                done.append(post)
        if done:
            subject = f"{_name(done[0])} {one}" if len(done) == 1 else f"{len(done)} posts {many}"
            self.notify(words.replace("{}", subject, 1), markup=False)
            self.acted()

    def _refused(self, reason: str) -> None:
        self.notify(one_line(reason), severity="warning", timeout=10, markup=False)

    def _open_editor(self, posts: Sequence[Post], *, only_time: bool) -> None:
        from fluffy_tui.tui.posts.edit_screen import EditPostScreen  # it knows Pillow

        self.app.push_screen(EditPostScreen(self.context, posts, only_time=only_time, saved=self.acted))


def _name(post: Post) -> str:
    return quoted(post.caption, 40)
