"""Most and least similar photos, and which model is active."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from sqlalchemy import event

from fluffy_tui.scheduling import outside_pictures, public_posts
from fluffy_tui.similarity import (
    ImageEmbed,
    NoEmbeddings,
    NotIndexedYet,
    Relation,
    Similarity,
)
from fluffy_tui.similarity.index.model_registry import ModelRegistry, active_model
from fluffy_tui.similarity.models.onnx_model import DESCRIPTION, BuiltinModel
from fluffy_tui.similarity.search import nearest_sql, neighbours
from fluffy_tui.similarity.tables import PhotoEmbeddingRow
from similarity.image_embed_stand_in import ImageEmbedStandIn
from similarity.similarity_place import Place, open_place, scene


async def active(place: Place) -> str:
    async with place.database.transaction() as session:
        model = await active_model(session)
    assert model is not None
    return model.name


async def made_library(place: Place, count: int) -> np.ndarray[Any, Any]:
    """Insert random vectors of so many photos, and return them in the order of their ids."""
    chance = np.random.default_rng(1)
    vectors = chance.normal(size=(count, 512))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    model = await ModelRegistry(place.database).register(DESCRIPTION)
    await place.rows(
        "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
        " SELECT :p, '/x/' || n, sha256(n::text::bytea), 1, 1, 1, 'JPEG', now() FROM generate_series(1, :n) n",
        p=place.persona.id,
        n=count,
    )
    ids = [row[0] for row in await place.rows("SELECT id FROM photos ORDER BY id")]
    async with place.database.transaction() as session:
        await session.execute(
            PhotoEmbeddingRow.__table__.insert(),  # type: ignore[attr-defined]
            [
                {"photo_id": photo, "model_id": model.id, "dimensions": 512, "embedding": vector.tolist()}
                for photo, vector in zip(ids, vectors, strict=True)
            ],
        )
    await place.rows("ANALYZE")
    return vectors


async def test_the_nearest_are_first_with_distance_and_relation(place: Place) -> None:
    base = scene(1)
    ids = await place.add(
        base=base,
        again=base.resize((320, 240)),
        cropped=base.crop((30, 20, 620, 460)),
        other=Image.effect_noise((640, 480), 90).convert("RGB"),
    )
    await place.scan()
    found = await place.similarity.more_like(ids["base"])
    assert [one.photo_id for one in found[:2]] == [ids["again"], ids["cropped"]]
    assert {one.photo_id for one in found} == set(ids.values()) - {ids["base"]}
    assert [one.relation for one in found[:2]] == [Relation.SAME_PICTURE, Relation.SAME_SCENE]
    assert found[2].relation in (Relation.SIMILAR, Relation.OTHER)
    assert sorted(one.distance for one in found) == [one.distance for one in found]


async def test_of_duplicates_only_the_first_is_returned(place: Place) -> None:
    """However many there are, the answer has as many pictures as were asked for."""
    pictures = {f"near{n}": scene(1).resize((300 + 20 * n, 240)) for n in range(6)}
    pictures |= {f"far{n}": scene(2).resize((300 + 20 * n, 240)) for n in range(6)}
    ids = await place.add(asked=scene(1), **pictures, other=scene(3), one_more=scene(4))
    await place.scan()
    found = await place.similarity.more_like(ids["asked"], limit=3, fold=True)
    assert found[0].photo_id in {ids[f"near{n}"] for n in range(6)}
    assert len(found) == 3
    stacks = await place.similarity.copies([one.photo_id for one in found])
    assert len(set(stacks.values())) == len(stacks)
    all_of_it = await place.similarity.more_like(ids["asked"], fold=True)
    assert len(all_of_it) == 4
    assert len(await place.similarity.more_like(ids["asked"])) == 14
    farthest = await place.similarity.least_like([ids["asked"]], fold=True)
    assert {one.photo_id for one in farthest} >= {ids["other"], ids["one_more"]}
    assert len(farthest) == 4


async def test_some_photos_are_compared_with_one(place: Place) -> None:
    base = scene(1)
    ids = await place.add(base=base, again=base.resize((320, 240)), other=scene(2), left_out=scene(3))
    with pytest.raises(NoEmbeddings):
        await place.similarity.related(ids["base"], [ids["again"]])
    await place.scan()
    asked = [ids["other"], ids["again"], ids["base"], 10**9]
    first, second = await place.similarity.related(ids["base"], asked)
    assert (first.photo_id, first.relation) == (ids["again"], Relation.SAME_PICTURE)
    assert second.photo_id == ids["other"]
    assert second.distance == pytest.approx(
        next(
            one.distance
            for one in await place.similarity.more_like(ids["base"])
            if one.photo_id == ids["other"]
        )
    )
    assert await place.similarity.related(ids["base"], []) == []
    with pytest.raises(NotIndexedYet):
        await place.similarity.related(10**9, asked)


async def test_posts_missing_files_and_other_personas_are_left_out(place: Place, tmp_path: Path) -> None:
    ids = await place.add(a=scene(1), posted=scene(2), gone=scene(3), left=scene(4))
    other = await open_place(place.database, tmp_path / "others", "otto")
    await other.add(theirs=scene(1).resize((320, 240)))
    await place.scan()
    await place.post(ids["posted"])
    (place.folder / "gone.jpg").unlink()
    await place.import_again()
    assert [one.photo_id for one in await place.similarity.more_like(ids["a"])] == [ids["left"]]
    everything = await place.similarity.more_like(ids["a"], unscheduled_only=False)
    assert {one.photo_id for one in everything} == {ids["left"], ids["posted"]}


async def test_least_like_is_far_from_each_of_the_last_posts(place: Place) -> None:
    ids = await place.add(
        a=scene(1),
        b=scene(2),
        near_a=ImageEnhance.Brightness(scene(1)).enhance(1.2),
        near_b=scene(2).resize((320, 240)),
        far=Image.effect_noise((640, 480), 90).convert("RGB"),
    )
    await place.scan()
    found = await place.similarity.least_like([ids["a"], ids["b"]])
    assert found[0].photo_id == ids["far"]
    assert {one.photo_id for one in found[1:]} == {ids["near_a"], ids["near_b"]}
    assert found[0].distance > 2 * found[1].distance


async def test_an_error_says_how_many_photos_are_indexed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await place.add(a=scene(1))
    with pytest.raises(NoEmbeddings, match="still being indexed: 0 of 1"):
        await place.similarity.more_like(ids["a"])
    monkeypatch.setattr(BuiltinModel, "is_installed", staticmethod(lambda: False))
    with pytest.raises(NoEmbeddings, match="the extra `embed` is not installed") as caught:
        await place.similarity.more_like(ids["a"])
    assert "fluffy-tui[embed]" in caught.value.hint
    monkeypatch.undo()
    await place.scan()
    ids = await place.add(b=scene(2))
    for answer in (place.similarity.more_like(ids["b"]), place.similarity.least_like([ids["b"]])):
        with pytest.raises(NotIndexedYet, match="still being indexed: 1 of 2"):
            await answer
    with pytest.raises(NotIndexedYet):
        await place.similarity.least_like([])
    await place.rows(
        "INSERT INTO photo_troubles (photo_id, stage, reason) VALUES (:id, 'look', 'It is cut off.')",
        id=ids["b"],
    )
    with pytest.raises(NotIndexedYet, match="could not be indexed: It is cut off"):
        await place.similarity.more_like(ids["b"])


async def test_recent_photos_are_those_of_posts_that_are_live_or_on_their_way(place: Place) -> None:
    ids = await place.add(a=scene(1), b=scene(2), c=scene(3), d=scene(4))
    await place.post(ids["a"], days_ago=3)
    await place.post(ids["b"], status="scheduled", days_ago=-1)
    await place.post(ids["c"], status="failed")
    await place.post(ids["d"], days_ago=9)
    assert await place.similarity.recent_photos(place.persona.id) == [ids["b"], ids["a"], ids["d"]]
    assert await place.similarity.recent_photos(place.persona.id, last=1) == [ids["b"]]


async def test_filters_lose_nothing_with_or_without_the_index(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index and comparing all find the same photos, even if few of many pass the filters.

    An older pgvector that cannot continue an index scan finds them, too.
    """
    vectors = await made_library(place, 700)
    ids = [row[0] for row in await place.rows("SELECT id FROM photos ORDER BY id")]
    draws = np.random.default_rng(2).random(len(ids))
    open_ones = list(range(1, len(ids)))
    for kept in (1.0, 0.2, 0.05):  # ever more photos are posted
        await place.post_all([ids[position] for position in open_ones if draws[position] >= kept])
        open_ones = [position for position in open_ones if draws[position] < kept]
        distances = {ids[position]: 1 - vectors[position] @ vectors[0] for position in open_ones}
        nearest = sorted(distances, key=distances.__getitem__)[:24]
        with monkeypatch.context() as patch:
            await assert_nearest_are_found(place, patch, ids[0], nearest)


