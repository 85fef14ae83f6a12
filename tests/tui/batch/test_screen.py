"""Fill slots: captions written one after the other, reviewed in a table, submitted and undone together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from textual.binding import ActiveBinding

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.media import Framing
from fluffy_tui.photos import Verdict
from fluffy_tui.scheduling import NotPossibleNow, PostPhoto, Reason, ScheduleResult, Step
from fluffy_tui.similarity import EarlierPost, Neighbour, NotIndexedYet, OutsideMatch, Relation
from fluffy_tui.tui.batch import BatchScreen
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.plan.screen import PlanScreen
from fluffy_tui.tui.rendition import FitScreen
from fluffy_tui.tui.session.messages import FillWeek
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, NOW, FakeServices, damage, make_post, with_channels


@pytest.fixture(autouse=True)
def nothing_is_similar(services: FakeServices) -> None:
    """Let photos keep their order; in the fake world neighbours are similar."""
    services.similarity.error = NotIndexedYet("Nobody has looked.")


def captions(services: FakeServices) -> list[object]:
    """Return what was submitted, in order."""
    return [given["caption"] for given in services.scheduling.submitted]


def shown(driver: Driver) -> list[int]:
    """Return the photos of the batch, in their order."""
    return [entry.photo.id for entry in driver.screen.model.posts]


def marks(driver: Driver) -> list[str]:
    """Return the marks of the current post."""
    return [mark.line for mark in driver.screen.query_one(PreflightLine).marks]


async def fill(driver: Driver, *photo_ids: int) -> None:
    """Open the screen for these photos, as the library does for the selected ones."""
    driver.app.post_message(FillWeek(photo_ids, "some photos"))
    await driver.settle()
    assert isinstance(driver.screen, BatchScreen)


async def write(driver: Driver, *texts: str) -> None:
    """Write captions, one after the other."""
    for text in texts:
        await driver.press(*text, "ctrl+n")


async def test_a_picture_that_went_out_elsewhere_is_warned_of(
    running: Running, services: FakeServices
) -> None:
    services.similarity.earlier_posts = {}
    services.similarity.elsewhere = {39: OutsideMatch(NOW - timedelta(days=9), 0)}
    async with running(persona="sarah") as driver:
        await fill(driver, 39, 38)
        assert any("same picture posted elsewhere on" in mark for mark in marks(driver))
        await write(driver, "hello")
        assert not any("elsewhere" in mark for mark in marks(driver))
        own = EarlierPost(1, 38, Relation.SAME_FILE, 0, posted=False, at=NOW + timedelta(days=1))
        services.similarity.earlier_posts = {38: own}
        services.tell(PostChanged(1, 1))
        await driver.heard()
        assert any("same picture scheduled" in mark for mark in marks(driver))
        await write(driver, "hello")
        await driver.press("ctrl+s")
        services.similarity.earlier_posts = {}
        await driver.press("z", "enter")
        assert driver.screen.model.current.photo.id == 38
        assert not any("same picture" in mark for mark in marks(driver)), "nothing is scheduled any more"


async def test_a_batch_is_written_reviewed_submitted_and_undone(
    running: Running, services: FakeServices
) -> None:
    await services.photos.decide(15, Verdict.PICK)
    await services.photos.decide(40, Verdict.REJECT)
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        assert isinstance(driver.screen, BatchScreen)
        entries = driver.screen.model.posts
        assert shown(driver) == [15, 39, 38, 37, 36, 35, 34], "picked ones first, rejected ones never"
        assert "with the newest photos: 1 picked and 6 undecided." in driver.screen.form.message
        slots = [entry.slot for entry in entries]
        assert slots == sorted(slots, key=lambda slot: slot or NOW)
        assert len(set(slots)) == 7
        await write(driver, *(f"n{number}" for number in range(7)))
        assert driver.screen.panel.is_reviewing
        assert "n6" in driver.screen.panel.table.lines[6]
        await driver.press("ctrl+s")
        assert captions(services) == [f"n{n}" for n in range(7)]
        assert driver.screen.form.message.startswith("7 submitted.")
        assert "\n".join(driver.screen.panel.table.lines).count("✓ submitted") == 7
        await driver.press("enter")
        assert driver.screen.panel.is_reviewing
        assert driver.screen.form.message.startswith("This post is submitted.")
        await driver.press("z")
        assert driver.screen.form.message == "All posts are undone."
        assert not {photo.id for photo in (entry.photo for entry in entries)} & {
            post.photo_id for post in services.scheduling.all_posts.values()
        }
        kept = driver.app.context.drafts.load(entries[3].photo)
        assert kept is not None
        assert kept.caption == "n3"
        await driver.press("ctrl+s")
        assert captions(services)[7:] == [f"n{n}" for n in range(7)], "what was undone can be submitted again"


async def test_submit_goes_to_an_empty_caption_and_drafts_are_kept(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        left_out = shown(driver)[1]
        await driver.press("ctrl+j", "ctrl+o", *"two", "ctrl+b", "ctrl+s")
        assert left_out not in shown(driver)
        assert len(shown(driver)) == 6
        assert driver.screen.panel.is_reviewing
        assert "✗ no caption" in driver.screen.panel.table.lines[0]
        assert driver.screen.form.message == "5 posts have a problem: ctrl+s goes to the first."
        await driver.press("ctrl+s")
        assert services.scheduling.submitted == []
        assert not driver.screen.panel.is_reviewing
        assert driver.screen.form.message == "! The caption is empty. Write a few words."
        photo = driver.screen.model.posts[1].photo
        await driver.press("escape")
        assert isinstance(driver.screen, PlanScreen)
        kept = driver.app.context.drafts.load(photo)
        assert kept is not None
        assert kept.caption == "two"


async def test_the_whole_form_is_submitted_to_every_channel(running: Running, services: FakeServices) -> None:
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], *CHANNELS[:2])
    async with running(persona="sarah") as driver:
        await fill(driver, 40)
        await driver.press(*"fog #sea", "alt+h", "f12", "f6", *" #pier", "ctrl+s")
        assert driver.screen.panel.is_reviewing
        await driver.press("ctrl+s")
        (submitted,) = services.scheduling.submitted
        assert submitted["caption"] == "fog"
        assert submitted["first_comment"] == "#sea #pier"
        assert submitted["ai_generated"]
        assert [(choice.channel_id, choice.caption) for choice in submitted["channels"]] == [
            (CHANNELS[0].id, None),
            (CHANNELS[1].id, "fog\n\n#sea #pier"),
        ], "the second network has no first comment, so its caption keeps the hashtags"


async def test_a_caption_that_another_channel_refuses_stops_its_row(
    running: Running, services: FakeServices
) -> None:
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], *CHANNELS[:2])
    async with running(persona="sarah") as driver:
        await fill(driver, 40)
        driver.screen.form.caption.text = "fog " * 90
        await driver.settle()
        assert "✗ Bluesky: 60 too long (f2)" in marks(driver)
        await driver.press("ctrl+s", "ctrl+s")
        assert services.scheduling.submitted == []
        assert "Bluesky allows 300" in driver.screen.form.message


async def test_photos_keep_the_order_of_the_selection_and_rows_open_their_captions(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await fill(driver, 20, 31, 25)
        assert shown(driver) == [20, 31, 25]
        await write(driver, "one", "two", "two")
        await driver.press("k")
        assert any("no alt text" in mark for mark in marks(driver))
        await driver.press("enter")
        assert not driver.screen.panel.is_reviewing
        await driver.press(*"!", "f3", *"fog", "ctrl+s")
        assert [entry.draft.caption for entry in driver.screen.model.posts] == ["one", "two!", "two"]
        assert driver.screen.model.posts[1].draft.alt_text == "fog"
        assert not any("no alt text" in mark for mark in marks(driver))
        await driver.press("g", "f2", *"1", "ctrl+s", "G", "ctrl+o")
        assert shown(driver) == [20, 31]
        assert driver.screen.panel.is_reviewing
        await driver.press("ctrl+s")
        assert captions(services) == ["one1", "two!"]
        await driver.press("escape")
        assert not isinstance(driver.screen, BatchScreen)


async def test_each_row_counts_the_rows_before_it_and_compares_their_captions(
    running: Running, services: FakeServices
) -> None:
    channel = services.personas.personas[1].channel
    assert channel is not None
    sarah = services.personas.personas[1]
    services.personas.personas[1] = with_channels(sarah, replace(channel, scheduled_posts_limit=10))
    async with running(persona="sarah", size=(220, 45)) as driver:
        await fill(driver, 20, 21, 22)
        waiting = driver.screen.model.agenda.waiting
        assert f"✓ room for {10 - waiting}" in marks(driver)
        await write(driver, "a long enough caption", "a long enough caption.")
        assert f"✓ room for {10 - waiting - 2}" in marks(driver) or waiting + 2 >= 10
        await driver.press(*"third", "ctrl+n")
        assert "\n".join(driver.screen.panel.table.lines).count("similar to") == 2


async def test_the_fit_of_one_picture_is_saved_with_its_draft(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await fill(driver, 20, 21)
        await driver.press(*"one", "ctrl+f")
        assert isinstance(driver.app.screen, FitScreen)
        await driver.press("r", "enter")
        assert driver.screen.model.posts[0].draft.framing == Framing(turn=90)
        assert (20, 90) in {(photo_id, framing.turn) for photo_id, framing in services.planning.rendered}
        await driver.press("escape")
        await fill(driver, 20, 21)
        assert driver.screen.model.posts[0].draft.caption == "one"
        assert driver.screen.model.posts[0].draft.framing == Framing(turn=90)


async def test_a_refusal_is_shown_in_its_row_and_the_rest_is_submitted(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await fill(driver, 20, 21, 22)
        await write(driver, "one", "two", "three")
        submit, refused = (
            services.scheduling.schedule_post,
            ScheduleResult(False, None, "The file is [/b][red gone.", Reason.PHOTO_MISSING),
        )

        async def one_refused(photo: object, caption: str, **options: object) -> ScheduleResult:
            services.scheduling.refusal = refused if caption == "two" else None
            return await submit(photo, caption, **options)  # type: ignore[arg-type]

        services.scheduling.schedule_post = one_refused  # type: ignore[method-assign]
        await driver.press("ctrl+s")
        lines = driver.screen.panel.table.lines
        assert "✓ submitted" in lines[0]
        assert "✗ The file is [/b][red gone." in lines[1]
        assert "✓ submitted" in lines[2]
        assert driver.screen.form.message.startswith("2 submitted. 1 refused: see the table.")
        services.scheduling.schedule_post = submit  # type: ignore[method-assign]
        services.scheduling.refusal = None
        await driver.press("ctrl+s")
        assert driver.screen.form.message.startswith("3 submitted.")
        assert [post.caption for post in services.scheduling.all_posts.values()][-3:] == [
            "one",
            "three",
            "two",
        ]


async def test_a_post_that_went_live_cannot_be_undone_and_says_so(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await fill(driver, 20, 21)
        await write(driver, "one", "two")
        await driver.press("ctrl+s")
        services.scheduling.not_possible = NotPossibleNow("It is live.")
        await driver.press("z")
        assert driver.screen.form.message == "! 1 could not be undone: see the table."
        assert "✗ It is live." in driver.screen.panel.table.lines[0]
        assert "✓ undone" in driver.screen.panel.table.lines[1]
        assert [p.caption for p in services.scheduling.all_posts.values() if p.photo_id in (20, 21)] == [
            "one"
        ]


async def test_posts_saved_as_drafts_are_shown_and_undone(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await fill(driver, 20)
        await write(driver, "one")
        post = replace(
            next(iter(services.scheduling.all_posts.values())),
            id=99,
            photos=(PostPhoto(20, ""),),
            caption="one",
        )
        services.scheduling.all_posts[99] = replace(post, step=None)
        services.scheduling.refusal = ScheduleResult(False, post, "Kept as a draft.", Reason.KEPT_AS_DRAFT)
        await driver.press("ctrl+s")
        assert "✗ Kept as a draft." in "\n".join(driver.screen.panel.table.lines)
        await driver.press("z")
        assert 99 not in services.scheduling.all_posts


async def test_a_picture_that_cannot_be_read_stops_only_its_own_row(
    running: Running, services: FakeServices
) -> None:
    services.planning.unreadable = "It is broken."
    async with running(persona="sarah") as driver:
        await fill(driver, 20)
        assert "✗ It is broken. (ctrl+o)" in marks(driver)
        await write(driver, "one")
        await driver.press("ctrl+s")
        assert driver.screen.form.message == "! It is broken."
        assert services.scheduling.submitted == []


async def test_damaged_photos_are_submitted_after_one_yes(running: Running, services: FakeServices) -> None:
    reason = "IMG_2021.JPG cannot be read: the picture is damaged. Copy it again from its source."
    for photo_id in (21, 22):
        damage(services.photos.photos[photo_id].path)
    async with running(persona="sarah") as driver:
        await fill(driver, 20, 21, 22)
        await driver.press("ctrl+n")
        assert "! damaged, only what is left can be posted (ctrl+o)" in marks(driver)
        await driver.press("ctrl+b")
        await write(driver, "one", "two", "three")
        submit = services.scheduling.schedule_post

        async def damaged_refused(photo: Any, caption: str, **options: Any) -> ScheduleResult:
            if photo.photo_id != 20 and not options.get("accept_damaged"):
                return ScheduleResult(False, None, reason, Reason.PHOTO_DAMAGED)
            return await submit(photo, caption, **options)

        services.scheduling.schedule_post = damaged_refused  # type: ignore[method-assign]
        await driver.press("ctrl+s")
        assert isinstance(driver.app.screen, ConfirmScreen)
        assert driver.text("#dialog Static").count(reason) == 2
        await driver.press("n")
        assert driver.screen.form.message.startswith("1 submitted. 2 refused: see the table.")
        await driver.press("ctrl+s", "y")
        assert driver.screen.form.message.startswith("3 submitted.")
        assert [post.caption for post in services.scheduling.all_posts.values()][-3:] == [
            "one",
            "two",
            "three",
        ]


async def test_missing_photos_are_reported_and_skipping_the_last_one_closes_the_screen(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await fill(driver, 777)
        assert driver.screen.form.message == "These photos are no longer in the library. esc closes"
        await driver.press("ctrl+n", "ctrl+s", "ctrl+o", "ctrl+b", "z", "escape")
        await fill(driver, 20)
        await driver.press("ctrl+o")
        assert not isinstance(driver.screen, BatchScreen)


class FakeSimilarity:
    """Knows stacks of copies and similar photos; those in `unseen` are not indexed yet."""

    def __init__(self, stacks: dict[int, int], near: dict[int, Relation], unseen: Sequence[int] = ()) -> None:
        self._stacks, self._near, self._unseen = stacks, near, unseen

    async def unreadable(self, photo_ids: Sequence[int]) -> dict[int, str]:
        """Return which photos cannot be decoded: none."""
        del photo_ids
        return {}

    async def copies(self, photo_ids: Sequence[int]) -> dict[int, int]:
        """Return the stacks."""
        return {id_: stack for id_, stack in self._stacks.items() if id_ in photo_ids}

    async def more_like(
        self, photo_id: int, *, limit: int = 24, unscheduled_only: bool = True
    ) -> list[Neighbour]:
        """Return those in `near` as neighbours of each of them."""
        if photo_id in self._unseen:
            raise NotIndexedYet("Not indexed yet.")
        if photo_id not in self._near:
            return []
        return [
            Neighbour(other, 0.1, relation) for other, relation in self._near.items() if other != photo_id
        ][:limit]

    async def posted_before(self, photo: object) -> None:
        """Nothing was."""

    async def posted_elsewhere(self, photo: object) -> None:
        """Nothing was."""


@pytest.mark.parametrize(
    ("similarity", "order"),
    [
        (FakeSimilarity({20: 1, 21: 1}, {}), [20, 22, 21, 23]),
        (FakeSimilarity({}, {20: Relation.SAME_SCENE, 21: Relation.SAME_SCENE}), [20, 22, 21, 23]),
        (FakeSimilarity({}, {20: Relation.SIMILAR, 21: Relation.SIMILAR}), [20, 22, 21, 23]),
        (FakeSimilarity({}, {20: Relation.OTHER, 21: Relation.OTHER}), [20, 21, 22, 23]),
        (FakeSimilarity({}, {20: Relation.SAME_SCENE, 21: Relation.SAME_SCENE}, [20, 21]), [20, 21, 22, 23]),
        (FakeSimilarity({11: 1, 20: 1}, {}), [21, 20, 22, 23]),  # 11 goes out in the slot before
    ],
)
async def test_similar_pictures_get_slots_apart_if_the_user_wants_that(
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    similarity: FakeSimilarity,
    order: list[int],
) -> None:
    selected = [20, 21, 22, 23]
    monkeypatch.setattr(FakeServices, "similarity", similarity, raising=False)
    async with running(persona="sarah") as driver:
        await fill(driver, *selected)
        assert shown(driver) == selected, "the order of the selection is the user's"
        similar = order != selected
        assert ("would go out next to a similar one: alt+o" in driver.screen.form.message) == similar
        await driver.press(*"fog", "alt+o")
        assert shown(driver) == order
        assert driver.screen.model.current.photo.id == 20, "the caption that is written stays"
        assert driver.screen.form.caption.text == "fog"
        slots = [entry.slot for entry in driver.screen.model.posts]
        assert slots == sorted(slots, key=lambda slot: slot or NOW)
        await driver.press("alt+o")
        assert shown(driver) == selected


async def test_what_no_order_keeps_apart_is_named_also_in_the_review(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeServices, "similarity", FakeSimilarity({20: 1, 21: 1}, {}), raising=False)
    async with running(persona="sarah") as driver:
        await fill(driver, 20, 21)
        words = "Photo 2 would go out next to a similar one, in any order."
        assert driver.screen.form.message.endswith(words)
        await write(driver, "one", "two")
        assert driver.screen.form.message == words
        await driver.press("ctrl+s", "alt+o")
        assert driver.screen.form.message.startswith("This post is submitted.")
        assert shown(driver) == [20, 21]


async def test_photos_that_the_app_has_chosen_are_kept_apart_at_once(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeServices, "similarity", FakeSimilarity({40: 1, 39: 1}, {}), raising=False)
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        assert shown(driver) == [40, 38, 39, 37, 36, 35, 34]
        assert driver.screen.model.position == 0
        assert "similar" not in driver.screen.form.message


async def test_rejected_photos_are_left_out_and_counted(running: Running, services: FakeServices) -> None:
    await services.photos.decide(31, Verdict.REJECT)
    async with running(persona="sarah") as driver:
        await fill(driver, 20, 31, 25)
        assert shown(driver) == [20, 25]
        assert driver.screen.form.message.startswith("Filling slots with some photos, without 1 rejected.")
        await driver.press("escape")
        await fill(driver, 31)
        assert driver.screen.form.message.startswith("These photos are rejected: unflag those")
        assert driver.screen.model.posts == []


async def test_the_screen_cannot_be_closed_while_the_batch_is_submitted(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await fill(driver, 20)
        await write(driver, "one")
        submit, started, may_go = services.scheduling.schedule_post, asyncio.Event(), asyncio.Event()

        async def slow(photo: object, caption: str, **options: object) -> ScheduleResult:
            started.set()
            await may_go.wait()
            return await submit(photo, caption, **options)  # type: ignore[arg-type]

        services.scheduling.schedule_post = slow  # type: ignore[method-assign]
        await driver.pilot.press("ctrl+s")
        await started.wait()
        for key in ("escape", "ctrl+s", "z", "ctrl+o", "f2"):
            await driver.pilot.press(key)
        assert isinstance(driver.screen, BatchScreen)
        assert driver.screen.form.message == "Please wait until this is done."
        may_go.set()
        await driver.settle()
        assert driver.screen.form.message.startswith("1 submitted.")
        assert len(services.scheduling.submitted) == 1
        assert [post.step for post in services.scheduling.all_posts.values()][-1] is Step.QUEUED


def tab_here(driver: Driver) -> str:
    """Return the current tab."""
    [tab] = driver.screen.query("Tab.-here")
    return str(tab.id)


async def test_undo_in_a_batch_is_dimmed_until_a_post_is_submitted_and_undoes_no_earlier_one(
    running: Running, services: FakeServices
) -> None:
    earlier = make_post(
        60, services.photos.photos[30], "earlier", Step.QUEUED, next_try_at=NOW + timedelta(seconds=8)
    )
    services.scheduling.all_posts[60] = earlier
    async with running(persona="sarah") as driver:
        await fill(driver, 20)
        await write(driver, "one")
        assert driver.screen.panel.is_reviewing
        assert not undo_key(driver).enabled
        await driver.press("z")
        assert driver.screen.form.message == "Nothing to undo: no post of this batch is submitted."
        assert services.scheduling.posts_of(earlier) == [earlier]
        await driver.press("ctrl+s")
        assert undo_key(driver).enabled


def undo_key(driver: Driver) -> ActiveBinding:
    """Return what the footer shows of undo."""
    found: ActiveBinding = driver.screen.active_bindings["z"]
    assert found.binding.id == "fill.undo"
    return found


async def test_the_plan_fills_slots_with_the_photos_selected_in_the_library(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "j", "space", "f")
        assert tab_here(driver) == "tab-library", "it was opened from there"
        selected = shown(driver)
        assert driver.screen.form.message == "Filling slots with 2 selected photos. ctrl+o leaves one out."
        await driver.press("escape", "3", *"llll")
        assert "f fills the upcoming free slots with one each" in driver.text("#slot")
        await driver.press("f")
        assert tab_here(driver) == "tab-plan"
        assert shown(driver) == selected
        await driver.press("escape", "enter")
        assert driver.screen.form.photo.id in selected, "a free slot gets a selected photo, too"
        assert tab_here(driver) == "tab-plan"
        await driver.press("escape", "1", "escape", "3", "f")
        assert len(shown(driver)) == 7, "nothing is selected any more"
        assert driver.screen.form.message.startswith("Filling slots with the newest photos: 7 undecided.")


async def test_a_selection_belongs_to_one_persona(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "@", "g", "enter")
        assert not driver.app.context.selection
        await driver.press("@", "G", "enter", "space", "f")
        assert len(shown(driver)) == 1


async def test_the_week_is_filled_by_themes_and_each_row_says_why(
    running: Running, services: FakeServices
) -> None:
    await services.photos.decide(20, Verdict.PICK)
    await services.keywords.add([30, 31, 32], ["harbour"])
    await services.themes.create(1, "{fill.skip}harbour", 5, 0)
    await services.themes.create(1, "harbour", 50, 3)
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        batch = driver.screen.model
        harbour = [entry for entry in batch.posts if entry.photo.id in (30, 31, 32)]
        days = [entry.slot.astimezone(batch.zone).date() for entry in harbour]
        assert len(days) >= 2
        assert all((later - sooner).days >= 3 for sooner, later in pairwise(days))
        assert "without a theme" in driver.screen.form.message
        reasons = [batch.reason(number) for number in range(len(batch.posts))]
        of_harbour = [reason for reason in reasons if reason.startswith("harbour: ")]
        assert len(of_harbour) == len(harbour)
        assert all("share 50 %" in reason for reason in of_harbour)
        assert "picked, no theme" in reasons
        assert set(reasons) - set(of_harbour) <= {"picked, no theme", "no theme"}
        assert batch.reason(0) in driver.text("#note")
        await driver.press("ctrl+s")
        assert driver.text("#why") == batch.reason(batch.position)
        await driver.press("j")
        assert driver.text("#why") == batch.reason(1)


async def test_photos_that_the_user_has_ordered_stay_so_and_a_broken_rest_is_shown(
    running: Running, services: FakeServices
) -> None:
    await services.keywords.add([40, 38], ["harbour"])
    await services.themes.create(1, "harbour", 50, 5)
    async with running(persona="sarah") as driver:
        await fill(driver, 40, 39, 38)
        assert shown(driver) == [40, 39, 38]
        batch = driver.screen.model
        assert batch.reason(1) == "no theme"
        assert batch.reason(0).startswith("! harbour also on ")
        assert batch.reason(2).endswith("(rest 5 days)")
        assert any(mark.startswith("! harbour also on ") for mark in marks(driver))
        await driver.press("ctrl+s")
        assert "! harbour also on" in driver.screen.panel.table.lines[0]
        assert driver.text("#why").startswith("! harbour also on ")
        await driver.press("j", "j", "ctrl+o")
        assert batch.reason(0).startswith("harbour: "), "the other one is left out"


async def test_nothing_is_filled_with_what_rests_and_that_is_said(
    running: Running, services: FakeServices
) -> None:
    for photo_id in services.photos.photos:
        if photo_id != 40:
            await services.photos.decide(photo_id, Verdict.REJECT)
    await services.keywords.add(services.photos.photos, ["harbour"])
    await services.themes.create(1, "harbour", 50, 30)
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        assert isinstance(driver.screen, PlanScreen)
        assert driver.notices()[-1] == (
            "Nothing fits the themes. 7 slots left free: harbour must rest."
            " Photos that you select go out all the same."
        )
