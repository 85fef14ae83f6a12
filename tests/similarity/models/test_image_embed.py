"""The image_embed client: the service's faults, one at a time, and their effect on each photo."""

from __future__ import annotations

import asyncio
import gzip
import math
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image

from fluffy_tui.similarity import ImageEmbed, ImageEmbedUnavailable
from fluffy_tui.similarity.models.image_embed import EmbedRefused, unit_vector
from refusing_proxy import refusing_proxy
from similarity.image_embed_stand_in import Fault, ImageEmbedStandIn
from similarity.similarity_place import Place, save, scene

LENGTHS = "SELECT vector_norm(embedding) FROM photo_embeddings"
FAILURES = "SELECT reason, attempts, crashes, next_try_at > now() FROM photo_troubles"


async def test_extra_slashes_in_the_address_do_not_matter(
    stand_in: ImageEmbedStandIn,
) -> None:
    async with ImageEmbed(f"{stand_in.url}//") as service:
        assert await service.operations() == ["classify", "embed_clip_vit_b_32"]


async def test_vectors_are_stored_with_length_one_and_the_name_of_the_model(
    place: Place, stand_in: ImageEmbedStandIn
) -> None:
    await place.add(a=scene(1), b=scene(2))
    async with ImageEmbed(stand_in.url) as service:
        await place.embed(service)
    lengths = [row[0] for row in await place.rows(LENGTHS)]
    assert lengths == pytest.approx([1, 1], abs=1e-5)
    assert await place.one("SELECT name FROM embedding_models") == "clip-vit-b-32-openai/image_embed"
    assert stand_in.most_at_once == 1


