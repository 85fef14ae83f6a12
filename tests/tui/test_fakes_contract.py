"""Each fake and the real service give the same answers, so that tests of the screens cannot rely on a wrong fake."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fluffy_tui.buffer import Budget, Organization, ShareMode
from fluffy_tui.core.app_events import Connected, Event, PostChanged, VerdictChanged
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import Fit, Framing, PhotoUnreadable as NoRendition
from fluffy_tui.personas import (
    ChannelNotFound,
    PersonaNameTaken,
    SnippetKind,
    SnippetNameTaken,
    SnippetNotFound,
)
from fluffy_tui.photos import (
    Browse,
    Flaw,
    ImportProgress,
    Keyword,
    KeywordSource,
    Orientation,
    Photo,
    PhotoNotFound,
    PhotoTexts,
    PhotoUnreadable,
    Posted,
    Sort,
    Verdict,
)
from fluffy_tui.scheduling import (
    NO_TIME,
    ChannelChoice,
    NotPossibleNow,
    Post,
    PostNotFound,
    PostPhoto,
    PostRequest,
    PostStatus,
    ProblemKind,
    Reason,
    ScheduleResult,
    Step,
)
from fluffy_tui.settings import Secret
from fluffy_tui.themes import ThemeNotFound, ThemeRefused, ThemeSupply
from fluffy_tui.tui.ports import SchedulingPort
from tui.contract_worlds import World, fake_world, real_world
from tui.fakes import damage

HAND = KeywordSource.HAND
UNKNOWN = 10**9
"""An id that nothing has."""


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the built-in model, which is built once per run."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.slow)])
async def world(request: pytest.FixtureRequest, tmp_path: Path, models: Path) -> AsyncIterator[World]:
    """Yield the world on the fakes, then the same on the real services."""
    if request.param == "fake":
        yield fake_world(tmp_path)
        return
    async with real_world(tmp_path, request.getfixturevalue("database_url"), models) as real:
        yield real


async def schedule_post(
    scheduling: SchedulingPort, photo: Photo | PostPhoto, caption: str, *more: PostPhoto, **options: Any
) -> ScheduleResult:
    """Submit one post."""
    [result] = await scheduling.schedule_posts([PostRequest((photo, *more), caption, **options)])
    return result


async def submit(
    world: World, index: int = 0, caption: str = "fog on the pier", at: datetime | None = None
) -> Post:
    """Submit one of sarah's photos."""
    mode = ShareMode.CUSTOM_SCHEDULED if at else ShareMode.ADD_TO_QUEUE
    result = await schedule_post(
        world.services.scheduling, world.photos[index], caption, share_mode=mode, at=at
    )
    assert result.ok, result.reason
    assert result.post is not None
    return result.post


def by_id(posts: Sequence[Post]) -> list[int]:
    return [post.id for post in posts]


# Personas


async def test_they_are_listed_by_name_whatever_the_case(world: World) -> None:
    await world.services.personas.create("Aaron", "takes photos")
    await world.services.personas.create("zoe")
    names = [persona.name for persona in await world.services.personas.list()]
    assert names == sorted(names, key=str.casefold)
    assert {"Aaron", "zoe", "sarah"} <= set(names)


async def test_a_new_one_has_no_channel(world: World) -> None:
    made = await world.services.personas.create("zoe", "takes photos")
    assert (made.name, made.description) == ("zoe", "takes photos")
    assert made.channel is None
    assert made.buffer_channel_id is None
    assert made in await world.services.personas.list()


async def test_a_name_is_taken_once(world: World) -> None:
    personas = world.services.personas
    for name in ("SARAH", " sarah "):
        with pytest.raises(PersonaNameTaken):
            await personas.create(name)
        with pytest.raises(PersonaNameTaken):
            await personas.rename(world.nobody, name)
        assert (await personas.rename(world.sarah, name)).name == name.strip()


async def test_a_name_cannot_be_empty(world: World) -> None:
    with pytest.raises(FluffyError):
        await world.services.personas.create("  ")
    with pytest.raises(FluffyError):
        await world.services.personas.rename(world.sarah, "")


async def test_a_persona_gets_a_voice(world: World) -> None:
    personas = world.services.personas
    changed = await personas.set_voice(world.sarah, " dry and short ")
    assert changed.voice == "dry and short"
    assert "dry and short" in [persona.voice for persona in await personas.list()]
    with pytest.raises(FluffyError):
        await personas.set_voice(world.sarah, "x" * 2_001)
    assert (await personas.set_voice(world.sarah, "")).voice == ""


async def test_a_channel_is_chosen_from_those_available(world: World) -> None:
    personas = world.services.personas
    channels = await personas.available_channels()
    changed = await personas.set_channels(world.nobody, {channels[-1].id: None})
    assert changed.channel is not None
    assert changed.channel.id == changed.buffer_channel_id == channels[-1].id
    known = await personas.known_channels()
    assert [known[channel.id] for channel in channels] == [*channels]
    assert changed in await personas.list()


async def test_several_channels_keep_their_order_and_may_be_shared(world: World) -> None:
    personas = world.services.personas
    ids = [channel.id for channel in await personas.available_channels()]
    for order in (ids[:3], [ids[2], ids[0]], ids, []):
        changed = await personas.set_channels(world.nobody, dict.fromkeys(order))
        assert [chosen.id for chosen in changed.channels] == order
        assert changed.buffer_channel_id == (order[0] if order else None)
        assert changed in await personas.list()
    shared = await personas.set_channels(world.nobody, world.sarah.board_by_channel)
    assert shared.channels == world.sarah.channels
    assert world.sarah in await personas.list()


