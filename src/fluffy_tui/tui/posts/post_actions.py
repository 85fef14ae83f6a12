"""What can be done with posts, wherever they are shown: one key acts on all that are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.core.terminal_text import is_link
from fluffy_tui.tui.platform.web_browser import buffer_address, open_address
from fluffy_tui.tui.session.undo import cancel_keeping_draft, what_cancelling_does, why_not_cancelled
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.words import one_line, quoted
from fluffy_tui.tui.ui.dialogs import ConfirmScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from datetime import tzinfo

    from textual.screen import Screen

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

POST_ACTIONS = (
    "edit",
    "reschedule",
    "retry",
    "cancel",
    "upload_again",
    "move_up",
    "open_in_buffer",
    "copy_link",
)
"""Verbs of the key table, each a method of `PostActions`."""

NAMED = 5
"""How many posts a question names before it only counts the rest."""


class PostActions:
    """Acts on the posts that a screen says are selected.

    Args:
        screen: Shows toasts and dialogs, and runs what takes time.
        context: The app's services and state.
        selected: Returns the selected posts, or else the one under the cursor.
        channel_id: Returns the channel to open in Buffer; that of the first selected post if not given.
        done: Called after posts were acted on, to clear the selection.
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

    def run(self, name: str) -> None:
        """Do what one of `POST_ACTIONS` says."""
        if name in POST_ACTIONS and self.is_possible(name):
            getattr(self, name)()

    def edit(self) -> None:
        """Edit caption, alt text or time of a single post."""
        if len(self._selected()) > 1:
            self._screen.notify(
                "Captions are edited one post at a time: clear the selection, or change only the time."
            )
        else:
            self._open_editor(only_time=False)

    def reschedule(self) -> None:
        """Change when the posts go out."""
        self._open_editor(only_time=True)

    def copy_link(self) -> None:
        """Copy the link to a live post."""
        link = self._selected()[0].external_link
        if link is None:
            self._screen.notify("No link yet. It appears once the post is live.")
        elif is_link(link):
            self._screen.app.copy_to_clipboard(link)
        else:
            self._screen.notify("The link that Buffer gave is not an https address, so it was not copied.")

    def open_in_buffer(self) -> None:
        """Open the channel in Buffer's web app, or copy its address."""
        self._start(self._open_address(buffer_address(self._channel_id())), "opening Buffer")

    def retry(self) -> None:
        """Send failed, held or draft posts again."""
        retry = self._context.services.scheduling.retry
        self._act(retry, "Retrying {}. Buffer is checked first.", "retrying posts")

    def upload_again(self) -> None:
        """Render and upload the pictures again."""
        upload = self._context.services.scheduling.upload_again
        self._act(upload, "Picture will be uploaded again: {}.", "uploading pictures again")

    def move_up(self) -> None:
        """Move posts one place up in their queues."""
        move_up = self._context.services.scheduling.move_up
        self._act(move_up, "Moved up in the queue: {}.", "moving posts up")

    def cancel(self) -> None:
        """Cancel posts after a confirmation."""
        self._start(self._cancel(self._selected()), "cancelling posts")

    def _act(self, do: Callable[[int], Awaitable[object]], report: str, description: str) -> None:
        self._start(self._each(self._selected(), do, report), description)

    def _start(self, work: Coroutine[Any, Any, None], description: str) -> None:
        self._screen.run_worker(work, group="post-actions", exit_on_error=False, description=description)

    async def _open_address(self, address: str) -> None:
        self._screen.notify(one_line(await open_address(self._screen.app, address)), markup=False)

    async def _cancel(self, posts: Sequence[Post]) -> None:
        possible = {post.id: post for post in posts if not why_not_cancelled(post)}
        for post in posts:
            if why_not := why_not_cancelled(post):
                self._warn(f"{_name(post)}: {why_not}")
        if possible and await self._confirmed([*possible.values()]):
            await self._each(
                [*possible.values()],
                lambda post_id: cancel_keeping_draft(self._context, possible[post_id]),
                "Cancelled {}. Photo and caption are back in the library.",
            )

    async def _confirmed(self, posts: Sequence[Post]) -> bool:
        count = len(posts)
        if count == 1:
            zone = post_zone(self._context, posts[0].persona_id)
            does = what_cancelling_does(posts[0], zone, self._context.zone)
            title, yes, no = "Cancel this post?", "Cancel post", "Keep post"
        else:
            does = "Their photos go back to the library, with the captions as drafts."
            if in_buffer := sum(post.buffer_post_id is not None for post in posts):
                does = f"{in_buffer} of them will be deleted in Buffer first. {does}"
            title, yes, no = f"Cancel {count} posts?", "Cancel posts", "Keep posts"
        names = ", ".join(map(_name, posts[:NAMED]))
        names += f" and {count - NAMED} more" if count > NAMED else ""
        keys = self._context.setup.settings.keys
        question = ConfirmScreen(title, f"{names}\n\n{does}", yes=yes, no=no, own=keys)
        return await self._screen.app.push_screen_wait(question)

    async def _each(self, posts: Sequence[Post], do: Callable[[int], Awaitable[object]], report: str) -> None:
        """Do something with each post and report it; one refusal does not stop the others."""
        done: list[Post] = []
        for post in posts:
            try:
                await do(post.id)
            except FluffyError as error:
                self._warn(str(error) if len(posts) == 1 else f"{_name(post)}: {error}")
                if isinstance(error, DatabaseUnavailable):
                    break
            else:
                done.append(post)
        if done:
            subject = _name(done[0]) if len(done) == 1 else f"{len(done)} posts"
            self._screen.notify(report.replace("{}", subject, 1), markup=False)
            self._done()

    def _warn(self, reason: str) -> None:
        self._screen.notify(one_line(reason), severity="warning", timeout=10, markup=False)

    def _open_editor(self, *, only_time: bool) -> None:
        from fluffy_tui.tui.posts.edit_screen import EditPostScreen  # imports Pillow

        editor = EditPostScreen(self._context, self._selected(), only_time=only_time, saved=self._done)
        self._screen.app.push_screen(editor)


def post_zone(context: Context, persona_id: int | None) -> tzinfo:
    """Return the time zone of the channel of a post's persona, which may not be the current one."""
    overview = context.overview
    return zone_of(overview.personas.get(persona_id or 0, overview.persona), context.zone)


def _name(post: Post) -> str:
    return quoted(post.caption, 40)
