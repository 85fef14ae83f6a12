"""What createPost, editPost and deletePost do to the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fluffy_tui.demo.stand_in.clock import Clock
from fluffy_tui.demo.stand_in.fault_switches import Faults, Kind
from fluffy_tui.demo.stand_in.picture_reader import PictureReader, PictureUnreadable
from fluffy_tui.demo.stand_in.post_requirements import (
    ALREADY_SCHEDULED,
    NOTHING_TO_SAY,
    POSTED_RECENTLY,
    UNREADABLE,
    Refused,
    check_input,
    check_pictures,
    invalid,
)
from fluffy_tui.demo.stand_in.publisher import Publisher
from fluffy_tui.demo.stand_in.queue_slots import next_free_slot, slots
from fluffy_tui.demo.stand_in.world import Asset, Channel, Post, World, new_id

QUEUE_MODES = frozenset({"addToQueue", "shareNext"})
DUPLICATE_WINDOW = timedelta(hours=1)
"""How long the same text is refused on one channel; Buffer's own figure is not known."""


@dataclass(frozen=True, slots=True)
class Mutations:
    """The mutations: each checks in Buffer's order, changes the world at once and notifies the publisher."""

    world: World
    clock: Clock
    faults: Faults
    reader: PictureReader
    publisher: Publisher
    changed: Callable[[], None]
    duplicate_window: timedelta = DUPLICATE_WINDOW

    async def create(self, request: Mapping[str, Any]) -> Post:
        """Create a post.

        Raises:
            Refused: With the error member that Buffer would return.
        """
        channel = self.world.channels.get(request["channelId"])
        if channel is None:
            raise Refused("NotFoundError", "Channel not found")
        if channel.is_locked:
            raise invalid(["Channel is locked."])
        operation = frozenset({"createPost"})
        own = frozenset({channel.id})
        if self.faults.take(Kind.QUEUE_PAUSED, operation, own):
            channel.is_queue_paused = True
        text = request.get("text") or ""
        metadata = dict(request.get("metadata") or {})
        self._check(channel, text, request["assets"], metadata)
        assets = await self._read(channel, request["assets"], metadata, "createPost")
        if self.faults.take(Kind.REWRITTEN_ASSETS, operation, own):
            for asset in assets:
                asset.source = f"https://buffer-media.example.com/{new_id()}.jpg"
        now = self.clock.now()
        draft = bool(request.get("saveToDraft") or request.get("needsApproval"))
        self._refuse_duplicate(channel, text, request.get("dueAt"), now)
        if not draft and request["mode"] != "shareNow":
            self._refuse_full_queue(channel, operation)
        post = Post(
            channel_id=channel.id,
            text=text,
            status="draft",
            share_mode=request["mode"],
            scheduling_type=request["schedulingType"],
            created_at=now,
            updated_at=now,
            assets=self._kept(assets, operation, own),
            metadata=metadata,
        )
        if draft:
            post.due_at = request.get("dueAt") if request["mode"] == "customScheduled" else None
        else:
            self._schedule(post, channel, request["mode"], request.get("dueAt"))
        self.world.add_post(post)
        if self.faults.take(Kind.DISCONNECT_CHANNEL, operation, own):
            channel.is_disconnected = True
        await self._settle(post)
        return post

    async def edit(self, request: Mapping[str, Any]) -> Post:
        """Change a post; the whole post is checked again, and without `mode` its time does not change.

        Raises:
            Refused: With the error member that Buffer would return.
        """
        post = self.world.posts.get(request["id"])
        if post is None:
            raise Refused("NotFoundError", "Post not found")
        if post.status in {"sending", "sent"}:
            raise invalid([f"A post that is {post.status} cannot be edited."])
        if request.get("text") is None and request.get("assets") is None:
            raise invalid(
                [NOTHING_TO_SAY]
            )  # observed: omitted fields count as empty while the post is checked
        channel = self.world.channels[post.channel_id]
        text = post.text if request.get("text") is None else request["text"]
        metadata = post.metadata | dict(request.get("metadata") or {})
        wanted = request.get("assets")
        self._check(channel, text, _current_assets(post) if wanted is None else wanted, metadata)
        assets = post.assets if wanted is None else await self._read(channel, wanted, metadata, "editPost")
        post.text, post.metadata = text, metadata
        post.assets = self._kept(assets, frozenset({"editPost"}), frozenset({channel.id}))
        post.updated_at = self.clock.now()
        mode = request.get("mode")
        ignored = self.faults.take(Kind.EDIT_IGNORES_DUE, frozenset({"editPost"}), frozenset({channel.id}))
        if mode and request.get("schedulingType") and not ignored:
            self._schedule(post, channel, mode, request.get("dueAt"))
            post.share_mode, post.scheduling_type = mode, request["schedulingType"]
        await self._settle(post)
        return post

    def delete(self, post_id: str) -> str:
        """Remove a post from Buffer and return its id.

        Raises:
            Refused: There is no such post, or it is being sent.
        """
        post = self.world.posts.get(post_id)
        if post is None:
            raise Refused("VoidMutationError", "Post not found")
        if post.status == "sending":
            raise Refused("VoidMutationError", "A post that is sending cannot be deleted.")
        del self.world.posts[post_id]
        self.publisher.arm()
        self.changed()
        return post_id

    def resume_queue(self, channel: Channel) -> None:
        """Give posts that a paused queue delayed the next free slots, in order."""
        now = self.clock.now()
        for post in self._queue(channel.id):
            if post.due_at is not None and post.due_at <= now:
                post.due_at = next_free_slot(channel, now, self._taken(channel))

    def _check(
        self, channel: Channel, text: str, assets: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any]
    ) -> None:
        check_input(channel.service, text, assets, metadata, is_paid_plan=self.world.is_paid_plan)

    def _kept(self, assets: list[Asset], operation: frozenset[str], channels: frozenset[str]) -> list[Asset]:
        """Return the pictures that a fault leaves."""
        if self.faults.take(Kind.DROP_ASSET, operation, channels):
            return []
        if len(assets) > 1 and self.faults.take(Kind.DROP_ONE_ASSET, operation, channels):
            return assets[:-1]
        return assets

    async def _settle(self, post: Post) -> None:
        self.changed()
        if post.share_mode == "shareNow" and self.world.channels[post.channel_id].service == "twitter":
            await self.publisher.publish_at_once(post)  # observed: X returns `sent` in the same reply
        self.publisher.arm()

    async def _read(
        self,
        channel: Channel,
        wanted: Sequence[Mapping[str, Any]],
        metadata: Mapping[str, Any],
        operation: str,
    ) -> list[Asset]:
        reasons, pictures, assets = [], [], []
        for entry in wanted:
            kind, value = next(iter(entry.items()))
            if kind != "image":
                reasons.append(f"{kind.capitalize()} could not be read from its URL.")
                continue
            try:
                if self.faults.take(
                    Kind.IMAGE_UNREADABLE, frozenset({operation}), frozenset({channel.id}), after=False
                ):
                    raise PictureUnreadable("fault")  # noqa: TRY301 - the fault is reported like the real case
                picture = await self.reader.read(value["url"])
            except PictureUnreadable:
                reasons.append(UNREADABLE)
                continue
            details = value.get("metadata") or {}
            pictures.append(picture)
            assets.append(
                Asset(
                    source=value["url"],
                    mime_type=picture.mime_type,
                    width=picture.width,
                    height=picture.height,
                    alt_text=details.get("altText", ""),
                    thumbnail=value.get("thumbnailUrl") or value["url"],
                    user_tags=list(details.get("userTags") or ()),
                )
            )
        if reasons:
            raise invalid(reasons)
        check_pictures(channel.service, pictures, metadata)
        return assets

    def _refuse_duplicate(self, channel: Channel, text: str, due_at: datetime | None, now: datetime) -> None:
        if not text:
            return
        for post in self.world.posts_of(channel.id, "scheduled", "sending", "sent"):
            if post.text != text:
                continue
            recent = now - (post.sent_at or post.created_at) < self.duplicate_window
            near = due_at and post.due_at and abs(due_at - post.due_at) < self.duplicate_window
            if recent or near:
                raise invalid([POSTED_RECENTLY if post.status == "sent" else ALREADY_SCHEDULED])

    def _refuse_full_queue(self, channel: Channel, operation: frozenset[str]) -> None:
        allowed = self.world.scheduled_posts
        waiting = sum(1 for _ in self.world.posts_of(channel.id, "scheduled"))
        if self.faults.take(Kind.QUEUE_FULL, operation, frozenset({channel.id})):
            waiting = max(waiting, allowed)
        if waiting >= allowed:
            raise Refused(
                "LimitReachedError",
                f"Limit reached: Scheduled posts limit reached. You have {waiting} scheduled posts "
                f"out of {allowed} allowed",
            )

    def _schedule(self, post: Post, channel: Channel, mode: str, due_at: datetime | None) -> None:
        now = self.clock.now()
        if mode == "customScheduled":
            if due_at is None:
                raise invalid(["A custom scheduled post requires a due date."])
            if due_at <= now:
                raise invalid(["The due date must be in the future."])
            post.due_at = due_at
        elif mode == "shareNow":
            post.due_at = now
        elif mode == "shareNext":
            self._put_first(post, channel, now)
        else:
            post.due_at = next_free_slot(channel, now, self._taken(channel, post))
        post.status = "sending" if mode == "shareNow" else "scheduled"
        post.publish_at = post.error_message = post.error_raw = None

    def _put_first(self, post: Post, channel: Channel, now: datetime) -> None:
        queue = [post, *(entry for entry in self._queue(channel.id) if entry is not post)]
        fixed = self._taken(channel) - {entry.due_at for entry in queue if entry.due_at}
        free = (slot for slot in slots(channel, now) if slot not in fixed)
        for entry in queue:
            entry.due_at = next(free, None)

    def _queue(self, channel_id: str) -> list[Post]:
        waiting = self.world.posts_of(channel_id, "scheduled")
        queued = [post for post in waiting if post.share_mode in QUEUE_MODES and post.due_at is not None]
        return sorted(queued, key=lambda post: (post.due_at or post.created_at, post.created_at))

    def _taken(self, channel: Channel, except_for: Post | None = None) -> set[datetime]:
        waiting = self.world.posts_of(channel.id, "scheduled", "sending")
        return {post.due_at for post in waiting if post is not except_for and post.due_at is not None}


def _current_assets(post: Post) -> list[dict[str, Any]]:
    return [
        {
            "image": {
                "url": asset.source,
                "metadata": {"altText": asset.alt_text, "userTags": asset.user_tags},
            }
        }
        for asset in post.assets
    ]