async def test_an_upright_jpeg_of_at_most_1024_pixels_is_sent(
    place: Place, stand_in: ImageEmbedStandIn
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    save(scene(3, (2400, 1600)), place.folder / "phone.png", exif=exif)
    await place.import_again()
    async with ImageEmbed(stand_in.url) as service:
        await place.embed(service)
    (picture,) = stand_in.pictures
    assert picture.format == "JPEG"
    assert picture.size == (683, 1024)
    assert picture.getexif().get(0x0112) is None


@pytest.mark.parametrize(
    ("fault", "reason", "final"),
    [
        ({"status": "skipped", "error_message": "No face"}, "image_embed skipped it: No face.", True),
        (
            {"status": "error", "error_message": "CUDA out of memory"},
            "failed on it: CUDA out of memory.",
            False,
        ),
        ({"status": "error", "error_message": None}, "failed on it: no reason was given.", False),
        ({"data": [0.0] * 512}, "did not send a vector of 512 numbers", False),
        ({"data": [1.0] * 768}, "did not send a vector of 512 numbers", False),
        ({"data": None}, "did not send a vector of 512 numbers", False),
        ({"status": "error", "error_message": "[/b][red]\x00"}, "failed on it: [/b][red].", False),
        ({"status": "error", "error_message": "a\ud800b"}, "failed on it: a\ufffdb.", False),
        ({"data": [10**400] * 512}, "did not send a vector of 512 numbers", False),
        (500, "HTTP 500", False),
        (413, "HTTP 413", False),
    ],
)
async def test_the_reason_is_stored_when_the_service_refuses_a_photo(
    place: Place, stand_in: ImageEmbedStandIn, fault: Fault, reason: str, final: bool
) -> None:
    """It affects no other photo; skipped is final, anything else is tried again later."""
    ids = await place.add(a=scene(1), b=scene(2))
    stand_in.faults = lambda number: fault if number == 0 else None
    async with ImageEmbed(stand_in.url) as service:
        await place.embed(service)
        assert len(stand_in.pictures) == 2  # not asked again within the same minute
        ((said, attempts, crashes, later),) = await place.rows(FAILURES)
        assert reason in said
        assert (attempts, crashes) == (1, 0)
        assert later is (None if final else True)
        embedded = await place.one("SELECT photo_id FROM photo_embeddings")
        assert embedded != min(ids.values())
        await place.let_time_pass()
        await place.embed(service)
    assert await place.one("SELECT count(*) FROM photo_embeddings") == (1 if final else 2)
    assert await place.one("SELECT count(*) FROM photo_troubles") == (1 if final else 0)


async def test_pauses_grow_with_each_failure(place: Place, stand_in: ImageEmbedStandIn) -> None:
    await place.add(a=scene(1))
    stand_in.faults = lambda _: {"status": "error"}
    pauses = []
    async with ImageEmbed(stand_in.url) as service:
        for _ in range(3):
            await place.embed(service)
            pauses.append(
                await place.one("SELECT extract(epoch FROM next_try_at - now())::float FROM photo_troubles")
            )
            await place.let_time_pass()
    assert pauses == pytest.approx([120, 480, 1920], abs=5)


@pytest.mark.parametrize("status", [404, 502, 503, 504])
async def test_an_unavailable_service_ends_the_round_and_affects_no_other_photo(
    place: Place, stand_in: ImageEmbedStandIn, status: int
) -> None:
    await place.add(a=scene(1), b=scene(2), c=scene(3))
    stand_in.faults = lambda number: status if number == 0 else None
    async with ImageEmbed(stand_in.url) as service:
        with place.worker(service) as library, pytest.raises(ImageEmbedUnavailable, match=f"HTTP {status}"):
            await library.embed()
        assert await place.one("SELECT count(*) FROM photo_troubles") == 1
        await place.embed(service)
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 2


async def test_a_missing_service_has_a_plain_message(place: Place, stand_in: ImageEmbedStandIn) -> None:
    await place.add(a=scene(1))
    url = stand_in.url.rsplit(":", 1)[0] + ":9"
    async with ImageEmbed(url) as service:
        with (
            place.worker(service) as library,
            pytest.raises(ImageEmbedUnavailable, match="cannot be reached"),
        ):
            await library.embed()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8000", "http://", "http://[", "nonsense"])
async def test_an_invalid_address_has_a_plain_message(url: str) -> None:
    async with ImageEmbed(url) as service:
        with pytest.raises(ImageEmbedUnavailable) as caught:
            await service.operations()
    assert "IMAGE_EMBED_URL" in str(caught.value)


async def test_another_service_at_the_address_is_recognized(
    place: Place, stand_in: ImageEmbedStandIn
) -> None:
    async with ImageEmbed(f"{stand_in.url}/elsewhere") as service:
        with pytest.raises(ImageEmbedUnavailable, match="does not answer like image_embed"):
            await service.operations()
        with pytest.raises(ImageEmbedUnavailable, match="does not answer like image_embed"):
            await service.embed(scene(1))


async def test_a_password_in_the_address_is_never_shown() -> None:
    service = ImageEmbed("http://me:secret@127.0.0.1:9/x")
    assert "secret" not in repr(service)
    assert service.address == "127.0.0.1:9"
    async with service:
        with pytest.raises(ImageEmbedUnavailable) as caught:
            await service.operations()
    assert "secret" not in str(caught.value)


async def test_a_photo_that_changes_during_the_request_gets_no_wrong_vector(
    place: Place, stand_in: ImageEmbedStandIn
) -> None:
    ids = await place.add(a=scene(1))
    stand_in.release = asyncio.Event()
    async with ImageEmbed(stand_in.url) as service:
        asking = asyncio.create_task(place.embed(service))
        await stand_in.received.wait()
        assert await place.add(a=scene(2)) == ids
        stand_in.release.set()
        await asking
    assert len(stand_in.pictures) == 2
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 1
    async with ImageEmbed(stand_in.url) as service:
        wanted = await service.embed(stand_in.pictures[1])
    assert not isinstance(wanted, EmbedRefused)
    stored = await place.one("SELECT embedding::text FROM photo_embeddings")
    assert [float(number) for number in stored[1:-1].split(",")] == pytest.approx(wanted, abs=1e-2)


@pytest.mark.parametrize(
    "numbers",
    [
        None,
        "x",
        [],
        [1.0],
        [math.nan] * 3,
        [math.inf, 0, 0],
        ["1", 2, 3],
        [0, 0, 0],
        [10**400, 0, 0],
        [None, 1, 2],
    ],
)
def test_invalid_vectors_are_recognized(numbers: Any) -> None:
    assert unit_vector(numbers, 3) is None


def test_a_vector_is_scaled_to_length_one() -> None:
    assert unit_vector([0, 3, 4], 3) == [0, 0.6, 0.8]
    assert unit_vector([1e200, 0, 0], 3) == [1, 0, 0]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"", b" " * 70_000),
        (b"Content-Encoding: gzip\r\n", gzip.compress(bytes(1000))),
        (b"", b"[" * 100_000),
        (b"", b"\xff\xfe"),
    ],
    ids=["endless", "compressed", "deep", "no text"],
)
async def test_an_answer_that_is_none_is_recognized(head: bytes, body: bytes) -> None:
    """Without reading an endless one to its end, or unpacking one."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        with suppress(ConnectionError):
            writer.write(body)
            while not body.strip():
                writer.write(body)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, ImageEmbed(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as service:
        with pytest.raises(ImageEmbedUnavailable, match="does not answer like image_embed"):
            await service.operations()


async def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with refusing_proxy(monkeypatch), ImageEmbed("https://embed.example.com") as service:
        with pytest.raises(ImageEmbedUnavailable, match=r"A proxy on the way to image_embed.*407"):
            await service.operations()


async def test_no_proxy_is_asked_for_a_service_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with refusing_proxy(monkeypatch) as asked, ImageEmbed("http://127.0.0.1:9") as service:
        with pytest.raises(ImageEmbedUnavailable):
            await service.operations()
    assert asked == []
