"""The tools: each asks the services that the app asks, and answers with values of `answers`."""

from __future__ import annotations

import asyncio
import io
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from mcp_types import CallToolResult, ImageContent
from pydantic import Field

from fluffy_tui.core.clocks import SystemZone
from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.images import PhotoUnreadable
from fluffy_tui.modes.add.post_adder import PostAdder, ReadyPost, WrittenPost
from fluffy_tui.modes.assistant import answers
from fluffy_tui.modes.assistant.draft_box import DraftBox, draft_from
from fluffy_tui.modes.assistant.result_answers import results_answer
from fluffy_tui.modes.post_report import post_event
from fluffy_tui.photos import Browse, PhotoNotFound, Sort, Verdict, from_disk
from fluffy_tui.scheduling import NO_TIME, PostNames, PostNotFound, Reason, Step, compare, measures
from fluffy_tui.tui.text.filter_query import filter_chips, parse_filter, written_out
from fluffy_tui.tui.text.filter_words import FILTER_WORDS
from fluffy_tui.tui.text.post_state import REQUESTED, state_of, step_state
from fluffy_tui.tui.text.results_words import missing_metrics_words
from fluffy_tui.tui.text.score_words import score_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.personas import Persona, PersonaChannel
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import PersonaCounts, Post
    from fluffy_tui.tui.session.drafts import Draft

PICTURE_SIDE = 512
"""Longest side in pixels of the picture that an assistant sees."""
_QUALITY = 80
_HISTORY = 50
"""Entries of a post's history."""
_NEVER = frozenset(
    {
        Reason.ALREADY_SCHEDULED,
        Reason.PHOTO_MISSING,
        Reason.PHOTO_TWICE,
        Reason.SEVERAL_PERSONAS,
        Reason.TOO_MANY_PHOTOS,
    }
)
"""What a draft cannot be finished with in the app."""

Name = Annotated[str, Field(description="A persona's name.", max_length=200)]
PhotoId = Annotated[int, Field(description="The id of a photo.", ge=1, le=2**63 - 1, strict=True)]
Limit = Annotated[int, Field(description="How many at most.", ge=1, le=50, strict=True)]
Cursor = Annotated[str, Field(description="next_cursor of the page before.", max_length=100)]
PhotoIds = Annotated[
    list[PhotoId], Field(description="Photos of one persona, the cover first.", min_length=1, max_length=10)
]
Caption = Annotated[str, Field(description="The caption, with its hashtags.", max_length=20_000)]
AltText = Annotated[
    str, Field(description="What the first photo shows, for people who cannot see it.", max_length=10_000)
]
MoreAltTexts = Annotated[
    list[Annotated[str, Field(max_length=10_000)]],
    Field(description="The same of the photos after the first, in their order.", max_length=9),
]
When = Annotated[
    str,
    Field(
        description='When it goes out, in the channel\'s time zone, such as "tomorrow 9:00", "fri 18:30" or "+2h"; '
        '"now"; or "front" of the queue. Empty for the next free slot.',
        max_length=100,
    ),
]
Channels = Annotated[
    list[Annotated[str, Field(max_length=200)]],
    Field(description="Names or networks of the persona's channels; empty for all.", max_length=20),
]
FirstComment = Annotated[
    str, Field(description="Posted below the post, on networks that have it.", max_length=10_000)
]
State = Literal["draft", "queued", "sending", "in Buffer", "live", "held", "unconfirmed", "failed"]
States = Annotated[
    list[State], Field(description="Only posts in these states; empty for all.", max_length=20)
]


