"""Posts: the table, the details of one post, and editing."""

from __future__ import annotations

from fluffy_tui.tui.posts.post_actions import ActsOnPosts as ActsOnPosts, PostActions as PostActions
from fluffy_tui.tui.posts.post_detail import PostDetailScreen as PostDetailScreen
from fluffy_tui.tui.posts.post_picture import PICTURE_FROM as PICTURE_FROM, PostPicture as PostPicture
from fluffy_tui.tui.posts.screen import PostsScreen as PostsScreen
