"""Faces are found wherever they are, at any size, and it is known whether their eyes are open."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import pytest
from PIL import Image

from fluffy_tui.photos.scores import CLOSED_BELOW
from fluffy_tui.similarity import FaceFinder, ModelUnavailable
from fluffy_tui.similarity.models import face_finder
from fluffy_tui.similarity.models.face_finder import Face
from similarity.models.face_pictures import FACE, astronaut

pytestmark = pytest.mark.slow

FOLDER = Path(face_finder.__file__).parent


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


def on_canvas(*pictures: Image.Image, size: int = 512) -> Image.Image:
    """Return pictures side by side, on grey."""
    canvas = Image.new("RGB", (size, size), (120, 130, 120))
    for number, picture in enumerate(pictures):
        canvas.paste(picture, (number * size // len(pictures), 60))
    return canvas


def eyes(face: Face) -> bool:
    """Return whether they are open."""
    assert face.eyes_open is not None
    return face.eyes_open >= CLOSED_BELOW


def test_the_networks_are_the_ones_that_their_note_describes() -> None:
    """Their licence and origin are written down beside them."""
    note = (FOLDER / "face-networks.md").read_text()
    for name in face_finder._NETWORKS:
        content = (FOLDER / name).read_bytes()
        assert f"`{name}`" in note
        assert hashlib.sha256(content).hexdigest() in note
        assert len(content) < 1_400_000


def test_a_face_is_found_where_it_is(finder: FaceFinder) -> None:
    (face,) = finder.find(astronaut())
    assert face.box == pytest.approx(FACE, abs=0.02)
    assert face.height == pytest.approx(0.33, abs=0.02)


@pytest.mark.parametrize("size", [320, 240, 180])
@pytest.mark.parametrize("angle", [-20, 0, 20])
def test_open_and_closed_eyes_are_distinguished(finder: FaceFinder, size: int, angle: int) -> None:
    for closed in (True, False):
        picture = astronaut(closed=closed).rotate(angle, Image.Resampling.BICUBIC, fillcolor=(120, 130, 120))
        (face,) = finder.find(on_canvas(picture.resize((size, size))))
        assert eyes(face) is not closed


def test_open_and_closed_eyes_are_distinguished_in_mirrored_and_grey_pictures(finder: FaceFinder) -> None:
    for closed in (True, False):
        mirrored = astronaut(closed=closed).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        for picture in (mirrored, mirrored.convert("L").convert("RGB")):
            (face,) = finder.find(picture)
            assert eyes(face) is not closed


def test_of_a_small_face_nothing_is_said_about_its_eyes(finder: FaceFinder) -> None:
    (face,) = finder.find(on_canvas(astronaut().resize((155, 155))))
    assert face.eyes_open is None


def group(*, closed: bool, side: int, height: float) -> Image.Image:
    """Return a photo of four people, of whom the last may have closed eyes.

    Args:
        closed: Whether they are closed.
        side: Pixels of the longer side.
        height: Of a face, as a share of the longer side.
    """
    picture = Image.linear_gradient("L").resize((side, side * 3 // 4)).convert("RGB")
    width = round(height * side / (FACE[3] - FACE[1]))
    for number in range(4):
        person = astronaut(closed=closed and number == 3).resize((width, width), Image.Resampling.LANCZOS)
        picture.paste(person, (round((0.05 + 0.24 * number) * side), side // 3 + number % 2 * side // 10))
    return picture


@pytest.mark.parametrize("height", [0.07, 0.09])
@pytest.mark.parametrize("closed", [True, False])
def test_the_eyes_of_a_group_are_seen_in_a_larger_picture(
    finder: FaceFinder, height: float, closed: bool
) -> None:
    large = group(closed=closed, side=1536, height=height)
    small = large.resize((512, 384), Image.Resampling.LANCZOS)
    faces = finder.find(small, lambda: large)
    assert len(faces) == 4
    assert [eyes(face) for face in sorted(faces, key=lambda face: face.box)] == [True, True, True, not closed]
    assert all(face.height == pytest.approx(height * 4 / 3, abs=0.03) for face in faces)
    alone = finder.find(small)
    assert len(alone) == 4
    assert None in [face.eyes_open for face in alone]


def test_no_larger_picture_is_made_without_small_faces(finder: FaceFinder) -> None:
    def larger() -> Image.Image:
        raise AssertionError("it costs as much as the rest of the scan")

    assert len(finder.find(astronaut(), larger)) == 1
    passer_by = on_canvas(astronaut().resize((155, 155)), astronaut().resize((350, 350)), size=640)
    assert [face.eyes_open is None for face in finder.find(passer_by, larger)] == [False, True]
    assert finder.find(Image.effect_noise((512, 384), 50).convert("RGB"), larger) == []


def test_several_faces_are_found_with_the_largest_first(finder: FaceFinder) -> None:
    small, large = astronaut(closed=True).resize((180, 180)), astronaut().resize((256, 256))
    first, second = finder.find(on_canvas(small, large))
    assert (eyes(first), eyes(second)) == (True, False)
    assert first.height > second.height
    assert first.box[0] > 0.5 > second.box[2]


def test_a_face_that_fills_the_picture_is_found(finder: FaceFinder) -> None:
    picture = astronaut()
    left, upper, right, lower = (round(edge * 320) for edge in FACE)
    (face,) = finder.find(picture.crop((left, upper, right, lower)).resize((512, 512)))
    assert face.height > 0.8
    assert eyes(face)


def test_a_crowd_is_looked_at_in_part(finder: FaceFinder) -> None:
    """So the time for a picture has a limit."""
    crowd = Image.new("RGB", (1024, 1024))
    for number in range(9):
        crowd.paste(astronaut().resize((340, 340)), (number % 3 * 342, number // 3 * 342))
    assert len(finder.find(crowd)) == 8


def test_no_faces_are_found_where_there_are_none(finder: FaceFinder) -> None:
    """Not even in bubbles and drops."""
    folder = resources.files("fluffy_tui.demo.sample_photos")
    for path in sorted(one.name for one in folder.iterdir() if one.name.endswith(".jpg")):
        with folder.joinpath(path).open("rb") as file:
            picture = Image.open(file).convert("RGB")
        picture.thumbnail((512, 512))
        assert finder.find(picture) == [], path


@pytest.mark.parametrize("size", [(1, 1), (3, 512), (2048, 40)])
def test_pictures_of_every_shape_are_looked_at(finder: FaceFinder, size: tuple[int, int]) -> None:
    assert finder.find(Image.effect_noise(size, 50).convert("RGB")) == []


def test_without_onnxruntime_the_way_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not FaceFinder.is_installed()
    with pytest.raises(ModelUnavailable, match=r"onnxruntime.*pip install 'fluffy-tui\[embed\]'"):
        FaceFinder().find(astronaut())
