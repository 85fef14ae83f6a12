"""Posts: the table, the details of one post, and editing."""

from __future__ import annotations

from fluffy_tui.tui.posts.post_actions import PostActions
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.posts.post_picture import PICTURE_FROM, PostPicture
from fluffy_tui.tui.posts.screen import PostsScreen

__all__ = ["PICTURE_FROM", "PostActions", "PostDetailScreen", "PostPicture", "PostsScreen"]
