"""Compare what was submitted in a campaign with what our database says and what Buffer has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from faults.ledger import first_caption
from faults.plan import Act, AnswerAct, LateAct
from fluffy_tui.buffer import Code
from fluffy_tui.scheduling import PostError, PostStatus, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from faults.ledger import Expectation, Ledger
    from fluffy_tui.bootstrap import Services
    from fluffy_tui.demo import Post as BufferPost, StandIn
    from fluffy_tui.scheduling import Post, PostPhoto

AnyAct = Act | AnswerAct | LateAct

CAUSES: dict[str, set[Act | AnswerAct]] = {
    Code.IMAGE_DROPPED: {Act.ASSET_LOST, Act.ONE_ASSET_LOST, AnswerAct.ASSET_LOST},
    Code.IMAGE_UNREADABLE: {Act.MEDIA_AWAY},
    PostError.TOO_MANY_CREATES: {Act.DROPPED_BEFORE, Act.SERVER_ERROR_BEFORE, Act.ARRIVES_VERY_LATE},
}
"""Which faults may make a post fail; after all others it has to arrive without help."""

LATE_CAUSES: dict[str, set[LateAct]] = {
    "picture_not_fetched": {LateAct.PICTURE_LOST},
    "removed_in_buffer": {LateAct.REMOVED_IN_BUFFER},
}
"""The same for posts that were in Buffer."""


@dataclass
class Findings:
    """What an audit found; all but `failed` must stay empty."""

    duplicates: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    """Failed posts that are not in Buffer, with their causes, by id."""

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
        ledger: what was submitted, changed and cancelled, according to the answers.
        played: the faults that were played.
    """
    findings = Findings()
    written = await services.scheduling.posts(limit=10 * len(ledger.expected) + 10)
    ours = {first_caption(post.caption): post for post in written}
    theirs = _by_first_caption(stand_in.posts())
    for caption, found in theirs.items():
        if len(found) > 1:
            findings.duplicates.append(f"{caption!r} is in Buffer {len(found)} times")
        if caption not in ledger.expected:
            findings.disagreements.append(f"{caption!r} is in Buffer but was never submitted")
    if len(written) != len(ledger.left):
        findings.losses.append(f"{len(ledger.left)} posts should be left, {len(written)} are stored")
    for caption, expected in ledger.left.items():
        post = ours.get(caption)
        if post is None or tuple(photo.photo_id for photo in post.photos) != expected.photo_ids:
            findings.losses.append(f"{caption!r} is not stored with its photos")
        else:
            _compare(findings, post, theirs.get(caption, []), media, played, expected)
    free = await _free_photos(services)
    for caption, expected in ledger.expected.items():
        if expected.is_cancelled and (caption in ours or caption in theirs):
            findings.disagreements.append(
                f"{caption!r} was reported as cancelled; stored: {caption in ours}, in Buffer: {theirs.get(caption)}"
            )
        has_holder = any(caption in ours and ours[caption].has_its_photos for caption in expected.group)
        if (are_free := free.issuperset(expected.photo_ids)) == has_holder:
            findings.disagreements.append(f"the photos of {caption!r} are {'free' if are_free else 'taken'}")
    return findings


