"""The question before posts are cancelled: what happens to each of them, and to their photos."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fluffy_tui.tui.session.submit_undo import what_cancelling_does
from fluffy_tui.tui.text.channel_words import channel_of_each
from fluffy_tui.tui.text.post_refusals import why_not
from fluffy_tui.tui.text.words import quoted
from fluffy_tui.tui.ui.dialogs import ConfirmScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

NAMED = 5
"""How many posts a question names before it only counts the rest."""


def question_about(
    context: Context, posts: Sequence[Post], groups: Mapping[int, Sequence[Post]]
) -> ConfirmScreen:
    """Return the question whether posts are to be cancelled, given all posts of their submissions by group id."""
    if len(posts) > 1:
        return _about_several(context, posts, groups)
    post, group = posts[0], groups[posts[0].group_id]
    if len(group) > 1:
        return _about_channels(context, post, group)
    question = f"{post_name(post)}\n\n{_consequence(context, post, frees_photos=True)}"
    keys = context.keys
    return ConfirmScreen("Cancel this post?", question, yes="Cancel post", no="Keep post", own=keys)


def _about_channels(context: Context, post: Post, group: Sequence[Post]) -> ConfirmScreen:
    """Ask about a post on several channels: whether it is meant alone, or with the others."""
    names, count = channel_of_each(group, context.channel), len(group)
    others = "the other channel" if count == 2 else f"the other {count - 1} channels"
    alone = _consequence(context, post, frees_photos=False)
    photos = photos_left(post, [each for each in group if each.id != post.id], others)
    lines = [f"Only {names[post.id]}: {alone} {photos}"]
    can_all = sum(each.can_be_cancelled for each in group) > 1
    if can_all:
        each_on_its_own = (
            f"{names[each.id]}: {why_not('cancel', each) or _consequence(context, each, frees_photos=False)}"
            for each in group
        )
        lines.append("\n".join([f"All {count} channels:", *each_on_its_own]))
    return ConfirmScreen(
        f"Cancel this post on {names[post.id]}?",
        "\n\n".join([post_name(post), *lines]),
        yes=f"Only {names[post.id]}",
        all_of_them=f"All {count} channels" if can_all else "",
        no="Keep",
        own=context.keys,
    )


def photos_left(post: Post, others: Sequence[Post], where: str) -> str:
    """Return which photos of a post stay scheduled without it, as each of the `others` may have photos of its own."""
    count = len(post.photo_ids)
    holders = [other for other in others if other.has_its_photos]
    kept = len(post.photo_ids & {photo_id for other in holders for photo_id in other.photo_ids})
    if kept == count:
        return f"The {'photo stays' if count == 1 else 'photos stay'} scheduled on {where}."
    if kept == 0:
        return f"The {'photo goes' if count == 1 else 'photos go'} back to the library."
    stay, go = "stays" if kept == 1 else "stay", "goes" if count - kept == 1 else "go"
    return f"{kept} of the {count} photos {stay} scheduled on {where}, the rest {go} back to the library."


def _about_several(
    context: Context, posts: Sequence[Post], groups: Mapping[int, Sequence[Post]]
) -> ConfirmScreen:
    chosen, count = {post.id for post in posts}, len(posts)
    does = "Their photos go back to the library, with the captions as drafts."
    if any(other.id not in chosen for post in posts for other in groups[post.group_id]):
        does = (
            "Photos that are also posted on another channel stay scheduled there. "
            "The others go back to the library, with their captions as drafts."
        )
    if in_buffer := sum(post.buffer_post_id is not None for post in posts):
        does = f"{in_buffer} of them will be deleted in Buffer first. {does}"
    title, question = f"Cancel {count} posts?", f"{post_names(posts)}\n\n{does}"
    return ConfirmScreen(title, question, yes="Cancel posts", no="Keep posts", own=context.keys)


def _consequence(context: Context, post: Post, *, frees_photos: bool) -> str:
    zone = context.post_zone(post.persona_id, post.channel_id)
    return what_cancelling_does(post, context.clock(), zone, context.zone, frees_photos=frees_photos)


def post_name(post: Post) -> str:
    """Return the beginning of a post's caption, by which questions and reports name it."""
    return quoted(post.caption, 40)


def post_names(posts: Sequence[Post]) -> str:
    """Return the beginnings of the captions of several posts, as far as a sentence has room."""
    alike = Counter(map(post_name, posts))  # on several channels they often have one caption
    words = [name if times == 1 else f"{name} ({times} posts)" for name, times in alike.items()]
    more = sum([*alike.values()][NAMED:])
    return ", ".join(words[:NAMED]) + (f" and {more} more" if more else "")
