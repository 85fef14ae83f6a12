"""The lines above the footer: posts on their way to Buffer, the last results, and a running import."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widgets import Static

from fluffy_tui.scheduling import ON_THE_WAY, Post, Step
from fluffy_tui.tui.keymap.bindings import Place, actions_of
from fluffy_tui.tui.session.import_run import import_progress_words
from fluffy_tui.tui.session.submit_undo import in_grace, is_in_grace, submitted_with
from fluffy_tui.tui.text.post_state import photo_count_words, state_in_both_zones, state_of
from fluffy_tui.tui.text.words import quoted
from fluffy_tui.tui.ui.keys_footer import is_typed

if TYPE_CHECKING:
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.overview import Overview


_UNDO = "app.undo_submit"
FINISHED_FOR = timedelta(seconds=30)
"""How long a post that is no longer on its way stays, for its result to be read."""


class StatusStrip(Static):
    """The persona's newest posts on their way, a line each, and what has just finished; a click opens the posts."""

    DEFAULT_CSS = """
    StatusStrip {
        height: auto; max-height: 3; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; display: none;
        &.-shown { display: block; }
    }
    """
    LINES: ClassVar[tuple[int, int]] = (2, 3)
    """Maximum number of lines in a low and in a tall terminal."""

    def __init__(self, context: Context) -> None:
        super().__init__(markup=False, id="status-strip")
        self.context, self._now = context, context.clock
        self._undo = context.with_keys(f"{{{_UNDO}}} undo")
        default = next(action.keys for action in actions_of(Place.EVERYWHERE) if action.id == _UNDO)
        self._undo_key = context.keys.get(_UNDO, default).split(",")[0]
        self._overview: Overview | None = None

    def show(self, overview: Overview) -> None:
        self._overview = overview
        self._draw(overview)

    def automatic_refresh(self) -> None:
        """Count down the seconds until a post leaves, and take away what finished a while ago."""
        if (
            self._overview is not None and self.is_attached
        ):  # the last time may be that its screen has just closed
            self._draw(self._overview)

    def _draw(self, overview: Overview) -> None:
        posts = self._shown(overview)
        last = in_grace(posts, self.context.database_now())
        has_finished = any(post.step not in ON_THE_WAY for post in posts)
        self.auto_refresh = 1.0 if has_finished or last else None
        lines = []
        if overview.importing:
            progress = import_progress_words(overview.importing)
            lines.append(Content.assemble(Content.styled("● ", "$text-primary"), f"importing {progress}"))
        most = self.LINES[self.app.size.height >= 30]
        if (lower := self.styles.max_height) is not None:
            most = min(most, int(lower.value))
        together = submitted_with(last, posts) if last else []
        if last and (count := len({post.group_id for post in together})) > 1:
            lines.append(self._line(last, Content(f"{count} posts")))
            posts = [post for post in posts if post not in together]
        room = most - len(lines)
        lines += [self._line(post) for post in posts[:room]]
        hidden = sum(post.step in ON_THE_WAY for post in posts[room:])
        if hidden and lines:
            more = Content.styled(f"   and {hidden} more", "$foreground-disabled")
            lines[-1] = Content.assemble(lines[-1], more)
        self.set_class(bool(lines), "-shown")
        self.update(Content("\n").join(lines))

    def _shown(self, overview: Overview) -> list[Post]:
        persona, now = overview.persona, self._now()
        return [
            post
            for post in overview.strip
            if (persona is None or post.persona_id == persona.id)
            and (
                post.step in ON_THE_WAY
                or now - overview.finished.get((post.id, post.updated_at), now) < FINISHED_FOR
            )
        ]

    def _line(self, post: Post, name: Content | None = None) -> Content:
        """Return the line of a post, or of those with this name that were submitted together with it."""
        context = self.context
        now, zone = context.database_now(), context.post_zone(post.persona_id, post.channel_id)
        words = state_in_both_zones(post, now, zone, context.zone)
        if is_in_grace(post, now):
            words += "" if self._is_typed else f" · {self._undo}"
        elif post.step in (Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.SENDING):
            words += "…"
        state = state_of(post)
        about = () if name else (context.channel_among_several(post), photo_count_words(post))
        return Content.assemble(
            Content.styled(f"{state.sign} ", f"${'text-' if state.tone != 'foreground' else ''}{state.tone}"),
            name or Content.styled(quoted(post.caption), "$foreground-muted"),
            f"  {' · '.join(filter(None, (*about, words)))}",
        )

    @property
    def _is_typed(self) -> bool:
        """Whether the key that undoes a submit would only write a letter now."""
        return is_typed(self.screen.focused, self._undo_key)

    async def on_click(self) -> None:
        await self.run_action("app.tab('posts')")
