"""Submissions of several photos and to several channels."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from PIL import Image
from psycopg.types.json import Jsonb
from sqlalchemy.exc import IntegrityError

from fluffy_tui.buffer import BufferError, ShareMode
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.media.ai_mark import xmp_packet
from fluffy_tui.scheduling import ChannelChoice, PostPhoto, Reason, Remedy, TaggedPerson

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from scheduling.workplace import Workplace


async def photos(place: Workplace, count: int) -> list[Photo]:
    return [await place.photo(number) for number in range(count)]


async def test_a_post_of_several_photos_takes_all_of_them_in_their_order(place: Workplace) -> None:
    cover, *others = await photos(place, 4)
    tagged = PostPhoto(others[0].id, "", "second", Framing(Fit.CROP), (TaggedPerson("anna", 0.2, 0.8),))
    result = await place.services.scheduling.schedule_post(
        cover, "fog", alt_text="first", more_photos=[tagged, others[1], others[2].id]
    )
    assert result.ok, result.reason
    [post] = result.posts
    assert post == result.post
    assert [photo.photo_id for photo in post.photos] == [photo.id for photo in (cover, *others)]
    assert [photo.alt_text for photo in post.photos] == ["first", "second", "", ""]
    assert post.photos[1].tags == tagged.tags
    assert post.photos[1].framing == Framing(Fit.CROP)
    assert post.photos[1].sha256 == others[0].sha256
    assert await place.services.photos.unscheduled(place.persona) == []


@pytest.mark.parametrize("as_cover", [True, False])
async def test_a_photo_of_another_post_is_refused_by_name(place: Workplace, as_cover: bool) -> None:
    cover, follower, other = await photos(place, 3)
    schedule = place.services.scheduling.schedule_post
    assert (await schedule(cover, "fog", more_photos=[follower])).ok
    again = (follower, [other]) if as_cover else (other, [follower])
    refused = await schedule(again[0], "rain", more_photos=again[1])
    assert refused.code is Reason.ALREADY_SCHEDULED
    assert follower.name in refused.reason
    assert refused.post is not None
    assert refused.post.caption == "fog"
    assert [photo.id for photo in await place.services.photos.unscheduled(place.persona)] == [other.id]


async def test_of_simultaneous_submissions_with_a_photo_in_common_one_succeeds(place: Workplace) -> None:
    every = await photos(place, 4)
    schedule = place.services.scheduling.schedule_post
    results = await asyncio.gather(
        *(
            schedule(every[first], f"words {first}", more_photos=[every[second], every[3]])
            for first, second in [(0, 1), (1, 0), (2, 1), (0, 2), (1, 2)]
        )
    )
    assert [result.ok for result in results].count(True) == 1
    assert {result.code for result in results if not result.ok} == {Reason.ALREADY_SCHEDULED}
    assert len(await place.services.scheduling.posts()) == 1


async def test_cancelling_frees_all_photos(place: Workplace) -> None:
    cover, *others = await photos(place, 3)
    scheduling = place.services.scheduling
    post = await place.schedule(cover, "fog", more_photos=others)
    await scheduling.cancel(post.id)
    assert len(await place.services.photos.unscheduled(place.persona)) == 3
    assert (await scheduling.schedule_post(others[0], "rain", more_photos=[cover])).ok


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"more_photos": 11}, Reason.TOO_MANY_PHOTOS),
        ({"twice": True}, Reason.PHOTO_TWICE),
        ({"first_comment": "x" * 5_000}, Reason.FIRST_COMMENT),
        ({"tags": [TaggedPerson(f"anna{number}", 0.5, 0.5) for number in range(21)]}, Reason.PEOPLE_TAGS),
        ({"channels": ["another"]}, Reason.CHANNEL_CHANGED),
        ({"channels": [""]}, Reason.CHANNEL_CHANGED),
    ],
)
async def test_what_the_network_rejects_is_refused_and_nothing_is_written(
    place: Workplace, given: dict[str, Any], code: Reason
) -> None:
    every = await photos(place, given.pop("more_photos", 1))
    others = [every[0]] if given.pop("twice", False) else every[1:]
    refused = await place.services.scheduling.schedule_post(every[0], "fog", more_photos=others, **given)
    assert (refused.ok, refused.code) == (False, code)
    assert refused.reason
    assert await place.services.scheduling.posts() == []


async def test_the_rest_of_the_form_arrives_in_buffer(place: Workplace) -> None:
    cover, second = await photos(place, 2)
    async with place.worker():
        submitted = await place.schedule(
            PostPhoto(cover.id, "", "first", tags=(TaggedPerson("anna", 0.25, 0.75),)),
            "fog",
            more_photos=[PostPhoto(second.id, "", "second")],
            first_comment="#fog #pier",
            ai_generated=True,
        )
        done = await place.until(submitted.id, lambda post: post.status == "scheduled")
    [remote] = place.in_buffer()
    assert [asset.source for asset in remote.assets] == [photo.media_url for photo in done.photos]
    assert [asset.alt_text for asset in remote.assets] == ["first", "second"]
    assert remote.metadata["instagram"]["firstComment"] == "#fog #pier"
    assert remote.metadata["instagram"]["isAiGenerated"] is True
    assert remote.assets[0].user_tags == [{"handle": "anna", "x": 0.25, "y": 0.75}]
    assert remote.assets[1].user_tags == []


async def test_a_persona_whose_pictures_are_made_with_ai_says_so_unless_a_post_does_not(
    place: Workplace,
) -> None:
    first, second = await photos(place, 2)
    scheduling = place.services.scheduling
    await place.services.personas.set_ai_label(first.persona_id, True)
    own = await scheduling.schedule_post(first, "fog")
    other = await scheduling.schedule_post(second, "rain", ai_generated=False)
    assert own.post is not None
    assert other.post is not None
    assert (own.post.ai_generated, other.post.ai_generated) == (True, False)


async def test_photos_that_say_that_they_were_made_with_ai_get_the_label_unless_the_user_says_otherwise(
    place: Workplace,
) -> None:
    """Whichever photo of the post says it."""
    cover, other, plain, third = await photos(place, 4)
    mark = xmp_packet("trainedAlgorithmicMedia")
    for photo in (other, third):
        Image.new("RGB", (400, 500)).save(photo.path, xmp=mark, comment=photo.name.encode())
        await place.services.photos.read_again(photo)
    schedule = place.services.scheduling.schedule_post
    results = [
        await schedule(cover.id, "fog", more_photos=[other.id]),
        await schedule(plain.id, "rain"),
        await schedule(third.id, "sun", ai_generated=False),
    ]
    assert [result.post and result.post.ai_generated for result in results] == [True, False, False]


async def test_a_channels_fit_is_that_of_all_photos_there(place: Workplace) -> None:
    cover, second = await photos(place, 2)
    own, other = await place.on_two_channels()
    result = await place.services.scheduling.schedule_post(
        PostPhoto(cover.id, "", framing=Framing(Fit.PAD, turn=90)),
        "fog",
        more_photos=[PostPhoto(second.id, "", framing=Framing(Fit.PAD_PLAIN))],
        channels=[own, ChannelChoice(other, framing=Framing(Fit.CROP, Shape.SQUARE))],
    )
    assert [[photo.framing for photo in post.photos] for post in result.posts] == [
        [Framing(Fit.PAD, turn=90), Framing(Fit.PAD_PLAIN)],
        [Framing(Fit.CROP, Shape.SQUARE, 90), Framing(Fit.CROP, Shape.SQUARE)],
    ]


async def test_a_leads_cross_post_takes_over_when_the_lead_is_deleted(place: Workplace) -> None:
    """The photos stay taken as long as one post of them is left, whatever statement deletes the others."""
    cover, second = await photos(place, 2)
    post = await place.schedule(cover, "fog", more_photos=[second])
    with psycopg.connect(place.services.database.url, autocommit=True) as connection:
        connection.execute("ALTER TABLE posts DISABLE TRIGGER fluffy_notify_post")
        columns = "photos, persona_id, caption, share_mode, lead_post_id, delivery_key, channel_id"
        for number in (1, 2):
            connection.execute(
                f"INSERT INTO posts ({columns}) SELECT photos, persona_id, caption, share_mode, id,"
                f" delivery_key || '{number}', 'channel {number}' FROM posts WHERE id = %s",
                [post.id],
            )

        def leads() -> list[Any]:
            return connection.execute("SELECT id, lead_post_id, photo_id FROM posts ORDER BY id").fetchall()

        def taken() -> list[Any]:
            return connection.execute(
                "SELECT photo_id, post_id FROM post_photos ORDER BY photo_id"
            ).fetchall()

        first, heir, last = (row[0] for row in leads())
        connection.execute("DELETE FROM posts WHERE id = %s", [first])
        assert leads() == [(heir, None, cover.id), (last, heir, None)]
        assert taken() == [(cover.id, heir), (second.id, heir)]
        connection.execute("DELETE FROM posts WHERE id = %s", [last])
        assert taken() == [(cover.id, heir), (second.id, heir)]
        connection.execute("DELETE FROM posts WHERE id = %s", [heir])
        assert taken() == []


async def test_a_submission_goes_to_every_channel_with_its_own_words_and_time(place: Workplace) -> None:
    own, other = await place.on_two_channels()
    cover, second = await photos(place, 2)
    at = datetime.now(UTC) + timedelta(days=2)
    async with place.worker():
        result = await place.services.scheduling.schedule_post(
            cover,
            "fog",
            more_photos=[second],
            channels=[own, ChannelChoice(other, share_mode=ShareMode.CUSTOM_SCHEDULED, at=at)],
            captions={other: "fog, at length"},
        )
        assert result.ok, result.reason
        lead, cross_post = result.posts
        for post in result.posts:
            await place.until(post.id, lambda post: post.status == "scheduled")
    assert (lead.channel_id, cross_post.channel_id) == (own, other)
    assert (lead.lead_post_id, cross_post.lead_post_id) == (None, lead.id)
    assert lead.photos[0].photo_id == cross_post.photos[0].photo_id == cover.id
    in_buffer = {post.channel_id: post for post in place.stand_in.posts() if post.text.startswith("fog")}
    assert {channel: post.text for channel, post in in_buffer.items()} == {
        own: "fog",
        other: "fog, at length",
    }
    assert in_buffer[other].due_at is not None
    assert abs((in_buffer[other].due_at or at) - at) < timedelta(seconds=1)
    sources = [asset.source for post in in_buffer.values() for asset in post.assets]
    assert len(set(sources)) == 4, "each channel has pictures of its own"


async def test_all_channels_of_the_persona_are_the_default(place: Workplace) -> None:
    own, other = await place.on_two_channels()
    result = await place.services.scheduling.schedule_post(await place.photo(), "fog")
    assert [post.channel_id for post in result.posts] == [own, other]


async def test_what_one_network_rejects_is_refused_for_all(place: Workplace) -> None:
    _, other = await place.on_two_channels()
    five = await photos(place, 5)
    schedule = place.services.scheduling.schedule_post
    refused = await schedule(five[0], "fog", more_photos=five[1:])
    assert refused.code is Reason.TOO_MANY_PHOTOS
    assert "Bluesky" in refused.reason
    assert await place.services.scheduling.posts() == []
    assert (await schedule(five[0], "fog", more_photos=five[1:4], channels=[other])).ok


async def test_people_are_tagged_on_the_channels_that_can(place: Workplace) -> None:
    """Where none of them can, the submission is refused."""
    own, other = await place.on_two_channels()
    photo, tags = await place.photo(), [TaggedPerson("anna", 0.25, 0.75)]
    schedule = place.services.scheduling.schedule_post
    refused = await schedule(photo, "fog", channels=[other], tags=tags)
    assert (refused.ok, refused.code) == (False, Reason.PEOPLE_TAGS)
    result = await schedule(photo, "fog", channels=[other, own], tags=tags)
    assert result.ok, result.reason
    assert {post.channel_id: post.cover.tags for post in result.posts} == {own: tuple(tags), other: ()}


async def test_a_channel_or_tag_that_there_is_not_is_refused_in_words(place: Workplace) -> None:
    own, other = await place.on_two_channels()
    photo, schedule = await place.photo(), place.services.scheduling.schedule_post
    for given in ({"channels": ["nope"]}, {"channels": "nope"}, {"captions": {"nope": "fog here"}}):
        refused = await schedule(photo, "fog", **given)
        assert refused.reason.startswith(
            f"sarah has no channel nope. It has {own} (sarah.frames on Instagram), "
        )
    refused = await schedule(photo, "fog", channels=[own], captions={other: "fog here"})
    assert refused.reason.startswith(
        f"There is a caption for channel {other}, but the post does not go there."
    )
    for tag in (
        {"handle": "@anna", "x": 0, "y": 0},
        {"handle": "anna", "x": 2, "y": 0},
        {"handle": "anna"},
        "anna",
    ):
        wrong: Any = tag
        refused = await schedule(photo, "fog", tags=[wrong])
        assert (refused.code, refused.reason[:12]) == (Reason.PEOPLE_TAGS, "A people tag")
    assert await place.services.scheduling.posts() == []
    result = await schedule(photo, "fog", channels=[own], tags=[{"handle": "anna", "x": 0.5, "y": 1}])
    assert result.posts[0].cover.tags == (TaggedPerson("anna", 0.5, 1),)


async def test_the_first_comment_is_left_out_where_only_other_networks_have_it(place: Workplace) -> None:
    """Where none of them has it, the submission is refused; its hashtags end a caption that is not its own."""
    own, other = await place.on_two_channels()
    photo, schedule = await place.photo(), place.services.scheduling.schedule_post
    refused = await schedule(photo, "fog", channels=[other], first_comment="#fog")
    assert (refused.ok, refused.code) == (False, Reason.FIRST_COMMENT)
    result = await schedule(photo, "fog", first_comment="#fog")
    assert result.ok, result.reason
    assert {post.channel_id: post.first_comment for post in result.posts} == {own: "#fog", other: ""}
    assert {post.channel_id: post.caption for post in result.posts} == {own: "fog", other: "fog\n\n#fog"}
    written = await schedule(await place.photo(1), "fog", captions={other: "pier"}, first_comment="#fog")
    assert {post.channel_id: post.caption for post in written.posts} == {own: "fog", other: "pier"}


async def test_a_held_post_does_not_hold_its_cross_post(place: Workplace) -> None:
    own, other = await place.on_two_channels()
    place.stand_in.set_channel(own, disconnected=True)
    await place.services.personas.available_channels()
    cover = await place.photo()
    scheduling = place.services.scheduling
    async with place.worker():
        lead, cross_post = (await scheduling.schedule_post(cover, "fog")).posts
        await place.until(cross_post.id, lambda post: post.status == "scheduled")
        await place.until(lead.id, lambda post: post.step == "held")
    assert [post.channel_id for post in place.stand_in.posts() if post.text == "fog"] == [other]
    await scheduling.cancel(lead.id)
    left = await scheduling.post(cross_post.id)
    assert left is not None
    assert left.lead_post_id is None
    assert await place.services.photos.unscheduled(place.persona) == [], "it is still in Buffer"
    assert (await scheduling.schedule_post(cover, "again")).code is Reason.ALREADY_SCHEDULED
    await scheduling.cancel(cross_post.id)
    assert len(await place.services.photos.unscheduled(place.persona)) == 1


async def test_first_comment_and_ai_label_of_a_post_in_buffer_are_changed(place: Workplace) -> None:
    scheduling = place.services.scheduling
    async with place.worker():
        submitted = await place.schedule(await place.photo(), "fog", ai_generated=True)
        await place.until(submitted.id, lambda post: post.status == "scheduled")
        edited = await scheduling.edit(submitted.id, first_comment="#fog", ai_generated=False)
    assert (edited.first_comment, edited.ai_generated) == ("#fog", False)
    [remote] = place.in_buffer()
    assert remote.metadata["instagram"]["firstComment"] == "#fog"
    assert remote.metadata["instagram"]["isAiGenerated"] is False


async def test_a_plan_without_first_comments_is_remembered_for_the_channel(place: Workplace) -> None:
    first, second = await photos(place, 2)
    place.stand_in.set_plan(paid=False)
    scheduling = place.services.scheduling
    async with place.worker():
        submitted = await place.schedule(first, "fog", first_comment="#fog")
        failed = await place.until(submitted.id, lambda post: post.step == "failed")
        assert failed.error_code == "first_comment_refused"
        [problem] = await scheduling.problems()
        assert problem.actions[0] is Remedy.EDIT, "it would be refused again"
        assert place.in_buffer() == []
        refused = await scheduling.schedule_post(second, "rain", first_comment="#rain")
        assert (refused.code, "plan" in refused.reason) == (Reason.FIRST_COMMENT, True)
        assert (await scheduling.schedule_post(second, "rain")).ok
        await scheduling.edit(failed.id, first_comment="")
        await scheduling.retry(failed.id)
        await place.until(failed.id, lambda post: post.status == "scheduled")


async def test_what_buffer_answers_to_a_first_comment_last_is_remembered(place: Workplace) -> None:
    """To a new post, and to a change of one in Buffer."""
    first, second = await photos(place, 2)
    scheduling = place.services.scheduling

    async def is_refused() -> bool:
        persona = await place.services.personas.by_id(place.persona.id)
        return persona.channels[0].first_comment_refused_at is not None

    async with place.worker():
        plain = (await scheduling.schedule_post(first, "fog")).posts[0]
        await place.until(plain.id, lambda post: post.status == "scheduled")
        place.stand_in.set_plan(paid=False)
        with pytest.raises(BufferError, match="first comment"):
            await scheduling.edit(plain.id, first_comment="#fog")
        assert await is_refused()
        place.stand_in.set_plan(paid=True)
        await scheduling.edit(plain.id, first_comment="#fog")
        assert not await is_refused()
        await place.services.personas.note_first_comment(str(plain.channel_id), refused=True)
        await place.execute("UPDATE channels SET first_comment_refused_at = now() - interval '8 days'")
        other = (await scheduling.schedule_post(second, "rain", first_comment="#rain")).posts[0]
        await place.until(other.id, lambda post: post.status == "scheduled")
    assert not await is_refused(), "the worker has ended, and with it the delivery"


async def test_a_channel_that_is_named_twice_gets_one_post(place: Workplace) -> None:
    own, other = await place.on_two_channels()
    result = await place.services.scheduling.schedule_post(
        await place.photo(), "fog", channels=[own, other, own, ChannelChoice(other, "again")]
    )
    assert [(post.channel_id, post.caption) for post in result.posts] == [(own, "fog"), (other, "fog")]


async def test_the_database_refuses_two_posts_of_one_submission_on_one_channel(place: Workplace) -> None:
    lead, cross_post = await place.on_two_channels()
    (first, second) = (await place.services.scheduling.schedule_post(await place.photo(), "fog")).posts
    assert (first.channel_id, second.channel_id) == (lead, cross_post)
    with pytest.raises(IntegrityError):
        await place.execute(f"UPDATE posts SET channel_id = '{lead}'")


async def test_a_post_for_no_channel_is_refused_with_those_that_can_be_chosen(place: Workplace) -> None:
    refused = await place.services.scheduling.schedule_post(await place.photo(), "fog", channels=[])
    assert refused.code is Reason.NO_CHANNEL
    own = place.persona.buffer_channel_id
    assert refused.reason == (
        f"No channel is chosen for this post. sarah has {own} (sarah.frames on Instagram). Choose at least one."
    )
    assert await place.services.scheduling.posts() == []


async def test_a_new_post_never_takes_over_the_picture_of_another(place: Workplace) -> None:
    """The address of a picture is what tells in Buffer which post it is."""
    photo = await place.photo()
    scheduling = place.services.scheduling
    async with place.worker():
        first = (await scheduling.schedule_post(photo, "fog")).posts[0]
        before = await place.until(first.id, lambda post: post.status == "scheduled")
        await scheduling.cancel(first.id)
        again = (await scheduling.schedule_post(before.cover, "rain")).posts[0]
        assert again.cover.media_url is None
        after = await place.until(again.id, lambda post: post.status == "scheduled")
    assert after.cover.media_url != before.cover.media_url


async def test_an_edit_made_of_an_older_version_keeps_the_present_picture(place: Workplace) -> None:
    photo = await place.photo()
    scheduling = place.services.scheduling
    async with place.worker():
        post = (await scheduling.schedule_post(photo, "fog")).posts[0]
        before = await place.until(post.id, lambda post: post.status == "scheduled")
        square = await scheduling.edit(post.id, framing=Framing(Fit.CROP, Shape.SQUARE))
        again = await scheduling.edit(post.id, framing=before.framing)
        assert len({each.cover.media_url for each in (before, square, again)}) == 3
        described = await scheduling.edit(post.id, photos=[replace(before.cover, alt_text="a pier")])
    assert (described.cover.media_url, described.alt_text) == (again.cover.media_url, "a pier")
    [remote] = place.in_buffer()
    assert [asset.source for asset in remote.assets] == [again.cover.media_url]


async def test_other_photos_are_given_to_all_channels_of_a_post_in_buffer(place: Workplace) -> None:
    """Another cover, one out and one in; the photo that is out is free once no channel has it any more."""
    own, other = await place.on_two_channels()
    cover, second, added = await photos(place, 3)
    scheduling = place.services.scheduling
    result = await scheduling.schedule_post(cover, "fog", more_photos=[second], channels=[own, other])
    new = [PostPhoto(added.id, added.sha256, "added"), result.posts[0].photos[0]]
    free = []
    for post in result.posts:
        await place.services.delivery.deliver(post.id)
        changed = await scheduling.edit(post.id, photos=new)
        assert [photo.photo_id for photo in changed.photos] == [added.id, cover.id]
        free.append([photo.id for photo in await place.services.photos.unscheduled(place.persona)])
    assert free == [[], [second.id]]
    for post in await scheduling.posts():
        [remote] = [there for there in place.stand_in.posts() if there.id == post.buffer_post_id]
        assert [asset.alt_text for asset in remote.assets] == ["added", ""]
        assert [asset.source for asset in remote.assets] == [photo.media_url for photo in post.photos]
    lead, cross = result.posts
    await scheduling.cancel(lead.id)
    [heir] = await scheduling.posts()
    assert (heir.id, heir.lead_post_id, heir.photo_id) == (cross.id, None, added.id)
    assert [photo.id for photo in await place.services.photos.unscheduled(place.persona)] == [second.id]


WITHOUT_SECOND, WITH_SECOND = "photos - 1", "photos || %(second)s"


@pytest.mark.parametrize("last_change", [WITHOUT_SECOND, WITH_SECOND], ids=["lose it", "swap it"])
async def test_posts_of_a_submission_whose_photos_change_at_the_same_moment_take_what_they_have(
    place: Workplace, last_change: str
) -> None:
    """One loses a photo while the other one, which does not see that yet, loses or gets it."""
    own, other = await place.on_two_channels()
    cover, second = await photos(place, 2)
    result = await place.services.scheduling.schedule_post(
        cover, "fog", more_photos=[second], channels=[own, other]
    )
    lead, cross = result.posts
    if last_change == WITH_SECOND:
        await place.services.scheduling.edit(cross.id, photos=cross.photos[:1])
    change = "UPDATE posts SET photos = {} WHERE id = %(id)s"
    url = place.services.database.url
    async with (
        await psycopg.AsyncConnection.connect(url) as first,
        await psycopg.AsyncConnection.connect(url) as last,
        await psycopg.AsyncConnection.connect(url, autocommit=True) as observer,
    ):
        await first.execute(change.format(WITHOUT_SECOND), {"id": lead.id})
        values = {"id": cross.id, "second": Jsonb([lead.photos[1].to_json()])}
        changing = asyncio.create_task(last.execute(change.format(last_change), values))
        has_begun = (
            "SELECT FROM pg_stat_activity WHERE pid = %s"
            " AND (state = 'idle in transaction' OR wait_event_type = 'Lock')"
        )
        while not (await observer.execute(has_begun, [last.info.backend_pid])).rowcount:
            await asyncio.sleep(0.01)  # Postgres sends no event for either
        await first.commit()
        await changing
        await last.commit()
    free = await place.services.photos.unscheduled(place.persona)
    assert [photo.id for photo in free] == ([second.id] if last_change == WITHOUT_SECOND else [])


async def test_buffer_is_told_that_a_text_came_from_a_model(place: Workplace) -> None:
    """Once told it stays so: an edit by hand does not make the text the user's own."""
    scheduling = place.services.scheduling
    async with place.worker():
        own = (await scheduling.schedule_post(await place.photo(0), "fog")).post
        assisted = (await scheduling.schedule_post(await place.photo(1), "sea", ai_assisted=True)).post
        assert own is not None
        assert assisted is not None
        for post in (own, assisted):
            await place.until(post.id, lambda post: post.status == "scheduled")
        assert told(place, "createPost") == {"fog": None, "sea": True}
        assert (await scheduling.edit(assisted.id, caption="my sea")).ai_assisted
        assert not (await scheduling.edit(own.id, caption="my fog")).ai_assisted
        assert (await scheduling.edit(own.id, caption="its fog", ai_assisted=True)).ai_assisted
    assert told(place, "editPost") == {"my sea": True, "my fog": None, "its fog": True}


def told(place: Workplace, mutation: str) -> dict[str, bool | None]:
    """Return by text what Buffer was told about the help of AI."""
    asked = (request for request in place.stand_in.requests if mutation in request.fields)
    inputs = [request.variables["input"] for request in asked]
    return {content["text"]: content.get("aiAssisted") for content in inputs}
