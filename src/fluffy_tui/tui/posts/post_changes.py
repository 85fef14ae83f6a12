"""What the user changed about a post, and nothing else: sending more to Buffer may move the post there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import (
    CaptionProblem,
    NetworkRules,
    alt_text_problem,
    caption_problem,
    first_comment_problem,
    people_tag_problem,
    photo_count_problem,
    without_first_comment,
)
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.post_photos import draft_of_one

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from datetime import datetime

    from fluffy_tui.media import Part
    from fluffy_tui.scheduling import Agenda, Planned, Post, PostPhoto


class EditedPosts:
    """The posts that one form is about, and what a draft changes about each of them.

    They are of one submission, or only their time is changed.
    """

    def __init__(
        self, posts: Iterable[Post], rules: Callable[[Post], NetworkRules], *, only_time: bool
    ) -> None:
        self.all = sorted(posts, key=lambda post: post.id)
        """The lead, on the main channel, comes first."""
        self.is_shared = not only_time and len(self.all) > 1
        """Whether a submission is changed on several channels."""
        self._rules, self._only_time = rules, only_time
        self.before = draft_of(self.first)
        """What the form showed before anything was changed."""
        self._photos_before = self.photos

    @property
    def first(self) -> Post:
        """The post that the form shows."""
        return self.all[0]

    @property
    def photos(self) -> tuple[PostPhoto, ...]:
        """The photos of the first post, without pictures."""
        return photos_to_edit(self.first, None)

    @property
    def photo_rules(self) -> NetworkRules:
        """The rules of the network that takes the fewest photos."""
        return min(map(self._rules, self.all), key=lambda rules: rules.photo_limit)

    @property
    def differences(self) -> str:
        """What is not the same on all channels, in words."""
        here = self.first
        kept = without_first_comment(here.caption, here.first_comment)[0]
        captions = {
            here.caption
            if post.caption == kept and not self._rules(post).first_comment_limit
            else post.caption
            for post in self.all
        }
        comments = {post.first_comment for post in self.all if self._rules(post).first_comment_limit}
        photos = {tuple(photo.photo_id for photo in post.photos) for post in self.all}
        found = (("captions", captions), ("first comments", comments), ("photos", photos))
        return " and ".join(name for name, values in found if len(values) > 1)

    def update(self, post: Post) -> None:
        """Take over a post's new state."""
        self.all = [post if known.id == post.id else known for known in self.all]

    def edits(self, draft: Draft) -> list[tuple[Post, dict[str, Any]]]:
        """Return what a draft changes about each post, as `SchedulingPort.edit` accepts it."""
        if not self.is_shared:
            return [(post, changes(post, draft, only_time=self._only_time)) for post in self.all]
        cover = self._photos_before[0]
        framing = draft.framing or cover.framing
        shown = replace(cover, alt_text=draft.alt_text, framing=framing, tags=())  # where a draft names none
        before = replace(self.before, photos=self._photos_before)
        after = replace(draft, photos=draft.photos or (shown,))
        return [(post, shared_changes(post, self._rules(post), before, after)) for post in self.all]

    def problems(self, edits: Iterable[tuple[Post, dict[str, Any]]]) -> dict[int, CaptionProblem]:
        """Return why networks refuse what is changed, by the posts' ids."""
        found = {post.id: change_problem(self._rules(post), changed) for post, changed in edits}
        return {post_id: problem for post_id, problem in found.items() if problem is not None}


def draft_of(post: Post) -> Draft:
    """Return a post as the form shows it before it is changed."""
    photos = tuple(photo.without_picture() for photo in post.photos)
    draft = Draft(
        post.caption,
        post.alt_text,
        post.share_mode,
        _due(post),
        post.framing,
        photos,
        post.first_comment,
        post.ai_generated,
        ai_assisted=post.ai_assisted,
    )
    return draft if len(photos) > 1 else draft_of_one(draft, photos[0])


def photos_to_edit(post: Post, draft: Draft | None) -> tuple[PostPhoto, ...]:
    """Return the photos of a post as a draft of its change has them; a draft without any of them is of no use."""
    photos = tuple(photo.without_picture() for photo in post.photos)
    if draft is None:
        return photos
    if any(photo.photo_id in post.photo_ids for photo in draft.photos):
        return draft.photos
    if len(photos) > 1 or draft.photos:
        return photos
    framing = draft.framing or photos[0].framing
    return (replace(photos[0], alt_text=draft.alt_text, framing=framing, tags=()),)


def changes(post: Post, draft: Draft, *, only_time: bool = False) -> dict[str, Any]:
    """Return what is different in a draft, as `SchedulingPort.edit` accepts it."""
    found: dict[str, Any] = {}
    if not only_time:
        found = {name: value for name, value in _everywhere(draft).items() if value != getattr(post, name)}
        photos = draft.photos or photos_to_edit(post, draft)
        is_known = photos[0].photo_id == post.photo_id and photos[0].tags == post.cover.tags
        if len(post.photos) == len(photos) == 1 and is_known:
            of_cover = {"alt_text": draft.alt_text, "framing": draft.framing}
            found |= {name: value for name, value in of_cover.items() if value != getattr(post, name)}
        elif list(map(_shown, photos)) != list(map(_shown, post.photos)):
            found["photos"] = [_as_in_post(photo, post) for photo in photos]
    return found | _help(post, draft, found) | _new_time(post, draft)


