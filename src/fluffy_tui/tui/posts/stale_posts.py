"""Which posts of a list have changed, and are to be loaded again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from textual.dom import DOMNode


class StalePosts:
    """Has `load` load each of them once, however often it has changed; later changes follow in the next round."""

    def __init__(self, node: DOMNode, load: Callable[[int], Awaitable[None]]) -> None:
        self._node, self._load = node, load
        self._ids: dict[int, None] = {}
        self._is_loading = False
        self._lists: dict[object, set[int]] = {}
        """For each list that is being loaded, what has changed since the request."""

    def add(self, post_id: int) -> None:
        """Load a post that has changed."""
        for changed in self._lists.values():
            changed.add(post_id)
        self._load_again([post_id])

    @contextmanager
    def loading_list(self) -> Iterator[None]:
        """Load again what changes while a list is loaded, since the list may have it as it was before."""
        key, changed = object(), set[int]()
        self._lists[key] = changed
        try:
            yield
        finally:
            del self._lists[key]
        self._load_again(changed)

    def _load_again(self, post_ids: Iterable[int]) -> None:
        self._ids |= dict.fromkeys(post_ids)
        if self._ids and not self._is_loading:
            self._is_loading = True
            self._node.run_worker(
                self._load_all(),
                group="changed-posts",
                exit_on_error=False,
                description="loading posts that changed",
            )

    async def _load_all(self) -> None:
        try:
            while self._ids:
                post_id = next(iter(self._ids))
                del self._ids[post_id]
                await self._load(post_id)
        finally:
            self._is_loading = False
