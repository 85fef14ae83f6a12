"""A client of Buffer's GraphQL API, with typed values; it knows neither database nor screen.

Values and errors are imported at once and cost nothing. `BufferClient` is imported at its first use, because httpx
takes about 150 ms (PEP 562).
"""

from typing import TYPE_CHECKING

from fluffy_tui.buffer.budget import Budget as Budget
from fluffy_tui.buffer.budget import BudgetWindow as BudgetWindow
from fluffy_tui.buffer.errors import KEY_PAGE as KEY_PAGE
from fluffy_tui.buffer.errors import BufferError as BufferError
from fluffy_tui.buffer.errors import Code as Code
from fluffy_tui.buffer.errors import NextStep as NextStep
from fluffy_tui.buffer.values import POSTS_A_REQUEST as POSTS_A_REQUEST
from fluffy_tui.buffer.values import Account as Account
from fluffy_tui.buffer.values import BufferPost as BufferPost
from fluffy_tui.buffer.values import BufferStatus as BufferStatus
from fluffy_tui.buffer.values import Channel as Channel
from fluffy_tui.buffer.values import Metric as Metric
from fluffy_tui.buffer.values import NewPicture as NewPicture
from fluffy_tui.buffer.values import NewPost as NewPost
from fluffy_tui.buffer.values import Organization as Organization
from fluffy_tui.buffer.values import PeopleTag as PeopleTag
from fluffy_tui.buffer.values import PinterestBoard as PinterestBoard
from fluffy_tui.buffer.values import PostMetrics as PostMetrics
from fluffy_tui.buffer.values import SentPost as SentPost
from fluffy_tui.buffer.values import SentPosts as SentPosts
from fluffy_tui.buffer.values import Service as Service
from fluffy_tui.buffer.values import ShareMode as ShareMode
from fluffy_tui.buffer.values import SlotDay as SlotDay
from fluffy_tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from fluffy_tui.buffer.client import BufferClient as BufferClient


__getattr__ = lazy_exports(__name__, {"BufferClient": "client"})
