"""Why something cannot be done with a post in its state, and what to do instead."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Post, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reasons = Mapping[Step | None, str]
    """By the state; None is a draft's."""

_BEING_SENT: tuple[Step | None, ...] = (Step.RENDERING, Step.HOSTING, Step.SENDING)
_CANCEL: Reasons = {
    Step.SENDING: "It is being sent to Buffer right now. You can cancel it once it is there.",
    Step.UNCONFIRMED: "Buffer may or may not have it. You can cancel it once that has been checked.",
    Step.PUBLISHING: "Buffer is publishing it, so it cannot be cancelled. "
    "Delete it on the network once it is live.",
    Step.LIVE: "It is live, so it cannot be cancelled. Delete it on the network.",
}
_CHANGE: Reasons = {
    Step.SENDING: "It is being sent to Buffer right now. You can change it once it is there.",
    Step.UNCONFIRMED: "Buffer may or may not have it. You can change it once that has been checked.",
    Step.PUBLISHING: "Buffer is publishing it, so it cannot be changed.",
    Step.LIVE: "It is live, so it cannot be changed. "
    "Press {posts.duplicate} to use its text for another photo.",
}
_RETRY: Reasons = {
    Step.QUEUED: "It is queued and will be sent, so there is nothing to retry.",
    **dict.fromkeys(_BEING_SENT, "It is being sent to Buffer right now, so there is nothing to retry."),
    Step.UNCONFIRMED: "Buffer is being checked for it. If it is not there, it is sent again.",
    Step.ACCEPTED: "It is in Buffer, so there is nothing to retry. Press {posts.reschedule} to change its time.",
    Step.PUBLISHING: "Buffer is publishing it, so there is nothing to retry.",
    Step.LIVE: "It is live, so there is nothing to retry. Press {posts.post_again} to post it again.",
}
_UPLOAD_AGAIN: Reasons = {
    **dict.fromkeys(
        _BEING_SENT, "It is being sent to Buffer right now. You can upload again once it is there."
    ),
    Step.UNCONFIRMED: "Buffer may or may not have it. You can upload again once that has been checked.",
    Step.PUBLISHING: "Buffer is publishing it, so its picture cannot be replaced.",
    Step.LIVE: "It is live, so its picture cannot be replaced.",
}
_MOVE_UP: Reasons = {
    Step.ACCEPTED: "It has left the queue and is in Buffer at its time. "
    "Press {posts.reschedule} to change that, or {app.plan} for the plan, where {plan.swap} swaps two posts.",
    Step.PUBLISHING: "It has left the queue, and Buffer is publishing it.",
    Step.LIVE: "It has left the queue and is live.",
    Step.FAILED: "It is in no queue. Press {posts.retry} to send it again.",
    None: "It is in no queue. Press {posts.retry} to send it.",
}
_POST_AGAIN = dict.fromkeys(
    (None, *Step),
    "Only a live post can be posted again. Press {posts.duplicate} to use its text for another photo.",
)
_COPY_LINK = {
    **dict.fromkeys((None, *Step), "No link yet. It appears once the post is live."),
    Step.LIVE: "No link yet. Buffer has not reported it so far.",
}
_AMBIGUOUS = (
    "Only you can tell whether Buffer has it. Press {posts.open_in_buffer} to look, then {posts.retry} to send it "
    "again, or {posts.cancel} to cancel it."
)
_VERBS: Mapping[str, tuple[Callable[[Post], object], Reasons]] = {
    "edit": (attrgetter("can_be_changed"), _CHANGE),
    "reschedule": (attrgetter("can_be_changed"), _CHANGE),
    "retry": (attrgetter("can_be_retried"), _RETRY),
    "cancel": (attrgetter("can_be_cancelled"), _CANCEL),
    "upload_again": (attrgetter("can_be_uploaded_again"), _UPLOAD_AGAIN),
    "move_up": (attrgetter("can_be_moved_up"), _MOVE_UP),
    "post_again": (attrgetter("can_be_posted_again"), _POST_AGAIN),
    "copy_link": (attrgetter("external_link"), _COPY_LINK),
}
"""What the state of a post has to be, and why not, by the verb of the key table."""


def why_not(verb: str, post: Post) -> str:
    """Return why something cannot be done with a post now, with action ids in braces; empty if it can.

    The verb is one of the key table, such as `retry`; what is not about a post's state is always possible.
    """
    if verb not in _VERBS:
        return ""
    is_possible, reasons = _VERBS[verb]
    if is_possible(post):
        return ""
    return _AMBIGUOUS if post.is_ambiguous else reasons[post.step]
