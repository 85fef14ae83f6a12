"""What the tools answer; the docstrings are the descriptions that an assistant reads."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from fluffy_tui.photos import Verdict


class Answer(BaseModel):
    """Has the schema of what a tool answers."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class ChannelAnswer(Answer):
    """An account on a network."""

    name: str
    """The handle; tools that write take it as a channel."""
    network: str
    time_zone: str
    """The zone of the posts' times."""
    problem: str = ""
    """Why nothing can be published there now."""


class PersonaAnswer(Answer):
    """A social identity with its own photos and channels."""

    name: str
    description: str
    channels: tuple[ChannelAnswer, ...]
    """The main channel first."""
    photos_without_post: int
    drafts: int
    """Posts that were saved and cannot be submitted yet."""
    queued: int
    in_buffer: int
    live: int
    failed: int
    next_due_at: datetime | None
    """When Buffer publishes the next of its posts."""


class PersonaList(Answer):
    """A page of personas."""

    personas: tuple[PersonaAnswer, ...]
    next_cursor: str | None
    """Give it as cursor for the next page; null after the last."""


class PhotoAnswer(Answer):
    """A photo of a library."""

    id: int
    name: str
    """The file's name."""
    width: int
    height: int
    format: str
    taken_at: datetime | None
    flag: Verdict | None
    """How the user flagged it; null if unflagged."""
    stars: int
    """0 to 5."""
    keywords: tuple[str, ...]
    scores: tuple[str, ...]
    """How sharp it is, whether much of it is black or white, and its faces; empty until that is known."""
    has_draft: bool
    """Whether a text waits for it in the app."""
    is_missing: bool
    """Whether its file is gone."""
    is_elsewhere: bool
    """Whether its file is on another machine, so that there is no picture of it here."""
    duplicates: int = 0
    """Other photos of the same picture that are behind this one."""


class PhotoList(Answer):
    """A page of photos."""

    photos: tuple[PhotoAnswer, ...]
    understood_as: tuple[str, ...]
    """The filter and the order in words. What has no other meaning is looked for in the names."""
    next_cursor: str | None
    """Give it as cursor for the next page; null after the last."""


class SimilarPhoto(Answer):
    """A photo and how similar it is."""

    photo: PhotoAnswer
    distance: float
    """Cosine distance: 0 for the same picture, 1 for nothing in common."""
    relation: str
    """The distance in words."""


class SimilarPhotos(Answer):
    """Photos that are similar to one, nearest first."""

    photos: tuple[SimilarPhoto, ...]


class DraftAnswer(Answer):
    """A text that waits for a photo in the app, and is not submitted."""

    photo_ids: tuple[int, ...]
    """The cover first."""
    caption: str
    alt_text: str
    first_comment: str
    when: str
    """A time, or `next free slot`, `front of queue` or `now`."""


class PostAnswer(Answer):
    """A post on one channel."""

    id: int
    persona: str
    channel: str | None
    network: str | None
    state: str
    """draft, queued, sending, in Buffer, live, held, unconfirmed or failed."""
    caption: str
    photo_ids: tuple[int, ...]
    """The cover first."""
    photo_names: tuple[str, ...]
    due_at: datetime | None
    """When it goes out; null until Buffer has chosen a slot."""
    posted_at: datetime | None
    link: str | None
    error: str | None
    """Why it failed, is held or is unconfirmed."""
    metrics: dict[str, float]
    """What its network counts once it is live, such as reactions, comments and reach."""
    metrics_as_of: datetime | None
    """When Buffer last got these from the network, which it does once a day."""


class PostList(Answer):
    """A page of posts, the latest first; those without a time come before all others."""

    posts: tuple[PostAnswer, ...]
    next_cursor: str | None
    """Give it as cursor for the next page; null after the last."""


class BestPost(Answer):
    """A post and how it did."""

    post_id: int
    photo_id: int
    """The cover's id."""
    channel: str
    network: str
    at: datetime
    caption: str
    metrics: dict[str, float]
    measure: str
    """Which of these is compared."""
    ratio: float
    """That number ÷ the median of the channel."""


class ChannelResults(Answer):
    """What is usual on a channel."""

    channel: str
    network: str
    measure: str
    """The number by which its posts are compared."""
    median: float
    count: int
    """Posts that have the number."""
    compared: bool
    """False if these are too few, or most of them got nothing."""


class GroupResults(Answer):
    """How posts did that have something in common."""

    name: str
    count: int
    ratio: float | None
    """The median of their ratios; null if they are too few to say."""


class PersonaResults(Answer):
    """How a persona's live posts of the last year did, each compared with the median of its own channel."""

    measures: tuple[str, ...]
    """The numbers by which posts can be compared."""
    compared: int
    """How many posts are compared."""
    as_of: datetime | None
    """When Buffer last got their numbers from the networks."""
    nothing_because: str
    """Why no post can be compared; empty if some are."""
    best: tuple[BestPost, ...]
    """The ten best, the best first."""
    channels: tuple[ChannelResults, ...]
    weeks: tuple[GroupResults, ...]
    """Named by their Mondays, the first week first."""
    weekdays: tuple[GroupResults, ...]
    """By the channel's clock, as hours are."""
    hours: tuple[GroupResults, ...]
    shapes: tuple[GroupResults, ...]
    """The shapes of the covers as posted."""
    hashtags: tuple[GroupResults, ...]
    """The best first; without those of too few posts."""


class EventAnswer(Answer):
    """An entry of a post's history."""

    at: datetime
    what: str
    state: str
    message: str


class PostDetails(Answer):
    """A post with its history."""

    post: PostAnswer
    alt_texts: tuple[str, ...]
    """One for each picture."""
    first_comment: str
    no_metrics: str
    """Why a live post has no numbers."""
    history: tuple[EventAnswer, ...]
    """The latest entries, oldest first."""


class ProblemAnswer(Answer):
    """Something that needs attention."""

    what: str
    why: str
    then: str
    """What happens by itself."""
    at: datetime | None
    """When that happens."""
    needs_user: bool
    """Whether it stays until the user acts."""
    post_id: int | None


class ProblemList(Answer):
    """What needs attention, the worst first."""

    problems: tuple[ProblemAnswer, ...]
    more: int
    """How many are not shown."""


class PhotoDetails(Answer):
    """A photo, and what has become of it."""

    photo: PhotoAnswer
    persona: str
    byte_size: int
    posts: tuple[PostAnswer, ...]
    """Those that have it; a photo is in one submission at most."""
    draft: DraftAnswer | None
    posted_before: PostAnswer | None
    """The latest other post of the same picture."""
    posted_elsewhere: datetime | None
    """When the same picture went out last without this program: from the phone, or made in Buffer itself."""
    no_picture: str
    """Why there is no picture of it."""


class Submission(Answer):
    """What became of a post."""

    outcome: Literal["draft", "submitted"]
    note: str
    """What happens now, for the user."""
    draft: DraftAnswer | None = None
    posts: tuple[PostAnswer, ...] = ()
    """One for each channel."""
