"""Scores of a photo in words."""

from __future__ import annotations

from fluffy_tui.photos import Flaw, PhotoScores
from fluffy_tui.tui.text.words import plural

_SHARP = 55.0
"""Sharpness from which nobody would call a photo soft, at any size."""
_BLURRED = 18.0


def score_words(scores: PhotoScores) -> list[str]:
    """Return how sharp a photo is, what is clipped, and its faces, such as `soft` and `1 face, eyes open`."""
    words = [sharpness_words(scores)]
    if Flaw.DARK in scores.flaws:
        words.append(f"dark ({scores.clipped_dark:.0%} black)".replace("%", " %"))
    if Flaw.BRIGHT in scores.flaws:
        words.append(f"bright ({scores.clipped_light:.0%} white)".replace("%", " %"))
    if scores.faces:
        words.append(face_words(scores))
    return words


def face_words(scores: PhotoScores) -> str:
    """Return how many faces a photo has, and whether their eyes are open if that is known."""
    eyes = ""
    if scores.eyes_open is not None:
        eyes = ", eyes closed" if Flaw.EYES_CLOSED in scores.flaws else ", eyes open"
    return f"{scores.faces} {plural(scores.faces or 0, 'face')}{eyes}"


def sharpness_words(scores: PhotoScores) -> str:
    """Return how sharp a photo is where it is sharpest."""
    if Flaw.SOFT in scores.flaws:
        return "blurred" if scores.sharpness < _BLURRED else "soft"
    return "sharp" if scores.sharpness >= _SHARP else "fairly sharp"
