"""The authorities whose certificates are trusted, as every HTTP client of a process needs them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return the authorities that are trusted; reading them takes some 30 ms, so that is done once."""
    import httpx

    return httpx.create_ssl_context()