def _by_first_caption(found: Sequence[BufferPost]) -> dict[str, list[BufferPost]]:
    theirs: dict[str, list[BufferPost]] = {}
    for post in found:
        theirs.setdefault(first_caption(post.text), []).append(post)
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
    expected: Expectation,
) -> None:
    who = f"post {post.id} ({post.step}, {post.error_code})"
    if not expected.agrees_with(post):
        findings.disagreements.append(f"{who} is {post}, expected one of {expected.versions}")
    if post.status is PostStatus.FAILED:
        findings.failed[post.id] = f"{post.error_code}: {post.error_message}"
        possible = CAUSES.get(post.error_code or "", set())
        was_removed = expected.may_be_removed and post.error_code == PostError.REMOVED_IN_BUFFER
        if not was_removed and not any(played[act] for act in possible):
            findings.disagreements.append(f"{who} failed without such a fault: {post.error_message}")
        # One without all of its pictures is named as that by the post.
        if any(len(remote.assets) >= len(post.photos) for remote in found):
            findings.disagreements.append(f"{who} is failed, but it is in Buffer")
        return
    if post.step is not Step.ACCEPTED:
        findings.losses.append(f"{who} has not arrived: {post.error_message}")
        return
    if not found:
        findings.losses.append(f"{who} is accepted, but it is not in Buffer")
        return
    remote = found[0]
    facts = {
        "id": (post.buffer_post_id, remote.id),
        "channel": (post.channel_id, remote.channel_id),
        "text": (post.caption, remote.text),
        "time": (post.scheduled_at, remote.due_at),
        "status": ("scheduled", remote.status),
        "pictures": ([photo.media_url for photo in post.photos], _sources(post, remote)),
        "alt texts": (
            [photo.alt_text for photo in post.photos],
            [asset.alt_text for asset in remote.assets],
        ),
        "uploaded bytes": (
            [(photo.rendition or {}).get("bytes") for photo in post.photos],
            [_size(media, photo) for photo in post.photos],
        ),
        "pixels": (
            [
                ((photo.rendition or {}).get("width"), (photo.rendition or {}).get("height"))
                for photo in post.photos
            ],
            [(asset.width, asset.height) for asset in remote.assets],
        ),
    }
    for name, (ours, theirs) in facts.items():
        if ours != theirs:
            findings.disagreements.append(f"{who}: {name} is {ours} here and {theirs} in Buffer")


async def audit_live(
    services: Services, stand_in: StandIn, submitted: Mapping[str, Expectation], played: Counter[AnyAct]
) -> Findings:
    """Compare both sides after all posts were due: each is live on both, or failed for a cause that was played."""
    findings = Findings()
    written = await services.scheduling.posts(limit=10 * len(submitted) + 10)
    ours = {first_caption(post.caption): post for post in written}
    theirs = _by_first_caption([remote for remote in stand_in.posts() if remote.via != "network"])
    findings.duplicates += [
        f"{text!r} is in Buffer {len(found)} times" for text, found in theirs.items() if len(found) > 1
    ]
    for caption in submitted:
        post = ours.get(caption)
        if post is None:
            findings.losses.append(f"{caption!r} is not stored")
        else:
            _compare_live(findings, post, theirs.get(caption, []), played)
    return findings


def _compare_live(findings: Findings, post: Post, found: list[BufferPost], played: Counter[AnyAct]) -> None:
    who = f"post {post.id} ({post.step}, {post.error_code})"
    if post.status is PostStatus.FAILED:
        findings.failed[post.id] = f"{post.error_code}: {post.error_message}"
        if not any(played[act] for act in LATE_CAUSES.get(post.error_code or "", set())):
            findings.disagreements.append(f"{who} failed without such a fault: {post.error_message}")
        if any(remote.status != "error" for remote in found):
            findings.disagreements.append(f"{who} is failed, but it is {found[0].status} in Buffer")
        return
    if post.step is not Step.LIVE or not found:
        findings.losses.append(f"{who} is not live, in Buffer: {[there.status for there in found]}")
        return
    remote = found[0]
    facts = {
        "id": (post.buffer_post_id, remote.id),
        "status": (post.status, {"sent": PostStatus.POSTED}.get(remote.status, remote.status)),
        "time": (post.posted_at, remote.sent_at),
        "text": (post.caption, remote.text),
        "link": (post.external_link or "none", remote.external_link),
        "pictures": ([photo.media_url for photo in post.photos], _sources(post, remote)),
    }
    for name, (ours, theirs) in facts.items():
        if ours != theirs:
            findings.disagreements.append(f"{who}: {name} is {ours} here and {theirs} in Buffer")


def _sources(post: Post, remote: BufferPost) -> list[str | None]:
    """Return where Buffer has the pictures, with our address for one that it has put elsewhere."""
    ours = [photo.media_url for photo in post.photos]
    return [
        mine if asset.source.startswith("https://buffer-media.example.com/") else asset.source
        for asset, mine in zip_longest(remote.assets, ours[: len(remote.assets)])
    ]


def _size(media: Path, photo: PostPhoto) -> int | None:
    path = media / "posts" / str(photo.media_url).rsplit("/", 1)[-1]
    return path.stat().st_size if path.is_file() else None
