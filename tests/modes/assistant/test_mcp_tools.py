"""The tools as an assistant's client calls them, in this process."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp.client import Client
from mcp_types import CallToolResult, ImageContent, TextContent
from PIL import Image

from fluffy_tui.bootstrap import Services
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.modes.assistant.draft_box import DraftBox
from fluffy_tui.modes.assistant.mcp_server import AssistantServer
from fluffy_tui.modes.assistant.mcp_tools import PICTURE_SIDE, AssistantTools
from fluffy_tui.photos import Photo, Verdict
from fluffy_tui.scheduling import Missing, MissingCode, Step
from fluffy_tui.similarity import OutsideMatch
from fluffy_tui.tui.session.drafts import Draft, Drafts
from scheduling.workplace import Workplace, write_photo


@asynccontextmanager
async def connected(place: Workplace, *, writes: bool = False) -> AsyncIterator[Client]:
    tools = AssistantTools(place.services, DraftBox(place.settings.paths.drafts), writes)
    async with Client(AssistantServer(tools)) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.structured_content
    return answer(result)


async def refused(client: Client, tool: str, **arguments: Any) -> tuple[str, str]:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    content = answer(result)
    assert content.keys() == {"code", "message", "remedy"}
    return content["code"], f"{content['message']} {content['remedy']}"


def answer(result: CallToolResult) -> dict[str, Any]:
    """Return the structured answer, which is the same as the text."""
    [text] = [part for part in result.content if isinstance(part, TextContent)]
    assert json.loads(text.text) == result.structured_content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def photos(place: Workplace, count: int) -> list[Photo]:
    """Return new photos, by number."""
    for number in range(count):
        write_photo(place.folder / f"IMG_{number:04}.jpg", number)
    await place.services.photos.import_folders([place.folder], place.persona)
    return sorted(await place.services.photos.unscheduled(place.persona), key=lambda photo: photo.name)


def drafts(place: Workplace) -> Drafts:
    """Return the drafts as the app reads them."""
    return Drafts(place.settings.paths.drafts)


async def test_every_tool_has_described_arguments_a_schema_of_its_answer_and_a_hint(place: Workplace) -> None:
    async with connected(place) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {
        "list_personas",
        "find_photos",
        "find_similar_photos",
        "inspect_photo",
        "draft_post",
        "schedule_post",
        "list_posts",
        "show_results",
        "show_post",
        "list_problems",
    }
    for name, tool in tools.items():
        assert tool.description, name
        assert tool.output_schema, name
        for argument, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), f"{name}: {argument}"
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is (name not in ("draft_post", "schedule_post"))


async def test_personas_are_listed_with_channels_and_counts(place: Workplace) -> None:
    await place.services.personas.create("leo")
    await place.submit("fog", 1)
    await photos(place, 1)
    async with connected(place) as client:
        first = await call(client, "list_personas", limit=1)
        second = await call(client, "list_personas", limit=1, cursor=first["next_cursor"])
    assert (first["personas"][0]["name"], first["personas"][0]["channels"]) == ("leo", [])
    [sarah] = second["personas"]
    assert (sarah["name"], sarah["photos_without_post"], sarah["queued"]) == ("sarah", 1, 1)
    assert [(channel["name"], channel["network"]) for channel in sarah["channels"]] == [
        ("sarah.frames", "Instagram")
    ]
    assert second["next_cursor"] is None


async def test_pages_of_photos_give_each_photo_once(place: Workplace) -> None:
    all_photos = await photos(place, 5)
    async with connected(place) as client:
        names, cursor = [], ""
        while cursor is not None:
            page = await call(client, "find_photos", persona="Sarah", sort="name", limit=2, cursor=cursor)
            assert len(page["photos"]) <= 2
            names += [photo["name"] for photo in page["photos"]]
            cursor = page["next_cursor"]
    assert names == [photo.name for photo in reversed(all_photos)]


async def test_the_filter_is_the_apps(place: Workplace) -> None:
    first, second, _ = await photos(place, 3)
    await place.services.photos.decide(first.id, Verdict.PICK)
    drafts(place).save(first, Draft("fog"))
    await place.services.scheduling.schedule_post(second, "rain")
    async with connected(place) as client:
        picked = await call(client, "find_photos", persona="sarah", filter="picked portrait img_0000")
        free = await call(client, "find_photos", persona="sarah")
        whole = await call(client, "find_photos", persona="sarah", filter="all")
    assert [(photo["id"], photo["flag"], photo["has_draft"]) for photo in picked["photos"]] == [
        (first.id, "pick", True)
    ]
    assert picked["understood_as"] == ["unscheduled", "picked", "portrait", "“img_0000”", "newest first"]
    assert (len(free["photos"]), len(whole["photos"])) == (2, 3)


async def test_photos_are_found_by_keyword_stars_and_sharpness(place: Workplace) -> None:
    first, second, third = await photos(place, 3)
    await place.services.keywords.add([first.id, third.id], ["Black sand"])
    await place.services.photos.rate([first.id, second.id], 4)
    await place.execute(f"UPDATE photos SET sharpness = 20, clipped_dark = 0.5 WHERE id = {first.id}")
    async with connected(place) as client:
        found = await call(client, "find_photos", persona="sarah", filter='#"black sand" stars>=3 soft')
        await place.services.filters.save("Best beach", '#"black sand" stars>=3')
        saved = await call(client, "find_photos", persona="sarah", filter='@"best beach" soft')
        sharpest = await call(client, "find_photos", persona="sarah", sort="sharpness")
    assert [
        (photo["id"], photo["stars"], photo["keywords"], photo["scores"]) for photo in found["photos"]
    ] == [(first.id, 4, ["Black sand"], ["soft", "dark (50 % black)"])]
    assert found["understood_as"] == ["unscheduled", "soft", "★ ≥ 3", "#black sand", "newest first"]
    assert saved == found
    assert sharpest["photos"][0]["id"] == first.id, "those without scores are last"


async def test_similar_photos_need_an_index_and_the_refusal_says_so(place: Workplace) -> None:
    [photo] = await photos(place, 1)
    async with connected(place) as client:
        code, words = await refused(client, "find_similar_photos", photo_id=photo.id)
    assert code in ("no_embeddings", "not_indexed_yet")
    assert words.strip()


async def test_a_photo_comes_with_a_small_picture_without_metadata(place: Workplace) -> None:
    path = place.folder / "secret.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    picture = Image.effect_noise((2000, 1500), 80).convert("RGB")
    picture.save(path, exif=exif, comment=b"at home")
    await place.services.photos.import_folders([place.folder], place.persona)
    [photo] = await place.services.photos.unscheduled(place.persona)
    async with connected(place) as client:
        result = await client.call_tool("inspect_photo", {"photo_id": photo.id})
    content = answer(result)
    [image] = [part for part in result.content if isinstance(part, ImageContent)]
    jpeg = b64decode(image.data)
    shown = Image.open(io.BytesIO(jpeg))
    assert (image.mime_type, shown.format, max(shown.size)) == ("image/jpeg", "JPEG", PICTURE_SIDE)
    assert not shown.getexif()
    assert not {"comment", "exif", "xmp", "icc_profile"} & shown.info.keys()
    assert b"home" not in jpeg
    assert (content["persona"], content["photo"]["name"]) == ("sarah", "secret.jpg")
    assert "52" not in json.dumps({**content, "byte_size": 0, "photo": {**content["photo"], "taken_at": ""}})
    assert str(place.folder) not in json.dumps(content)


async def test_a_photo_whose_file_is_gone_says_so_in_place_of_a_picture(place: Workplace) -> None:
    [photo] = await photos(place, 1)
    photo.path.unlink()
    async with connected(place) as client:
        result = await client.call_tool("inspect_photo", {"photo_id": photo.id})
    assert "missing" in answer(result)["no_picture"]
    assert [type(part) for part in result.content] == [TextContent]


async def test_a_photo_shows_its_posts_its_draft_and_an_earlier_post_of_the_picture(place: Workplace) -> None:
    first, second = await photos(place, 2)
    await place.services.scheduling.schedule_post(first, "fog")
    drafts(place).save(second, Draft("typed by hand"))
    async with connected(place) as client:
        posted = await call(client, "inspect_photo", photo_id=first.id)
        drafted = await call(client, "inspect_photo", photo_id=second.id)
    assert [(post["caption"], post["state"]) for post in posted["posts"]] == [("fog", "queued")]
    assert posted["draft"] is None
    assert drafted["draft"]["caption"] == "typed by hand"
    assert drafted["posts"] == []


async def test_a_photo_says_when_its_picture_went_out_elsewhere(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await photos(place, 2)

    async def posted_elsewhere(_self: object, photo: Photo) -> OutsideMatch | None:
        return OutsideMatch(datetime(2026, 5, 2, 12, tzinfo=UTC), 3) if photo == first else None

    monkeypatch.setattr(type(place.services.similarity), "posted_elsewhere", posted_elsewhere)
    async with connected(place) as client:
        known = await call(client, "inspect_photo", photo_id=first.id)
        other = await call(client, "inspect_photo", photo_id=second.id)
    assert (known["posted_elsewhere"], other["posted_elsewhere"]) == ("2026-05-02T12:00:00Z", None)


async def test_a_draft_is_what_the_app_shows_with_the_photo(place: Workplace) -> None:
    first, second = await photos(place, 2)
    async with connected(place) as client:
        told = await call(
            client,
            "draft_post",
            photo_ids=[first.id, second.id],
            caption="fog on the pier",
            alt_text="A pier",
            when="front",
            channels=["instagram"],
        )
    draft = drafts(place).load(first)
    assert draft is not None
    assert (draft.caption, draft.alt_text, draft.share_mode, draft.off) == (
        "fog on the pier",
        "A pier",
        "shareNext",
        (),
    )
    assert [(photo.photo_id, photo.alt_text) for photo in draft.photos] == [
        (first.id, "A pier"),
        (second.id, ""),
    ]
    assert (told["outcome"], told["draft"]["photo_ids"]) == ("draft", [first.id, second.id])
    assert await place.services.scheduling.posts() == []


async def test_each_photo_has_its_own_alt_text(place: Workplace) -> None:
    first, second, third, fourth = await photos(place, 4)
    texts = {"alt_text": "A pier", "more_alt_texts": ["Fog"]}
    async with connected(place, writes=True) as client:
        await call(client, "draft_post", photo_ids=[first.id, second.id], caption="fog", **texts)
        ids = [third.id, second.id, fourth.id]
        code, words = await refused(client, "draft_post", photo_ids=[third.id], caption="fog", **texts)
        told = await call(client, "schedule_post", photo_ids=ids, caption="fog", **texts)
    draft = drafts(place).load(first)
    assert draft is not None
    assert [photo.alt_text for photo in draft.photos] == ["A pier", "Fog"]
    assert (code, "more alt texts than photos" in words) == ("usage_error", True)
    post = await place.post(told["posts"][0]["id"])
    assert [(photo.photo_id, photo.alt_text) for photo in post.photos] == [
        (third.id, "A pier"),
        (second.id, "Fog"),
        (fourth.id, ""),
    ]


async def test_a_time_of_a_draft_is_in_the_channels_zone(place: Workplace) -> None:
    [photo] = await photos(place, 1)
    async with connected(place) as client:
        await call(client, "draft_post", photo_ids=[photo.id], caption="fog", when="tomorrow 9:00")
    draft = drafts(place).load(photo)
    assert draft is not None
    assert draft.at is not None
    assert draft.share_mode == "customScheduled"


async def test_what_the_user_has_typed_is_never_replaced(place: Workplace) -> None:
    first, second = await photos(place, 2)
    drafts(place).save(second, Draft("typed by hand"))
    async with connected(place, writes=True) as client:
        for tool in ("draft_post", "schedule_post"):
            for ids in ([second.id], [first.id, second.id]):
                code, words = await refused(client, tool, photo_ids=ids, caption="fog")
                assert code == "draft_exists"
                assert second.name in words
    assert drafts(place).load(second) == Draft("typed by hand")
    assert drafts(place).load(first) is None
    assert await place.services.scheduling.posts() == []


async def test_its_own_draft_is_written_again_until_the_user_changes_it(place: Workplace) -> None:
    [photo] = await photos(place, 1)
    async with connected(place) as client:
        for caption in ("fog", "fog on the pier"):
            await call(client, "draft_post", photo_ids=[photo.id], caption=caption, when="tomorrow 9:00")
        drafts(place).save(photo, Draft("changed by hand"))
        code, _ = await refused(client, "draft_post", photo_ids=[photo.id], caption="rain")
    assert code == "draft_exists"
    assert drafts(place).load(photo) == Draft("changed by hand")


async def test_without_leave_a_schedule_is_a_draft_and_says_so(place: Workplace) -> None:
    [photo] = await photos(place, 1)
    async with connected(place) as client:
        told = await call(client, "schedule_post", photo_ids=[photo.id], caption="fog")
    assert told["outcome"] == "draft"
    assert "mcp_writes is off" in told["note"]
    assert await place.services.scheduling.posts() == []
    assert drafts(place).load(photo) == Draft("fog")


async def test_with_leave_a_schedule_is_a_post_and_its_draft_is_gone(place: Workplace) -> None:
    [photo] = await photos(place, 1)
    async with connected(place, writes=True) as client:
        await call(client, "draft_post", photo_ids=[photo.id], caption="fog")
        told = await call(client, "schedule_post", photo_ids=[photo.id], caption="fog", when="now")
        code, words = await refused(client, "schedule_post", photo_ids=[photo.id], caption="again")
    [post] = await place.services.scheduling.posts()
    assert (told["outcome"], [each["id"] for each in told["posts"]]) == ("submitted", [post.id])
    assert (post.step, post.share_mode) == (Step.QUEUED, "shareNow")
    assert drafts(place).load(photo) is None
    assert code == "already_scheduled"
    assert photo.name in words
    assert "Choose another photo" in words


async def test_while_delivery_lacks_something_a_schedule_is_kept_as_the_command_line_keeps_it(
    place: Workplace,
) -> None:
    [photo] = await photos(place, 1)
    missing = (Missing(MissingCode.BUFFER_KEY, "No Buffer key is set."),)
    place.services = replace(place.services, scheduling=replace(place.services.scheduling, missing=missing))
    async with connected(place, writes=True) as client:
        told = await call(client, "schedule_post", photo_ids=[photo.id], caption="fog")
    assert (told["outcome"], [post["state"] for post in told["posts"]]) == ("draft", ["draft"])
    assert "No Buffer key is set." in told["note"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"photo_ids": [4711]}, "photo_not_found"),
        ({"photo_ids": []}, "invalid_arguments"),
        ({"photo_ids": [0]}, "invalid_arguments"),
        ({"when": "31 feb"}, "usage_error"),
        ({"channels": ["mastodon"]}, "usage_error"),
        ({"caption": "  "}, "draft_empty"),
        ({"caption": 5}, "invalid_arguments"),
    ],
    ids=str,
)
async def test_what_cannot_be_written_is_refused_by_code(
    place: Workplace, arguments: dict[str, Any], code: str
) -> None:
    [photo] = await photos(place, 1)
    async with connected(place) as client:
        found, words = await refused(
            client, "draft_post", **{"photo_ids": [photo.id], "caption": "fog", **arguments}
        )
    assert (found, bool(words.strip())) == (code, True)
    assert drafts(place).load(photo) is None


async def test_a_draft_says_what_a_submit_would_be_refused_for(place: Workplace) -> None:
    [photo] = await photos(place, 1)
    async with connected(place) as client:
        told = await call(client, "draft_post", photo_ids=[photo.id], caption="x" * 3000)
        code, _ = await refused(client, "draft_post", photo_ids=[photo.id, photo.id], caption="fog")
    assert "would be refused" in told["note"]
    assert code == "photo_twice"


async def test_posts_are_listed_in_pages_and_by_state(place: Workplace) -> None:
    all_photos = await photos(place, 3)
    for photo in all_photos:
        await place.services.scheduling.schedule_post(photo, f"fog {photo.name}")
    async with connected(place) as client:
        captions, cursor = [], ""
        while cursor is not None:
            page = await call(client, "list_posts", persona="sarah", limit=1, cursor=cursor)
            captions += [post["caption"] for post in page["posts"]]
            cursor = page["next_cursor"]
        live = await call(client, "list_posts", persona="sarah", states=["live"])
        queued = await call(client, "list_posts", persona="sarah", states=["queued"], text="img_0001")
        code, _ = await refused(client, "list_posts", persona="sarah", cursor="yesterday")
        wrong, _ = await refused(client, "list_posts", persona="sarah", states=["posted"])
    assert captions == [f"fog {photo.name}" for photo in reversed(all_photos)]
    assert live["posts"] == []
    assert [post["photo_names"] for post in queued["posts"]] == [["IMG_0001.jpg"]]
    assert (code, wrong) == ("cursor_invalid", "invalid_arguments")


async def test_a_post_comes_with_its_history_and_results(place: Workplace) -> None:
    post = await place.submit("fog", 1)
    await place.execute(
        "UPDATE posts SET status = 'posted', step = 'live', posted_at = now(), buffer_post_id = 'b1',"
        " external_link = 'https://example.com/p/1'"
    )
    await place.execute(f"INSERT INTO post_metrics VALUES ({post.id}, 'reactions', 12, false, now())")
    async with connected(place) as client:
        told = await call(client, "show_post", post_id=post.id)
        code, _ = await refused(client, "show_post", post_id=post.id + 1)
    assert (told["post"]["state"], told["post"]["metrics"]) == ("live", {"reactions": 12.0})
    assert told["post"]["link"] == "https://example.com/p/1"
    assert told["history"][0]["what"] == "created"
    assert code == "post_not_found"


async def test_results_are_those_of_the_app(place: Workplace) -> None:
    ids = [(await place.submit(f"fog {number} #fog", number)).id for number in range(3)]
    await place.execute(
        "UPDATE posts SET status = 'posted', step = 'live', buffer_post_id = id::text,"
        " scheduled_at = date_trunc('week', now()) - interval '7 days', posted_at = now()"
    )
    async with connected(place) as client:
        none = await call(client, "show_results", persona="sarah")
        for post_id, reactions in zip(ids, (50, 100, 200), strict=True):
            numbers = f"({post_id}, 'reactions', {reactions}, false, now())"
            await place.execute(f"INSERT INTO post_metrics VALUES {numbers}")
        told = await call(client, "show_results", persona="sarah")
        code, words = await refused(client, "show_results", persona="sarah", measure="fame")
    assert none["nothing_because"].startswith("No results for 3 posts.")
    assert (none["compared"], none["best"]) == (0, [])
    assert [(one["post_id"], one["ratio"], one["metrics"]) for one in told["best"]] == [
        (ids[2], 2.0, {"reactions": 200.0}),
        (ids[1], 1.0, {"reactions": 100.0}),
        (ids[0], 0.5, {"reactions": 50.0}),
    ]
    assert (told["best"][0]["channel"], told["measures"]) == ("sarah.frames", ["reactions"])
    assert [(one["median"], one["count"], one["compared"]) for one in told["channels"]] == [(100.0, 3, True)]
    assert told["hashtags"] == [{"name": "#fog", "count": 3, "ratio": 1.0}]
    assert [(len(told[name]), told[name][0]["count"]) for name in ("weeks", "weekdays", "hours")] == [
        (1, 3)
    ] * 3
    assert told["nothing_because"] == ""
    assert (code, "Choose among: reactions." in words) == ("usage_error", True)


async def test_problems_are_listed(place: Workplace) -> None:
    post = await place.submit("fog", 1)
    await place.execute(
        "UPDATE posts SET status = 'failed', step = 'failed', error_code = 'publishing_failed',"
        " error_message = 'It did not work.'"
    )
    async with connected(place) as client:
        told = await call(client, "list_problems", persona="sarah")
    assert [problem["post_id"] for problem in told["problems"] if problem["needs_user"]] == [post.id]


async def test_no_answer_holds_what_acts_on_a_terminal(place: Workplace) -> None:
    photo = await place.photo(1)
    await place.services.scheduling.schedule_post(photo, "fog \x1b]52;c;aGk=\x07\u202eon the pier\nnext")
    async with connected(place) as client:
        result = await client.call_tool("list_posts", {"persona": "sarah"})
    text = str(result.model_dump())
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert answer(result)["posts"][0]["caption"].endswith("on the pier\nnext")


async def test_no_answer_tells_where_files_are(place: Workplace) -> None:
    gone, queued = await photos(place, 2)
    submitted = await place.schedule(queued, "fog")
    for photo in (gone, queued):
        photo.path.unlink()
    await place.services.photos.import_folders([place.folder], place.persona)
    async with connected(place, writes=True) as client:
        told = [await refused(client, "schedule_post", photo_ids=[gone.id], caption="fog")]
        assert told == [
            ("photo_missing", f"{gone.name} is missing. Restore the file, or import its new folder. ")
        ]
        problems = await call(client, "list_problems")
        assert f"{queued.name} no longer exists." in [one["why"] for one in problems["problems"]]
        await place.services.delivery.deliver(submitted.id)
        [post] = (await call(client, "list_posts", persona="sarah", states=["failed"]))["posts"]
        assert post["error"].startswith(f"{queued.name} is missing, so nothing was sent.")
        answers = [problems, post, await call(client, "show_post", post_id=submitted.id), told]
        told.append(await refused(client, "draft_post", photo_ids=[gone.id], caption="fog"))
    assert str(place.folder) not in json.dumps(answers)


async def test_whatever_the_arguments_the_answer_is_short(place: Workplace) -> None:
    [photo] = await photos(place, 1)
    async with connected(place) as client:
        found = await call(client, "find_photos", persona="sarah\0", filter="img\0")
        assert [one["name"] for one in found["photos"]] == [photo.name]
        assert (await call(client, "list_posts", persona="sarah", text="\0fog"))["posts"] == []
        wrong: dict[str, dict[str, Any]] = {
            "list_posts": {"persona": "sarah", "states": ["nothing"] * 10_000},
            "draft_post": {"photo_ids": ["x"] * 10_000, "caption": {"a": 1}},
            "find_photos": {
                "persona": ["x"] * 10_000,
                "limit": [[[[]]]],
                "filter": 5,
                "sort": "x",
                "cursor": 0,
            },
        }
        for tool, arguments in wrong.items():
            code, words = await refused(client, tool, **arguments)
            assert (code, len(words) < 1_000) == ("invalid_arguments", True), words


async def test_an_unknown_persona_or_tool_is_reported_by_code(place: Workplace) -> None:
    async with connected(place) as client:
        assert (await refused(client, "find_photos", persona="nobody"))[0] == "persona_not_found"
        assert (await refused(client, "delete_everything"))[0] == "unknown_tool"
        assert (await refused(client, "find_photos", persona="sarah", limit=5000))[0] == "invalid_arguments"


async def test_an_unexpected_error_is_logged_and_shown_without_its_text(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_self: object) -> None:
        raise RuntimeError("secret of the depths")

    monkeypatch.setattr("fluffy_tui.personas.service.Personas.list", fail)
    async with connected(place) as client:
        code, words = await refused(client, "list_personas")
    assert code == "internal_error"
    assert "secret" not in words
    assert "secret of the depths" in caplog.text


async def test_a_lost_database_is_reported_and_reached_again_for_the_next_call(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = []

    async def fail(_self: object) -> None:
        raise DatabaseUnavailable("The database does not respond.", "Try again.")

    async def reach(_services: Services) -> None:
        reached.append("once")

    monkeypatch.setattr(Services, "reach_server", reach)
    async with connected(place) as client:
        with monkeypatch.context() as patch:
            patch.setattr("fluffy_tui.personas.service.Personas.list", fail)
            told = await refused(client, "list_personas")
        assert told == ("database_unavailable", "The database does not respond. Try again.")
        assert reached == ["once"]
        assert (await call(client, "list_personas"))["personas"]


ODD_TEXTS = (
    "\0",
    "\ud800",
    "\x1b]52;c;ZXZpbA==\x07",
    "\u202e[red]x[/red]",
    "'; DROP TABLE posts; --",
    "%_\\",
    '@"',
    "a:b:c",
    "stars>=99999999999999999999999",
    "0000..9999",
    "9999-12-31T23:59:59-23:59 1",
    "0001-01-01T00:00:00+14:00 1",
    "-1",
    "٣",
    "\u200b",
    "e\u0301" * 40,
    "+999999999999999999h",
    "31.12.9999 23:59",
    "1.1.0001",
)


@pytest.mark.parametrize("odd", ODD_TEXTS, ids=ascii)
async def test_no_argument_makes_a_tool_fail(place: Workplace, odd: str) -> None:
    """Whatever an assistant fills in is answered, or refused with what to do."""
    [photo, *_] = await photos(place, 2)
    post = await place.submit("fog", 7)
    one = {"photo_ids": [photo.id], "caption": "fog"}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_personas", {"cursor": odd}),
        ("find_photos", {"persona": odd}),
        ("find_photos", {"persona": "sarah", "filter": odd}),
        ("find_photos", {"persona": "sarah", "filter": f"text:{odd}"}),
        ("find_photos", {"persona": "sarah", "filter": f"#{odd}"}),
        ("find_photos", {"persona": "sarah", "cursor": odd}),
        ("find_photos", {"persona": "sarah", "sort": odd}),
        ("list_posts", {"persona": "sarah", "text": odd}),
        ("list_posts", {"persona": "sarah", "cursor": odd}),
        ("show_results", {"persona": "sarah", "measure": odd}),
        ("list_problems", {"persona": odd}),
        ("draft_post", {**one, "caption": odd}),
        ("draft_post", {**one, "alt_text": odd, "more_alt_texts": [odd]}),
        ("draft_post", {**one, "when": odd}),
        ("draft_post", {**one, "channels": [odd]}),
        ("schedule_post", {**one, "first_comment": odd, "caption": odd}),
        ("find_similar_photos", {"photo_id": 2**63 - 1}),
        ("inspect_photo", {"photo_id": 2**63 - 1}),
        ("show_post", {"post_id": 2**63 - 1}),
        ("show_post", {"post_id": post.id}),
    ]
    async with connected(place, writes=True) as client:
        for tool, arguments in calls:
            result = await client.call_tool(tool, arguments)
            content = result.structured_content
            assert content is not None
            assert content.get("code") not in ("internal_error", "unknown_tool"), (tool, arguments, content)