async def test_a_channel_or_board_that_buffer_does_not_list_is_refused(world: World) -> None:
    personas, mine = world.services.personas, world.sarah.board_by_channel
    for wrong in ({**mine, "0" * 24: None}, dict.fromkeys(mine, "no such board")):
        with pytest.raises(ChannelNotFound):
            await personas.set_channels(world.sarah, wrong)
    assert world.sarah in await personas.list()


# Snippets


async def test_hashtag_sets_come_first_each_kind_by_name(world: World) -> None:
    snippets, mine = world.services.snippets, world.sarah.id
    await snippets.create(mine, SnippetKind.PHRASE, "sig", "by sarah")
    await snippets.create(mine, SnippetKind.HASHTAGS, "winter", "#snow")
    await snippets.create(mine, SnippetKind.HASHTAGS, "Autumn", "#leaves")
    assert [snippet.name for snippet in await snippets.list(mine)] == ["Autumn", "winter", "sig"]
    assert await snippets.list(world.nobody.id) == []


async def test_texts_are_cleaned(world: World) -> None:
    made = await world.services.snippets.create(
        world.sarah.id, SnippetKind.HASHTAGS, "#winter", "snow, #ice snow"
    )
    assert (made.name, made.text) == ("winter", "#snow #ice")


async def test_an_invalid_one_is_refused(world: World) -> None:
    for name, text in (("", "x"), ("x", " "), ("two words", "x")):
        with pytest.raises(FluffyError):
            await world.services.snippets.create(world.sarah.id, SnippetKind.PHRASE, name, text)


async def test_a_name_is_taken_once_for_each_kind(world: World) -> None:
    snippets, mine = world.services.snippets, world.sarah.id
    await snippets.create(mine, SnippetKind.PHRASE, "sig", "by sarah")
    other = await snippets.create(mine, SnippetKind.PHRASE, "place", "at the coast")
    await snippets.create(mine, SnippetKind.HASHTAGS, "sig", "#sarah")
    with pytest.raises(SnippetNameTaken):
        await snippets.create(mine, SnippetKind.PHRASE, "SIG", "again")
    with pytest.raises(SnippetNameTaken):
        await snippets.change(other, name="Sig")


async def test_what_is_not_given_stays_unchanged(world: World) -> None:
    snippets = world.services.snippets
    made = await snippets.create(world.sarah.id, SnippetKind.PHRASE, "sig", "by sarah")
    renamed = await snippets.change(made, name="end")
    assert renamed == replace(made, name="end")
    assert await snippets.change(renamed, text="by me") == replace(renamed, text="by me")


async def test_a_deleted_one_is_gone(world: World) -> None:
    snippets = world.services.snippets
    made = await snippets.create(world.sarah.id, SnippetKind.PHRASE, "sig", "by sarah")
    await snippets.delete(made)
    assert await snippets.list(world.sarah.id) == []
    with pytest.raises(SnippetNotFound):
        await snippets.delete(made)
    with pytest.raises(SnippetNotFound):
        await snippets.change(made, name="end")


# Photos


async def test_those_without_a_post_are_listed_newest_first(world: World) -> None:
    photos, mine = world.services.photos, world.sarah.id
    assert list(await photos.ids(mine, Browse())) == world.ids[::-1]
    await submit(world, 5)
    assert list(await photos.ids(mine, Browse())) == world.ids[-2::-1]
    assert list(await photos.ids(mine, Browse(posted=Posted.ALL))) == world.ids[::-1]
    assert list(await photos.ids(world.nobody.id, Browse())) == []


async def test_they_are_sorted(world: World) -> None:
    stars = {world.ids[1]: 3, world.ids[3]: 5, world.ids[4]: 3}
    keys = {
        Sort.TAKEN: lambda photo: (photo.modified_at, photo.id),
        Sort.IMPORTED: lambda photo: photo.id,
        Sort.NAME: lambda photo: (photo.name.lower(), photo.id),
        Sort.SHAPE: lambda photo: (photo.ratio, photo.id),
        Sort.SHARPNESS: lambda photo: (-1, photo.id),  # none is scored yet
        Sort.STARS: lambda photo: (stars.get(photo.id, 0), photo.modified_at, photo.id),
    }
    for photo_id, number in stars.items():
        await world.services.photos.rate([photo_id], number)
    for sort, descending in itertools.product(Sort, (True, False)):
        expected = [photo.id for photo in sorted(world.photos, key=keys[sort], reverse=descending)]
        browse = Browse(sort=sort, descending=descending)
        assert list(await world.services.photos.ids(world.sarah.id, browse)) == expected, browse


