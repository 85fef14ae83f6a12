"""The built-in model: the real weights, their two locks, and the network that is built from them."""

from __future__ import annotations

import io
import os
import pickle
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from fluffy_tui.similarity import BuiltinModel, ModelUnavailable
from fluffy_tui.similarity.models.lite0_graph import DIMENSIONS, FEATURES, projection
from fluffy_tui.similarity.models.lite0_weights import read_weights, unpickle_tensors, weights_file
from similarity.similarity_place import scene

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = 0x1950A86A20F9469CFC6C


class Bomb:
    """Runs a command when it is unpickled carelessly."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.target}",)


def test_the_vector_is_of_length_one_and_near_for_an_edited_copy(models: Path) -> None:
    model = BuiltinModel(models)
    original = np.array(model.embed(scene(1)))
    edited = np.array(model.embed(ImageEnhance.Brightness(scene(1)).enhance(1.15)))
    other = np.array(model.embed(scene(2)))
    assert original.shape == (512,)
    assert np.linalg.norm(original) == pytest.approx(1, abs=1e-5)
    assert 1 - original @ edited < 0.1 < 1 - original @ other


def test_the_network_knows_what_imagenet_taught_it(models: Path) -> None:
    """Random weights would give vectors too; these tell flat colour from noise and from stripes."""
    model = BuiltinModel(models)
    noise = [Image.effect_noise((512, 384), sigma).convert("RGB") for sigma in (80, 100)]
    flat = [Image.new("RGB", (512, 384), colour) for colour in ((90, 120, 200), (95, 125, 190))]
    first, second, third, fourth = (np.array(model.embed(picture)) for picture in (*noise, *flat))
    assert max(1 - first @ second, 1 - third @ fourth) < 0.25 < 1 - first @ third


def test_the_projection_never_changes() -> None:
    """Stored vectors would no longer be comparable."""
    matrix = projection()
    assert matrix.shape == (FEATURES, DIMENSIONS)
    assert set(np.unique(np.abs(matrix))) == {np.float32(1 / np.sqrt(512))}
    assert (matrix > 0).sum() == 327_741
    assert (matrix[0, :12] > 0).astype(int).tolist() == [0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0]


def test_the_network_is_built_once_and_a_damaged_one_is_built_anew(tmp_path: Path) -> None:
    model = BuiltinModel(tmp_path / "models")
    assert not model.is_built
    before = model.embed(scene(3))
    (built,) = (tmp_path / "models").iterdir()
    written = built.stat().st_mtime_ns
    assert BuiltinModel(tmp_path / "models").embed(scene(3)) == before
    assert built.stat().st_mtime_ns == written
    built.write_bytes(built.read_bytes()[:1_000_000])
    assert BuiltinModel(tmp_path / "models").embed(scene(3)) == before
    assert [path.name for path in (tmp_path / "models").iterdir()] == [built.name]


def test_other_weights_are_refused_by_their_hash(tmp_path: Path) -> None:
    content = bytearray(weights_file().read_bytes())
    content[-1] ^= 1
    changed = tmp_path / "weights.pth"
    changed.write_bytes(content)
    with pytest.raises(ModelUnavailable, match="SHA-256 differs"):
        read_weights(changed)


def test_weights_that_are_away_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        read_weights(tmp_path / "nothing.pth")


@pytest.mark.parametrize("place", range(5))
def test_a_pickle_that_would_run_a_command_is_refused_wherever_it_stands(tmp_path: Path, place: int) -> None:
    target = tmp_path / "exploded"
    parts: list[object] = [MAGIC, 1001, {}, {}, []]
    parts[place] = Bomb(target)
    with pytest.raises(ModelUnavailable, match=r"system is not allowed"):
        unpickle_tensors(b"".join(pickle.dumps(part, protocol=2) for part in parts))
    assert not target.exists()


@pytest.mark.parametrize("name", ["builtins eval", "torch._utils _rebuild_tensor_v3", "torch HalfStorage"])
def test_only_the_names_of_tensors_are_known(name: str) -> None:
    module, function = name.split()
    head: tuple[object, ...] = (MAGIC, 1001, {})
    parts = [pickle.dumps(part, protocol=2) for part in head]
    evil = f"c{module}\n{function}\n.".encode()
    with pytest.raises(ModelUnavailable, match="is not allowed"):
        unpickle_tensors(b"".join([*parts, evil]))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", pickle.dumps(7) * 5, b"\x80\x02."])
def test_files_of_other_kinds_are_refused(content: bytes) -> None:
    with pytest.raises(ModelUnavailable):
        unpickle_tensors(content)


def legacy_file(offset: int, shape: tuple[int, ...], strides: tuple[int, ...], numbers: int) -> bytes:
    """Return a file as torch wrote it, with one tensor "t" cut from a storage of so many numbers."""
    named = io.BytesIO()
    named.write(b"\x80\x02}U\x01tctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\n")
    named.write(b"U\x010U\x03cpuK\x04tQ" + b"K" + bytes([offset]))
    for values in (shape, strides):
        named.write(b"(" + b"".join(b"K" + bytes([value]) for value in values) + b"t")
    named.write(b"tRs.")
    head: tuple[object, ...] = (MAGIC, 1001, {})
    parts = [pickle.dumps(part, protocol=2) for part in head]
    storage = struct.pack("<q", numbers) + np.arange(numbers, dtype="<f4").tobytes()
    return b"".join([*parts, named.getvalue(), pickle.dumps(["0"], protocol=2), storage])


def test_tensors_are_cut_by_offset_shape_and_strides() -> None:
    (tensor,) = unpickle_tensors(legacy_file(1, (2, 3), (1, 2), 12)).values()
    assert tensor.tolist() == [[1, 3, 5], [2, 4, 6]]


def test_a_tensor_that_reaches_beyond_its_storage_is_refused() -> None:
    """It would read memory that is none of its business."""
    with pytest.raises(ModelUnavailable, match="beyond its storage"):
        unpickle_tensors(legacy_file(1, (4, 3), (3, 1), 12))
