"""The loader without a screen: what is requested is listed, and nothing that is outdated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.tui.library import loader as loader_module
from fluffy_tui.tui.library.library_view import LibraryView
from fluffy_tui.tui.library.loader import REST, SEARCH, LibraryLoader, LibraryPage
from fluffy_tui.tui.library.stacks import Stacks
from tui.fakes import NOW, FakeServices
from tui.library.library_driver import SARAHS, stack

if TYPE_CHECKING:
    from textual.widget import Widget

    from fluffy_tui.photos import Browse


class Node:
    """Runs workers as tasks."""

    is_mounted = True

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self.groups: list[str] = []

    def run_worker(self, work: Coroutine[Any, Any, None], *, group: str, **_options: object) -> None:
        """Run it."""
        self.tasks.append(asyncio.ensure_future(work))
        self.groups.append(group)

    async def rest(self) -> None:
        """Wait until no task is left, including those that tasks have started."""
        for task in self.tasks:
            await task


class Library:
    """A loader of sarah's photos, and what it has listed."""

    def __init__(self, services: FakeServices, start_at: int | None = None) -> None:
        self.node = Node()
        self.pages: list[LibraryPage] = []
        self.highlighted: int | None = None
        """The photo under the cursor."""
        self.view = LibraryView(1, ZoneInfo("Europe/Berlin"), lambda: NOW)
        self.loader = LibraryLoader(
            services,
            self.view,
            Stacks(services.photos, self.view),
            node=cast("Widget", self.node),
            show=self.show,
            highlighted=lambda: self.highlighted,
            start_at=start_at,
        )

    def show(self, page: LibraryPage) -> None:
        """Take over what is listed."""
        self.pages.append(page)
        self.highlighted = page.cursor_on or self.highlighted

    async def load(self) -> LibraryPage:
        """Load what is requested, and return what is listed then."""
        self.loader.reload()
        await self.node.rest()
        return self.pages[-1]


async def test_the_first_time_a_page_from_the_cursor_on_comes_first(services: FakeServices) -> None:
    library = Library(services, start_at=30)
    page = await library.load()
    assert [(one.is_complete, one.cursor_on) for one in library.pages] == [(False, 30), (True, 30)]
    assert library.pages[0].ids[0] == 30
    assert len(page.ids) == SARAHS
    await library.load()
    assert len(library.pages) == 3, "a first page only if there are many, or none was shown"


async def test_changes_while_it_loads_cause_one_more_pass_by_the_same_worker(services: FakeServices) -> None:
    library = Library(services)
    await library.load()
    library.node.groups.clear()
    library.view.next_sort()
    library.loader.reload()
    library.view.next_sort()
    library.loader.reload()
    library.loader.reload()
    await library.node.rest()
    assert library.node.groups == [SEARCH]
    assert library.loader.shown == library.view.browse


async def test_keys_wait_for_the_first_page_and_for_a_photo_that_is_wanted(services: FakeServices) -> None:
    library = Library(services)
    await library.load()
    assert library.node.groups == [SEARCH, REST], "not for all of a library that may be long"
    library.loader.reload()
    library.loader.reload(30)
    await library.node.rest()
    assert library.node.groups[2:] == [REST, SEARCH], "although it is loading already"
    assert library.pages[-1].cursor_on == 30


@pytest.mark.parametrize("slow", ["first_ids", "ids"])
async def test_the_cursor_is_not_put_back_where_the_library_opened_once_it_belongs_elsewhere(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    library = Library(services, start_at=30)
    await library.load()
    answer = getattr(services.photos, slow)

    def while_it_loads(happens: Callable[[], None]) -> None:
        async def late(*arguments: object, **options: object) -> object:
            monkeypatch.undo()
            happens()
            return await answer(*arguments, **options)

        monkeypatch.setattr(services.photos, slow, late)

    while_it_loads(lambda: library.loader.reload(20))
    await library.load()
    assert library.highlighted == 20, "an undo has put this one back"
    library.highlighted = 30
    while_it_loads(lambda: setattr(library, "highlighted", 25))
    await library.load()
    assert library.highlighted == 25, "the user has moved it"


async def test_an_outdated_result_is_not_listed(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(services)
    await library.load()
    ids = services.photos.ids

    async def ids_after_a_change(persona_id: int, browse: Browse) -> object:
        monkeypatch.undo()
        library.view.filter_by("img_201")
        library.loader.reload()
        return await ids(persona_id, browse)

    monkeypatch.setattr(services.photos, "ids", ids_after_a_change)
    page = await library.load()
    assert len(library.pages) == 3
    assert page.ids.tolist() == [19, 18, 17, 16, 15, 14, 13, 12]


async def test_after_an_error_the_next_reload_begins_again(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(services)

    async def away(*_arguments: object, **_options: object) -> object:
        raise DatabaseUnavailable("The database does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(services.photos, "first_ids", away)
        with pytest.raises(DatabaseUnavailable):
            await library.load()
    assert library.loader.is_stale
    assert not library.loader.is_loading
    library.node.tasks.clear()
    assert len((await library.load()).ids) == SARAHS


async def test_duplicates_in_a_long_list_wait_for_the_end_of_indexing(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader_module, "MANY", 20)
    library = Library(services)
    await library.load()
    stack(services, 39, 37, 20)
    library.loader.reload_duplicates(is_indexing=True)
    assert not library.loader.is_loading
    library.loader.reload_if_stale()
    await library.node.rest()
    assert (len(library.pages[-1].ids), library.pages[-1].collapsed) == (SARAHS - 2, 2)


async def test_a_date_is_found_in_the_order_by_date(services: FakeServices) -> None:
    library = Library(services)
    library.view.next_sort()
    photo = services.photos.photos[await library.loader.find_date("2026-11-08")]
    assert photo.taken_at is not None
    assert photo.taken_at.day == 8
    assert await library.loader.find_date("8 nov") == photo.id
    with pytest.raises(FluffyError, match="no photos from 1999 or earlier"):
        await library.loader.find_date("1999")
