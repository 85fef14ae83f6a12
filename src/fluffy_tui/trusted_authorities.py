"""The authorities whose certificates are trusted, as every HTTP client of a process needs them."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


log = logging.getLogger(__name__)


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return the authorities that are trusted; reading them takes some 30 ms, so that is done once."""
    import httpx

    try:
        return httpx.create_ssl_context()
    except (
        OSError
    ) as error:  # SSL_CERT_FILE names no such file, as programs that were removed leave it behind
        log.warning("SSL_CERT_FILE is not used: %s", error)
        return httpx.create_ssl_context(trust_env=False)
