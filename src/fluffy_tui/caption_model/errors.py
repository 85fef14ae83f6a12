"""What can go wrong when a model is asked, with what to do about it."""

from __future__ import annotations

import math
from enum import StrEnum

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.outgoing_http import PROXY_HINT


class ModelFault(StrEnum):
    """What went wrong, as a short name to compare."""

    CONNECTION_REFUSED = "connection_refused"
    CUT_OFF = "cut_off"
    KEY_REFUSED = "key_refused"
    KEY_UNUSABLE = "key_unusable"
    NO_CAPTIONS = "no_captions"
    NO_MODEL = "no_model"
    NOT_FOUND = "not_found"
    PROXY_REFUSED = "proxy_refused"
    RATE_LIMITED = "rate_limited"
    REDIRECTED = "redirected"
    REJECTED = "rejected"
    SERVER_FAULT = "server_fault"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    UNREACHABLE = "unreachable"
    WRONG_ANSWER = "wrong_answer"


_TEXTS: dict[ModelFault, tuple[str, str]] = {
    ModelFault.CONNECTION_REFUSED: (
        "No model server answers at {place}.",
        "Start it (for example ollama serve), or correct FLUFFY_MODEL_URL.",
    ),
    ModelFault.CUT_OFF: (
        "The connection to {place} broke before the answer was complete.",
        "Try again; if it happens again, look at the log of the model server.",
    ),
    ModelFault.KEY_REFUSED: ("{place} rejected the key.", "Set the right one in FLUFFY_MODEL_KEY."),
    ModelFault.KEY_UNUSABLE: (
        "The key in FLUFFY_MODEL_KEY contains spaces or characters that no key has.",
        "Copy it again.",
    ),
    ModelFault.NO_CAPTIONS: (
        "The model at {place} answered without a caption.",
        "Try again, or choose another model in FLUFFY_MODEL_NAME.",
    ),
    ModelFault.NO_MODEL: (
        "It is not clear which model at {place} to ask.",
        "Set FLUFFY_MODEL_NAME to one that understands pictures.",
    ),
    ModelFault.NOT_FOUND: (
        "{place} does not have this model, or the address is wrong.",
        "Check FLUFFY_MODEL_NAME (with Ollama, ollama list shows the names) and FLUFFY_MODEL_URL.",
    ),
    ModelFault.PROXY_REFUSED: ("A proxy on the way to {place} rejected the request.", PROXY_HINT),
    ModelFault.RATE_LIMITED: ("{place} does not accept more requests now.", "Try again {later}."),
    ModelFault.REDIRECTED: (
        "{place} answered with a redirect, which is not followed.",
        "Set FLUFFY_MODEL_URL to the address to which it leads.",
    ),
    ModelFault.REJECTED: (
        "{place} rejected the request.",
        "Check that the model of FLUFFY_MODEL_NAME understands pictures.",
    ),
    ModelFault.SERVER_FAULT: (
        "Something went wrong inside the model server at {place}.",
        "Try again; if it happens again, look at its log.",
    ),
    ModelFault.TOO_LARGE: (
        "The answer from {place} was far longer than three captions, so it was not read.",
        "Try again, or choose another model in FLUFFY_MODEL_NAME.",
    ),
    ModelFault.TOO_SLOW: (
        "The model at {place} did not answer in time.",
        "Try again once it is loaded, or choose a smaller model in FLUFFY_MODEL_NAME.",
    ),
    ModelFault.UNREACHABLE: (
        "{place} cannot be reached.",
        "Check FLUFFY_MODEL_URL and the network.",
    ),
    ModelFault.WRONG_ANSWER: (
        "The model at {place} did not answer in the form that was asked for.",
        "Try again, or choose another model in FLUFFY_MODEL_NAME.",
    ),
}


_NOTHING_SENT = frozenset(
    {
        ModelFault.CONNECTION_REFUSED,
        ModelFault.KEY_UNUSABLE,
        ModelFault.NO_MODEL,
        ModelFault.UNREACHABLE,
    }
)


class ModelError(FluffyError):
    """The model gave no captions; nothing was changed anywhere.

    Args:
        place: host and port of the model server.
        detail: what the server says itself, cleaned; empty if it says nothing.
        retry_after: seconds after which the server accepts requests again, if it says so.
    """

    def __init__(
        self, fault: ModelFault, place: str, *, detail: str = "", retry_after: float | None = None
    ) -> None:
        message, hint = _TEXTS[fault]
        message = message.format(place=place)
        if detail:
            message = f"{message.removesuffix('.')}: {detail.removesuffix('.')}."
        super().__init__(message, hint.format(later=_later(retry_after)))
        self.fault, self.retry_after = fault, retry_after

    @property
    def may_have_been_sent(self) -> bool:
        """Whether the server may have got the picture."""
        return self.fault not in _NOTHING_SENT


def _later(seconds: float | None) -> str:
    if seconds is None:
        return "later"
    whole = max(1, math.ceil(seconds))
    return f"in {whole} s" if whole < 120 else f"in {math.ceil(whole / 60)} min"