async def test_they_are_filtered(world: World) -> None:
    await world.services.photos.decide(world.ids[2], Verdict.PICK)
    await world.services.photos.rate([world.ids[3]], 4)
    await world.services.keywords.add(world.ids[:2], ["fog"])
    await world.services.keywords.add([world.ids[1]], ["The pier"])
    await world.read_text(world.ids[4], "Invoice No. 4711\nTotal due")
    day = datetime(2026, 11, 2)
    filters: list[tuple[Browse, Callable[[Photo], bool]]] = [
        (Browse(text="img 2003"), lambda photo: photo.name == "IMG_2003.JPG"),
        (Browse(orientation=Orientation.SQUARE), lambda photo: photo.width == photo.height),
        (Browse(orientation=Orientation.PORTRAIT), lambda photo: photo.width < photo.height),
        (Browse(orientation=Orientation.LANDSCAPE), lambda photo: photo.width > photo.height),
        (Browse(missing=True), lambda photo: False),
        (Browse(flaws=frozenset({Flaw.SOFT})), lambda photo: False),  # none is scored yet
        (Browse(missing=False), lambda photo: True),
        (Browse(taken_from=day), lambda photo: photo.shown_at >= day),
        (Browse(taken_before=day), lambda photo: photo.shown_at < day),
        (Browse(verdict=Verdict.PICK), lambda photo: photo.id == world.ids[2]),
        (Browse(verdict=Verdict.UNDECIDED), lambda photo: photo.id != world.ids[2]),
        (Browse(keywords=("FO",)), lambda photo: photo.id in world.ids[:2]),
        (Browse(keywords=("fog", "the p")), lambda photo: photo.id == world.ids[1]),
        (Browse(text="fo img"), lambda photo: photo.id in world.ids[:2]),
        (Browse(text="2003 fog"), lambda photo: False),
        (Browse(shown_words=("INV", "due total")), lambda photo: photo.id == world.ids[4]),
        (Browse(shown_words=("voice",)), lambda photo: False),
        (Browse(text="total img"), lambda photo: photo.id == world.ids[4]),
        (Browse(screenshots=True), lambda photo: False),
        (Browse(stars=(3, 5)), lambda photo: photo.id == world.ids[3]),
        (Browse(stars=(0, 3)), lambda photo: photo.id != world.ids[3]),
    ]
    for browse, matches in filters:
        expected = [photo.id for photo in reversed(world.photos) if matches(photo)]
        assert list(await world.services.photos.ids(world.sarah.id, browse)) == expected, browse


async def test_the_first_of_a_list_can_be_asked_for(world: World) -> None:
    photos, mine, newest = world.services.photos, world.sarah.id, world.ids[::-1]
    await photos.decide(newest[1], Verdict.REJECT)
    assert list(await photos.first_ids(mine, Browse(), limit=2)) == newest[:2]
    assert list(await photos.first_ids(mine, Browse(), limit=2, after=newest[3])) == newest[3:5]
    assert list(await photos.first_ids(mine, Browse(), limit=9, after=UNKNOWN)) == []
    assert list(await photos.first_ids(mine, Browse(), limit=9, verdict=Verdict.REJECT)) == [newest[1]]
    undecided = await photos.first_ids(mine, Browse(), limit=2, verdict=Verdict.UNDECIDED)
    assert list(undecided) == [newest[0], newest[2]]


async def test_a_moment_is_found_in_either_direction(world: World) -> None:
    photos, mine = world.services.photos, world.sarah.id
    third = world.photos[2].shown_at
    assert await photos.id_at(mine, Browse(descending=False), third) == world.ids[2]
    assert await photos.id_at(mine, Browse(), third) == world.ids[1]
    assert await photos.id_at(mine, Browse(), datetime(1999, 1, 1)) is None


async def test_a_verdict_is_stored_and_the_previous_one_returned(world: World) -> None:
    photos, photo_id = world.services.photos, world.ids[0]
    assert await photos.decide(photo_id, Verdict.PICK) is Verdict.UNDECIDED
    assert (await photos.by_ids([photo_id]))[photo_id].verdict == "pick"
    assert await photos.decide(photo_id, Verdict.UNDECIDED) is Verdict.PICK
    assert (await photos.by_ids([photo_id]))[photo_id].verdict is None
    with pytest.raises(PhotoNotFound):
        await photos.decide(UNKNOWN, Verdict.PICK)


async def test_flags_of_photos_without_a_post_are_counted(world: World) -> None:
    photos = world.services.photos
    assert await photos.flag_counts(world.sarah.id) == {Verdict.PICK: 0, Verdict.REJECT: 0}
    for photo_id in world.ids[:3]:
        await photos.decide(photo_id, Verdict.PICK)
    await photos.decide(world.ids[4], Verdict.REJECT)
    await submit(world, 0)
    assert await photos.flag_counts(world.sarah.id) == {Verdict.PICK: 2, Verdict.REJECT: 1}
    assert await photos.flag_counts(world.nobody.id) == {Verdict.PICK: 0, Verdict.REJECT: 0}


async def test_unknown_photos_are_left_out(world: World) -> None:
    assert list(await world.services.photos.by_ids([world.ids[0], UNKNOWN])) == [world.ids[0]]


async def test_photos_without_a_post_are_found_by_their_contents(world: World) -> None:
    photos, [one, two, *_] = world.services.photos, world.photos
    contents = [one.sha256, two.sha256, "0" * 64]
    found = await photos.unscheduled_of(world.sarah.id, contents)
    assert sorted(photo.id for photo in found) == sorted([one.id, two.id])
    assert list(await photos.unscheduled_of(world.nobody.id, contents)) == []
    await submit(world, 0)
    assert [photo.id for photo in await photos.unscheduled_of(world.sarah.id, contents)] == [two.id]


async def test_photos_without_duplicates_have_no_stacks(world: World) -> None:
    photos, mine = world.services.photos, world.sarah.id
    assert await photos.stacks(mine, Browse(folded=True), world.ids) == {}
    assert await photos.count_folded(mine, Browse(folded=True)) == 0


async def test_a_thumbnail_fits(world: World) -> None:
    picture = await asyncio.to_thread(world.services.photos.thumbnail, world.photos[0], 40, 40)
    assert max(picture.size) <= 40  # type: ignore[attr-defined]
    assert picture.mode == "RGB"  # type: ignore[attr-defined]
    part = await asyncio.to_thread(world.services.photos.part, world.photos[0], (1, 2, 9, 6), (16, 8))
    assert (part.size, part.mode) == ((16, 8), "RGB")  # type: ignore[attr-defined]
    world.photos[1].path.write_bytes(b"broken")
    with pytest.raises(PhotoUnreadable):
        await asyncio.to_thread(world.services.photos.thumbnail, world.photos[1], 40, 40)
    with pytest.raises(PhotoUnreadable):
        await asyncio.to_thread(world.services.photos.part, world.photos[1], (1, 2, 9, 6), (16, 8))


