"""What can be done with posts, wherever they are shown: one key acts on all that are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import Code
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.core.terminal_text import is_link
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.platform.web_browser import buffer_address, open_address
from fluffy_tui.tui.posts.cancel_question import photos_left, post_name, post_names, question_about
from fluffy_tui.tui.session.submit_undo import STAYS_LIVE, cancel_keeping_drafts
from fluffy_tui.tui.text.channel_words import channel_of_each
from fluffy_tui.tui.text.post_refusals import why_not
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.keys_footer import dimmed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence

    from textual.binding import ActiveBinding
    from textual.screen import Screen

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

if TYPE_CHECKING:
    _Mixin = Screen[Any]
else:  # Textual takes the default styles of the first base that is a node, so a mixin must not be one
    _Mixin = object

POST_ACTIONS = (
    "edit",
    "reschedule",
    "retry",
    "cancel",
    "duplicate",
    "post_again",
    "upload_again",
    "move_up",
    "open_in_buffer",
    "copy_link",
)
"""Verbs of the key table, each a method of `PostActions`."""

_ONE_AT_A_TIME = {
    "edit": "Captions are edited one post at a time, or on all channels of one post: "
    "clear the selection, or change only the time.",
    "duplicate": "Posts are duplicated one at a time: clear the selection.",
    "post_again": "Posts are posted again one at a time: clear the selection.",
}
"""What is done with one post, or with one submission on several channels; and what to say of others."""


class PostActions:
    """Acts on the posts that a screen says are selected: `selected` returns those, or else the one under the cursor.

    `channel_id` returns the channel to open in Buffer; that of the first selected post if not given. `done` is called
    after posts were acted on, to clear the selection.
    """

    def __init__(
        self,
        screen: Screen[Any],
        context: Context,
        selected: Callable[[], Sequence[Post]],
        *,
        channel_id: Callable[[], str | None] | None = None,
        done: Callable[[], None] = lambda: None,
    ) -> None:
        self._screen = screen
        self._context = context
        self._selected = selected
        self._channel_id = channel_id or (lambda: next((post.channel_id for post in selected()), None))
        self._done = done

    def is_possible(self, name: object) -> bool:
        """Return whether there is something to act on; Buffer can always be opened."""
        return name == "open_in_buffer" or bool(self._selected())

    def dimmed(self, active: Mapping[str, ActiveBinding]) -> dict[str, ActiveBinding]:
        """Return the screen's active bindings with those dimmed that can be done with none of the selected posts."""
        posts = self._selected()
        problems = self._context.overview.problems if posts else ()
        refused = {
            problem.post.id: problem.refused for problem in problems if problem.post and problem.refused
        }
        impossible = [
            name
            for name in POST_ACTIONS
            if self._are_too_many(name, posts)
            or (posts and all(why_not(name, post) or name in refused.get(post.id, ()) for post in posts))
        ]
        places = (Place.POSTS, Place.PROBLEMS)
        return dimmed(active, {f"{place}.{name}" for place in places for name in impossible})

    def run(self, name: str) -> None:
        """Do what one of `POST_ACTIONS` says with those posts that allow it, and say why others do not."""
        posts = self._selected()
        if name == "open_in_buffer":
            self._open_in_buffer()
        elif name in POST_ACTIONS and self._are_too_many(name, posts):
            self._screen.notify(_ONE_AT_A_TIME[name], markup=False)
        elif name in POST_ACTIONS and (possible := self._possible(name, posts)):
            getattr(self, f"_{name}")(possible)

    def _are_too_many(self, name: str, posts: Sequence[Post]) -> bool:
        return name in _ONE_AT_A_TIME and len({post.group_id for post in posts}) > 1

    def _possible(self, name: str, posts: Sequence[Post]) -> list[Post]:
        """Return the posts with which something can be done, and say of the others why not."""
        refused: dict[str, list[Post]] = {}
        for post in posts:
            refused.setdefault(why_not(name, post), []).append(post)
        possible = refused.pop("", [])
        if possible and name == "edit":
            return possible  # the editor names those of the submission that it leaves out
        for reason, others in refused.items():
            which = "" if len(posts) == 1 else f"{post_names(others)}: "
            self._warn(f"{which}{self._context.with_keys(reason)}")
        return possible

    def _edit(self, posts: Sequence[Post]) -> None:
        """Edit a single post, or caption and time of a submission on several channels."""
        left_out = [post for post in self._selected() if post not in posts]
        self._open_editor(posts, only_time=False, left_out=left_out)

    def _reschedule(self, posts: Sequence[Post]) -> None:
        self._open_editor(posts, only_time=True)

    def _copy_link(self, posts: Sequence[Post]) -> None:
        """Copy the links to live posts, one a line."""
        links = [post.external_link for post in posts if post.external_link and is_link(post.external_link)]
        if links:
            self._screen.app.copy_to_clipboard("\n".join(links))
        if len(links) < len(posts):
            self._screen.notify("The link that Buffer gave is not an https address, so it was not copied.")

    def _open_in_buffer(self) -> None:
        """Open the channel in Buffer's web app, or copy its address."""
        self._start(self._open_address(buffer_address(self._channel_id())), "opening Buffer")

    def _retry(self, posts: Sequence[Post]) -> None:
        if any(map(_has_rejected_comment, posts)):
            self._start(self._ask_and_retry(posts), "retrying posts", group="post-dialog")
        else:
            self._start(self._retry_each(posts), "retrying posts")

    async def _ask_and_retry(self, posts: Sequence[Post]) -> None:
        """Retry posts if their first comments, which Buffer would reject again, may be left out."""
        from fluffy_tui.tui.compose import comment_question  # imports Pillow

        rejected = {post.id: post for post in posts if _has_rejected_comment(post)}
        channels = (self._context.channel(post.channel_id) for post in rejected.values())
        otherwise = "To send it all the same, save the post in the editor. "
        question = comment_question(self._context, channels, otherwise=otherwise)
        if await self._screen.app.push_screen_wait(question):
            await self._retry_each(posts, without_comment=rejected)

    async def _retry_each(self, posts: Sequence[Post], without_comment: Collection[int] = ()) -> None:
        scheduling = self._context.services.scheduling

        async def retry(post_id: int) -> None:
            if post_id in without_comment:
                await scheduling.edit(post_id, first_comment="")
            await scheduling.retry(post_id)

        await self._each(posts, retry, "Retrying {}. Buffer is checked first.")

    def _upload_again(self, posts: Sequence[Post]) -> None:
        upload = self._context.services.scheduling.upload_again
        self._start(self._each(posts, upload, "Uploading again: {}."), "uploading pictures again")

    def _move_up(self, posts: Sequence[Post]) -> None:
        move_up = self._context.services.scheduling.move_up
        self._start(self._each(posts, move_up, "Moved up in the queue: {}."), "moving posts up")

    def _cancel(self, posts: Sequence[Post]) -> None:
        self._start(self._ask_and_cancel(posts), "cancelling posts", group="post-dialog")

    def _duplicate(self, posts: Sequence[Post]) -> None:
        """Use text and options of a single post, or of a submission on several channels, for another photo."""
        from fluffy_tui.tui.posts.duplicate import duplicate  # imports Pillow

        job = duplicate(self._screen.app, self._context, posts[0])
        self._start(job, "duplicating the post", group="post-dialog")

    def _post_again(self, posts: Sequence[Post]) -> None:
        """Open a live post, or a submission on several channels, as a new draft of the same photos."""
        from fluffy_tui.tui.posts.duplicate import post_again  # imports Pillow

        job = post_again(self._screen.app, self._context, posts[0])
        self._start(self._warned(job), "posting again", group="post-dialog")

    async def _warned(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except FluffyError as error:
            self._warn(str(error))

    def _start(
        self, work: Coroutine[Any, Any, None], description: str, *, group: str = "post-actions"
    ) -> None:
        self._screen.run_worker(work, group=group, exit_on_error=False, description=description)

    async def _open_address(self, address: str) -> None:
        self._screen.notify(await open_address(self._screen.app, address), markup=False)

    async def _ask_and_cancel(self, posts: Sequence[Post]) -> None:
        found = await self._context.services.scheduling.groups({post.group_id for post in posts})
        fresh = {post.id: post for post in found}
        posts = [fresh.get(post.id, post) for post in posts]
        groups = {
            post.group_id: [other for other in found if other.group_id == post.group_id] or [post]
            for post in posts
        }
        if not (possible := self._possible("cancel", posts)):
            return
        group = groups[possible[0].group_id]
        question = question_about(self._context, possible, groups)
        if not await self._screen.app.push_screen_wait(question):
            return
        if question.means_all:
            possible = [post for post in group if post.can_be_cancelled]
        await self._cancel_groups(possible, groups)

    async def _cancel_groups(self, posts: Sequence[Post], groups: Mapping[int, Sequence[Post]]) -> None:
        """Cancel posts, those of one submission together, and report what became of them and of their photos."""
        done: list[Post] = []
        left: list[Post] = []
        mine: dict[int, list[Post]] = {}
        for post in sorted(posts, key=lambda post: post.id):
            mine.setdefault(post.group_id, []).append(post)
        try:
            ends = await cancel_keeping_drafts(self._context, [*mine.values()])
        except FluffyError as error:
            self._warn(str(error))
            return
        for group_id, cancelled in zip(mine, ends, strict=True):
            names = channel_of_each(groups[group_id], self._context.channel)
            for post, reason in cancelled.refused:
                where = f"{names[post.id]}: " if len(names) > 1 else ""
                self._warn(f"{where}{reason}" if len(posts) == 1 else f"{post_name(post)}: {where}{reason}")
            done += cancelled.done
            left += cancelled.left
        if not done:
            return
        names = channel_of_each(groups[done[0].group_id], self._context.channel)
        again = all(groups[post.group_id][0].again_of_id for post in done)
        subject = f"{len(done)} posts"
        if len(done) == 1:
            subject = f"{post_name(done[0])}{f' on {names[done[0].id]}' if len(names) > 1 else ''}"
        count = len(done[0].photo_ids)
        if not left and again:
            back = self._context.with_keys(STAYS_LIVE)
        elif not left:
            photos = "Photo" if count == 1 else "Photos"
            back = f"{photos} and caption are back in the library."
            if len({post.group_id for post in done}) > 1:
                back = "Photos and captions are back in the library."
        elif len(done) == 1:
            others = ", ".join(names[post.id] for post in left if post.id in names)
            back = photos_left(done[0], left, others)
            if not others:
                back = f"The {'photo has' if count == 1 else 'photos have'} another post."
        else:
            back = "Photos that are also posted on another channel stay scheduled there."
        self._screen.notify(f"Cancelled {subject}. {back}", markup=False)
        self._done()

    async def _each(self, posts: Sequence[Post], do: Callable[[int], Awaitable[object]], report: str) -> None:
        """Do something with each post and report it; one refusal does not stop the others."""
        done: list[Post] = []
        for post in posts:
            try:
                await do(post.id)
            except FluffyError as error:
                self._warn(str(error) if len(posts) == 1 else f"{post_name(post)}: {error}")
                if isinstance(error, DatabaseUnavailable):
                    break
            else:
                done.append(post)
        if done:
            subject = post_name(done[0]) if len(done) == 1 else f"{len(done)} posts"
            self._screen.notify(report.replace("{}", subject, 1), markup=False)
            self._done()

    def _warn(self, reason: str) -> None:
        self._screen.notify(one_line(reason), severity="warning", timeout=10, markup=False)

    def _open_editor(self, posts: Sequence[Post], *, only_time: bool, left_out: Sequence[Post] = ()) -> None:
        from fluffy_tui.tui.posts.edit_screen import EditPostScreen  # imports Pillow

        editor = EditPostScreen(
            self._context, posts, only_time=only_time, saved=self._done, left_out=left_out
        )
        self._screen.app.push_screen(editor)


def _has_rejected_comment(post: Post) -> bool:
    """Return whether Buffer would reject a post's first comment again."""
    is_rejected = post.step is Step.FAILED and post.error_code == Code.FIRST_COMMENT_REFUSED
    return is_rejected and bool(post.first_comment)


class ActsOnPosts(_Mixin):
    """Mixin for a screen whose keys act on posts, by way of its `actions`."""

    actions: PostActions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim actions that need a post while there is none."""
        if action == "act_on_posts" and not self.actions.is_possible(parameters[0]):
            return None
        return super().check_action(action, parameters)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Dim what cannot be done with the posts now; pressed all the same, its key says why."""
        return self.actions.dimmed(super().active_bindings)

    def action_act_on_posts(self, name: str) -> None:
        self.actions.run(name)
