"""Snapshots of posts, problems and the post editor, each with a caption that looks like markup."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

import pytest

from fluffy_tui.buffer import Budget, BudgetWindow
from fluffy_tui.scheduling import PostEvent, PostStatus, Step
from tui.conftest import Looks
from tui.fakes import MARKUP, NOW, FakeServices
from tui.posts.test_edit_screen import with_photos
from tui.pressing import pressing
from tui.problems.test_screen import CHANNEL, WORKER
from tui.several_channels import on_channels

Sizes = pytest.mark.parametrize("size", [(70, 24), (80, 24), (140, 45)], ids=["70x24", "80x24", "140x45"])


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def with_problems(services: FakeServices) -> FakeServices:
    """Return fake services with every kind of problem and a post with a timeline."""
    scheduling = services.scheduling
    scheduling.other_problems = [WORKER, CHANNEL]
    scheduling.the_budget = Budget(
        MappingProxyType({900: BudgetWindow(900, 87, 100, NOW + timedelta(minutes=5))})
    )
    steps = (
        (Step.QUEUED, "app"),
        (Step.RENDERING, "worker"),
        (Step.HOSTING, "worker"),
        (Step.FAILED, "worker"),
    )
    scheduling.events[4] = [
        PostEvent(
            id=number,
            at=NOW - timedelta(hours=1) + timedelta(seconds=number),
            what="step" if number else "created",
            step=step,
            status=PostStatus.DRAFT,
            attempt=1,
            code=None,
            message=f"Buffer could not read {MARKUP}." if step is Step.FAILED else None,
            scheduled_at=None,
            next_try_at=None,
            worker=f"fluffy-tui {worker} host:4711",
        )
        for number, (step, worker) in enumerate(steps)
    ]
    return services


Screens = pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("problems", ("4", "space", "k")),
        ("posts", ("2",)),
        ("detail", ("4", "enter")),
        ("edit", ("4", "e")),
    ],
    ids=["problems", "posts", "detail", "edit"],
)


@Sizes
@Screens
def test_screens(
    looks: Looks, with_problems: FakeServices, size: tuple[int, int], name: str, keys: tuple[str, ...]
) -> None:
    assert looks(size, *keys)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
@Screens
def test_themes(
    looks: Looks, with_problems: FakeServices, theme: str, name: str, keys: tuple[str, ...]
) -> None:
    assert looks((110, 32), *keys, theme=theme)


def test_no_problems(looks: Looks, services: FakeServices) -> None:
    posts = services.scheduling.all_posts
    for post_id in list(posts):
        if post_id > 3:
            del posts[post_id]
    assert looks((80, 24), "4")


def test_undo_in_the_strip(looks: Looks, services: FakeServices) -> None:
    services.scheduling.move(11, Step.QUEUED, next_try_at=NOW + timedelta(seconds=8))
    assert looks((80, 24), "2")


FromNarrow = pytest.mark.parametrize(
    "size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"]
)
DRAFTS = ("1", "enter", *"fog", "escape", "j", "enter", *"pier", "ctrl+t", "right", "escape", "2", "W", "g")
ADD_PHOTO = ("1", "enter", "alt+a", "down")
TwoKeys = pytest.mark.parametrize("keys", [DRAFTS, ADD_PHOTO], ids=["drafts", "photo-picker"])


@FromNarrow
@TwoKeys
def test_drafts_and_the_photo_picker(looks: Looks, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    assert looks(size, *keys)


@TwoKeys
def test_drafts_and_the_photo_picker_in_a_light_theme(looks: Looks, keys: tuple[str, ...]) -> None:
    assert looks((80, 24), *keys, theme="textual-light")


@FromNarrow
def test_edit_on_all_channels(looks: Looks, services: FakeServices, size: tuple[int, int]) -> None:
    """Six photos, moved: one network takes four."""
    on_channels(services, 12, Step.ACCEPTED, Step.ACCEPTED, Step.LIVE)
    with_photos(services, 12, *range(40, 35, -1))
    keys = pressing("2", "k", "asterisk", "e", "alt+right")
    assert looks(size, run=keys)