async def test_an_import_reports_progress_and_a_summary(world: World) -> None:
    reported: list[ImportProgress] = []
    summary = await world.services.photos.import_folders(
        [world.photos[0].path.parent], world.sarah, on_progress=reported.append
    )
    assert reported
    assert summary.persona == "sarah"
    assert not summary.interrupted


async def test_stars_are_given_to_several_at_once(world: World) -> None:
    photos = world.services.photos
    await photos.rate([*world.ids[:2], UNKNOWN], 3)
    await photos.rate([world.ids[1]], 0)
    found = await photos.by_ids(world.ids)
    assert [found[id_].stars for id_ in world.ids] == [3, *[0] * (len(world.ids) - 1)]


async def test_nothing_is_known_about_photos_without_metadata(world: World) -> None:
    assert await world.services.photos.texts([*world.ids, UNKNOWN]) == {}


async def test_text_in_a_picture_is_among_what_is_written(world: World) -> None:
    await world.read_text(world.ids[0], "Invoice\n4711")
    assert await world.services.photos.texts(world.ids) == {
        world.ids[0]: PhotoTexts(in_picture="Invoice\n4711")
    }


# Keywords


async def test_keywords_are_given_completed_and_taken_away(world: World) -> None:
    keywords, [one, two, *_] = world.services.keywords, world.ids
    await keywords.add([one, two, UNKNOWN], ["Fog", "#beach", " the  pier ", "FOG"])
    found = await keywords.of([one, two, UNKNOWN])
    assert found == {
        id_: tuple(Keyword(word, (HAND,)) for word in ("beach", "Fog", "the pier")) for id_ in (one, two)
    }
    assert await keywords.complete(world.sarah.id, "F") == ["Fog"]
    assert await keywords.complete(world.sarah.id, "") == ["beach", "Fog", "the pier"]
    assert await keywords.complete(world.nobody.id, "") == []
    await keywords.remove([one, two], ["fog", "unknown"])
    await keywords.remove([two], ["BEACH", "the pier"])
    assert await keywords.of([one, two]) == {
        one: tuple(Keyword(word, (HAND,)) for word in ("beach", "the pier"))
    }


# Saved filters


async def test_filters_are_saved_replaced_and_deleted(world: World) -> None:
    filters = world.services.filters
    assert await filters.all() == {}
    assert await filters.save(" @Best  of all ", "stars>=4") == "Best of all"
    await filters.save("a", "picked")
    await filters.save("best of ALL", "stars>=5")
    assert list((await filters.all()).items()) == [("a", "picked"), ("best of ALL", "stars>=5")]
    assert await filters.delete("Best Of All") == "best of ALL"
    assert await filters.all() == {"a": "picked"}


@pytest.mark.parametrize("name", ["", " @ ", "x" * 61, 'a "b" c'])
async def test_a_saved_filter_needs_a_sound_name(world: World, name: str) -> None:
    with pytest.raises(FluffyError):
        await world.services.filters.save(name, "picked")
    with pytest.raises(FluffyError):
        await world.services.filters.delete("unknown")


# Themes


async def test_themes_are_created_changed_listed_and_deleted(world: World) -> None:
    themes, sarah = world.services.themes, world.sarah
    harbour = await themes.create(sarah.id, " #Harbour ", 25, 3)
    fog = await themes.create(sarah.id, "fog", 50, 0)
    assert await themes.list(sarah.id) == [fog, harbour]
    assert await themes.list(world.nobody.id) == []
    for keyword, share, rest in (("FOG", 5, 0), ("", 5, 0), ("pier", 26, 0), ("pier", 0, 0), ("pier", 5, 99)):
        with pytest.raises(ThemeRefused):
            await themes.create(sarah.id, keyword, share, rest)
    with pytest.raises(ThemeRefused):
        await themes.change(fog, "harbour", 5, 0)
    changed = await themes.change(fog, "FOG", 75, 1)
    assert changed == replace(fog, keyword="FOG", share=75, rest_days=1)
    await themes.delete(fog)
    with pytest.raises(ThemeNotFound):
        await themes.delete(fog)
    with pytest.raises(ThemeNotFound):
        await themes.change(fog, "fog", 5, 0)


async def test_themes_say_what_is_left_what_is_planned_and_what_to_take(world: World) -> None:
    services, sarah, [one, two, three, *_] = world.services, world.sarah, world.ids
    await services.keywords.add([one, two, three], ["Harbour"])
    harbour = await services.themes.create(sarah.id, "harbour", 50, 2)
    await services.photos.decide(three, Verdict.REJECT)
    assert (await services.themes.supplies())[sarah.id] == (ThemeSupply(harbour, 2),)
    now = datetime.now(UTC)
    later = [now + timedelta(days=40 + day) for day in range(4)]
    choice = await services.themes.choose(sarah, now, later)
    assert [photo.photo_id in (one, two) for photo in choice.taken].count(True) == 2
    assert three not in [photo.photo_id for photo in choice.taken]

    await submit(world, 0)
    assert (await services.themes.supplies())[sarah.id] == (ThemeSupply(harbour, 1),)
    calendar = await services.themes.calendar(sarah, now, [two, world.ids[3]])
    assert calendar.themes == (harbour,)
    assert [post.themes for post in calendar.posts] == [{harbour.id}]
    assert calendar.themes_of == {one: {harbour.id}, two: {harbour.id}}


# Similarity


async def test_a_photo_without_a_post_of_the_same_picture_was_not_posted_before(world: World) -> None:
    await world.index()
    similarity = world.services.similarity
    if hasattr(similarity, "earlier_posts"):
        similarity.earlier_posts = {}
    assert await similarity.posted_before(world.photos[0]) is None
    assert await similarity.copies(world.ids) == {}
    assert await similarity.unreadable(world.ids) == {}


