"""Which stretch of a persona's posts is loaded, in the order of time; it grows at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fluffy_tui.scheduling import Post, PostPage, TimeKey
    from fluffy_tui.tui.ports import SchedulingPort

PAGE = 200
"""Posts loaded at a time."""
LOOKED_AT = 1_000
"""Posts that are searched at a time."""
MOST = 5 * PAGE
"""Posts kept: what is farther away from the cursor is loaded again when it comes near."""


class PostWindow:
    """Loads posts around a time, then more at either end; answers that come after it was reopened are refused."""

    def __init__(self, scheduling: SchedulingPort, persona_id: int) -> None:
        self._scheduling = scheduling
        self._persona_id = persona_id
        self._steps: Collection[Step | None] | None = None
        self._text = ""
        self._token = 0
        self._growing: int | None = None
        """The token of the load that is running."""
        self._later: TimeKey | None = None
        """Where later posts begin that are not loaded; None if there are none."""
        self._earlier: TimeKey | None = None

    @property
    def is_complete(self) -> bool:
        """Whether there are no more posts at either end."""
        return self._later is None and self._earlier is None

    async def open(
        self, start: TimeKey, steps: Collection[Step | None] | None, text: str = ""
    ) -> tuple[Sequence[Post], Sequence[Post]] | None:
        """Load the posts later and earlier than a place, the latest first; None if it was opened again meanwhile.

        Only posts at one of the steps count, if any are given, with these words in the caption or in the name of a
        photo's file.
        """
        self._token += 1
        self._steps, self._text, token = steps, text, self._token
        self._later = self._earlier = None  # what is shown meanwhile does not grow
        later, earlier = await self._page(start, later=True), await self._page(start, later=False)
        if token != self._token:
            return None
        self._later, self._earlier = later.rest, earlier.rest
        return later.posts, earlier.posts

    async def grow(self, *, later: bool) -> Sequence[Post] | None:
        """Load the next posts at one end, of which a search may find none.

        None if there are no more, if some are being loaded, or if it was opened again meanwhile.
        """
        start, token = self._later if later else self._earlier, self._token
        if start is None or self._growing == token:
            return None
        self._growing = token
        try:
            page = await self._page(start, later=later)
        finally:
            if self._growing == token:
                self._growing = None
        if token != self._token:
            return None
        if later:
            self._later = page.rest
        else:
            self._earlier = page.rest
        return page.posts

    def shrink(self, posts: Sequence[Post], *, later: bool) -> Sequence[Post]:
        """Return the posts to keep of those that are loaded, the latest first.

        The window has grown at its later end, or at the earlier one, and is cut at the other.
        """
        if len(posts) <= MOST:
            return posts
        if later:
            kept = posts[:MOST]
            self._earlier = kept[-1].time_key
        else:
            kept = posts[-MOST:]
            self._later = kept[0].time_key
        return kept

    def covers(self, post: Post) -> bool:
        """Return whether a post belongs into the stretch that is loaded."""
        return (self._later is None or post.time_key <= self._later) and (
            self._earlier is None or post.time_key >= self._earlier
        )

    async def places(self, posts: Sequence[Post]) -> dict[int, tuple[int, int]]:
        """Return each held post's position in its queue, with the length of the queue."""
        channels = {
            post.channel_id for post in posts if post.step is Step.HELD and post.channel_id is not None
        }
        lines = [await self._scheduling.queued_posts(channel) for channel in sorted(channels)]
        return {post.id: (place, len(line)) for line in lines for place, post in enumerate(line, 1)}

    async def _page(self, start: TimeKey, *, later: bool) -> PostPage:
        return await self._scheduling.posts_by_time(
            self._persona_id,
            start,
            later=later,
            steps=self._steps,
            text=self._text,
            limit=LOOKED_AT if self._text else PAGE,
        )