class Refused(FluffyError):
    """A submission was refused; the code says why for a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CursorInvalid(FluffyError):
    """A cursor is not one of those that were given out."""


@dataclass(frozen=True, slots=True)
class AssistantTools:
    """The tools of one server; unless it may submit, only drafts are written."""

    services: Services
    drafts: DraftBox
    may_submit: bool

    async def list_personas(self, limit: Limit = 20, cursor: Cursor = "") -> answers.PersonaList:
        """List the user's personas with their channels, and how many photos and posts each has."""
        personas = await self.services.personas.list()
        counts = await self.services.scheduling.counts()
        start = _number(cursor) if cursor else 0
        page = personas[start : start + limit]
        return answers.PersonaList(
            personas=tuple(_persona(persona, counts.get(persona.id)) for persona in page),
            next_cursor=str(start + limit) if start + limit < len(personas) else None,
        )

    async def find_photos(
        self,
        persona: Name,
        filter: Annotated[  # noqa: A002 - how the app names it
            str,
            Field(
                description="As in the app; without all, only photos without a post are found. Photos "
                + "; ".join(f"{' or '.join(one.written)}: {one.finds}" for one in FILTER_WORDS),
                max_length=500,
            ),
        ] = "",
        sort: Annotated[Sort, Field(description="What they are sorted by.")] = Sort.TAKEN,
        descending: Annotated[
            bool,
            Field(description="Newest, last by name, widest, sharpest, or most stars first.", strict=True),
        ] = True,
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> answers.PhotoList:
        """Find photos of a persona. Of photos that show the same picture, only the best is listed."""
        found = await self.services.personas.get(persona)
        base = Browse(sort=sort, descending=descending, folded=True)
        text = written_out(filter, await self.services.filters.all())
        drafts = await self.drafts.photos(found.id)
        browse = parse_filter(text, base, datetime.now(SystemZone()).date(), drafts)
        photos = self.services.photos
        after = _number(cursor) if cursor else None
        ids = await photos.first_ids(found.id, browse, limit=limit + 1, after=after)
        page = list(ids[:limit])
        stacks = await photos.stacks(found.id, browse, page)
        behind = {photo_id: len(stack.behind) for photo_id, stack in stacks.items()}
        return answers.PhotoList(
            photos=tuple(await self._photos(page, behind)),
            understood_as=tuple(words for words, _ in filter_chips(browse)),
            next_cursor=str(ids[limit]) if len(ids) > limit else None,
        )

    async def find_similar_photos(
        self,
        photo_id: PhotoId,
        limit: Limit = 12,
        unscheduled_only: Annotated[
            bool, Field(description="Leave out photos that have a post.", strict=True)
        ] = True,
    ) -> answers.SimilarPhotos:
        """Find the photos of the same persona that are most similar to one."""
        photo = await self.services.photos.get(photo_id)
        found = await self.services.similarity.more_like(
            photo.id, limit=limit, unscheduled_only=unscheduled_only, fold=True
        )
        by_id = {each.id: each for each in await self._photos([near.photo_id for near in found])}
        return answers.SimilarPhotos(
            photos=tuple(
                answers.SimilarPhoto(
                    photo=by_id[near.photo_id], distance=near.distance, relation=near.relation
                )
                for near in found
                if near.photo_id in by_id
            )
        )

    async def inspect_photo(self, photo_id: PhotoId) -> Annotated[CallToolResult, answers.PhotoDetails]:
        """Look at a photo: a small picture, its draft and its posts."""
        photo = await self.services.photos.get(photo_id)
        persona = await self.services.personas.by_id(photo.persona_id)
        posts = await self.services.scheduling.posts_with([photo.id])
        draft = await self.drafts.of(photo)
        earlier = await self.services.similarity.posted_before(photo)
        elsewhere = await self.services.similarity.posted_elsewhere(photo)
        before = None
        if earlier is not None and earlier.post_id not in {post.id for post in posts}:
            before = await self.services.scheduling.post(earlier.post_id)
        copies = await self.services.similarity.same_picture(photo.id)
        [known] = await self._photos([photo.id], {photo.id: len(copies)})
        no_picture, content = "", []
        try:
            jpeg = b64encode(await from_disk(partial(self._picture, photo), photo.name)).decode("ascii")
            content = [ImageContent(type="image", data=jpeg, mime_type="image/jpeg")]
        except PhotoUnreadable as error:
            no_picture = str(error)
        posted_before = await self._posts([before]) if before else [None]
        details = answers.PhotoDetails(
            photo=known,
            persona=persona.name,
            byte_size=photo.byte_size,
            posts=tuple(await self._posts(posts)),
            draft=_draft(draft, photo) if draft else None,
            posted_before=posted_before[0],
            posted_elsewhere=elsewhere.sent_at if elsewhere else None,
            no_picture=no_picture,
        )
        return CallToolResult(content=list(content), structured_content=details.model_dump(mode="json"))

    async def draft_post(
        self,
        photo_ids: PhotoIds,
        caption: Caption,
        alt_text: AltText = "",
        when: When = "",
        channels: Channels = [],  # noqa: B006 - the schema's default; it is not changed
        first_comment: FirstComment = "",
        more_alt_texts: MoreAltTexts = [],  # noqa: B006 - as above
    ) -> answers.Submission:
        """Write a draft that the user finds in the app with the first photo, to change and submit it there.

        What the user has typed is never replaced; a draft from here can be written again until the user changes it.
        """
        persona, photos, ready, adder = await self._prepared(
            photo_ids, caption, (alt_text, *more_alt_texts), when, channels, first_comment
        )
        return await self._drafted(persona, photos, ready, adder)

    async def schedule_post(
        self,
        photo_ids: PhotoIds,
        caption: Caption,
        alt_text: AltText = "",
        when: When = "",
        channels: Channels = [],  # noqa: B006 - as above
        first_comment: FirstComment = "",
        more_alt_texts: MoreAltTexts = [],  # noqa: B006 - as above
    ) -> answers.Submission:
        """Submit a post, if the user allows it in the settings; otherwise write a draft, and say so."""
        persona, photos, ready, adder = await self._prepared(
            photo_ids, caption, (alt_text, *more_alt_texts), when, channels, first_comment
        )
        if not self.may_submit:
            return await self._drafted(persona, photos, ready, adder, "Not submitted: mcp_writes is off. ")
        await self.drafts.check(photos)
        outcome = await adder.submit(ready, photos)
        if outcome.posts:
            await self.drafts.discard(photos)
        reason = _with_names(outcome.refusal.reason, photos) if outcome.refusal else ""
        if outcome.refusal is not None and not outcome.posts:
            raise Refused(outcome.refusal.code, reason)
        note = reason or "Submitted. The app or a worker delivers it."
        return answers.Submission(
            outcome="draft" if outcome.refusal else "submitted",
            note=note,
            posts=tuple(await self._posts(outcome.posts)),
        )

    async def list_posts(
        self,
        persona: Name,
        states: States = [],  # noqa: B006 - as above
        text: Annotated[
            str, Field(description="Only posts with these words in caption or file names.", max_length=200)
        ] = "",
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> answers.PostList:
        """List a persona's posts with their states, times, links and results, the latest first.

        With text, a page may have fewer posts than there are, down to none, and a cursor where to go on.
        """
        found = await self.services.personas.get(persona)
        steps = [step for step in (None, *Step) if step_state(step).name in states] if states else None
        page = await self.services.scheduling.posts_by_time(
            found.id, _time_key(cursor), later=False, steps=steps, text=text, limit=limit
        )
        rest = f"{page.rest[0].astimezone(UTC).isoformat()} {page.rest[1]}" if page.rest else None
        return answers.PostList(posts=tuple(await self._posts(page.posts)), next_cursor=rest)

    async def show_results(
        self,
        persona: Name,
        measure: Annotated[
            str, Field(description="One of measures; empty for what suits each channel.", max_length=100)
        ] = "",
    ) -> answers.PersonaResults:
        """Show which of a persona's posts did best, and how posts did by channel, time, shape and hashtag."""
        found = await self.services.personas.get(persona)
        posts = await self.services.scheduling.counted_posts(found.id)
        possible = tuple(await asyncio.to_thread(measures, posts))
        if measure and measure not in possible:
            choice = ", ".join(possible)
            remedy = f"Choose among: {choice}." if choice else "Leave measure empty."
            raise UsageError(f"No posts can be compared by {measure}.", remedy)
        channels = await self.services.personas.known_channels()
        return results_answer(channels, posts, compare(posts, measure), possible)

    async def show_post(
        self,
        post_id: Annotated[int, Field(description="The id of a post.", ge=1, le=2**63 - 1, strict=True)],
    ) -> answers.PostDetails:
        """Show a post's state, what happened to it, and its results once it is live."""
        post = await self.services.scheduling.post(post_id)
        if post is None:
            raise PostNotFound(f"There is no post {post_id}.", "It was cancelled, or never existed.")
        results = (await self.services.scheduling.results([post])).get(post.id)
        history = await self.services.scheduling.timeline(post.id)
        photos = (await self.services.photos.by_ids(list(post.photo_ids))).values()
        [shown] = await self._posts([post])
        return answers.PostDetails(
            post=shown,
            alt_texts=tuple(photo.alt_text for photo in post.photos),
            first_comment=post.first_comment,
            no_metrics=missing_metrics_words(results) if results and not results.metrics else "",
            history=tuple(
                answers.EventAnswer(
                    at=event.at,
                    what=event.what,
                    state=step_state(event.step, event.status).name,
                    message=_with_names(event.message or "", photos),
                )
                for event in history[-_HISTORY:]
            ),
        )

    async def list_problems(
        self,
        persona: Annotated[str, Field(description="A persona's name; empty for all.", max_length=200)] = "",
        limit: Limit = 20,
    ) -> answers.ProblemList:
        """List what needs attention: failed and held posts, channels, missing photos, and whether a worker runs."""
        of = await self.services.personas.get(persona) if persona else None
        problems = await self.services.scheduling.problems(of)
        shown = problems[:limit]
        posts = [problem.post for problem in shown if problem.post]
        photos = (
            await self.services.photos.by_ids([id_ for post in posts for id_ in post.photo_ids])
        ).values()
        return answers.ProblemList(
            problems=tuple(
                answers.ProblemAnswer(
                    what=problem.what,
                    why=_with_names(problem.why, photos),
                    then=problem.then,
                    at=problem.when,
                    needs_user=problem.needs_user,
                    post_id=problem.post.id if problem.post else None,
                )
                for problem in shown
            ),
            more=max(0, len(problems) - limit),
        )

    @property
    def reads(self) -> Sequence[Callable[..., object]]:
        """The tools that change nothing."""
        return (
            self.list_personas,
            self.find_photos,
            self.find_similar_photos,
            self.inspect_photo,
            self.list_posts,
            self.show_results,
            self.show_post,
            self.list_problems,
        )

    @property
    def writes(self) -> Sequence[Callable[..., object]]:
        """The tools that write drafts or posts."""
        return (self.draft_post, self.schedule_post)

    async def _prepared(
        self,
        photo_ids: list[int],
        caption: str,
        alt_texts: tuple[str, ...],
        when: str,
        channels: list[str],
        first_comment: str,
    ) -> tuple[Persona, list[Photo], ReadyPost, PostAdder]:
        known = await self.services.photos.by_ids(photo_ids)
        for photo_id in photo_ids:
            if photo_id not in known:
                raise PhotoNotFound(f"There is no photo {photo_id}.", "Find photos again.")
        if len(alt_texts) > len(photo_ids):
            raise UsageError("There are more alt texts than photos.", "Give one for each photo at most.")
        photos = [known[photo_id] for photo_id in photo_ids]
        persona = await self.services.personas.by_id(photos[0].persona_id)
        adder = PostAdder(self.services, persona, dry_run=False)
        files = tuple(photo.path for photo in photos)
        written = WrittenPost(
            files, caption, alt_texts[0], when, tuple(channels), first_comment, more_alt_texts=alt_texts[1:]
        )
        return persona, photos, ReadyPost(written, files, adder.choices(written)), adder

    async def _drafted(
        self, persona: Persona, photos: list[Photo], ready: ReadyPost, adder: PostAdder, note: str = ""
    ) -> answers.Submission:
        refusal = await adder.check(ready, photos)
        reason = _with_names(refusal.reason, photos) if refusal else ""
        if refusal is not None and refusal.code in _NEVER:
            raise Refused(refusal.code, reason)
        draft = draft_from(ready, photos, persona)
        await self.drafts.save(photos, draft)
        note += f"The draft is in the app with {photos[0].name}; the user can change and submit it there."
        if refusal is not None and refusal.code != Reason.KEPT_AS_DRAFT:
            note += f" As it is, it would be refused: {reason}"
        return answers.Submission(outcome="draft", note=note, draft=_draft(draft, photos[0]))

    async def _photos(
        self, photo_ids: Sequence[int], duplicates: dict[int, int] | None = None
    ) -> list[answers.PhotoAnswer]:
        """Return photos of one persona in their order, without those that are gone."""
        known = await self.services.photos.by_ids(photo_ids)
        photos = [known[photo_id] for photo_id in photo_ids if photo_id in known]
        drafts = await self.drafts.photos(photos[0].persona_id) if photos else frozenset()
        keywords = await self.services.keywords.of([photo.id for photo in photos])
        return [
            answers.PhotoAnswer(
                id=photo.id,
                name=photo.name,
                width=photo.width,
                height=photo.height,
                format=photo.format,
                taken_at=photo.taken_at,
                flag=Verdict(photo.verdict) if photo.verdict else None,
                stars=photo.stars,
                keywords=tuple(keyword.word for keyword in keywords.get(photo.id, ())),
                scores=tuple(score_words(photo.scores)) if photo.scores else (),
                has_draft=photo.sha256 in drafts,
                is_missing=photo.missing_since is not None,
                is_elsewhere=bool(photo.elsewhere),
                duplicates=(duplicates or {}).get(photo.id, 0),
            )
            for photo in photos
        ]

    async def _posts(self, posts: Sequence[Post]) -> list[answers.PostAnswer]:
        results = await self.services.scheduling.results(posts)
        named = await PostNames(self.services.personas, self.services.photos).of(posts)
        return [
            answers.PostAnswer.model_validate(
                {
                    **post_event(each, results.get(each.post.id)),
                    "state": state_of(each.post).name,
                    "error": _with_names(each.post.error_message or "", each.photos) or None,
                    "photo_ids": [photo.photo_id for photo in each.post.photos],
                    "photo_names": [photo.name for photo in each.photos],
                }
            )
            for each in named
        ]

    def _picture(self, photo: Photo) -> bytes:
        """Return a photo as a small JPEG without metadata; blocks.

        Raises:
            PhotoUnreadable: the file is gone or on another machine, cannot be read, or is no sound picture.
        """
        picture = self.services.photos.thumbnail(photo, PICTURE_SIDE, PICTURE_SIDE).convert("RGB")
        picture.info.clear()  # Pillow would write a comment from there
        target = io.BytesIO()
        picture.save(target, "JPEG", quality=_QUALITY)
        return target.getvalue()


def _with_names(sentence: str, photos: Iterable[Photo]) -> str:
    """Return a sentence of this program with the names of photos where it has the paths of their files."""
    for photo in photos:
        sentence = sentence.replace(str(photo.path), photo.name)
    return sentence


def _persona(persona: Persona, counts: PersonaCounts | None) -> answers.PersonaAnswer:
    return answers.PersonaAnswer(
        name=persona.name,
        description=persona.description,
        channels=tuple(_channel(chosen) for chosen in persona.channels),
        photos_without_post=counts.unscheduled if counts else 0,
        drafts=counts.drafts if counts else 0,
        queued=counts.queued if counts else 0,
        in_buffer=counts.scheduled if counts else 0,
        live=counts.posted if counts else 0,
        failed=counts.failed if counts else 0,
        next_due_at=counts.next_due_at if counts else None,
    )


def _channel(chosen: PersonaChannel) -> answers.ChannelAnswer:
    channel = chosen.channel
    if channel is None:
        problem = "Buffer has not listed it yet."
        return answers.ChannelAnswer(name=chosen.id, network="", time_zone="", problem=problem)
    return answers.ChannelAnswer(
        name=channel.name, network=channel.network, time_zone=channel.timezone, problem=channel.problem
    )


def _draft(draft: Draft, photo: Photo) -> answers.DraftAnswer:
    shown = [of_post.photo_id for of_post in draft.photos] or [photo.id]
    return answers.DraftAnswer(
        photo_ids=tuple(shown),
        caption=draft.caption,
        alt_text=draft.alt_text,
        first_comment=draft.first_comment,
        when=draft.at.isoformat() if draft.at else REQUESTED.get(draft.share_mode, ""),
    )


def _number(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise _not_a_cursor()
    return int(cursor)


def _time_key(cursor: str) -> tuple[datetime, int]:
    if not cursor:
        return NO_TIME, 2**63 - 1
    at, _, post_id = cursor.partition(" ")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise _not_a_cursor() from None
    if moment.tzinfo is None:
        raise _not_a_cursor()
    return moment, _number(post_id)


def _not_a_cursor() -> CursorInvalid:
    return CursorInvalid(
        "That is not a cursor.", "Use next_cursor of the page before, or none for the first page."
    )
