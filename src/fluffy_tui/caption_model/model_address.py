"""Where a model is asked: the addresses of an OpenAI-compatible server."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from fluffy_tui.settings import is_private_host

_CHAT = "/chat/completions"


@dataclass(frozen=True, slots=True)
class ModelAddress:
    """A server's addresses, from what the user has set: with or without `/v1`, or of the completions themselves."""

    chat: str
    """Where completions are asked for."""
    models: str
    """Where the models are listed."""
    place: str
    """Host and port, to show."""
    is_private: bool
    """Whether it is on this machine or a private network, which no proxy leads to."""

    @classmethod
    def of(cls, url: str) -> ModelAddress:
        """Return the addresses of a checked URL."""
        parts = urlsplit(url.strip())
        base = parts.path.rstrip("/").removesuffix(_CHAT)
        base = base or "/v1"
        host = parts.hostname or ""
        shown = f"[{host}]" if ":" in host else host
        return cls(
            urlunsplit(parts._replace(path=f"{base}{_CHAT}", fragment="")),
            urlunsplit(parts._replace(path=f"{base}/models", fragment="")),
            f"{shown}:{parts.port}" if parts.port else shown,
            is_private_host(host),
        )