def shared_changes(post: Post, rules: NetworkRules, before: Draft, after: Draft) -> dict[str, Any]:
    """Return what a change made for several posts, whose texts and photos may differ, is for one of them.

    Both drafts have all photos. The post is not given what its network does not have.
    """
    then, now = _everywhere(before), _everywhere(after)
    possible = {"first_comment": rules.first_comment_limit is not None, "ai_generated": rules.has_ai_label}
    if not possible["first_comment"]:
        kept = without_first_comment(before.caption, before.first_comment)[0]
        if post.caption != before.caption or kept == before.caption:
            then["caption"] = kept
            now["caption"] = without_first_comment(after.caption, after.first_comment)[0]
    found = {
        name: value
        for name, value in now.items()
        if possible.get(name, True) and value != then.get(name) and value != getattr(post, name)
    }
    photos = _shared_photos(post, before.photos, after.photos)
    if rules.people_tag_limit is None:
        photos = [replace(photo, tags=()) for photo in photos]
    if list(map(_shown, photos)) != list(map(_shown, post.photos)):
        found["photos"] = photos
    moved = (before.share_mode, before.at) != (after.share_mode, after.at)
    return found | _help(post, after, found) | (_new_time(post, after) if moved else {})


def _shared_photos(post: Post, before: Sequence[PostPhoto], after: Sequence[PostPhoto]) -> list[PostPhoto]:
    """Return the photos of one of several posts: in the order of all if that was changed, else in its own.

    Each keeps the text, fit and people that it has in this post, unless they were changed.
    """
    own, then, now = ({_place(photo): photo for photo in photos} for photos in (post.photos, before, after))
    places = own if [*then] == [*now] else now
    photos = [own[place] if place in own else _fitted(now[place], post, before[0]) for place in places]
    return [_changed(photo, then.get(_place(photo)), now.get(_place(photo))) for photo in photos]


def _fitted(photo: PostPhoto, post: Post, cover: PostPhoto) -> PostPhoto:
    """Return a photo that is new in this post, with its channel's fit where that is another than the cover's."""
    fit = post.cover.framing
    is_same = cover.framing.fitted_as(fit) == cover.framing
    return photo if is_same else replace(photo, framing=photo.framing.fitted_as(fit))


def _changed(photo: PostPhoto, then: PostPhoto | None, now: PostPhoto | None) -> PostPhoto:
    """Return a photo with what is different now, if it was there and still is."""
    if then is None or now is None:
        return photo
    values = {name: getattr(now, name) for name in ("alt_text", "framing", "tags")}
    return replace(photo, **{name: value for name, value in values.items() if value != getattr(then, name)})


def _place(photo: PostPhoto) -> tuple[int, Part]:
    """Return what a photo is known by in each of several posts, which may fit it differently."""
    return photo.photo_id, photo.framing.part


def change_problem(rules: NetworkRules, found: Mapping[str, Any]) -> CaptionProblem | None:
    """Return why a network refuses what `changes` or `shared_changes` has found, or None if it takes it."""
    photos: Sequence[PostPhoto] = found.get("photos", ())
    alt_texts = (photo.alt_text for photo in photos)
    problems = (
        caption_problem(found["caption"], rules) if "caption" in found else None,
        photo_count_problem(len(photos), rules),
        *(alt_text_problem(text, rules) for text in (found.get("alt_text", ""), *alt_texts)),
        first_comment_problem(found.get("first_comment", ""), rules),
        people_tag_problem(sum(len(photo.tags) for photo in photos), rules),
    )
    return next((problem for problem in problems if problem is not None), None)


def _everywhere(draft: Draft) -> dict[str, Any]:
    """Return what a draft says of the whole post, whatever its photos."""
    texts: dict[str, Any] = {"caption": draft.caption, "first_comment": draft.first_comment}
    return texts if draft.ai_label is None else texts | {"ai_generated": draft.ai_label}


def _help(post: Post, draft: Draft, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return that a model helped, where what was found has a text and Buffer was not told before."""
    has_text = not found.keys().isdisjoint(("caption", "first_comment", "alt_text", "photos"))
    return {"ai_assisted": True} if has_text and draft.ai_assisted and not post.ai_assisted else {}


def _new_time(post: Post, draft: Draft) -> dict[str, Any]:
    same_time = draft.share_mode == post.share_mode and draft.at in (None, _due(post))
    return {} if same_time else {"share_mode": draft.share_mode, "at": draft.at}


def _shown(photo: PostPhoto) -> tuple[object, ...]:
    return (photo.source, photo.alt_text, photo.tags)


def _as_in_post(photo: PostPhoto, post: Post) -> PostPhoto:
    """Return a photo with the picture that it has in the post, unless another one has to be made."""
    return next(
        (
            replace(known, alt_text=photo.alt_text, tags=photo.tags)
            for known in post.photos
            if known.source == photo.source
        ),
        photo,
    )


def without(agenda: Agenda, post_ids: Container[int]) -> Agenda:
    """Return an agenda without these posts; the others keep their times."""
    others = [planned for planned in agenda.planned if planned.post.id not in post_ids]
    return replace(agenda, posts=tuple(_at_its_time(planned) for planned in others))


def _at_its_time(planned: Planned) -> Post:
    if not planned.is_forecast:
        return planned.post
    return replace(planned.post, share_mode=ShareMode.CUSTOM_SCHEDULED, requested_at_time=planned.at)


def _due(post: Post) -> datetime | None:
    return post.scheduled_at or post.requested_at_time
