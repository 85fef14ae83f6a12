"""What `settle` waits for, without a clock."""

from __future__ import annotations

import asyncio

from textual import work
from textual.app import App, ComposeResult
from textual.widget import Widget

from settling import at_rest, settle

MANY = 100


class Counter(Widget):
    """Counts how often it is drawn."""

    DEFAULT_CSS = "Counter { width: 5; height: 1; }"
    times = 0

    def render(self) -> str:
        """Return the count."""
        self.times += 1
        return str(self.times)


class Chain(App[None]):
    """Each message leads to the next, and so does each worker, after which there is something to draw."""

    handled = 0
    worked = 0

    def compose(self) -> ComposeResult:
        """Yield what is drawn."""
        yield Counter()

    def handle(self) -> None:
        """Handle one message, and send the next."""
        self.handled += 1
        if self.handled < MANY:
            self.call_later(self.handle)

    @work(group="work", exit_on_error=False)
    async def go_on(self) -> None:
        """Work in a thread, then send a message that begins the next work."""
        await asyncio.to_thread(lambda: None)
        self.worked += 1
        self.query_one(Counter).refresh()
        if self.worked < MANY:
            self.call_later(self.go_on)


async def test_an_app_is_at_rest_after_the_last_message() -> None:
    app = Chain()
    async with app.run_test():
        app.handle()
        await at_rest(app)
        assert app.handled == MANY


async def test_an_app_has_settled_after_the_last_worker() -> None:
    app = Chain()
    async with app.run_test():
        await settle(app)
        counter = app.query_one(Counter)
        drawn = counter.times
        app.go_on()
        await settle(app)
        assert app.worked == MANY
        assert counter.times == drawn + 1, "it is drawn when nothing goes on any more"


async def test_endless_workers_are_not_waited_for() -> None:
    app = Chain()
    async with app.run_test():
        endless = app.run_worker(asyncio.Event().wait(), group="endless", exit_on_error=False)
        await settle(app, endless={"endless"})
        assert endless.is_running
