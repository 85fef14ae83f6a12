"""A client of Buffer's GraphQL API, with typed values; it knows neither database nor screen.

Values and errors are imported at once and cost nothing. `BufferClient` is imported at its first use, because httpx
takes about 150 ms (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.buffer.budget import Budget, BudgetWindow
from fluffy_tui.buffer.errors import KEY_PAGE, BufferError, Code, NextStep
from fluffy_tui.buffer.values import (
    POSTS_A_REQUEST,
    Account,
    BufferPost,
    BufferStatus,
    Channel,
    Metric,
    NewPicture,
    NewPost,
    Organization,
    PeopleTag,
    PinterestBoard,
    PostMetrics,
    SentPost,
    SentPosts,
    Service,
    ShareMode,
    SlotDay,
)
from fluffy_tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from fluffy_tui.buffer.client import BufferClient

__all__ = [
    "KEY_PAGE",
    "POSTS_A_REQUEST",
    "Account",
    "Budget",
    "BudgetWindow",
    "BufferClient",
    "BufferError",
    "BufferPost",
    "BufferStatus",
    "Channel",
    "Code",
    "Metric",
    "NewPicture",
    "NewPost",
    "NextStep",
    "Organization",
    "PeopleTag",
    "PinterestBoard",
    "PostMetrics",
    "SentPost",
    "SentPosts",
    "Service",
    "ShareMode",
    "SlotDay",
]


__getattr__ = lazy_exports(__name__, {"BufferClient": "client"})
