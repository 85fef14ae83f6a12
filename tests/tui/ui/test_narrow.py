"""In the narrowest terminal nothing that matters is cut off: signs, the keys of a problem, the photo's name."""

from __future__ import annotations

import re
from dataclasses import replace

from tui.conftest import Running
from tui.fakes import MARKUP, FakeServices

NARROW = (60, 18)


async def test_every_slot_of_the_plan_shows_its_state(running: Running) -> None:
    async with running(persona="sarah", size=NARROW) as driver:
        await driver.press("3")
        slots = re.findall(r"\d\d:\d\d *([^\s\d])", driver.screen_text().partition("╭")[2].partition("╰")[0])
        assert len(slots) > 10
        assert set(slots) <= set("·●✓▲■!?✗"), slots
        await driver.press("tab")
        assert "✗ failed ─╯" in driver.screen_text(), "all signs are explained"


async def test_a_long_reason_leaves_room_for_the_keys_of_a_problem(
    running: Running, services: FakeServices
) -> None:
    posts = services.scheduling.all_posts
    posts[4] = replace(posts[4], error_message="Buffer says that this was posted before. " * 5)
    async with running(persona="sarah", size=NARROW) as driver:
        await driver.press("4")
        shown = driver.screen_text()
        assert re.search(r"Press +r Retry", shown)


async def test_the_caption_names_its_photo(running: Running, services: FakeServices) -> None:
    photo = services.photos.photos[40]
    services.photos.photos[40] = replace(photo, path=photo.path.with_name(f"{MARKUP.replace('/', '')}.jpg"))
    name = services.photos.photos[40].name
    async with running(persona="sarah", size=NARROW) as driver:
        await driver.press("g", "enter")
        assert f"caption · {name}" in driver.screen_text()
        await driver.press("escape", "space", "f")
        assert f"caption · {name}" in driver.screen_text()
        caption = driver.screen.form.caption
        caption.load_clean("word " * 40)
        await driver.settle()
        assert "…more after" in str(caption.border_title), "where the network cuts it matters more"


async def test_the_field_that_has_the_focus_is_whole(running: Running) -> None:
    async with running(persona="sarah", size=NARROW) as driver:
        await driver.press("enter")
        form = driver.screen.form
        assert form.region.contains_region(form.when.region), "as long as there is no first comment"
        for keys, field in (
            (["ctrl+t"], form.when),
            (["left", *"+2h"], form.when),  # at a time: with a field for it
            (["f2", "x"], form.when),
            (["f2"], form.caption),
            (["f6"], form.first_comment),
            (["ctrl+t"], form.when),
            (["f3"], form.alt_text),
        ):
            await driver.press(*keys)
            assert form.region.contains_region(field.region), (keys, form.region, field.region)
        await driver.press("ctrl+t")
        await driver.pilot.resize_terminal(60, 24)
        await driver.pilot.resize_terminal(*NARROW)
        await driver.settle()
        assert form.region.contains_region(form.when.region)


async def test_boxes_are_as_wide_as_the_terminal_at_most_and_what_a_dialog_says_is_seen(
    running: Running,
) -> None:
    async with running(persona="sarah", size=NARROW) as driver:
        await driver.press("at", "t")
        assert all(line.rstrip().endswith("│") for line in driver.screen_text().splitlines()[2:6])
        await driver.press("escape", "s", "n", *"sea", "enter", *"a b c d e f g")
        assert "7 hashtags, 2 too many: Instagram allows 5 in a" in driver.screen_text()


async def test_every_option_of_the_fit_can_be_seen_and_none_is_cut(running: Running) -> None:
    async with running(persona="sarah", size=NARROW) as driver:
        await driver.press("enter", "ctrl+f", "j")
        for words in ("pad blurred", "pad white", "crop", "crop top", "crop bottom"):
            line = next(line for line in driver.screen_text().splitlines() if line.startswith("│ fit "))
            assert f"‹{words}›" in line
            shown = set(re.split(r"[‹›…│]|  +", line.partition("fit")[2])) - {"", " "}
            assert {word.strip() for word in shown} - {""} <= {
                "pad blurred",
                "pad white",
                "crop",
                "crop top",
                "crop bottom",
            }, "no option is cut"
            await driver.press("l")
        line = next(line for line in driver.screen_text().splitlines() if line.startswith("│ fit "))
        assert line.rstrip("│ ").endswith("…"), "a sign shows that there are more"


async def test_help_keeps_its_columns(running: Running) -> None:
    async with running(persona="sarah", size=NARROW) as driver:
        await driver.press("enter", "f1")
        lines = [line[3:-3].rstrip() for line in driver.screen_text().splitlines()[3:-3]]
        further = [line for line in lines if line.startswith(" " * 22)]
        assert further, "some sentences are wrapped"
        starts = {len(line) - len(line.lstrip()) for line in lines if line.strip()}
        assert len(starts) <= 3, f"place, keys and explanation are three columns: {lines}"
