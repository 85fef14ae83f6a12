"""Same file and same picture: what is found, what is not, and earlier posts of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from fluffy_tui.similarity import Relation, picture_bits
from similarity.screenshot_pictures import chat
from similarity.similarity_place import Place, open_place, save, scene
from statement_plans import plans, rows_read, statements


async def test_a_picture_that_was_saved_again_is_found_and_another_one_is_not(place: Place) -> None:
    original = scene(1)
    ids = await place.add(
        original=original,
        small=original.resize((320, 240)),
        recoloured=ImageEnhance.Color(original).enhance(0.3),
        other=scene(2),
    )
    save(original, place.folder / "coarse.jpg", quality=25)
    save(original, place.folder / "lossless.webp", lossless=True)
    ids = await place.import_again()
    await place.scan()
    found = await place.similarity.same_picture(ids["original"])
    assert {copy.photo_id for copy in found} == {
        ids[name] for name in ("small", "recoloured", "coarse", "lossless")
    }
    assert found[0].bits <= found[-1].bits <= 31
    assert await place.similarity.same_picture(ids["other"]) == []


async def test_a_rotated_phone_photo_is_the_same_picture_as_its_upright_copy(place: Place) -> None:
    """EXIF's orientation is applied before anything is compared."""
    upright = scene(3)
    exif = Image.Exif()
    exif[0x0112] = 6
    save(upright.transpose(Image.Transpose.ROTATE_90), place.folder / "phone.jpg", exif=exif, quality=92)
    ids = await place.add(upright=upright)
    await place.scan()
    (copy,) = await place.similarity.same_picture(ids["phone"])
    assert copy.photo_id == ids["upright"]


async def test_empty_pictures_are_not_duplicates(place: Place) -> None:
    """PDQ of an even surface means nothing, as its quality shows."""
    ids = await place.add(
        night=Image.new("RGB", (640, 480), (3, 3, 8)), fog=Image.new("RGB", (640, 480), (220, 222, 224))
    )
    await place.scan()
    assert await place.one("SELECT max(pdq_quality) FROM photo_hashes") < 50
    assert await place.similarity.same_picture(ids["night"]) == []
    assert await place.similarity.copies(list(ids.values())) == {}


async def test_personas_keep_their_pictures_apart(place: Place, tmp_path: Path) -> None:
    other = await open_place(place.database, tmp_path / "others", "otto")
    mine, theirs = await place.add(a=scene(4)), await other.add(b=scene(4).resize((320, 240)))
    await place.scan()
    assert await place.similarity.same_picture(mine["a"]) == []
    assert await place.similarity.copies([mine["a"], theirs["b"]]) == {}


async def test_duplicates_share_a_stack(place: Place) -> None:
    first, second = scene(5), scene(6)
    ids = await place.add(a=first, b=second, c=scene(7))
    await place.scan()
    assert await place.similarity.copies(list(ids.values())) == {}
    ids = await place.add(a2=first.resize((320, 240)), b2=second.resize((320, 240)))
    await place.scan()
    ids = await place.add(a3=ImageEnhance.Brightness(first).enhance(1.1))
    await place.scan()
    stacks = await place.similarity.copies(list(ids.values()))
    assert stacks[ids["a"]] == stacks[ids["a2"]] == stacks[ids["a3"]]
    assert stacks[ids["b"]] == stacks[ids["b2"]] != stacks[ids["a"]]
    assert ids["c"] not in stacks


async def test_a_picture_between_two_stacks_joins_them(place: Place) -> None:
    ids = await place.add(a=scene(8), b=scene(9), between=scene(10))
    await place.scan()
    await place.rows("DELETE FROM photo_hashes WHERE photo_id = :id", id=ids["between"])
    original = await place.one("SELECT pdq::text FROM photo_hashes WHERE photo_id = :id", id=ids["a"])
    flipped = "".join("10"[int(bit)] if number < 50 else bit for number, bit in enumerate(original))
    await place.rows(
        "UPDATE photo_hashes SET pdq = CAST(:bits AS bit(256)), stack_id = 77 WHERE photo_id = :id",
        bits=flipped,
        id=ids["b"],
    )
    middle = "".join("10"[int(bit)] if number < 25 else bit for number, bit in enumerate(original))
    await place.rows(
        "INSERT INTO photo_hashes (photo_id, pdq, pdq_quality, dhash) VALUES"
        " (:id, CAST(:bits AS bit(256)), 100, repeat('0', 128)::bit(128))",
        id=ids["between"],
        bits=middle,
    )
    from fluffy_tui.similarity.index.scan_results import _stack

    async with place.database.transaction() as session:
        await _stack(session, [ids["between"]])
    stacks = await place.similarity.copies(list(ids.values()))
    assert set(stacks.values()) == {77}
    assert set(stacks) == set(ids.values())


async def test_a_replaced_file_leaves_its_stack(place: Place) -> None:
    ids = await place.add(a=scene(11), b=scene(11).resize((320, 240)))
    await place.scan()
    assert len(await place.similarity.copies(list(ids.values()))) == 2
    await place.add(b=scene(12))
    assert await place.similarity.copies(list(ids.values())) == {}
    await place.scan()
    assert await place.similarity.copies(list(ids.values())) == {}
    assert await place.similarity.same_picture(ids["a"]) == []


