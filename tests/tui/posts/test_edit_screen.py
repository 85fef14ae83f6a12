"""Editing a post: only changes are sent, refusals keep the text, a failed post is retried."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fluffy_tui.buffer import Channel, ShareMode
from fluffy_tui.core.app_events import PersonaEdited
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.media import Framing
from fluffy_tui.scheduling import NotPossibleNow, PostPhoto, Step
from fluffy_tui.tui.posts.edit_screen import EditPostScreen, retries, save_changes
from fluffy_tui.tui.posts.screen import PostsScreen
from fluffy_tui.tui.problems.screen import ProblemsScreen
from fluffy_tui.tui.rendition import FitScreen
from fluffy_tui.tui.session.drafts import Draft
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, MARKUP, NOW, FakeServices, make_photo, make_post, with_channels
from tui.several_channels import on_channels

IN_BUFFER, FAILED = ("2", "e"), ("4", "e")
"""Keys that open post 2, which is in Buffer, and post 4, which failed, for editing."""


def editing(driver: Driver) -> EditPostScreen:
    """Return the screen."""
    assert isinstance(driver.screen, EditPostScreen)
    return driver.screen


async def kept(driver: Driver, services: FakeServices, photo_id: int) -> Draft | None:
    """Wait until the draft is saved; return it."""
    while editing(driver).drafts.has_unsaved:
        await driver.pilot.pause(0.02)
    await driver.settle()
    return driver.app.context.drafts.load(services.photos.photos[photo_id])


async def test_only_changed_text_is_sent(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        assert editing(driver).form.caption.text == "coffee first"
        assert "in Buffer for Wed 13 Jan 09:00 New York (your 15:00)" in driver.text("#post-state")
        editing(driver).form.caption.text = f"tea {MARKUP} first"
        await driver.press("ctrl+s")
        await driver.heard()
        assert services.scheduling.edits == [
            {
                "post_id": 2,
                "caption": f"tea {MARKUP} first",
                "alt_text": None,
                "share_mode": None,
                "at": None,
            }
        ]
        assert isinstance(driver.screen, PostsScreen)
        assert driver.app.context.drafts.load(services.photos.photos[2]) is None


async def test_a_post_is_not_said_to_be_similar_to_itself(running: Running, services: FakeServices) -> None:
    posts = services.scheduling.all_posts
    posts[2] = replace(posts[2], caption="coffee first, then the harbour")
    posts[4] = replace(posts[4], caption="a market on a rainy day!")
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "end", *"!")
        assert "similar to" not in driver.text("#preflight")
        editing(driver).form.caption.text = "a market on a rainy day"
        await driver.settle()
        assert "similar to “a market on a rainy day!”" in driver.text("#preflight")


async def test_the_first_comment_is_written_and_moved(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "f6", *"#tea")
        assert editing(driver).form.first_comment.text == "#tea"
        await driver.press("f2", "end", *" #hot", "alt+h", "f12", "ctrl+s")
        await driver.heard()
        [edit] = services.scheduling.edits
        assert (edit["caption"], edit["first_comment"], edit["ai_generated"]) == (None, "#tea #hot", True)


async def test_a_post_is_edited_by_the_rules_of_its_own_channel(
    running: Running, services: FakeServices
) -> None:
    personas, posts = services.personas.personas, services.scheduling.all_posts
    personas[1] = with_channels(personas[1], *CHANNELS[:2])
    posts[2] = replace(posts[2], channel_id=CHANNELS[1].id)
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "f6")
        assert editing(driver).form.rules.service == "bluesky"
        assert "Buffer cannot add a first comment on Bluesky" in editing(driver).form.message


async def test_the_state_of_the_post_is_kept_up_to_date(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", *"jj", "e")
        assert "uploading" in driver.text("#post-state")
        services.scheduling.move(9, Step.ACCEPTED)
        await driver.heard()
        assert "in Buffer for" in driver.text("#post-state")


async def test_what_is_typed_for_a_post_that_was_cancelled_elsewhere_is_kept_with_its_photo(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", *"jj", "e", "ctrl+end", *" again")
        editing(driver)
        text = driver.form.caption.text
        photo_id = services.scheduling.all_posts[9].photo_id
        await services.scheduling.cancel(9)
        await driver.heard()
        assert driver.text("#post-state").startswith("✗ The post was cancelled.")
        await driver.press("ctrl+s")
        assert driver.form.message
        await driver.press("esc")
        draft = driver.app.context.drafts.load(services.photos.photos[photo_id])
        assert draft is not None and draft.caption == text


async def test_enter_saves_the_only_field_that_there_is(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "t", "left")
        editing(driver).form.when._time.value = "2027-01-14 18:30"
        await driver.press("enter")
        await driver.heard()
        assert len(services.scheduling.edits) == 1
        await driver.press("2", "e", "ctrl+t", "enter")
        assert len(services.scheduling.edits) == 1, "with more fields it does not"


async def test_t_changes_only_the_time(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "t", "left")
        assert editing(driver).form.when.share_mode is ShareMode.CUSTOM_SCHEDULED
        assert editing(driver).form.when.at == NOW + timedelta(hours=23, minutes=30)
        assert driver.text(".same-day").startswith("same day:")
        services.scheduling.move(9, Step.ACCEPTED, scheduled_at=NOW + timedelta(hours=23, minutes=30))
        await driver.heard()
        assert driver.text(".same-day").startswith("! at the same time as 09:00")
        editing(driver).form.when._time.value = "2027-01-14 18:30"
        await driver.press("ctrl+j")
        await driver.heard()
        [edit] = services.scheduling.edits
        assert edit["share_mode"] is ShareMode.CUSTOM_SCHEDULED
        assert str(edit["at"]) == "2027-01-14 18:30:00-05:00"
        assert (edit["caption"], edit["alt_text"]) == (None, None)


async def test_a_failed_post_is_retried_with_its_new_text(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*FAILED)
        editing(driver).form.alt_text.text = "a snowy street"
        await driver.press("ctrl+s")
        await driver.heard()
        post = services.scheduling.all_posts[4]
        assert (post.alt_text, post.step) == ("a snowy street", Step.QUEUED)
        assert isinstance(driver.screen, ProblemsScreen)


async def test_without_a_change_nothing_is_sent_to_buffer(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "ctrl+s")
        assert editing(driver).form.message == "Nothing has changed yet."
        assert services.scheduling.edits == []


async def test_a_refusal_keeps_the_text_on_the_screen_and_on_disk(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.not_possible = NotPossibleNow(
        f"Buffer is sending this {MARKUP} post.", "Delete it when it is live."
    )
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        editing(driver).form.caption.text = "too late"
        await driver.press("ctrl+s")
        assert (
            editing(driver).form.message
            == f"! Buffer is sending this {MARKUP} post. Delete it when it is live."
        )
        assert editing(driver).form.caption.text == "too late"
        assert not editing(driver).form.disabled
        text = await kept(driver, services, 2)
        assert text is not None
        assert text.caption == "too late"
        await driver.press("ctrl+s")
        await driver.heard()
        assert services.scheduling.all_posts[2].caption == "too late"


async def test_esc_keeps_a_draft_that_is_shown_again(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "end", *"xyz", "escape")
        assert isinstance(driver.screen, PostsScreen)
        assert services.scheduling.all_posts[2].caption == "coffee first"
        await driver.press("e")
        assert editing(driver).form.caption.text == "coffee firstxyz"
        assert "not saved" in editing(driver).form.message


async def test_opening_without_typing_saves_no_draft(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "escape")
        assert driver.app.context.drafts.load(services.photos.photos[2]) is None


async def test_empty_and_overlong_texts_are_refused_at_their_field(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        editing(driver).form.caption.text = ""
        await driver.press("ctrl+s")
        assert "empty" in editing(driver).form.message
        editing(driver).form.caption.text = "fine"
        editing(driver).form.alt_text.text = "x" * 1_001
        await driver.press("ctrl+s")
        assert editing(driver).form.message == (
            "! The alt text has 1,001 characters, and Instagram allows 1,000. Shorten it by 1."
        )
        assert editing(driver).form.alt_text.has_focus
        assert services.scheduling.edits == []


async def test_several_posts_get_one_time(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4", "space", "j", "space", "t")
        assert driver.text("#post-state") == "2 posts get this time"
        editing(driver).form.when.load(ShareMode.SHARE_NEXT, None)
        await driver.press("ctrl+s")
        await driver.heard()
        assert [(edit["post_id"], edit["share_mode"]) for edit in services.scheduling.edits] == [
            (4, ShareMode.SHARE_NEXT),
            (6, ShareMode.SHARE_NEXT),
        ]
        assert isinstance(driver.screen, ProblemsScreen)


async def test_a_change_that_is_saved_but_not_retried_is_reported(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*FAILED)
        editing(driver).form.caption.text = "new words"
        services.scheduling.all_posts[4] = replace(services.scheduling.all_posts[4], step=Step.UNCONFIRMED)
        await driver.press("ctrl+s")
        await driver.heard()
        assert editing(driver).form.message.startswith(
            "! The change is saved, but the post could not be retried."
        )


async def test_a_lost_database_is_reported_and_nothing_is_lost(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        editing(driver).form.caption.text = "while away"
        services.scheduling.error = DatabaseUnavailable("The database does not answer.")
        await driver.press("ctrl+s")
        assert editing(driver).form.message == "! The database does not answer."
        assert editing(driver).form.caption.text == "while away"
        services.scheduling.error = None
        await driver.press("ctrl+s")
        await driver.heard()
        assert services.scheduling.all_posts[2].caption == "while away"


async def test_another_fit_is_chosen_and_saved_with_the_post(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        assert driver.text("#note") == "fit: pad blurred"
        await driver.press("ctrl+f")
        assert isinstance(driver.screen, FitScreen)
        await driver.press("r", "enter")
        assert driver.text("#note").startswith("fit: pad blurred, rotated 90°")
        assert "uploaded again" in driver.text("#note")
        await driver.press("ctrl+s")
        await driver.heard()
        [edit] = services.scheduling.edits
        assert edit["framing"] == Framing(turn=90)
        assert edit["caption"] is None


async def test_the_forecast_leaves_out_the_post_itself(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "t")
        assert "09:00" not in driver.text(".same-day"), "a post is not in its own way"
        await driver.press("escape", "g", "e")
        assert "Fri 15 Jan 18:00" in editing(driver).form.when.meaning, "the slot that it will get"


def with_photos(services: FakeServices, post_id: int, *photo_ids: int) -> tuple[PostPhoto, ...]:
    """Give a post more photos, all of them uploaded; return them all."""
    post = services.scheduling.all_posts[post_id]
    ids = (post.photo_id, *photo_ids)
    photos = tuple(
        PostPhoto(id_, services.photos.photos[id_].sha256, f"alt {id_}", media_url=f"https://m.example/{id_}")
        for id_ in ids
    )
    services.scheduling.all_posts[post_id] = replace(post, photos=photos)
    return photos


async def test_only_a_changed_caption_of_a_post_of_several_photos_is_sent(
    running: Running, services: FakeServices
) -> None:
    with_photos(services, 2, 40, 39)
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        assert "1 cover" in driver.text("#photos")
        editing(driver).form.caption.text = "tea first"
        await driver.press("ctrl+s")
        (edit,) = services.scheduling.edits
        assert edit["caption"] == "tea first"
        assert "photos" not in edit


async def test_photos_of_a_post_are_reordered_described_and_taken_out(
    running: Running, services: FakeServices
) -> None:
    cover, second, third = with_photos(services, 2, 40, 39)
    async with running(persona="sarah") as driver:
        await driver.press(
            *IN_BUFFER, "alt+right", "alt+left", "ctrl+n", "f3", *"!", "alt+right", "ctrl+b", "ctrl+o"
        )
        await driver.press("ctrl+s")
        (edit,) = services.scheduling.edits
        assert edit["photos"] == [cover, replace(second, alt_text="alt 40!")]
        assert third not in edit["photos"]


async def test_a_single_photo_may_be_left_of_several(running: Running, services: FakeServices) -> None:
    _, second = with_photos(services, 2, 40)
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "ctrl+o", "ctrl+s")
        (edit,) = services.scheduling.edits
        assert edit["photos"] == [second]


async def test_a_change_of_the_photos_that_was_not_saved_is_kept(
    running: Running, services: FakeServices
) -> None:
    with_photos(services, 2, 40)
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "alt+right")
        assert await kept(driver, services, 2) is not None
        await driver.press("escape", "e")
        assert [photo.photo_id for photo in editing(driver).arrangement.photos.photos] == [40, 2]
        assert "draft of a change" in editing(driver).form.message


async def test_a_photo_that_was_taken_out_can_be_put_back(running: Running, services: FakeServices) -> None:
    """It still has this post, so the library does not list it; its text has not changed."""
    with_photos(services, 2, 40)
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "ctrl+n", "f3", *"!", "ctrl+o", "alt+a")
        name = services.photos.photos[40].name
        await driver.press(*name, "enter")
        photos = editing(driver).arrangement.photos
        assert [(photo.photo_id, photo.alt_text) for photo in photos.photos] == [
            (2, "alt 2"),
            (40, "alt 40!"),
        ]
        await driver.press("ctrl+o", "escape", "e", "alt+a", "enter")
        assert editing(driver).form.photo == services.photos.photos[40]


async def test_caption_and_time_of_a_submission_are_changed_on_all_its_channels(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky, gone = on_channels(services, 12, Step.ACCEPTED, Step.HELD, Step.LIVE)
    async with running(persona="sarah") as driver:
        await driver.press("2", "k", "asterisk", "e")
        assert driver.text("#post-state") == (
            "Instagram, Bluesky get these changes · gone is live and stays as it is"
        )
        assert editing(driver).form.message == "The captions differ: a change here replaces all of them."
        editing(driver).form.alt_text.text = "a pier in fog"
        await driver.press("ctrl+s")
        await driver.heard()
        changed = services.scheduling.posts_of(lead, bluesky, gone)
        assert [post.caption for post in changed] == ["words 0", "words 1", "words 2"], "as they were"
        assert [post.alt_text for post in changed] == ["a pier in fog", "a pier in fog", ""]
        await driver.press("asterisk", "e")
        editing(driver).form.caption.text = "fog everywhere"
        editing(driver).form.when.load(ShareMode.SHARE_NEXT, None)
        await driver.press("ctrl+s")
        await driver.heard()
        changed = services.scheduling.posts_of(lead, bluesky, gone)
        assert [post.caption for post in changed] == ["fog everywhere", "fog everywhere", "words 2"]
        assert [post.share_mode for post in changed[:2]] == [ShareMode.SHARE_NEXT] * 2


async def test_photos_of_a_submission_are_added_moved_and_taken_out_on_all_its_channels(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky = on_channels(services, 12, Step.ACCEPTED, Step.HELD)
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "2", "k", "asterisk", "e", "alt+a")
        assert [photo.photo_id for photo in editing(driver).arrangement.photos.photos] == [12, 40, 39]
        await driver.press("alt+right", "ctrl+b", "ctrl+b", "ctrl+o", "f3", *"fog", "ctrl+s")
        await driver.heard()
        assert isinstance(driver.screen, PostsScreen)
        for post in services.scheduling.posts_of(lead, bluesky):
            assert [(photo.photo_id, photo.alt_text) for photo in post.photos] == [(39, "fog"), (40, "")]
        assert driver.app.context.selection.ids == ()
        await driver.press("asterisk", "e", "ctrl+f")
        assert isinstance(driver.screen, FitScreen)
        await driver.press("r", "enter")
        assert "uploaded again" in driver.text("#note")
        await driver.press("ctrl+s")
        await driver.heard()
        turned = [post.cover.framing for post in services.scheduling.posts_of(lead, bluesky)]
        assert turned == [Framing(turn=90)] * 2


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (CHANNELS[1], ""),  # Bluesky has no first comments, so it has no other one
        (CHANNELS[2], "The first comments differ: a change here replaces all of them."),
    ],
)
async def test_first_comments_that_differ_are_named_before_a_change_replaces_them(
    running: Running, services: FakeServices, other: Channel, message: str
) -> None:
    instagram, second = on_channels(services, 12, Step.ACCEPTED, Step.ACCEPTED)
    services.personas.personas[1] = with_channels(services.personas.personas[1], CHANNELS[0], other)
    services.scheduling._store(replace(instagram, caption="fog", first_comment="#sea"))
    services.scheduling._store(replace(second, caption="fog", channel_id=other.id))
    async with running(persona="sarah") as driver:
        await driver.press("2", "k", "asterisk", "e")
        assert editing(driver).form.message == message


async def test_a_first_comment_that_buffer_rejects_is_warned_of_in_an_open_editor(
    running: Running, services: FakeServices
) -> None:
    personas = services.personas.personas
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "f6", *"first")
        assert "first comment 5 of" in driver.text("#preflight")
        channels = tuple(replace(chosen, first_comment_refused_at=NOW) for chosen in personas[1].channels)
        personas[1] = replace(personas[1], channels=channels)
        services.tell(PersonaEdited(1))
        await driver.heard()
        await driver.press("!")
        assert "✗ Buffer rejected a first comment here" in driver.text("#preflight")


async def test_as_many_photos_are_added_to_a_submission_as_each_of_its_networks_takes(
    running: Running, services: FakeServices
) -> None:
    on_channels(services, 12, Step.ACCEPTED, Step.ACCEPTED)
    async with running(persona="sarah") as driver:
        await driver.press(*["space"] * 5, "2", "k", "asterisk", "e", "alt+a")
        edit = editing(driver)
        assert len(edit.arrangement.photos) == 4
        assert edit.form.message == "! Added 3 of 5 selected photos: Bluesky allows 4 in a post."
        await driver.press("alt+a")
        assert "Bluesky allows 4" in edit.form.message


async def test_photos_that_one_network_does_not_take_change_no_channel(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky = on_channels(services, 12, Step.ACCEPTED, Step.ACCEPTED)
    with_photos(services, 12, *range(40, 35, -1))
    async with running(persona="sarah") as driver:
        await driver.press("2", "k", "asterisk", "e")
        assert editing(driver).form.message == (
            "The captions and photos differ: a change here replaces all of them."
        )
        await driver.press("alt+right")
        assert "Bluesky: The post has 6 photos, and Bluesky allows 4" in driver.screen_text()
        await driver.press("ctrl+s")
        assert editing(driver).form.message == (
            "! Bluesky: The post has 6 photos, and Bluesky allows 4. Remove 2."
        )
        assert services.scheduling.edits == []
        await driver.press("ctrl+o", "ctrl+o", "ctrl+s")
        await driver.heard()
        photos = [post.photo_ids for post in services.scheduling.posts_of(lead, bluesky)]
        assert len(photos[0]) == 4
        assert photos[0] == photos[1]


async def test_another_photo_takes_the_place_of_the_only_one(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", *IN_BUFFER, "alt+a", "f3", *"fog", "ctrl+b", "ctrl+o", "ctrl+s")
        await driver.heard()
        (edit,) = services.scheduling.edits
        photos = edit["photos"]
        assert isinstance(photos, list)
        assert [(photo.photo_id, photo.alt_text) for photo in photos] == [(40, "fog")]


async def test_an_unsaved_change_on_one_channel_is_not_shown_on_another(
    running: Running, services: FakeServices
) -> None:
    on_channels(services, 12, Step.ACCEPTED, Step.ACCEPTED)
    async with running(persona="sarah") as driver:
        await driver.press("2", "k", "e", "end", *"xyz")
        first = editing(driver).form.caption.text
        await driver.press("escape", "k", "e")
        other = editing(driver).form.caption.text
        assert {first, other} in ({"words 0xyz", "words 1"}, {"words 1xyz", "words 0"})
        await driver.press("end", *"abc", "escape", "j", "e")
        assert editing(driver).form.caption.text == first
        await driver.press("escape", "asterisk", "e")
        assert editing(driver).form.caption.text in ("words 0", "words 1")


async def test_a_caption_that_one_network_refuses_changes_no_channel(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky = on_channels(services, 12, Step.ACCEPTED, Step.ACCEPTED)
    async with running(persona="sarah") as driver:
        await driver.press("2", "k", "asterisk", "e")
        editing(driver).form.caption.text = "x" * 301
        await driver.press("ctrl+s")
        assert editing(driver).form.message.startswith("! ")
        assert "Bluesky" in editing(driver).form.message
        assert services.scheduling.edits == []
        services.scheduling.not_possible = NotPossibleNow("Buffer is sending it.")
        editing(driver).form.caption.text = "short"
        await driver.press("ctrl+s")
        await driver.heard()
        assert editing(driver).form.message == "! 1 of 2 posts changed. Instagram: Buffer is sending it."
        assert editing(driver).form.caption.text == "short"
        await driver.press("ctrl+s")
        await driver.heard()
        assert [post.caption for post in services.scheduling.posts_of(lead, bluesky)] == ["short", "short"]
        assert [edit["post_id"] for edit in services.scheduling.edits] == [bluesky.id, lead.id]


async def test_the_photos_selected_in_the_library_are_added_as_many_as_the_network_takes(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*["space"] * 10, *IN_BUFFER, "alt+a")
        edit = editing(driver)
        assert [photo.photo_id for photo in edit.arrangement.photos.photos] == [2, *range(40, 31, -1)]
        assert edit.form.message == "! Added 9 of 10 selected photos: Instagram allows 10 in a post."
        assert "2 of 10" in driver.screen_text()
        await driver.press("alt+a")
        assert "Instagram allows 10" in edit.form.message
        edit.form.alt_text.text = "a second view"
        await driver.press("ctrl+s")
        await driver.heard()
        (sent,) = services.scheduling.edits
        photos = sent["photos"]
        assert isinstance(photos, list)
        assert [(photo.photo_id, photo.alt_text) for photo in photos[:3]] == [
            (2, ""),
            (40, "a second view"),
            (39, ""),
        ]
        assert driver.app.context.selection.ids == (31,)


async def test_an_added_photo_that_was_not_saved_is_still_there_the_next_time(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "alt+a", "down", "enter")
        assert [photo.photo_id for photo in editing(driver).arrangement.photos.photos] == [2, 39]
        await driver.press("escape", "e")
        assert [photo.photo_id for photo in editing(driver).arrangement.photos.photos] == [2, 39]
        await driver.press("ctrl+n", "ctrl+o", "ctrl+s")
        assert editing(driver).form.message == "Nothing has changed yet."
        assert services.scheduling.edits == []


async def test_the_picture_is_shown_as_posted_in_the_ratio_of_the_cover(
    running: Running, services: FakeServices
) -> None:
    with_photos(services, 2, 40)
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "ctrl+n")
        assert "2 of 2 · picture as posted" in driver.screen_text()
        cover, second = editing(driver).arrangement.files
        ratio = editing(driver).arrangement.ratio
        assert ratio is not None and abs(ratio - cover.ratio) < 0.01
        assert abs(ratio - second.ratio) > 0.01
        width, height = str(editing(driver).preview.border_subtitle).split(" JPEG")[0].split("×")
        assert abs(int(width) / int(height) - ratio) < 0.01


class FakeScheduling:
    """Notes what is asked of it; refuses retries with `refusal`."""

    def __init__(self, refusal: FluffyError | None = None) -> None:
        self.calls: list[tuple[object, ...]] = []
        self._refusal = refusal

    async def edit(self, post_id: int, **found: object) -> None:
        """Note an edit."""
        self.calls.append(("edit", post_id, found))

    async def retry(self, post_id: int) -> None:
        """Note a retry."""
        if self._refusal is not None:
            raise self._refusal
        self.calls.append(("retry", post_id))


async def test_a_failed_post_and_a_draft_are_retried(tmp_path: Path) -> None:
    post = make_post(2, make_photo(tmp_path, 2, 1), "fog", Step.ACCEPTED)
    failed = make_post(3, make_photo(tmp_path, 3, 1), "x", Step.FAILED)
    draft = make_post(4, make_photo(tmp_path, 4, 1), "x", None)
    assert [retries(one) for one in (post, failed, draft)] == [False, True, True]
    scheduling: Any = FakeScheduling()
    await save_changes(scheduling, post, {"caption": "new"})
    await save_changes(scheduling, failed, {"caption": "new"})
    await save_changes(scheduling, draft, {})
    assert scheduling.calls == [
        ("edit", 2, {"caption": "new"}),
        ("edit", 3, {"caption": "new"}),
        ("retry", 3),
        ("retry", 4),
    ]


async def test_a_change_that_is_saved_but_not_retried_says_both(tmp_path: Path) -> None:
    failed = make_post(3, make_photo(tmp_path, 3, 1), "x", Step.FAILED)
    scheduling: Any = FakeScheduling(NotPossibleNow("The time is past."))
    with pytest.raises(
        FluffyError, match=r"is saved, but the post could not be retried\. The time is past\."
    ):
        await save_changes(scheduling, failed, {"caption": "new"})
    assert len(scheduling.calls) == 1
