"""Checks a campaign from both sides: what was submitted, what our database says, what Buffer holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from faults.ledger import first_caption
from faults.plan import Act, AnswerAct, LateAct
from fluffy_tui.buffer import Code
from fluffy_tui.scheduling import PostError, PostStatus, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from faults.ledger import Ledger, Told
    from fluffy_tui.bootstrap import Services
    from fluffy_tui.demo import Post as BufferPost
    from fluffy_tui.demo import StandIn
    from fluffy_tui.scheduling import Post

AnyAct = Act | AnswerAct | LateAct

CAUSES: dict[str, set[Act | AnswerAct]] = {
    Code.IMAGE_DROPPED: {Act.ASSET_LOST, AnswerAct.ASSET_LOST},
    Code.IMAGE_UNREADABLE: {Act.MEDIA_AWAY},
}
"""Which faults may truly end a post as failed; everything else has to pass by itself."""

LATE_CAUSES: dict[str, set[LateAct]] = {
    "picture_not_fetched": {LateAct.PICTURE_LOST},
    "removed_in_buffer": {LateAct.REMOVED_THERE},
}
"""The same for posts that Buffer had accepted."""


@dataclass
class Findings:
    """What an audit found; all but `in_trouble` has to stay empty."""

    duplicates: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    in_trouble: dict[int, str] = field(default_factory=dict)
    """Failed posts that are not in Buffer, by id, with their cause."""

    @property
    def violations(self) -> list[str]:
        """Everything that must never happen."""
        return [*self.duplicates, *self.losses, *self.disagreements]


async def audit(
    services: Services,
    stand_in: StandIn,
    media: Path,
    ledger: Ledger,
    played: Counter[AnyAct],
) -> Findings:
    """Compare both sides.

    Args:
        services: our side.
        stand_in: Buffer's side.
        media: the folder behind the media host.
        ledger: what was submitted, changed and taken back, as it was told.
        played: the faults that were played.
    """
    findings = Findings()
    written = await services.scheduling.posts(limit=10 * len(ledger.told) + 10)
    ours = {first_caption(post.caption): post for post in written}
    theirs = _by_first_caption(stand_in.posts())
    for caption, found in theirs.items():
        if len(found) > 1:
            findings.duplicates.append(f"{caption!r} is in Buffer {len(found)} times")
        if caption not in ledger.told:
            findings.disagreements.append(f"{caption!r} is in Buffer but was never submitted")
    if len(written) != len(ledger.left):
        findings.losses.append(f"{len(ledger.left)} posts are left, {len(written)} are written")
    for caption, told in ledger.left.items():
        post = ours.get(caption)
        if post is None or post.photo_id != told.photo_id:
            findings.losses.append(f"{caption!r} is not written with its photo")
        else:
            _compare(findings, post, theirs.get(caption, []), media, played, told)
    free = await _free_photos(services)
    for caption, told in ledger.told.items():
        if told.is_gone and (caption in ours or caption in theirs or told.photo_id not in free):
            findings.disagreements.append(
                f"{caption!r} was told as taken back; written: {caption in ours}, "
                f"in Buffer: {caption in theirs}, photo free: {told.photo_id in free}"
            )
    return findings


def _by_first_caption(found: Sequence[BufferPost]) -> dict[str, list[BufferPost]]:
    theirs: dict[str, list[BufferPost]] = {}
    for there in found:
        theirs.setdefault(first_caption(there.text), []).append(there)
    return theirs


async def _free_photos(services: Services) -> set[int]:
    personas = await services.personas.list()
    return {photo.id for persona in personas for photo in await services.photos.unscheduled(persona)}


def _compare(
    findings: Findings,
    post: Post,
    found: list[BufferPost],
    media: Path,
    played: Counter[AnyAct],
    told: Told,
) -> None:
    who = f"post {post.id} ({post.step}, {post.error_code})"
    if not told.agrees_with(post):
        findings.disagreements.append(f"{who} is {post}, told were {told.may_be}")
    if post.status is PostStatus.FAILED:
        findings.in_trouble[post.id] = f"{post.error_code}: {post.error_message}"
        possible = CAUSES.get(post.error_code or "", set())
        taken_out = told.may_be_gone and post.error_code == PostError.REMOVED_IN_BUFFER
        if not taken_out and not any(played[act] for act in possible):
            findings.disagreements.append(f"{who} failed without such a fault: {post.error_message}")
        if any(there.assets for there in found):
            findings.disagreements.append(f"{who} is called failed, but it is in Buffer")
        return
    if post.step is not Step.ACCEPTED:
        findings.losses.append(f"{who} has not arrived: {post.error_message}")
        return
    if not found:
        findings.losses.append(f"{who} is called accepted, but it is not in Buffer")
        return
    there = found[0]
    facts = {
        "id": (post.buffer_post_id, there.id),
        "channel": (post.channel_id, there.channel_id),
        "text": (post.caption, there.text),
        "time": (post.scheduled_at, there.due_at),
        "status": ("scheduled", there.status),
        "picture": ([post.media_url], [asset.source for asset in there.assets]),
        "alt text": ([post.alt_text], [asset.alt_text for asset in there.assets]),
        "hosted bytes": ((post.rendition or {}).get("bytes"), _size(media, post)),
        "pixels": (
            [((post.rendition or {}).get("width"), (post.rendition or {}).get("height"))],
            [(asset.width, asset.height) for asset in there.assets],
        ),
    }
    for name, (we_say, they_say) in facts.items():
        if we_say != they_say:
            findings.disagreements.append(f"{who}: {name} is {we_say} here and {they_say} there")


async def audit_live(
    services: Services, stand_in: StandIn, submitted: Mapping[str, Told], played: Counter[AnyAct]
) -> Findings:
    """Compare both sides once Buffer's time has gone by: each post is live on both, or failed for a true cause."""
    findings = Findings()
    written = await services.scheduling.posts(limit=10 * len(submitted) + 10)
    ours = {first_caption(post.caption): post for post in written}
    theirs = _by_first_caption([there for there in stand_in.posts() if there.via != "network"])
    findings.duplicates += [
        f"{text!r} is in Buffer {len(found)} times" for text, found in theirs.items() if len(found) > 1
    ]
    for caption in submitted:
        post = ours.get(caption)
        if post is None:
            findings.losses.append(f"{caption!r} is not written")
        else:
            _compare_live(findings, post, theirs.get(caption, []), played)
    return findings