async def test_neighbours_are_sorted_and_leave_out_the_photo_and_those_with_a_post(world: World) -> None:
    await world.index()
    await submit(world, 5)
    similarity, first = world.services.similarity, world.ids[0]
    found = await similarity.more_like(first, limit=3)
    assert len(found) == 3
    assert [near.distance for near in found] == sorted(near.distance for near in found)
    everyone = {near.photo_id for near in await similarity.more_like(first)}
    assert everyone == set(world.ids) - {first, world.ids[5]}
    all_of_them = await similarity.more_like(first, unscheduled_only=False)
    assert {near.photo_id for near in all_of_them} == set(world.ids) - {first}


async def test_some_photos_are_compared_with_one_nearest_first(world: World) -> None:
    await world.index()
    await submit(world, 5)
    similarity, first = world.services.similarity, world.ids[0]
    found = await similarity.related(first, [world.ids[0], world.ids[3], world.ids[5], UNKNOWN])
    assert {near.photo_id for near in found} == {world.ids[3], world.ids[5]}
    everyone = await similarity.more_like(first, unscheduled_only=False)
    assert [near for near in everyone if near in found] == list(found)
    assert list(await similarity.related(first, [])) == []


async def test_the_least_similar_come_farthest_first(world: World) -> None:
    await world.index()
    found = await world.services.similarity.least_like([world.ids[0], world.ids[1]])
    assert {near.photo_id for near in found} == set(world.ids[2:])
    distances = [near.distance for near in found]
    assert distances == sorted(distances, reverse=True)


async def test_the_photos_of_the_last_posts_come_newest_first(world: World) -> None:
    for index in (0, 1, 2):
        await submit(world, index)
    similarity = world.services.similarity
    assert list(await similarity.recent_photos(world.sarah.id)) == world.ids[2::-1]
    assert list(await similarity.recent_photos(world.sarah.id, last=1)) == [world.ids[2]]
    assert list(await similarity.recent_photos(world.nobody.id)) == []


async def test_progress_counts_a_personas_photos(world: World) -> None:
    await world.index()
    (progress,) = await world.services.similarity.progress(world.sarah.id)
    assert (progress.persona_id, progress.photos, progress.hashed) == (world.sarah.id, 6, 6)
    assert progress.is_complete
    assert list(await world.services.similarity.progress(world.nobody.id)) == []


# Scheduling


async def test_a_submitted_post_is_queued(world: World) -> None:
    framing = Framing(Fit.CROP)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
    result = await schedule_post(
        world.services.scheduling,
        world.photos[0],
        "fog",
        alt_text="a pier",
        share_mode=ShareMode.CUSTOM_SCHEDULED,
        at=at,
        framing=framing,
    )
    assert (result.ok, result.code) == (True, None)
    post = result.post
    assert post is not None
    assert (post.step, post.status) == (Step.QUEUED, PostStatus.DRAFT)
    assert (post.caption, post.alt_text, post.framing) == ("fog", "a pier", framing)
    assert (post.share_mode, post.requested_at_time) == (ShareMode.CUSTOM_SCHEDULED, at)
    assert (post.photo_id, post.persona_id) == (world.ids[0], world.sarah.id)
    assert post.channel_id == world.sarah.buffer_channel_id
    assert await world.services.scheduling.post(post.id) == post


async def test_a_photo_has_one_post(world: World) -> None:
    post = await submit(world)
    result = await schedule_post(world.services.scheduling, world.photos[0], "again")
    assert (result.ok, result.code) == (False, Reason.ALREADY_SCHEDULED)
    assert result.post is not None
    assert result.post.id == post.id


async def test_texts_that_the_network_rejects_are_refused(world: World) -> None:
    for caption, alt_text, code in (
        (" ", "", Reason.CAPTION_EMPTY),
        ("x" * 2_201, "", Reason.CAPTION_TOO_LONG),
        ("x", "x" * 5_000, Reason.ALT_TEXT_TOO_LONG),
    ):
        result = await schedule_post(world.services.scheduling, world.photos[0], caption, alt_text=alt_text)
        assert (result.ok, result.post, result.code) == (False, None, code)
        assert result.reason


async def test_a_time_must_be_given_and_in_the_future(world: World) -> None:
    scheduling, mode = world.services.scheduling, ShareMode.CUSTOM_SCHEDULED
    missing = await schedule_post(scheduling, world.photos[0], "x", share_mode=mode)
    assert missing.code is Reason.TIME_MISSING
    past = datetime(2020, 1, 1, tzinfo=UTC)
    assert (
        await schedule_post(scheduling, world.photos[0], "x", share_mode=mode, at=past)
    ).code is Reason.TIME_PAST


async def test_posts_are_listed_newest_first(world: World) -> None:
    scheduling = world.services.scheduling
    ids = [(await submit(world, index)).id for index in range(3)]
    assert by_id(await scheduling.posts()) == ids[::-1]
    assert by_id(await scheduling.posts(world.sarah, limit=2)) == ids[:0:-1]
    assert await scheduling.posts(world.nobody) == []
    await world.fail(ids[1])
    assert by_id(await scheduling.on_their_way()) == [ids[0], ids[2]]
    assert await scheduling.post(UNKNOWN) is None


