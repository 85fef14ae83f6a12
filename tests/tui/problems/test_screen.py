"""The Problems tab: what needs attention, updated by events, with keys that help."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from types import MappingProxyType

import pytest

from fluffy_tui.buffer import Budget, BudgetWindow
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.scheduling import NotPossibleNow, PostError, PostStatus, Problem, ProblemKind, Remedy, Step
from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.palette.screen import commands
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.platform import web_browser
from fluffy_tui.tui.platform.web_browser import has_browser
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.posts.post_actions import POST_ACTIONS
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.problems.problem_list import ProblemList
from fluffy_tui.tui.problems.problem_words import remedy_keys
from fluffy_tui.tui.problems.screen import ProblemsScreen, budget_words
from fluffy_tui.tui.session.overview import Overview
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from fluffy_tui.tui.ui.hanging_indent import HangingText
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from tui.conftest import Driver, Running
from tui.fakes import MARKUP, NOW, FakeServices, make_post
from tui.several_channels import on_channels

CHANNEL = Problem(
    ProblemKind.CHANNEL,
    f"The channel of {MARKUP} cannot publish.",
    f"Buffer has lost its connection to {MARKUP}. Reconnect it.",
    "Its posts wait and go out when it is well again.",
    None,
    (Remedy.OPEN_IN_BUFFER,),
    None,
    2,
    "channel-2",
)
WORKER = Problem(
    ProblemKind.WORKER_SILENT,
    "No worker is running.",
    "None was heard of for 95 s.",
    "Posts wait.",
    None,
    (Remedy.DOCTOR,),
)


def problem_list(driver: Driver) -> ProblemList:
    """Return the list."""
    found: ProblemList = driver.screen.query_one(ProblemList)
    return found


def line(driver: Driver, index: int) -> str:
    """Return a row of the list as text."""
    return str(problem_list(driver).get_option_at_index(index).prompt)


def of_posts(driver: Driver) -> list[int]:
    """Return the IDs of the posts shown, in order."""
    return [problem.post.id for problem in problem_list(driver).problems if problem.post is not None]


async def test_problems_are_listed_worst_first_with_cause_outlook_and_key(running: Running) -> None:
    async with running(persona="sarah", size=(240, 45)) as driver:
        await driver.press("4")
        assert isinstance(driver.screen, ProblemsScreen)
        assert of_posts(driver) == [4, 7, 6, 5]
        assert "a caption with [/b][red" in line(driver, 0)
        assert f"failed: Buffer could not read the picture {MARKUP}" in line(driver, 0)
        assert "waits for you" in line(driver, 0)
        assert line(driver, 0).rstrip().endswith("r Retry")
        assert "held: The channel's queue in Buffer is full" in line(driver, 2)
        assert "retries your Wed 00:00" in line(driver, 2)
        details = driver.text("#problem")
        assert "Nothing more happens by itself." in details
        assert "Press  r Retry\nOr     e Edit · t Reschedule · x Cancel" in details
        await driver.press("j", "j")
        details = " ".join(driver.text("#problem").split())
        assert "Tue 12 Jan 18:00 New York (your Wed 00:00) · in 9 h" in details


async def test_beside_the_list_the_problem_is_explained_with_caption_and_picture(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.other_problems = [CHANNEL]
    async with running(persona="sarah", size=(100, 30)) as driver:
        await driver.press("4")
        preview, pane = driver.screen.query_one(PhotoPreview), driver.screen.query_one("#problem-pane")
        assert preview.photo is not None and preview.photo.id == 4
        assert "Post   “a caption with" in driver.text("#problem")
        assert pane.region.x == problem_list(driver).region.right
        await driver.press("G")
        assert preview.photo.id == 5
        assert "Post   “a draft that was kept”" in driver.text("#problem")
        await driver.press("k", "k", "k")
        assert problem_list(driver).current == CHANNEL
        assert not preview.display, "it concerns no post"
        assert "Post " not in driver.text("#problem")
        await driver.press("j")
        assert preview.display and preview.photo.id == 7
        await driver.pilot.resize_terminal(99, 30)
        await driver.settle()
        assert not preview.display
        assert pane.region.y == problem_list(driver).region.bottom
        assert "Post " not in driver.text("#problem")


async def test_details_that_do_not_fit_are_scrolled_with_the_keys_of_the_list(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.move(4, Step.FAILED, error_message="Buffer could not read the picture. " * 8)
    async with running(persona="sarah", size=(60, 18)) as driver:
        await driver.press("4")
        details = driver.screen.query_one("#problem-pane")
        assert "   Or " not in driver.screen_text()
        await driver.press("tab", *["j"] * 20)
        assert details.scroll_offset.y == details.max_scroll_y > 0
        await driver.press("k", "tab", "j")
        assert problem_list(driver).highlighted == 1
        assert details.scroll_offset.y == 0, "another problem is shown from its first line"
        await driver.press("k")
        await driver.press("tab")
        await driver.pilot.resize_terminal(140, 45)
        await driver.settle()
        assert driver.screen.focused is problem_list(driver), "here they fit"


@pytest.mark.parametrize("tabs", [("4",), ("4", "1")])
async def test_details_are_wrapped_to_the_width_that_they_get(
    running: Running, tabs: tuple[str, ...]
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*tabs)
        await driver.pilot.resize_terminal(60, 18)
        await driver.settle()
        await driver.press("4")
        assert "What   This post was not published." in driver.text("#problem").splitlines()
        await driver.pilot.resize_terminal(100, 30)
        await driver.settle()
        width = driver.screen.query_one("#problem").content_size.width
        assert 30 < width < 60
        assert all(len(line) <= width for line in driver.text("#problem").splitlines())


async def test_header_and_tab_count_the_problems_that_do_not_pass_by_themselves(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        assert "! 2 problems" in str(driver.screen.query_one("FrameHeader").render())
        assert driver.text("#tab-problems") == "4 Problems ●2"
        services.scheduling.move(6, Step.HELD, error_code="key_refused", error_message="The key is refused.")
        await driver.heard()
        assert driver.text("#tab-problems") == "4 Problems ●3"
        for post_id in (4, 5, 6):
            await services.scheduling.retry(post_id)
        await driver.heard()
        assert driver.text("#tab-problems") == "4 Problems"
        assert "problem" not in str(driver.screen.query_one("FrameHeader").render())


async def test_problems_come_and_go_and_the_cursor_stays(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4", "j", "j")
        services.scheduling.move(11, Step.FAILED, error_message="Buffer said no.")
        await driver.heard()
        assert of_posts(driver) == [4, 11, 7, 6, 5]
        assert problem_list(driver).current == next(
            problem for problem in problem_list(driver).problems if problem.post and problem.post.id == 6
        )
        services.scheduling.move(6, Step.ACCEPTED)
        await driver.heard()
        assert of_posts(driver) == [4, 11, 7, 5]
        assert problem_list(driver).current is not None


async def test_without_problems_the_next_post_is_shown(running: Running, services: FakeServices) -> None:
    posts = services.scheduling.all_posts
    services.scheduling.all_posts = {id_: posts[id_] for id_ in (1, 2, 3)}
    async with running(persona="sarah") as driver:
        await driver.press("4")
        assert (
            driver.text("#no-problems") == "No problems. Next post: Wed 13 Jan 09:00 New York (your 15:00)."
        )
        services.scheduling.all_posts = {1: posts[1]}
        await driver.press("ctrl+r")
        assert driver.text("#no-problems") == "No problems."
        offered = [key for key in driver.screen.query_one(KeysFooter).keys if key.enabled]
        assert [key.words for key in offered] == ["Keys"]
        assert driver.screen.check_action("act_on_posts", ("retry",)) is None


async def test_problems_of_other_personas_channels_and_workers_are_listed_too(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.other_problems = [CHANNEL, WORKER]
    photo = services.photos.photos[900]
    services.scheduling.all_posts[50] = make_post(50, photo, "of another", Step.FAILED)
    async with running(persona="sarah", size=(240, 45)) as driver:
        await driver.press("4")
        assert "northern light: “of another”" in line(driver, 1)
        assert "all posts" in line(driver, 2)
        assert "! Health checks" in line(driver, 2)
        assert f"channel: Buffer has lost its connection to {MARKUP}" in line(driver, 3)
        await driver.press("j", "j", "j", "enter", "r")
        assert isinstance(driver.screen, ProblemsScreen)
        assert f"The channel of {MARKUP} cannot publish." in driver.text("#problem")
        assert driver.screen.check_action("act_on_posts", ("retry",)) is None
        assert driver.notices() == []


EDITS, ALWAYS = {"edit", "reschedule", "cancel"}, {"duplicate", "open_in_buffer"}


@pytest.mark.parametrize(
    ("kind", "step", "refused", "possible"),
    [
        (ProblemKind.FAILED, Step.FAILED, (), {*EDITS, "retry", "upload_again"}),
        (ProblemKind.FAILED, Step.FAILED, (Remedy.RETRY, Remedy.UPLOAD_AGAIN), EDITS),
        (ProblemKind.REMOVED_IN_BUFFER, Step.FAILED, (), {*EDITS, "retry", "upload_again"}),
        (ProblemKind.PHOTO_MISSING, Step.QUEUED, (), {*EDITS, "upload_again", "move_up"}),
        (ProblemKind.POSTED_TWICE, Step.LIVE, (), {"post_again"}),
        (ProblemKind.AMBIGUOUS, Step.UNCONFIRMED, (), {"retry", "upload_again", "cancel", "move_up"}),
        (ProblemKind.UNCONFIRMED, Step.UNCONFIRMED, (), {"move_up"}),
        (ProblemKind.NOT_PLANNED, Step.ACCEPTED, (), {*EDITS, "upload_again"}),
        (ProblemKind.MEDIA_HOST, Step.ACCEPTED, (), {*EDITS, "upload_again"}),
        (ProblemKind.HELD, Step.HELD, (), {*EDITS, "retry", "upload_again", "move_up"}),
        (ProblemKind.HELD, Step.HELD, (Remedy.MOVE_UP,), {*EDITS, "retry", "upload_again"}),
        (ProblemKind.DRAFT_KEPT, None, (), {*EDITS, "retry", "upload_again"}),
        (ProblemKind.DRAFT_KEPT, None, (Remedy.RETRY, Remedy.UPLOAD_AGAIN), EDITS),
    ],
)
async def test_keys_that_a_problem_does_not_allow_are_dimmed_in_footer_palette_and_help(
    running: Running,
    services: FakeServices,
    kind: ProblemKind,
    step: Step | None,
    refused: tuple[Remedy, ...],
    possible: set[str],
) -> None:
    code = PostError.AMBIGUOUS if kind is ProblemKind.AMBIGUOUS else None
    post = replace(make_post(4, services.photos.photos[4], "fog", step), error_code=code)
    problem = Problem(kind, "What.", "Why.", "Then.", None, (), post, 1, "channel-1", refused)
    services.scheduling.all_posts = {}
    services.scheduling.other_problems = [problem]
    async with running(persona="sarah") as driver:
        await driver.press("4")
        assert possible_with_posts(driver) == possible | ALWAYS
        in_footer = {key.words.lower(): key.enabled for key in driver.screen.query_one(KeysFooter).every_key}
        assert in_footer["retry"] == ("retry" in possible)
        assert in_footer["edit"] == ("edit" in possible)
        offered = {one.keys for one in commands(driver.screen) if one.group == Place.PROBLEMS.heading}
        assert {"r", "U", "K"} & offered == {
            key for key, verb in (("r", "retry"), ("U", "upload_again"), ("K", "move_up")) if verb in possible
        }
        await driver.press("question_mark")
        lines = driver.screen.query(HangingText).first().render()
        dim = {
            line.plain.split()[0] for line in lines.split("\n") if any("dim" in str(s) for s in line.spans)
        }
        assert ("r" in dim) == ("retry" not in possible)


async def test_problems_without_a_post_leave_only_the_keys_that_need_none(
    running: Running, services: FakeServices
) -> None:
    of_no_post = (
        ProblemKind.WORKER_SILENT,
        ProblemKind.CHANNEL,
        ProblemKind.POSTED_AFTER_CANCEL,
        ProblemKind.UNKNOWN_IN_BUFFER,
        ProblemKind.CLOCK,
        ProblemKind.HIDDEN,
        ProblemKind.BUDGET_SPENT,
    )
    services.scheduling.all_posts = {4: services.scheduling.all_posts[4]}
    services.scheduling.other_problems = [
        Problem(kind, "What.", "Why.", "Then.", None, ()) for kind in of_no_post
    ]
    async with running(persona="sarah", size=(140, 45)) as driver:
        await driver.press("4", "space")
        for kind in of_no_post:
            current = problem_list(driver).current
            assert current is not None and current.kind is kind
            for action in ("open", "select_group"):
                assert driver.screen.check_action(action, ()) is None, (
                    "they are of the row, not of the selection"
                )
            assert "retry" in possible_with_posts(driver), "a post is selected"
            await driver.press("j")
        await driver.press("g", "space")
        assert possible_with_posts(driver) == {"open_in_buffer"}


def possible_with_posts(driver: Driver) -> set[str]:
    """Return the verbs of posts that are not dimmed."""
    prefix = f"{Place.PROBLEMS}."
    active = driver.screen.active_bindings.values()
    ids = {one.binding.id or "" for one in active if one.enabled}
    return {id_.removeprefix(prefix) for id_ in ids if id_.startswith(prefix)} & set(POST_ACTIONS)


async def test_retry_acts_on_all_selected_problems(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4", "space", "j", "space")
        assert [problem.post.id for problem in problem_list(driver).selected if problem.post] == [4, 6]
        assert (
            driver.screen.query_one("#problem-pane").border_title == "2 selected: keys act on the selection"
        )
        await driver.press("r")
        await driver.heard()
        assert [services.scheduling.all_posts[id_].step for id_ in (4, 6)] == [Step.QUEUED, Step.QUEUED]
        assert services.scheduling.all_posts[5].step is None
        assert driver.notices() == ["Retrying 2 posts. Buffer is checked first."]
        assert problem_list(driver).selected == []
        assert of_posts(driver) == [7, 5]


async def test_space_deselects_again(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4", "space", "k", "space")
        assert problem_list(driver).selected == []


async def test_one_refusal_does_not_stop_the_others(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4", "space", "space", "r")
        await driver.heard()
        assert services.scheduling.all_posts[4].step is Step.QUEUED
        assert services.scheduling.all_posts[7].step is Step.UNCONFIRMED
        assert (
            "“was it sent?”: Buffer is being checked for it. If it is not there, it is sent again."
            in driver.notices()
        )


async def test_cancelling_several_posts_names_them_and_counts_those_in_buffer(
    running: Running, services: FakeServices
) -> None:
    posts = services.scheduling.all_posts
    posts[4] = replace(posts[4], buffer_post_id="there")
    async with running(persona="sarah") as driver:
        await driver.press("4", "space", "j", "space")
        await driver.pilot.press("x")
        while not isinstance(driver.screen, ConfirmScreen):
            await driver.pilot.pause()
        question = str(driver.screen.query_one("#dialog Static").render())
        assert f"“a caption with {MARKUP} in it”, “cat”" in question
        assert "1 of them will be deleted in Buffer first." in question
        await driver.pilot.press("y")
        await driver.heard()
        assert {4, 6}.isdisjoint(services.scheduling.all_posts)
        for photo_id, caption in ((4, f"a caption with {MARKUP} in it"), (6, "cat")):
            kept = driver.app.context.drafts.load(services.photos.photos[photo_id])
            assert kept is not None
            assert kept.caption == caption


async def test_a_post_is_not_cancelled_if_its_caption_cannot_be_saved(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        driver.app.context.drafts._folder.parent.mkdir(parents=True, exist_ok=True)
        driver.app.context.drafts._folder.write_text("a file where the folder should be")
        await driver.press("4")
        await driver.pilot.press("x")
        while not isinstance(driver.screen, ConfirmScreen):
            await driver.pilot.pause()
        await driver.pilot.press("y")
        await driver.heard()
        assert 4 in services.scheduling.all_posts
        assert "could not be saved" in driver.notices()[-1]


async def test_moving_up_and_uploading_again(running: Running, services: FakeServices) -> None:
    services.scheduling.move(10, Step.HELD)
    async with running(persona="sarah") as driver:
        await driver.press("4", "j", "j", "j", "K")
        await driver.heard()
        assert [post.id for post in await services.scheduling.queued_posts("channel-1")][-3:] == [10, 9, 11]
        await driver.press("g", "U")
        assert services.scheduling.uploaded_again == [4]


async def test_without_a_browser_the_address_is_copied(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    async with running(persona="sarah") as driver:
        await driver.press("4", "b")
        assert driver.app.clipboard == "https://publish.buffer.com/channels/channel-1/schedule"
        assert any("no browser here" in words for words in driver.notices())


async def test_with_a_browser_the_address_is_opened(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    monkeypatch.delenv("SSH_CLIENT", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")

    async def open_in_window(program: str, address: str) -> bool:
        assert "webbrowser" in program
        opened.append(address)
        return True

    monkeypatch.setattr(web_browser, "run_without_secrets", open_in_window)
    async with running(persona="sarah") as driver:
        await driver.press("4", "b")
        assert opened == ["https://publish.buffer.com/channels/channel-1/schedule"]


def test_browsers_that_would_take_over_the_terminal_are_not_used() -> None:
    assert not has_browser({}, "linux")
    assert not has_browser({"DISPLAY": ":0", "SSH_TTY": "/dev/pts/0"}, "linux")
    assert has_browser({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_browser({}, "darwin")


async def test_enter_opens_the_post_and_e_and_t_edit_it(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4", "enter")
        assert isinstance(driver.screen, PostDetailScreen)
        await driver.press("escape", "e")
        assert isinstance(driver.screen, EditPostScreen)
        assert driver.screen.form.caption.display
        await driver.press("escape", "t")
        assert isinstance(driver.screen, EditPostScreen)
        assert not driver.screen.form.caption.display
        await driver.press("escape", "space", "space", "e")
        assert isinstance(driver.screen, ProblemsScreen)
        assert "one post at a time" in driver.notices()[-1]


async def test_budget_and_worker_are_shown(running: Running, services: FakeServices) -> None:
    services.scheduling.the_budget = Budget(
        MappingProxyType({900: BudgetWindow(900, 87, 100, NOW + timedelta(minutes=5))})
    )
    async with running(persona="sarah") as driver:
        await driver.press("4")
        assert driver.text("#limits") == "Buffer: 87 of 100 requests left until 15:35 · worker: active"


def test_a_rate_limit_window_that_has_ended_is_not_shown() -> None:
    over = BudgetWindow(900, 0, 100, NOW - timedelta(seconds=1))
    assert budget_words(Budget(MappingProxyType({900: over})), NOW, UTC) == ""
    assert budget_words(None, NOW, UTC) == ""


async def test_actions_fail_while_the_database_is_away_and_the_selection_stays(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4")
        services.scheduling.error = DatabaseUnavailable("The database does not answer.", "It is tried again.")
        await driver.press("space", "j", "space", "r")
        assert driver.notices()[-1].endswith("The database does not answer. It is tried again.")
        assert len(problem_list(driver).selected) == 2
        services.scheduling.error = None
        services.scheduling.all_posts[6] = replace(
            services.scheduling.all_posts[6], step=Step.ACCEPTED, status=PostStatus.SCHEDULED
        )
        services.find_database()
        await driver.heard()
        assert of_posts(driver) == [4, 7, 5]


async def test_a_post_of_which_only_the_user_can_tell_is_cancelled(
    running: Running, services: FakeServices
) -> None:
    posts = services.scheduling.all_posts
    posts[7] = replace(posts[7], error_code=PostError.AMBIGUOUS)
    async with running(persona="sarah") as driver:
        await driver.press("4", "j")
        assert problem_list(driver).current is not None
        await driver.pilot.press("x")
        while not isinstance(driver.screen, ConfirmScreen):
            await driver.pilot.pause()
        await driver.pilot.press("y")
        await driver.heard()
        assert 7 not in posts


async def test_undo_cancels_the_last_submit_and_keeps_the_caption(
    running: Running, services: FakeServices
) -> None:
    photo = services.photos.photos[30]
    post = make_post(
        60, photo, f"hello {MARKUP}", Step.QUEUED, alt_text="a dog", next_try_at=NOW + timedelta(seconds=8)
    )
    services.scheduling.all_posts[60] = post
    async with running(persona="sarah") as driver:
        strip = driver.text("#status-strip")
        assert "queued: sends in 8 s · z undo" in strip
        await driver.press("z")
        await driver.heard()
        assert 60 not in services.scheduling.all_posts
        kept = driver.app.context.drafts.load(photo)
        assert kept is not None
        assert (kept.caption, kept.alt_text) == (f"hello {MARKUP}", "a dog")
        assert "undo" not in driver.text("#status-strip")
        await driver.press("z")
        assert "Nothing to undo" in driver.notices()[-1]


async def test_undo_that_comes_too_late_is_reported_and_changes_nothing(
    running: Running, services: FakeServices
) -> None:
    photo = services.photos.photos[30]
    services.scheduling.all_posts[60] = make_post(
        60, photo, "hello", Step.QUEUED, next_try_at=NOW + timedelta(seconds=1)
    )
    services.scheduling.not_possible = NotPossibleNow("It is being sent.", "Cancel it when it is in Buffer.")
    async with running(persona="sarah") as driver:
        await driver.press("z")
        assert driver.notices()[-1] == "It is being sent. Cancel it when it is in Buffer."
        assert 60 in services.scheduling.all_posts
        assert driver.app.context.drafts.load(photo) is None


async def test_a_silent_worker_is_noticed_without_any_event(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4")
        services.scheduling.other_problems = [WORKER]
        services.workers.age = 95.0
        updates = driver.app.live_updates
        assert updates is not None
        updates.check_worker()
        await driver.settle()
        assert WORKER in driver.app.context.overview.problems
        services.scheduling.other_problems = []
        services.workers.age = 1.0
        updates.check_worker()
        await driver.settle()
        assert WORKER not in driver.app.context.overview.problems


def test_a_spent_budget_is_read_again_when_its_window_ends() -> None:
    spent = Problem(ProblemKind.BUDGET_SPENT, "", "", "", NOW, ())
    overview = Overview(read=True, worker_age=1.0, problems=(spent,))
    assert overview.differs_by_time(overview, NOW)
    assert not overview.differs_by_time(overview, NOW - timedelta(seconds=1))


async def test_the_key_that_helps_is_shown_however_narrow_the_terminal(running: Running) -> None:
    async with running(persona="sarah", size=(62, 24)) as driver:
        await driver.press("4")
        shown = problem_list(driver)
        for problem, option in zip(shown.problems, shown.options, strict=True):
            key = next(iter(remedy_keys(problem, {})), "")
            assert str(option.prompt).rstrip().endswith(key.partition(" ")[0]), problem


async def test_one_key_selects_the_problems_of_a_post_on_all_its_channels(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky, live = on_channels(services, 12, Step.FAILED, Step.FAILED, Step.LIVE)
    async with running(persona="sarah", size=(240, 45)) as driver:
        await driver.press("4", "j")
        assert "Instagram · “words 0”" in line(driver, 1)
        await driver.press("asterisk", "r")
        assert [post.step for post in services.scheduling.posts_of(lead, bluesky, live)] == [
            Step.QUEUED,
            Step.QUEUED,
            Step.LIVE,
        ]
