"""Posts: the table, the details of one post, editing, and the problems that need attention."""

from __future__ import annotations

from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.posts.problems_screen import ProblemsScreen
from fluffy_tui.tui.posts.screen import PostsScreen

__all__ = ["PostDetailScreen", "PostsScreen", "ProblemsScreen"]