async def test_posts_are_listed_by_their_time_around_any_moment(world: World) -> None:
    """Those without a time are the latest; of the same time the last submitted one is."""
    scheduling = world.services.scheduling
    days = [datetime(2031, 5, day, 9, tzinfo=UTC) for day in range(1, 4)]
    times = (None, days[0], days[2], days[2])
    open_, soon, later, also_later = [(await submit(world, n, at=at)).id for n, at in enumerate(times)]
    await world.fail(later)

    async def around(moment: datetime, *steps: Step | None, limit: int = 9) -> tuple[list[int], list[int]]:
        above, below = [
            await scheduling.posts_by_time(
                world.sarah.id, (moment, 0), later=later, steps=steps or None, limit=limit
            )
            for later in (True, False)
        ]
        return by_id(above.posts), by_id(below.posts)

    assert await around(days[0]) == ([open_, also_later, later, soon], [])
    assert await around(days[1]) == ([open_, also_later, later], [soon])
    assert await around(days[1], Step.QUEUED, None) == ([open_, also_later], [soon])
    assert await around(days[1], limit=1) == ([later], [soon])
    page = await scheduling.posts_by_time(world.sarah.id, (days[0], 0), later=True, limit=2)
    assert (by_id(page.posts), page.rest and page.rest[1]) == ([later, soon], later)
    assert page.rest is not None
    page = await scheduling.posts_by_time(world.sarah.id, page.rest, later=True, limit=3)
    assert (by_id(page.posts), page.rest) == ([open_, also_later], None)
    page = await scheduling.posts_by_time(world.nobody.id, (days[0], 0), later=True)
    assert (page.posts, page.rest) == ((), None)


async def test_posts_are_found_by_caption_and_file_name(world: World) -> None:
    scheduling = world.services.scheduling
    fog, sea = (await submit(world, 0, "Fog 100% on_the pier")).id, (await submit(world, 1, "sea")).id
    name = world.photos[1].name

    async def found(text: str, limit: int = 9) -> tuple[list[int], bool]:
        page = await scheduling.posts_by_time(
            world.sarah.id, (NO_TIME, sea + 1), later=False, text=text, limit=limit
        )
        return by_id(page.posts), page.rest is not None

    for text, ids in (
        ("fog", [fog]), ("PIER  fog", [fog]), ("0%", [fog]), ("n_t", [fog]), ("n%t", []), ("", [sea, fog]),
        (name.upper(), [sea]), (f"sea {name[:4]}", [sea]), ("fog sea", []),
    ):  # fmt: skip
        assert await found(text) == (ids, False), text
        for post_id in (fog, sea):
            assert await scheduling.is_found(post_id, text) == (post_id in ids), text
    assert await found("fog", limit=1) == ([], True), "no more were looked at"
    assert not await scheduling.is_found(UNKNOWN, "fog")


async def test_counts(world: World) -> None:
    await submit(world)
    failed = await submit(world, 1)
    await world.fail(failed.id)
    counts = (await world.services.scheduling.counts())[world.sarah.id]
    assert (counts.unscheduled, counts.drafts, counts.queued, counts.failed) == (5, 0, 1, 1)
    assert (counts.scheduled, counts.posted, counts.next_due_at) == (0, 0, None)


@pytest.mark.parametrize("method", ["cancel"])
async def test_a_post_that_has_not_left_can_be_deleted_and_frees_its_photo(world: World, method: str) -> None:
    scheduling = world.services.scheduling
    post = await submit(world)
    await getattr(scheduling, method)(post.id)
    assert await scheduling.post(post.id) is None
    assert world.ids[0] in list(await world.services.photos.ids(world.sarah.id, Browse()))


async def test_a_failed_post_frees_its_photo_until_it_is_retried(world: World) -> None:
    scheduling = world.services.scheduling
    failed, photo_id = (await submit(world)).id, world.ids[0]
    await world.fail(failed)
    assert photo_id in list(await world.services.photos.ids(world.sarah.id, Browse()))
    other = (await submit(world)).id
    with pytest.raises(NotPossibleNow):
        await scheduling.retry(failed)
    await scheduling.cancel(other)
    await scheduling.retry(failed)
    assert photo_id not in list(await world.services.photos.ids(world.sarah.id, Browse()))


async def test_posts_that_were_not_sent_are_cancelled_at_once(world: World) -> None:
    scheduling = world.services.scheduling
    waiting, failed, live = [(await submit(world, number)).id for number in range(3)]
    await world.fail(failed)
    await world.publish(live, datetime.now(UTC))
    assert await scheduling.cancel_unsent([]) == set()
    assert await scheduling.cancel_unsent([UNKNOWN, waiting, failed, live]) == {waiting, failed}
    assert by_id(await scheduling.posts_with(world.ids)) == [live]
    assert await scheduling.posts_with([]) == []
    assert set(world.ids[:2]) <= set(await world.services.photos.ids(world.sarah.id, Browse()))


async def test_a_deleted_post_cannot_be_changed(world: World) -> None:
    scheduling = world.services.scheduling
    for change in (
        scheduling.cancel,
        scheduling.retry,
        scheduling.upload_again,
        scheduling.edit,
        scheduling.move_up,
    ):
        with pytest.raises(PostNotFound):
            await change(UNKNOWN)


