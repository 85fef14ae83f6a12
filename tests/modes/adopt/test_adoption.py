"""What becomes of each row of a fluffy-train database."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from fluffy_tui.bootstrap import Services
from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.modes.adopt import train_database
from fluffy_tui.modes.adopt.adoption import Adoption, AdoptionCounts, AdoptionReport, total
from fluffy_tui.modes.adopt.train_database import TrainPhoto, TrainPost, opened, with_hashtags
from fluffy_tui.personas import LONGEST_NAME
from fluffy_tui.photos import Browse, Photo, Posted
from fluffy_tui.scheduling import NotPossibleNow, Post, PostStatus, Step
from fluffy_tui.similarity import ImageEmbed
from fluffy_tui.tui.session.drafts import Draft, Drafts
from fluffy_tui.tui.text.times import both_zones
from modes.adopt.train_schema import TrainRows, train_rows
from scheduling.workplace import write_photo

pytestmark = pytest.mark.slow

FUTURE = datetime(2099, 5, 4, 9, 30)
VECTOR = [3.0, 4.0, *([0.0] * 510)]


class Told(AdoptionReport):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    def persona(self, name: str, spellings: Sequence[str]) -> None:
        """Keep a persona."""
        self.lines.append(("persona", name, list(spellings)))

    def photo(self, photo: TrainPhoto, what: str, reason: str) -> None:
        """Keep a photo."""
        self.lines.append((what, photo.path))
        assert reason or what == "missing"

    def note(self, post: TrainPost, notes: Sequence[str]) -> None:
        """Keep a note."""
        self.lines.append(("note", Path(post.path or "").name, *notes))

    def post(self, post: TrainPost, what: str) -> None:
        """Keep a post."""
        self.lines.append((what, post.id))

    def progress(self, counts: AdoptionCounts) -> None:
        """Keep how far it has got."""
        self.last = asdict(counts)


async def adopt(
    services: Services, train: TrainRows, *, folder: Path = Path("/"), dry_run: bool = False
) -> tuple[AdoptionCounts, list[tuple[Any, ...]]]:
    """Adopt, and check that the counts add up and that the source was only read."""
    before = train.contents()
    told = Told()
    async with opened(train.url) as source:
        adoption = Adoption(services, source, told, folder=folder, dry_run=dry_run)
        await adoption.run()
    assert train.contents() == before
    counts = adoption.counts
    assert total(counts.photos) == len(before[1])
    assert total(counts.posts) == len(before[3])
    return counts, told.lines


async def state(services: Services) -> dict[str, Any]:
    """Return all that an adoption may write."""
    tables = (
        "personas",
        "photos",
        "photo_places",
        "posts",
        "post_photos",
        "photo_embeddings",
        "library_counts",
    )
    found: dict[str, Any] = {}
    async with services.database.transaction() as session:
        for table in tables:
            rows = await session.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))
            found[table] = list(rows.scalars())
    folder = services.settings.paths.drafts
    files = sorted(folder.glob("*")) if folder.exists() else []
    found["drafts"] = [(path.name, path.read_bytes(), path.stat().st_mtime_ns) for path in files]
    return found


async def photos(services: Services, persona: str = "sarah") -> dict[str, Photo]:
    """Return all photos of a persona by name."""
    known = await services.personas.get(persona)
    ids = await services.photos.ids(known.id, Browse(posted=Posted.ALL))
    return {photo.name: photo for photo in (await services.photos.by_ids(ids)).values()}


async def posts(services: Services) -> dict[str, Post]:
    """Return all posts by caption."""
    return {post.caption: post for post in await services.scheduling.posts()}


def draft_of(services: Services, photo: Photo) -> Draft | None:
    """Return a draft as the app reads it."""
    return Drafts(services.settings.paths.drafts).load(photo)


def fill(train: TrainRows, folder: Path) -> dict[str, int]:
    """Fill a database with one row of each kind, and return the ids of its posts by their status."""
    sarah = train.persona("sarah")
    found = {}
    for number, status in enumerate(("draft", "scheduled", "posting", "posted", "failed")):
        photo = train.photo(write_photo(folder / f"{status}.png.jpg", number), sarah, VECTOR)
        found[status] = train.post(
            photo,
            sarah,
            status,
            caption=f"{status} caption",
            hashtags=["fog", "#pier"],
            scheduled_at=FUTURE,
            posted_at=datetime(2025, 11, 1, 12, 0) if status == "posted" else None,
        )
    train.photo(write_photo(folder / "free.jpg", 90), sarah)
    train.photo(folder / "gone.jpg", sarah, VECTOR)
    return found


async def test_the_folder_of_drafts_is_looked_through_once(
    services: Services, train: TrainRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_database, "BATCH", 2)
    fill(train, tmp_path / "photos")
    folder, looks = services.settings.paths.drafts, list[str]()
    glob = Path.glob

    def counted(path: Path, pattern: str) -> Iterator[Path]:
        if path == folder:
            looks.append(pattern)
        yield from glob(path, pattern)

    monkeypatch.setattr(Path, "glob", counted)
    counts, _ = await adopt(services, train)
    assert (counts.posts.drafts, len(looks)) == (4, 1)


async def test_posted_posts_are_history_and_all_others_drafts(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    ids = fill(train, tmp_path / "photos")
    counts, told = await adopt(services, train)
    known = await photos(services)
    [post] = (await posts(services)).values()
    assert post.caption == "posted caption\n\n#fog #pier"
    assert (post.status, post.step, post.buffer_post_id) == (PostStatus.POSTED, Step.LIVE, None)
    assert post.posted_at == datetime(2025, 11, 1, 12, 0, tzinfo=UTC)
    assert post.photo_id == known["posted.png.jpg"].id
    for status in ("draft", "scheduled", "posting", "failed"):
        draft = draft_of(services, known[f"{status}.png.jpg"])
        assert draft is not None
        assert draft.caption == f"{status} caption\n\n#fog #pier"
        assert (draft.share_mode, draft.at) == (ShareMode.CUSTOM_SCHEDULED, FUTURE.replace(tzinfo=UTC))
    assert draft_of(services, known["free.jpg"]) is None
    assert asdict(counts) == {
        "personas": 1,
        "photos": {"imported": 6, "unchanged": 0, "missing": 1, "failed": 0, "without_persona": 0},
        "vectors": {"adopted": 5, "unchanged": 0, "none": 1, "unusable": 0},
        "posts": {
            "history": 1,
            "drafts": 4,
            "unchanged": 0,
            "empty": 0,
            "without_photo": 0,
            "without_persona": 0,
        },
    }
    assert told == [
        ("persona", "sarah", ["sarah"]),
        ("missing", str(tmp_path / "photos" / "gone.jpg")),
        ("note", "posting.png.jpg", "it may have been published already: check before you submit it"),
        ("note", "failed.png.jpg", "fluffy-train could not publish it"),
    ]
    assert ids["posted"]
    assert not counts.is_complete


async def test_a_posted_photo_counts_as_posted(services: Services, train: TrainRows, tmp_path: Path) -> None:
    fill(train, tmp_path / "photos")
    await adopt(services, train)
    known = await photos(services)
    photo = known["posted.png.jpg"]
    assert photo.id not in {free.id for free in await services.photos.unscheduled(photo.persona_id)}
    again = await services.scheduling.schedule_post(photo, "once more")
    assert again.code == "already_scheduled"
    earlier = await services.similarity.posted_before(photo)
    assert earlier is not None
    assert earlier.posted
    [post] = (await posts(services)).values()
    with pytest.raises(NotPossibleNow, match="live"):
        await services.scheduling.cancel(post.id)
    assert (await services.scheduling.ended_posts(limit=5))[0].id == post.id
    assert "not posted through Buffer" in (await services.scheduling.results([post]))[post.id].refusal


async def test_twice_changes_nothing(services: Services, train: TrainRows, tmp_path: Path) -> None:
    fill(train, tmp_path / "photos")
    first, _ = await adopt(services, train)
    before = await state(services)
    second, told = await adopt(services, train)
    assert await state(services) == before
    assert (second.personas, second.photos.imported, second.vectors.adopted) == (0, 0, 0)
    assert (second.posts.history, second.posts.drafts, second.posts.unchanged) == (0, 0, 5)
    assert second.photos.unchanged == first.photos.imported
    assert [line[0] for line in told] == ["missing"]


async def test_a_dry_run_says_the_same_and_writes_nothing(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    fill(train, tmp_path / "photos")
    before = await state(services)
    forecast, told = await adopt(services, train, dry_run=True)
    assert await state(services) == before
    assert await services.similarity.models() == []
    assert (forecast, told) == await adopt(services, train)


async def test_a_dry_run_counts_a_copy_in_another_batch_as_one_photo(
    services: Services, train: TrainRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_database, "BATCH", 2)
    for number, name in enumerate(("sarah", "Sarah ", "leo")):
        persona = train.persona(name)
        for file in ("a", "b"):
            path = write_photo(tmp_path / "photos" / f"{number} {file}.jpg", ord(file))
            status = "posted" if file == "a" or number == 1 else "draft"
            train.post(train.photo(path, persona, VECTOR), persona, status, caption="fog")
    forecast, _ = await adopt(services, train, dry_run=True)
    assert asdict(forecast.photos) == {
        "imported": 4,
        "unchanged": 2,
        "missing": 0,
        "failed": 0,
        "without_persona": 0,
    }
    assert forecast == (await adopt(services, train))[0]


async def test_an_interrupted_adoption_is_completed_by_the_next(
    services: Services, train: TrainRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_database, "BATCH", 2)
    fill(train, tmp_path / "photos")
    stored = Adoption._adopt_vectors
    calls = 0

    async def interrupted(self: Adoption, found: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise FluffyError("interrupted")
        await stored(self, found)

    with monkeypatch.context() as patch:
        patch.setattr(Adoption, "_adopt_vectors", interrupted)
        with pytest.raises(FluffyError, match="interrupted"):
            await adopt(services, train)
    assert await posts(services) == {}
    counts, _ = await adopt(services, train)
    assert counts.vectors.adopted + counts.vectors.unchanged == 5
    assert (counts.posts.history, counts.posts.drafts) == (1, 4)
    assert len(await photos(services)) == 6


async def test_vectors_are_the_services_and_of_length_one(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    sarah = train.persona("sarah")
    vectors = {
        "unit": VECTOR,
        "short": [1.0, 2.0],
        "zero": [0.0] * 512,
        "none": None,
    }
    for number, (name, vector) in enumerate(vectors.items()):
        train.photo(write_photo(tmp_path / "photos" / f"{name}.jpg", number), sarah, vector)
    counts, _ = await adopt(services, train)
    assert asdict(counts.vectors) == {"adopted": 1, "unchanged": 0, "none": 1, "unusable": 2}
    [model] = await services.similarity.models()
    assert (model.name, model.dimensions) == (ImageEmbed.description.name, 512)
    known = await photos(services)
    async with services.database.transaction() as session:
        rows = await session.execute(text("SELECT photo_id, embedding::real[] FROM photo_embeddings"))
        [(photo_id, stored)] = rows.all()
    assert photo_id == known["unit.jpg"].id
    assert math.isclose(math.hypot(*stored), 1.0, abs_tol=1e-6)
    assert stored[:2] == pytest.approx([0.6, 0.8])


async def test_photos_are_similar_at_once(services: Services, train: TrainRows, tmp_path: Path) -> None:
    sarah = train.persona("sarah")
    for number, vector in enumerate(([1.0, 0.0], [0.9, 0.1], [0.0, 1.0])):
        path = write_photo(tmp_path / "photos" / f"{number}.jpg", number)
        train.photo(path, sarah, [*vector, *([0.0] * 510)])
    await adopt(services, train)
    known = await photos(services)
    found = await services.similarity.more_like(known["0.jpg"].id)
    assert [near.photo_id for near in found] == [known["1.jpg"].id, known["2.jpg"].id]


async def test_names_that_differ_in_spelling_are_one_persona(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    for number, name in enumerate(("Sarah", "sarah ", "SARAH", "leo", "  ")):
        train.photo(write_photo(tmp_path / "photos" / f"{number}.jpg", number), train.persona(name))
    counts, told = await adopt(services, train)
    assert [persona.name for persona in await services.personas.list()] == ["leo", "Sarah"]
    assert told[:2] == [("persona", "Sarah", ["Sarah", "sarah ", "SARAH"]), ("persona", "leo", ["leo"])]
    assert len(await photos(services, "sarah")) == 3
    assert (counts.personas, counts.photos.without_persona) == (2, 1)


async def test_a_name_that_is_too_long_is_cut(services: Services, train: TrainRows, tmp_path: Path) -> None:
    train.photo(write_photo(tmp_path / "photos" / "a.jpg", 1), train.persona("s" * 5_000))
    await adopt(services, train)
    [persona] = await services.personas.list()
    assert persona.name == "s" * LONGEST_NAME
    assert list(await photos(services, persona.name)) == ["a.jpg"]


async def test_a_persona_that_is_here_already_is_used(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    await services.personas.create("SARAH")
    train.photo(write_photo(tmp_path / "photos" / "a.jpg", 1), train.persona("sarah"))
    counts, told = await adopt(services, train)
    assert (counts.personas, told) == (0, [])
    assert list(await photos(services)) == ["a.jpg"]


async def test_rows_whose_persona_or_photo_is_gone_are_reported(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    sarah = train.persona("sarah")
    orphan = train.photo(write_photo(tmp_path / "photos" / "a.jpg", 1), 4711)
    nobody = train.photo(write_photo(tmp_path / "photos" / "b.jpg", 2), None)
    lost = [
        train.post(orphan, 4711, "posted", caption="fog"),
        train.post(nobody, None, "draft", caption="fog"),
    ]
    without = train.post(999, sarah, "posted", caption="fog")
    counts, told = await adopt(services, train)
    assert (counts.photos.without_persona, counts.posts.without_persona) == (2, 2)
    assert counts.posts.without_photo == 1
    assert {line for line in told if line[0].startswith("without") and isinstance(line[1], int)} == {
        ("without_persona", lost[0]),
        ("without_persona", lost[1]),
        ("without_photo", without),
    }
    assert await posts(services) == {}


async def test_relative_paths_start_in_the_folder_and_copies_are_one_photo(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    sarah = train.persona("sarah")
    folder = tmp_path / "train"
    write_photo(folder / "photos" / "a.jpg", 1)
    write_photo(folder / "photos" / "copy.jpg", 1)
    first = train.photo("photos/a.jpg", sarah)
    other = train.photo("./photos/../photos/a.jpg", sarah)
    copy = train.photo("photos/copy.jpg", sarah)
    train.photo("", sarah)
    train.photo("photos", sarah)
    for number, photo in enumerate((first, other, copy)):
        train.post(photo, sarah, "posted", caption=f"post {number}", posted_at=datetime(2025, 1, 1))
    counts, told = await adopt(services, train, folder=folder)
    assert (counts.photos.imported, counts.photos.unchanged) == (1, 2)
    assert (counts.photos.missing, counts.photos.failed) == (1, 1)
    assert (counts.posts.history, counts.posts.unchanged) == (1, 2)
    assert list(await posts(services)) == ["post 0"]
    assert [line[0] for line in told] == ["persona", "missing", "failed"]


async def test_a_photo_with_a_post_of_another_persona_is_in_both_libraries(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    """Fluffy-train allows a post of a photo for each persona."""
    sarah, leo = train.persona("sarah"), train.persona("leo")
    photo = train.photo(write_photo(tmp_path / "photos" / "a.jpg", 1), sarah)
    for persona, caption in ((sarah, "hers"), (leo, "his")):
        train.post(photo, persona, "posted", caption=caption, posted_at=datetime(2025, 1, 1))
    await adopt(services, train)
    known = await posts(services)
    assert known["hers"].photo_id == (await photos(services, "sarah"))["a.jpg"].id
    assert known["his"].photo_id == (await photos(services, "leo"))["a.jpg"].id
    before = await state(services)
    await adopt(services, train)
    assert await state(services) == before


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"posted_at": "2025-11-01 12:00", "scheduled_at": "2025-10-01 10:00"},
            datetime(2025, 11, 1, 12, tzinfo=UTC),
        ),
        ({"posted_at": None, "scheduled_at": "2025-10-03 10:00"}, datetime(2025, 10, 3, 10, tzinfo=UTC)),
        ({"posted_at": "infinity"}, datetime(2025, 10, 2, 8, tzinfo=UTC)),
        ({"posted_at": None, "scheduled_at": None}, datetime(2025, 10, 2, 8, tzinfo=UTC)),
    ],
    ids=["posted", "planned", "infinite", "changed"],
)
async def test_when_a_post_was_published_is_the_best_that_is_known(
    services: Services, train: TrainRows, tmp_path: Path, values: dict[str, Any], expected: datetime
) -> None:
    sarah = train.persona("sarah")
    photo = train.photo(write_photo(tmp_path / "photos" / "a.jpg", 1), sarah)
    train.post(photo, sarah, "posted", caption=None, hashtags=None, **values)
    await adopt(services, train)
    assert (await posts(services))[""].posted_at == expected


async def test_a_time_that_has_passed_and_a_provider_id_are_noted(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    sarah = train.persona("sarah")
    photo = train.photo(write_photo(tmp_path / "photos" / "a.jpg", 1), sarah)
    other = train.photo(write_photo(tmp_path / "photos" / "b.jpg", 2), sarah)
    past = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
    train.post(
        photo, sarah, "scheduled", caption="fog", scheduled_at=past, provider_post_id="17841400000000001"
    )
    train.post(other, sarah, None, caption="", hashtags=[])
    counts, told = await adopt(services, train)
    [note] = [line for line in told if line[0] == "note"]
    assert note[1] == "a.jpg"
    assert "may have been published" in note[2]
    assert "its time has passed" in note[3]
    draft = draft_of(services, (await photos(services))["a.jpg"])
    assert draft == Draft("fog")
    assert counts.posts.empty == 1


async def test_what_the_user_has_typed_stays(services: Services, train: TrainRows, tmp_path: Path) -> None:
    sarah = train.persona("sarah")
    path = write_photo(tmp_path / "photos" / "a.jpg", 1)
    train.post(train.photo(path, sarah), sarah, "scheduled", caption="fog", scheduled_at=FUTURE)
    persona = await services.personas.create("sarah")
    await services.photos.import_folders([path.parent], persona)
    [photo] = await services.photos.unscheduled(persona)
    Drafts(services.settings.paths.drafts).save(photo, Draft("typed by hand"))
    counts, _ = await adopt(services, train)
    assert draft_of(services, photo) == Draft("typed by hand")
    assert (counts.posts.drafts, counts.posts.unchanged) == (0, 1)


async def test_what_the_user_types_meanwhile_stays(
    services: Services, train: TrainRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sarah = train.persona("sarah")
    path = write_photo(tmp_path / "photos" / "a.jpg", 1)
    train.post(train.photo(path, sarah), sarah, "draft", caption="fog")
    found: list[Photo] = []

    def typed(drafts: Drafts, photo: Photo, draft: Draft) -> bool:
        drafts.save(photo, Draft("typed by hand"))
        found.append(photo)
        return save_new(drafts, photo, draft)

    save_new = Drafts.save_new
    monkeypatch.setattr(Drafts, "save_new", typed)
    counts, _ = await adopt(services, train)
    assert draft_of(services, found[0]) == Draft("typed by hand")
    assert (counts.posts.drafts, counts.posts.unchanged) == (0, 1)


async def test_an_older_schema_without_vectors_and_hashtags_is_read(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    fill(train, tmp_path / "photos")
    train.execute("ALTER TABLE photos DROP COLUMN embedding")
    for column in ("hashtags", "provider_post_id", "posted_at", "updated_at", "created_at"):
        train.execute(f"ALTER TABLE scheduling_posts DROP COLUMN {column}")
    counts, _ = await adopt(services, train)
    assert (counts.vectors.none, counts.posts.history, counts.posts.drafts) == (6, 1, 4)
    assert (await posts(services))["posted caption"].posted_at == FUTURE.replace(tzinfo=UTC)


async def test_rows_are_read_in_batches(
    services: Services, train: TrainRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_database, "BATCH", 2)
    fill(train, tmp_path / "photos")
    async with opened(train.url) as source:
        assert [len(batch) async for batch in source.photos()] == [2, 2, 2, 1]
    counts, _ = await adopt(services, train)
    assert (counts.photos.imported, counts.vectors.adopted, counts.posts.drafts) == (6, 5, 4)


async def test_the_source_cannot_be_written_and_is_one_snapshot(train: TrainRows) -> None:
    train.persona("sarah")
    async with opened(train.url) as source:
        train.persona("leo")
        assert await source.personas() == ["sarah"]
        rows = await source._connection.execute("SELECT current_setting('transaction_read_only')")
        assert await rows.fetchone() == ("on",)


async def test_another_database_is_refused(train: TrainRows, database_url: str) -> None:
    with pytest.raises(train_database.NotATrainDatabase, match="no table scheduling_posts"):
        async with opened(database_url):
            pass
    train.execute("ALTER TABLE scheduling_posts DROP COLUMN caption")
    with pytest.raises(train_database.NotATrainDatabase, match="no caption"):
        async with opened(train.url):
            pass


@pytest.mark.parametrize(
    ("caption", "stored", "expected"),
    [
        ("fog", '["a", "#b"]', "fog\n\n#a #b"),
        ("fog #A", '["a", "b", "B"]', "fog #A\n\n#b"),
        ("fog", '"#a #b, c"', "fog\n\n#a #b #c"),
        ("fog", '["sunset beach", "#x #y"]', "fog\n\n#sunsetbeach #x #y"),
        ("fog", '[{"tag": "a"}, {"name": "#b"}, {"score": 3}, null, 7, ["c"]]', "fog\n\n#a #b #c"),
        ("fog", '{"tags": ["a"]}', "fog\n\n#a"),
        ("", '["a"]', "#a"),
        ("fog\n", "null", "fog"),
        ("fog", "[]", "fog"),
        ("fog", None, "fog"),
        ("fog", "{a,b}", "fog"),
    ],
)
def test_hashtags_are_read_in_every_form(caption: str, stored: str | None, expected: str) -> None:
    assert with_hashtags(caption, stored) == expected


ODD_MOMENTS = ["0001-01-01 00:00", "9999-12-31 23:59:59", "infinity", "-infinity", "0044-03-15 12:00 BC"]
ODD_TEXTS = ["\x1b]52;c;ZXZpbA==\x07\u202e[red]", "x" * 100_000, "\U000e0041\u200b\u00ad", "\n" * 500, " "]


async def test_each_odd_row_costs_itself_and_what_was_taken_over_can_be_shown(
    services: Services, train: TrainRows, tmp_path: Path
) -> None:
    """Times that no zone can show, texts that act, hashtags without an end."""
    nested: Any = "deep"
    for _ in range(900):
        nested = [nested]
    hashtags = [nested, {"tags": {"tag": 7}}, ["#ok", None, {"name": ["#more"]}], "#a,b", 5]
    persona = train.persona("sarah")
    odd = [
        *({"posted_at": moment, "scheduled_at": moment} for moment in ODD_MOMENTS),
        *({"caption": each, "provider_post_id": each} for each in ODD_TEXTS),
        *({"hashtags": each, "caption": "fog"} for each in hashtags),
    ]
    for number, (values, status) in enumerate(
        (one, status) for one in odd for status in ("posted", "scheduled")
    ):
        path = write_photo(tmp_path / "photos" / f"{number}.jpg", number)
        train.post(train.photo(path, persona), persona, status, **{"caption": "text", **values})
    train.post(train.photo("a" * 5_000, persona), persona, "posted", caption="no such file")
    counts, told = await adopt(services, train)
    assert counts.posts.history == len(odd)
    assert counts.posts.without_photo == counts.photos.missing + counts.photos.failed == 1
    assert counts.posts.drafts + counts.posts.empty == len(odd)
    zone = ZoneInfo("America/St_Johns")
    for post in await services.scheduling.posts(limit=1_000):
        assert post.posted_at is not None
        assert both_zones(post.posted_at, datetime.now(UTC), zone, ZoneInfo("Pacific/Kiritimati"))
    assert told


async def test_bytes_that_are_no_text_cost_their_row_and_are_named(
    services: Services, server_url: str, tmp_path: Path
) -> None:
    """A database in SQL_ASCII keeps whatever bytes it was given."""
    unnamed = tmp_path / "photos" / os.fsdecode(b"caf\xe9.jpg")
    with train_rows(server_url, "SQL_ASCII") as train:
        for change in ("personas ALTER name", "photos ALTER path"):
            train.execute(f"ALTER TABLE {change} DROP NOT NULL")
        sarah, odd, nobody = train.persona("sarah"), train.persona("odd"), train.persona("nobody")
        train.execute("UPDATE personas SET name = E'caf\\xe9' WHERE id = %s", [odd])
        train.execute("UPDATE personas SET name = NULL WHERE id = %s", [nobody])
        files = [write_photo(tmp_path / "photos" / f"{number}.jpg", number) for number in range(6)]
        ids = [
            train.photo(file, owner, [1.0] * length)
            for file, owner, length in zip(
                files, (sarah, sarah, sarah, odd, nobody, sarah), (512, 3, 512, 512, 512, 512), strict=True
            )
        ]
        posts_of = [
            train.post(ids[0], sarah, "posted", caption="fog", posted_at=datetime(2025, 1, 1)),
            train.post(ids[1], sarah, "posted", posted_at=datetime(2025, 1, 1)),
            train.post(ids[2], sarah, "scheduled", caption="pier", scheduled_at="infinity"),
            train.post(ids[3], odd, None, caption="his"),
        ]
        train.execute("UPDATE scheduling_posts SET caption = E'caf\\xe9' WHERE id = %s", [posts_of[1]])
        train.execute("UPDATE scheduling_posts SET hashtags = E'[\"caf\\xe9\"]' WHERE id = %s", [posts_of[2]])
        write_photo(tmp_path / "photos" / "other.jpg", 9).rename(unnamed)
        for path in (bytes(unnamed), b"gone \xe9.jpg"):
            escaped = "".join(f"\\x{byte:02x}" for byte in path)
            train.execute(f"INSERT INTO photos (persona_id, path) VALUES ({sarah}, E'{escaped}')")
        train.execute("INSERT INTO photos (persona_id, path) VALUES (%s, NULL)", [sarah])
        counts, told = await adopt(services, train)
        again, _ = await adopt(services, train)
    assert asdict(counts.photos) == {
        "imported": 5,
        "unchanged": 0,
        "missing": 2,
        "failed": 1,
        "without_persona": 1,
    }
    assert (counts.vectors.adopted, counts.vectors.unusable) == (4, 1)
    assert (counts.posts.history, counts.posts.drafts) == (2, 2)
    assert set(await posts(services)) == {"fog", "caf�"}
    draft = draft_of(services, (await photos(services))["2.jpg"])
    assert draft == Draft("pier\n\n#caf�")
    words = "some of its text is not UTF-8 and is now �"
    assert [line for line in told if line[0] != "note"] == [
        ("persona", "sarah", ["sarah"]),
        ("persona", "caf�", ["caf�"]),
        ("failed", str(unnamed)),
        ("missing", os.fsdecode(b"gone \xe9.jpg")),
        ("missing", ""),
        ("unusable_vector", str(files[1])),
        ("without_persona", str(files[4])),
    ]
    assert [line for line in told if line[0] == "note"] == [
        ("note", "1.jpg", words),
        ("note", "2.jpg", words, "its time is not known: it now waits for the next free slot"),
        ("note", "3.jpg", "its status “” is not known"),
    ]
    assert (again.photos.imported, again.posts.unchanged) == (0, 4)