@pytest.mark.parametrize("status", ["posted", "scheduled"])
async def test_a_post_is_found_by_a_duplicate_of_its_photo(place: Place, status: str) -> None:
    ids = await place.add(old=scene(13), new=scene(13).resize((320, 240)), other=scene(14))
    await place.scan()
    post = await place.post(ids["old"], status=status, days_ago=12)
    earlier = await place.similarity.posted_before(ids["new"])
    assert earlier is not None
    assert (earlier.post_id, earlier.photo_id) == (post, ids["old"])
    assert earlier.relation is Relation.SAME_PICTURE
    assert earlier.posted is True
    assert earlier.at is not None
    assert timedelta(days=11.9) < datetime.now(UTC) - earlier.at < timedelta(days=12.1)
    assert await place.similarity.posted_before(ids["other"]) is None


async def test_the_photo_itself_is_the_same_file_and_the_latest_post_is_returned(place: Place) -> None:
    ids = await place.add(a=scene(15), b=scene(15).resize((320, 240)))
    await place.post(ids["b"], days_ago=30)
    latest = await place.post(ids["a"], days_ago=2)
    earlier = await place.similarity.posted_before(ids["a"])
    assert earlier is not None
    assert (earlier.relation, earlier.bits, earlier.post_id) == (Relation.SAME_FILE, 0, latest)
    await place.scan()
    earlier = await place.similarity.posted_before(ids["b"])
    assert earlier is not None
    assert (earlier.relation, earlier.post_id) == (Relation.SAME_PICTURE, latest)


async def test_failed_posts_do_not_count(place: Place) -> None:
    ids = await place.add(a=scene(16), b=scene(16).resize((320, 240)))
    await place.scan()
    await place.post(ids["a"], status="failed")
    assert await place.similarity.posted_before(ids["b"]) is None


async def test_a_picture_that_went_out_elsewhere_is_found_on_the_channels_of_the_persona_alone(
    place: Place,
) -> None:
    ids = await place.add(new=scene(17), other=scene(18), flat=Image.new("RGB", (640, 480), "black"))
    await place.scan()
    bits = picture_bits(scene(17).resize((320, 240)))
    await place.rows(
        "INSERT INTO outside_posts (buffer_post_id, channel_id, sent_at, caption, asset_count, pdq, pdq_quality)"
        " SELECT 'p' || n, 'channel-' || n % 2, '2026-05-03 12:00+00'::timestamptz - n * interval '1 day', '', 1,"
        f" '{bits.pdq}', {bits.pdq_quality} FROM generate_series(0, 3) AS n"
    )
    assert await place.similarity.posted_elsewhere(ids["new"]) is None, "whose channels are they?"
    await place.rows(
        "INSERT INTO persona_channels (persona_id, channel_id, position)"
        f" VALUES ({place.persona.id}, 'channel-1', 0)"
    )
    found = await place.similarity.posted_elsewhere(ids["new"])
    assert found is not None
    assert found.sent_at == datetime(2026, 5, 2, 12, tzinfo=UTC), "the latest on that channel"
    assert found.bits <= 31
    assert await place.similarity.posted_elsewhere(ids["other"]) is None
    assert await place.similarity.posted_elsewhere(ids["flat"]) is None


async def test_one_of_many_pictures_from_elsewhere_is_found_by_an_index(place: Place) -> None:
    ids = await place.add(new=scene(19))
    await place.scan()
    await place.rows(
        "INSERT INTO persona_channels (persona_id, channel_id, position)"
        f" VALUES ({place.persona.id}, 'channel', 0)"
    )
    await place.rows(
        "INSERT INTO outside_posts (buffer_post_id, channel_id, sent_at, caption, asset_count, pdq, pdq_quality)"
        " SELECT 'p' || n, 'channel', now() - n * interval '1 hour', '', 1, ("
        "   SELECT string_agg((random() < 0.5)::int::text, '') FROM generate_series(1, 256 + 0 * n)"
        " )::bit(256), 100 FROM generate_series(1, 3000) AS n"
    )
    await place.rows("ANALYZE outside_posts")
    with statements() as executed:
        assert await place.similarity.posted_elsewhere(ids["new"]) is None
    nodes = [node for _, found in await plans(place.database, executed) for node in found]
    read = [rows_read(node) for node in nodes if node.get("Relation Name") == "outside_posts"]
    assert read and max(read) < 300


async def test_screenshots_with_other_words_are_no_duplicates_and_copies_of_one_are(place: Place) -> None:
    """Though PDQ takes all of them for the same picture."""
    first, second = chat(1, changed_from=4), chat(2, changed_from=4)
    ids = await place.add(first=first, second=second)
    save(first, place.folder / "lossless.png")
    save(first.resize((720, 1600)), place.folder / "sent.jpg", quality=55)
    ids = await place.import_again()
    await place.scan()
    found = await place.similarity.same_picture(ids["first"])
    assert {copy.photo_id for copy in found} == {ids["lossless"], ids["sent"]}
    assert await place.similarity.same_picture(ids["second"]) == []
    stacks = await place.similarity.copies(list(ids.values()))
    assert stacks.keys() == {ids["first"], ids["lossless"], ids["sent"]}
    pdqs = [row[0] for row in await place.rows("SELECT pdq::text FROM photo_hashes")]
    apart = [sum(a != b for a, b in zip(one, pdqs[0], strict=True)) for one in pdqs]
    assert max(apart) <= 31