def _compare_live(findings: Findings, post: Post, found: list[BufferPost], played: Counter[AnyAct]) -> None:
    who = f"post {post.id} ({post.step}, {post.error_code})"
    if post.status is PostStatus.FAILED:
        findings.in_trouble[post.id] = f"{post.error_code}: {post.error_message}"
        if not any(played[act] for act in LATE_CAUSES.get(post.error_code or "", set())):
            findings.disagreements.append(f"{who} failed without such a fault: {post.error_message}")
        if any(there.status != "error" for there in found):
            findings.disagreements.append(f"{who} is called failed, but it is {found[0].status} in Buffer")
        return
    if post.step is not Step.LIVE or not found:
        findings.losses.append(f"{who} is not live, in Buffer: {[there.status for there in found]}")
        return
    there = found[0]
    facts = {
        "id": (post.buffer_post_id, there.id),
        "status": (post.status, {"sent": PostStatus.POSTED}.get(there.status, there.status)),
        "time": (post.posted_at, there.sent_at),
        "text": (post.caption, there.text),
        "link": (post.external_link or "none", there.external_link),
        "picture": ([post.media_url], [asset.source for asset in there.assets]),
    }
    for name, (we_say, they_say) in facts.items():
        if we_say != they_say:
            findings.disagreements.append(f"{who}: {name} is {we_say} here and {they_say} there")


def _size(media: Path, post: Post) -> int | None:
    path = media / "posts" / str(post.media_url).rsplit("/", 1)[-1]
    return path.stat().st_size if path.is_file() else None
