"""The posts of the submissions that a list shows, whichever of them are in the list."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.ports import SchedulingPort


class PostGroups:
    """Keeps the posts of several submissions, read with one query for however many are shown."""

    def __init__(self, scheduling: SchedulingPort) -> None:
        self._scheduling = scheduling
        self._posts: dict[int, Post] = {}
        self._ids: dict[int, set[int]] = defaultdict(set)
        """The posts' ids by group id."""

    async def load(self, posts: Iterable[Post]) -> None:
        """Read the submissions of these posts again."""
        group_ids = {post.group_id for post in posts}
        found = await self._scheduling.groups(group_ids)
        for post_id in [post_id for group_id in group_ids for post_id in self._ids[group_id]]:
            self.remove(post_id)
        for post in found:
            self.remove(post.id)  # its lead may be another one now
            self._posts[post.id] = post
            self._ids[post.group_id].add(post.id)

    def remove(self, post_id: int) -> Sequence[Post]:
        """Forget a post, and return those that are left of its submission."""
        post = self._posts.pop(post_id, None)
        if post is None:
            return ()
        self._ids[post.group_id].discard(post_id)
        return [self._posts[left] for left in sorted(self._ids[post.group_id])]

    def of(self, post: Post) -> Sequence[Post]:
        """Return all posts of a post's submission, itself among them, the lead first."""
        ids = {post.id, *self._ids.get(post.group_id, ())}
        return [post if post_id == post.id else self._posts[post_id] for post_id in sorted(ids)]
