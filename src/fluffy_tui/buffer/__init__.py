"""A client of Buffer's GraphQL API, with typed values; it knows neither database nor screen.

Values and errors are imported at once and cost nothing. `BufferClient` is imported at its first use, because httpx
takes about 150 ms (PEP 562).
"""

from typing import TYPE_CHECKING

from fluffy_tui.buffer.budget import Budget as Budget, BudgetWindow as BudgetWindow
from fluffy_tui.buffer.errors import (
    KEY_PAGE as KEY_PAGE,
    BufferError as BufferError,
    Code as Code,
    NextStep as NextStep,
)
from fluffy_tui.buffer.values import (
    POSTS_A_REQUEST as POSTS_A_REQUEST,
    Account as Account,
    BufferPost as BufferPost,
    BufferStatus as BufferStatus,
    Channel as Channel,
    Metric as Metric,
    NewPicture as NewPicture,
    NewPost as NewPost,
    Organization as Organization,
    PeopleTag as PeopleTag,
    PinterestBoard as PinterestBoard,
    PostMetrics as PostMetrics,
    SentPost as SentPost,
    SentPosts as SentPosts,
    Service as Service,
    ShareMode as ShareMode,
    SlotDay as SlotDay,
)
from fluffy_tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from fluffy_tui.buffer.client import BufferClient as BufferClient


__getattr__ = lazy_exports(__name__, {"client": "BufferClient"})