async def assert_nearest_are_found(
    place: Place, monkeypatch: pytest.MonkeyPatch, photo: int, nearest: list[int]
) -> None:
    """Compare what is found by the index, by an older pgvector's and without any."""
    monkeypatch.setattr(neighbours, "FEW", 0)
    by_index = [one.photo_id for one in await place.similarity.more_like(photo)]
    monkeypatch.setattr(neighbours, "ITERATES_SINCE", (99, 0))
    old = Similarity(place.database, posts=public_posts(), outside=outside_pictures())
    settings: list[str] = []
    listening = lambda *args: settings.append(args[2])  # noqa: E731
    event.listen(place.database._engine.sync_engine, "before_cursor_execute", listening)
    by_old_index = [one.photo_id for one in await old.more_like(photo)]
    event.remove(place.database._engine.sync_engine, "before_cursor_execute", listening)
    assert not any("iterative_scan" in statement for statement in settings)
    assert any("ef_search" in statement for statement in settings)
    monkeypatch.setattr(neighbours, "FEW", 10_000)
    by_comparing = [one.photo_id for one in await place.similarity.more_like(photo)]
    assert by_comparing == nearest
    for found in (by_index, by_old_index):
        assert len(found) == len(nearest)
        assert len(set(found) & set(nearest)) >= len(nearest) - 1