async def test_a_submission_to_several_channels_has_a_post_for_each(world: World) -> None:
    scheduling = world.services.scheduling
    channels = [channel.id for channel in await world.services.personas.available_channels()][:3]
    await world.services.personas.set_channels(world.sarah, dict.fromkeys(channels))
    own = ChannelChoice(channels[1], caption="fog, at length")
    result = await schedule_post(scheduling, world.photos[0], "fog", channels=[channels[0], own, channels[2]])
    assert result.ok, result.reason
    lead, *cross_posts = result.posts
    assert [post.channel_id for post in result.posts] == channels
    assert [post.caption for post in result.posts] == ["fog", "fog, at length", "fog"]
    assert [post.group_id for post in result.posts] == [lead.id] * 3
    assert await scheduling.groups({lead.group_id}) == [lead, *cross_posts]
    assert await scheduling.posts_with([world.ids[0]]) == [lead, *cross_posts]
    await scheduling.cancel(lead.id)
    heir, last = await scheduling.posts_with([world.ids[0]])
    assert [(heir.id, heir.lead_post_id), (last.id, last.lead_post_id)] == [
        (cross_posts[0].id, None),
        (cross_posts[1].id, heir.id),
    ]
    assert await scheduling.groups({lead.id}) == []
    assert world.ids[0] not in list(await world.services.photos.ids(world.sarah.id, Browse()))
    for post in (heir, last):
        await scheduling.cancel(post.id)
    assert await scheduling.posts_with([world.ids[0]]) == []
    assert world.ids[0] in list(await world.services.photos.ids(world.sarah.id, Browse()))


async def test_the_photos_of_a_post_have_an_order_and_are_in_no_other_post(world: World) -> None:
    scheduling = world.services.scheduling
    cover, *others = (PostPhoto(photo.id, photo.sha256, f"number {photo.id}") for photo in world.photos[:3])
    result = await schedule_post(scheduling, cover, "fog on the pier", *others)
    assert result.ok and result.post is not None
    assert [photo.photo_id for photo in result.post.photos] == world.ids[:3]
    assert result.post.photos[2].alt_text == f"number {world.ids[2]}"
    assert set(world.ids[:3]).isdisjoint(await world.services.photos.ids(world.sarah.id, Browse()))
    taken = await schedule_post(scheduling, world.photos[2], "again")
    assert (taken.ok, taken.code) == (False, Reason.ALREADY_SCHEDULED)
    twice = await schedule_post(
        scheduling, world.photos[4], "twice", PostPhoto(world.ids[4], world.photos[4].sha256)
    )
    assert (twice.ok, twice.code) == (False, Reason.PHOTO_TWICE)
    edited = await scheduling.edit(result.post.id, photos=result.post.photos[:0:-1])
    assert [photo.photo_id for photo in edited.photos] == [world.ids[2], world.ids[1]]
    await scheduling.cancel(result.post.id)
    assert set(world.ids[:3]) <= set(await world.services.photos.ids(world.sarah.id, Browse()))


async def test_an_edit_changes_what_is_given(world: World) -> None:
    scheduling = world.services.scheduling
    post = await submit(world)
    edited = await scheduling.edit(post.id, caption="new", framing=Framing(Fit.CROP))
    assert (edited.caption, edited.alt_text, edited.framing) == ("new", post.alt_text, Framing(Fit.CROP))
    assert edited.step is Step.QUEUED
    assert not edited.ai_assisted
    assert (await scheduling.edit(post.id, alt_text="a pier", ai_assisted=True)).caption == "new"
    assert (await scheduling.edit(post.id, alt_text="a sea")).ai_assisted, "what was told once stays"


async def test_only_a_post_that_did_not_get_through_is_retried(world: World) -> None:
    scheduling = world.services.scheduling
    post = await submit(world)
    with pytest.raises(NotPossibleNow):
        await scheduling.retry(post.id)
    await world.fail(post.id)
    retried = await scheduling.retry(post.id)
    assert (retried.step, retried.status) == (Step.QUEUED, PostStatus.DRAFT)


async def test_a_post_moves_up_until_it_is_first(world: World) -> None:
    scheduling, channel = world.services.scheduling, str(world.sarah.buffer_channel_id)
    first, second = (await submit(world)).id, (await submit(world, 1)).id
    assert by_id(await scheduling.queued_posts(channel)) == [first, second]
    assert (await scheduling.move_up(second)).id == second
    assert by_id(await scheduling.queued_posts(channel)) == [second, first]
    with pytest.raises(NotPossibleNow):
        await scheduling.move_up(second)
    await world.fail(first)
    with pytest.raises(NotPossibleNow):
        await scheduling.move_up(first)


async def test_a_failed_post_is_a_problem(world: World) -> None:
    post = await submit(world)
    scheduling = world.services.scheduling
    assert not [item for item in await scheduling.problems() if item.post is not None]
    await world.fail(post.id)
    (problem,) = [item for item in await scheduling.problems() if item.post is not None]
    assert problem.kind is ProblemKind.FAILED
    assert problem.post is not None
    assert (problem.post.id, problem.persona_id) == (post.id, world.sarah.id)


async def test_an_unknown_post_has_no_timeline_and_the_rate_limit_is_known(world: World) -> None:
    assert list(await world.services.scheduling.timeline(UNKNOWN)) == []
    assert isinstance(await world.services.scheduling.budget(), Budget)


async def test_live_posts_come_newest_first_with_what_the_networks_count(world: World) -> None:
    scheduling, now = world.services.scheduling, datetime.now(UTC)
    older, newer = [await submit(world, index, f"number {index}") for index in (0, 1)]
    await submit(world, 2)
    await world.publish(older.id, now - timedelta(days=9), reach=90, saves=2)
    await world.publish(newer.id, now - timedelta(days=2))
    first_found, second = await scheduling.counted_posts(world.sarah.id)
    assert [(one.id, one.photo_id, one.caption) for one in (first_found, second)] == [
        (newer.id, world.ids[1], "number 1"),
        (older.id, world.ids[0], "number 0"),
    ]
    assert (second.channel_id, second.at) == (world.sarah.buffer_channel_id, now - timedelta(days=9))
    assert (first_found.results.metrics, first_found.results.as_of) == ((), None)
    assert second.results.by_type == {"reach": 90, "saves": 2}
    assert second.results.as_of == now - timedelta(days=8)
    assert await scheduling.counted_posts(world.nobody.id) == []


