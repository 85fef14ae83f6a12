"""The built-in model: the network that ships with the package, and what it says of pictures."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from fluffy_tui.similarity import BuiltinModel, ModelUnavailable
from fluffy_tui.similarity.models import onnx_model
from similarity.index.test_perceptual_hash import made
from similarity.similarity_place import MODEL, scene

pytestmark = pytest.mark.slow


NETWORK = Path(onnx_model.__file__).parent / "effnet-lite0-rp512-1.onnx"
REFERENCE: dict[str, list[float]] = json.loads((Path(__file__).parent / "vector_reference.json").read_text())
"""Vectors of the network before its weights were stored in half precision, by the pictures' names in `made`."""


def vector(picture: Image.Image) -> NDArray[np.float64]:
    return np.array(MODEL.embed(picture))


def test_the_vector_is_of_length_one_and_near_for_an_edited_copy() -> None:
    original = vector(scene(1))
    edited = vector(ImageEnhance.Brightness(scene(1)).enhance(1.15))
    other = vector(scene(2))
    assert original.shape == (512,)
    assert np.linalg.norm(original) == pytest.approx(1, abs=1e-5)
    assert 1 - original @ edited < 0.1 < 1 - original @ other


def test_the_network_knows_what_imagenet_taught_it() -> None:
    """Random weights would give vectors too; these tell flat colour from noise and from stripes."""
    noise = [Image.effect_noise((512, 384), sigma).convert("RGB") for sigma in (80, 100)]
    flat = [Image.new("RGB", (512, 384), color) for color in ((90, 120, 200), (95, 125, 190))]
    first, second, third, fourth = (vector(picture) for picture in (*noise, *flat))
    assert max(1 - first @ second, 1 - third @ fourth) < 0.25 < 1 - first @ third


def test_vectors_stay_comparable_with_stored_ones() -> None:
    """A network that gives others needs another name."""
    assert len(REFERENCE) == 6
    for name, expected in REFERENCE.items():
        assert vector(Image.fromarray(made(name))) @ np.array(expected) > 0.9999, name


def test_the_network_is_the_one_that_its_note_describes() -> None:
    """Its licence and origin are written down beside it."""
    note = NETWORK.with_suffix(".md").read_text()
    assert hashlib.sha256(NETWORK.read_bytes()).hexdigest() in note
    assert str(onnx_model.DESCRIPTION.configuration["weights_sha256"]) in note
    assert NETWORK.stat().st_size < 8_000_000


def test_loading_networks_keeps_little_memory_and_collects_no_usage_data(tmp_path: Path) -> None:
    """By default, onnxruntime keeps a database of events below the home folder, and looks up a host to send them to."""
    program = (
        "from PIL import Image; from fluffy_tui.similarity import BuiltinModel, FaceFinder;"
        "from psutil import Process; before = Process().memory_info().rss;"
        "picture = Image.new('RGB', (512, 512)); BuiltinModel().embed(picture); FaceFinder().find(picture);"
        "print(Process().memory_info().rss - before)"
    )
    home = tmp_path / "fresh-home"
    home.mkdir()
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    )
    assert list(home.iterdir()) == []
    if sys.platform == "linux":
        assert int(done.stdout) < 68_000_000  # bytes; what preparing the networks takes is given back


def test_without_onnxruntime_the_way_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match=r"onnxruntime.*pip install 'fluffy-tui\[embed\]'"):
        BuiltinModel().load()
