"""What can be done with a post, wherever it is shown: try again, let go, copy its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.widget import Widget

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.screens.confirm import ConfirmScreen
from fluffy_tui.tui.widgets.frame_lines import shortened
from fluffy_tui.tui.wording import one_line

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.context import Context


if TYPE_CHECKING:
    _Mixin = Widget
else:  # the first base that is a node decides which styles hold: a mixin in front must not be one
    _Mixin = object


class ActsOnPost(_Mixin):
    """Mixed into a screen that shows posts; the screen says which post is meant."""

    context: Context

    def post_in_question(self) -> Post | None:
        """Return the post that the keys are for; None when there is none."""
        raise NotImplementedError

    def action_retry(self) -> None:
        """Send a failed, held or kept post again."""
        if (post := self.post_in_question()) is not None:
            self._retry(post)

    def action_let_go(self) -> None:
        """Delete a post that is not in Buffer, once that is confirmed."""
        if (post := self.post_in_question()) is not None:
            self._let_go(post)

    def action_copy_link(self) -> None:
        """Copy the link to the post by OSC 52, which reaches the terminal over SSH and tmux too."""
        post = self.post_in_question()
        if post is None:
            return
        if post.external_link is None:
            self.notify("There is no link yet: it comes when the post is live.", markup=False)
            return
        self.app.copy_to_clipboard(post.external_link)
        self.notify(f"Sent to the terminal's clipboard: {one_line(post.external_link)}", markup=False)

    @work(group="retry-post", exit_on_error=False, description="sending the post again")
    async def _retry(self, post: Post) -> None:
        try:
            await self.context.services.scheduling.retry(post.id)
        except FluffyError as error:
            self.notify(one_line(str(error)), severity="warning", markup=False)
        else:
            self.notify(f"{_name(post)} goes out again; Buffer is looked at first.", markup=False)

    @work(group="let-go-post", exit_on_error=False, description="letting the post go")
    async def _let_go(self, post: Post) -> None:
        question = f"{_name(post)}\n\nThe post is deleted; its photo goes back to the library."
        if not await self.app.push_screen_wait(
            ConfirmScreen("Let it go?", question, yes="let go", no="keep")
        ):
            return
        try:
            await self.context.services.scheduling.let_go(post.id)
        except FluffyError as error:
            self.notify(one_line(str(error)), severity="warning", markup=False)
        else:
            self.notify(f"{_name(post)} is let go; its photo is in the library again.", markup=False)


def _name(post: Post) -> str:
    return f"“{shortened(one_line(post.caption), 40)}”"