async def test_a_live_post_is_posted_again_after_some_months(world: World) -> None:
    scheduling, post = world.services.scheduling, await submit(world)
    with pytest.raises(NotPossibleNow):
        await scheduling.posts_to_repeat(post.id)
    with pytest.raises(PostNotFound):
        await scheduling.posts_to_repeat(UNKNOWN)
    now = await scheduling.database_time()
    await world.publish(post.id, now - timedelta(days=20))
    with pytest.raises(NotPossibleNow, match="can be posted again from"):
        await scheduling.posts_to_repeat(post.id)
    await world.publish(post.id, now - timedelta(days=200))
    [repeated] = await scheduling.posts_to_repeat(post.id)
    request = PostRequest((repeated.cover,), "once more")
    [refused] = await scheduling.schedule_posts([request])
    assert refused.code is Reason.ALREADY_SCHEDULED
    [result] = await scheduling.schedule_posts([replace(request, again=True)])
    assert result.ok and result.post is not None
    assert result.post.again_of_id == post.id
    assert by_id(await scheduling.posts_with([post.photo_id])) == [result.post.id]
    with pytest.raises(NotPossibleNow, match="not live yet"):
        await scheduling.posts_to_repeat(post.id)
    await scheduling.cancel(result.post.id)
    assert by_id(await scheduling.posts_with([post.photo_id])) == [post.id]


async def test_a_profile_has_what_is_live_on_its_channel(world: World) -> None:
    profile, now = world.services.profile, await world.services.scheduling.database_time()
    channel_id = str(world.sarah.buffer_channel_id)
    posts = [await submit(world, number) for number in range(3)]
    assert (await profile.sent([channel_id])).posts == ()
    for days, post in enumerate(posts, 1):
        await world.publish(post.id, now - timedelta(days=days))
    first = await profile.sent([channel_id], limit=2)
    second = await profile.sent([channel_id], first.rest, limit=2)
    assert [post.id for post in (*first.posts, *second.posts)] == [post.id for post in posts]
    assert second.rest is None
    assert (await profile.sent([channel_id], outside_only=True)).posts == ()
    assert (await profile.sent(["another"])).posts == ()
    assert await profile.thumbnails([UNKNOWN]) == {}
    assert await world.services.similarity.posted_elsewhere(world.photos[0]) is None
    picture = await asyncio.to_thread(world.services.photos.thumbnail, world.photos[0], 90, 90)
    framed = profile.framed(picture, world.photos[0], "instagram", Framing(Fit.CROP), 90)
    assert max(framed.size) == 90  # type: ignore[attr-defined]


# Planning


async def test_the_agenda_has_the_posts_of_the_channel(world: World) -> None:
    planning, now = world.services.planning, datetime.now(UTC)
    post = await submit(world)
    agenda = await planning.agenda(world.sarah, now, now - timedelta(days=1))
    assert agenda.channel == world.sarah.channel
    assert by_id(agenda.posts) == [post.id]
    assert not agenda.missing
    without = await planning.agenda(world.nobody, now, now)
    assert (without.channel, without.posts) == (None, ())


async def test_a_rendition_is_the_picture_as_posted(world: World) -> None:
    planning = world.services.planning
    rendition = await asyncio.to_thread(
        planning.preview_rendition, world.photos[0], "instagram", Framing(Fit.CROP)
    )
    assert rendition.width >= 1
    square = await asyncio.to_thread(
        planning.preview_rendition, world.photos[0], "instagram", Framing(Fit.CROP), ratio=1.0
    )
    assert square.width == square.height
    world.photos[1].path.write_bytes(b"broken")
    if hasattr(planning, "unreadable"):
        planning.unreadable = ""
    with pytest.raises(NoRendition):
        await asyncio.to_thread(planning.preview_rendition, world.photos[1], "instagram")
    damage(world.photos[2].path)
    with pytest.raises(NoRendition, match="damaged"):
        await asyncio.to_thread(planning.preview_rendition, world.photos[2], "instagram")
    left = await asyncio.to_thread(
        planning.preview_rendition, world.photos[2], "instagram", accept_damaged=True
    )
    assert left.width >= 1


# Workers


async def test_the_heartbeat_has_an_age_or_there_was_none(world: World) -> None:
    age = await world.services.workers.heartbeat_age()
    assert age is None or age >= 0
    assert world.services.workers.is_starting is False


# Events


async def test_changes_are_announced_after_the_connection(world: World) -> None:
    async with aclosing(world.services.events()) as events:
        assert isinstance(await anext(events), Connected)
        post = await submit(world)
        assert await first(events, PostChanged) == PostChanged(post.id, world.sarah.id)
        await world.services.photos.decide(world.ids[1], Verdict.PICK)
        assert await first(events, VerdictChanged) == VerdictChanged(world.ids[1], world.sarah.id)


async def first(events: AsyncIterator[Event], kind: type[Event]) -> Event:
    """Return the next event of a kind."""
    async for event in events:
        if isinstance(event, kind):
            return event
    raise AssertionError("the events ended")


# Setup


async def test_a_key_gives_access_to_channels_by_organization(world: World) -> None:
    offered = await world.setup.ask_buffer(Secret(world.key))
    assert offered
    for organization, channels in offered:
        assert isinstance(organization, Organization)
        assert {channel.organization_id for channel in channels} <= {organization.id, "org-1"}


async def test_saved_settings_are_used_at_once(world: World) -> None:
    assert list(world.setup.save({"BUFFER_API_KEY": "another-key"})) == []
    assert world.setup.settings.buffer_api_key is not None
    assert world.setup.settings.buffer_api_key.reveal() == "another-key"


async def test_it_is_known_whether_the_demo_is_installed(world: World) -> None:
    assert world.setup.demo_problem() == ""
