"""Colour profiles made from a few numbers, for pictures that name their colours instead of embedding a profile.

With them there is one way into sRGB for every picture. A profile for HDR maps its tones, too: what is darker than
paper white keeps its shade, and lights above it roll off.
"""

from __future__ import annotations

import functools
import struct
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

Chromaticities: TypeAlias = tuple[float, float, float, float, float, float, float, float]
"""x and y of red, green, blue and white."""

_D65 = (0.3127, 0.329)
SRGB_COLORS: Chromaticities = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, *_D65)
ADOBE_COLORS: Chromaticities = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *_D65)
_P3_COLORS: Chromaticities = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, *_D65)
_SMPTE_COLORS: Chromaticities = (0.63, 0.34, 0.31, 0.595, 0.155, 0.07, *_D65)

_NAMED_COLORS: dict[int, Chromaticities] = {
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.31, 0.316),
    5: (0.64, 0.33, 0.29, 0.6, 0.15, 0.06, *_D65),
    6: _SMPTE_COLORS,
    7: _SMPTE_COLORS,
    9: (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, *_D65),
    11: (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351),
    12: _P3_COLORS,
}
"""By their numbers in ITU-T H.273; all others are, or are taken for, those of sRGB."""

_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
_PQ, _HLG = 16, 18

_PAPER_WHITE = 203.0
"""Candela per square metre, as ITU-R BT.2408 has it."""
_PEAK_OF_HLG = 1000.0
_KNEE = 0.8
"""Share of paper white from which on lights roll off."""

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))


@functools.lru_cache(maxsize=32)
def profile_by_numbers(primaries: int, transfer: int) -> bytes | None:
    """Return the profile of colours that are named by their numbers in ITU-T H.273; None for sRGB.

    The curves of television are taken for that of sRGB, as browsers do.
    """
    colors = _NAMED_COLORS.get(primaries, SRGB_COLORS)
    if transfer == _PQ:
        return _profile(colors, _sampled(_pq_light))
    if transfer == _HLG:
        return _profile(colors, _sampled(_hlg_light))
    if transfer in _GAMMAS:
        return _profile(colors, _gamma(_GAMMAS[transfer]))
    return None if colors is SRGB_COLORS else _profile(colors, _SRGB_CURVE)


@functools.lru_cache(maxsize=32)
def profile_by_measures(colors: Chromaticities, gamma: float) -> bytes | None:
    """Return the profile of colours given by their chromaticities and gamma; None where they cannot be."""
    try:
        return _profile(colors, _gamma(gamma))
    except (struct.error, ValueError, OverflowError):  # NumPy's error of a matrix is a ValueError, too
        return None


def _profile(colors: Chromaticities, curve: bytes) -> bytes:
    """Return an ICC profile, version 4.3, of three colours and one curve for all of them."""
    red, green, blue = _to_d50(colors).T
    tags = {
        b"desc": _text("colours of the picture"),
        b"cprt": _text("none"),
        b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz(red),
        b"gXYZ": _xyz(green),
        b"bXYZ": _xyz(blue),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4xI", start + len(body), 0x04300000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    head += bytes(28) + _xyz(_D50)[8:]
    return head.ljust(128, b"\0") + table + body


def _to_d50(colors: Chromaticities) -> NDArray[np.float64]:
    """Return the XYZ of red, green and blue, one in each column, as seen under the light of the profile."""
    import numpy as np

    x, y = np.array(colors).reshape(4, 2).T
    xyz = np.array([x / y, np.ones(4), (1 - x - y) / y])
    rgb, white = xyz[:, :3], xyz[:, 3]
    rgb = rgb * np.linalg.solve(rgb, white)
    cones = np.array(_BRADFORD)
    adapted = np.linalg.inv(cones) @ np.diag((cones @ _D50) / (cones @ white)) @ cones
    return np.asarray(adapted @ rgb, dtype=np.float64)


def _xyz(values: Iterable[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(value) * 65536) for value in values))


def _text(words: str) -> bytes:
    data = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(data), 28) + data


def _gamma(exponent: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HHi", 0, 0, round(exponent * 65536))


_SRGB_CURVE = b"para\0\0\0\0" + struct.pack(
    ">HH5i", 3, 0, *(round(value * 65536) for value in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)


def _sampled(light: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> bytes:
    """Return the curve that takes a value to its light, as shares of paper white, with what is brighter rolled off."""
    import numpy as np

    shares = light(np.linspace(0.0, 1.0, 4096)) / _PAPER_WHITE
    room = 1 - _KNEE
    rolled = np.where(shares < _KNEE, shares, 1 - room * np.exp(-(shares - _KNEE) / room))
    return b"curv\0\0\0\0" + struct.pack(">I", 4096) + (rolled * 65535).round().astype(">u2").tobytes()


def _pq_light(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return candela per square metre by SMPTE ST 2084."""
    import numpy as np

    power = value ** (1 / 78.84375)
    return 10_000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (
        1 / 0.1593017578125
    )


def _hlg_light(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return candela per square metre by ITU-R BT.2100, on a screen of a thousand."""
    import numpy as np

    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
    return np.asarray(_PEAK_OF_HLG * scene**1.2, dtype=np.float64)
