"""One post with everything that is known about it, as it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from fluffy_tui.tui.failures import TellsFailures
from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.messages import DatabaseBack, Happening, PostChanged
from fluffy_tui.tui.post_facts import post_facts
from fluffy_tui.tui.screens.post_actions import ActsOnPost
from fluffy_tui.tui.widgets.frame_lines import zone_of
from fluffy_tui.tui.wording import state_tone

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.context import Context

LABEL_WIDTH = 15


class PostDetailScreen(ActsOnPost, TellsFailures, ModalScreen[None]):
    """Shows all fields of a post, and lets it be tried again or let go.

    Args:
        context: The world.
        post: The post as it was last read.
    """

    PLACE = Place.POSTS
    BINDINGS: ClassVar = [
        *bindings(Place.POSTS, only=("posts.retry", "posts.let_go", "posts.copy_link")),
        *bindings(Place.DIALOG, only=("dialog.cancel",)),
    ]
    CSS: ClassVar[str] = """
    PostDetailScreen.dialog {
        #dialog { width: 96; }
        #facts { height: auto; max-height: 100%; }
        Footer { dock: bottom; }
    }
    """

    def __init__(self, context: Context, post: Post) -> None:
        super().__init__(classes="dialog")
        self.context = context
        self._post = post
        self._facts = Static("", id="facts", markup=False)

    def post_in_question(self) -> Post:
        """Return the post shown."""
        return self._post

    def compose(self) -> ComposeResult:
        """Lay out the caption and the facts."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = f"post {self._post.id}"
            dialog.border_subtitle = "esc close"
            yield self._facts
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show what is known, and listen."""
        self._show(self._post)
        self.query_one("#dialog").focus()
        self.context.changes.subscribe(self, self._hear, immediate=True)

    def action_cancel(self) -> None:
        """Close."""
        self.dismiss()

    def _hear(self, happening: Happening) -> None:
        is_this = isinstance(happening, PostChanged) and happening.post_id == self._post.id
        if is_this or isinstance(happening, DatabaseBack):
            self._read()

    @work(group="post-detail", exclusive=True, exit_on_error=False, description="reading the post")
    async def _read(self) -> None:
        post = await self.context.services.scheduling.post(self._post.id)
        if post is not None:
            self._show(post)
        elif self.is_current:
            self.dismiss()  # it was let go

    def _show(self, post: Post) -> None:
        self._post = post
        zone = zone_of(self.context.overview.persona, self.context.zone)
        parts = [Content(post.caption or "(no caption)")]
        parts += [Content.styled(f"alt text: {post.alt_text}", "$foreground-muted")] if post.alt_text else []
        parts.append(Content(""))
        tone = state_tone(post)
        for label, words in post_facts(post, self.context.clock(), zone, self.context.zone):
            style = f"$text-{tone}" if label in ("state", "why") and tone != "foreground" else ""
            parts.append(
                Content.assemble(
                    Content.styled(label.ljust(LABEL_WIDTH), "$foreground-muted"),
                    Content.styled(words, style),
                )
            )
        self._facts.update(Content("\n").join(parts))