@pytest.mark.parametrize("exact", [False, True])
async def test_the_query_is_written_so_that_the_index_serves_it_or_cannot(place: Place, exact: bool) -> None:
    """A cast or an id that is not written as in the index would silently compare everything."""
    vectors = await made_library(place, 300)
    async with place.database.transaction() as session:
        model = await active_model(session)
        assert model is not None
        scope = nearest_sql.SearchScope(model, place.persona.id, unscheduled_only=True)
        query = nearest_sql.nearest(scope, exact=exact, mark_same=True).params(
            sought=str(vectors[0].tolist()), without=[1], same_as=1, limit=24
        )
        written = query.compile(session.bind, compile_kwargs={"literal_binds": True})
        connection = await session.connection()
        await connection.exec_driver_sql("SET LOCAL enable_sort = off")
        plan = (await connection.exec_driver_sql(f"EXPLAIN {written}")).scalars().all()
    assert any("ix_photo_embeddings_hnsw" in line for line in plan) is not exact
    assert any("Sort" in line for line in plan) is exact


async def test_a_new_model_is_activated_only_when_it_is_complete(
    place: Place, stand_in: ImageEmbedStandIn
) -> None:
    ids = await place.add(a=scene(1), b=scene(2), c=scene(3))
    await place.scan()
    assert await active(place) == DESCRIPTION.name
    stand_in.faults = lambda number: {"status": "error"} if number == 1 else None
    async with ImageEmbed(stand_in.url) as service:
        await place.embed(service)
        assert await place.one("SELECT count(*) FROM photo_embeddings") == 5
        assert await active(place) == DESCRIPTION.name
        await place.let_time_pass()
        await place.embed(service)
        assert await active(place) == service.description.name
        ids = await place.add(d=scene(4))
        await place.scan(service)
    assert await place.one("SELECT count(*) FROM photo_embeddings WHERE photo_id = :d", d=ids["d"]) == 0
    counts = await place.rows("SELECT model_id, count(*) FROM photo_embeddings GROUP BY 1 ORDER BY 1")
    assert [row[1] for row in counts] == [3, 3]
    await place.scan()
    assert await active(place) == DESCRIPTION.name
    assert len(await place.similarity.more_like(ids["d"])) == 3


async def test_photos_that_the_service_skips_do_not_delay_its_model(
    place: Place, stand_in: ImageEmbedStandIn
) -> None:
    await place.add(a=scene(1), b=scene(2))
    await place.scan()
    stand_in.faults = lambda number: {"status": "skipped"} if number == 0 else None
    async with ImageEmbed(stand_in.url) as service:
        await place.embed(service)
        assert await active(place) == service.description.name


async def test_a_service_that_skips_everything_is_never_activated(
    place: Place, stand_in: ImageEmbedStandIn
) -> None:
    """A service that lacks the operation does."""
    await place.add(a=scene(1))
    await place.scan()
    stand_in.operations = ["classify"]
    async with ImageEmbed(stand_in.url) as service:
        await place.embed(service)
    assert await active(place) == DESCRIPTION.name
