"""A bucket of any S3-compatible service, through obstore."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from fluffy_tui.media.errors import MediaHostError
from fluffy_tui.media.media_host import POSTS, PUT_SECONDS, time_limit
from fluffy_tui.media.public_fetch import certificate_problem, verify_public
from fluffy_tui.outgoing_http import PROXY_HINT, http_client, trusted_authorities
from fluffy_tui.settings import LOOPBACK, S3Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from obstore import Attributes
    from obstore.store import S3Config, S3Store

R = TypeVar("R")


ATTRIBUTES: Attributes = {
    "Content-Type": "image/jpeg",
    # A key never gets another picture, so caches may keep it as long as they like.
    "Cache-Control": "public, max-age=31536000, immutable",
}
"""What the bucket answers with beside the picture."""


_CONNECT_SECONDS = 10.0

_CLOCK_CODES = ("RequestTimeTooSkewed", "RequestExpired")
_REGION_CODES = ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException")

_CHECK_ENDPOINT = "Check FLUFFY_S3_ENDPOINT and that this machine is online."


class S3Host:
    """Stores pictures in a bucket that is read through a public address of its own.

    The address is never presigned: such addresses expire in at most seven days, and Buffer fetches the
    picture again when the post is due.

    Args:
        settings: Bucket, endpoint of its API and key.
        base_url: Public address of the bucket's root, without a slash at the end.
    """

    def __init__(self, settings: S3Settings, base_url: str) -> None:
        self._settings = settings
        self.base_url = base_url.rstrip("/")

    def __repr__(self) -> str:
        return f"S3Host({self._settings.bucket!r}, {self.base_url!r})"

    async def put(self, key: str, data: bytes) -> str:
        """Upload the picture and return its public address."""
        import obstore

        await self._ask(obstore.put_async(self._store, key, data, attributes=ATTRIBUTES, use_multipart=False))
        return f"{self.base_url}/{key}"

    async def verify(self, url: str, data: bytes) -> None:
        """Fetch the address and compare."""
        await verify_public(url, data)

    async def delete(self, key: str) -> None:
        """Remove the picture, if it is there."""
        import obstore

        await self._ask(obstore.delete_async(self._store, key))

    async def list_keys(self) -> list[str]:
        """Return the keys of the pictures in the bucket, sorted."""
        import obstore

        listing = obstore.list(self._store, prefix=POSTS)
        return sorted(entry["path"] for entry in await self._ask(listing.collect_async()))

    @cached_property
    def _store(self) -> S3Store:
        from obstore.store import S3Store

        settings = self._settings
        endpoint: S3Config = {"endpoint": settings.endpoint} if settings.endpoint else {}
        with _only_our_settings(settings.endpoint or ""):
            return S3Store(
                settings.bucket,
                config=endpoint,
                region=settings.region,
                access_key_id=settings.access_key_id.reveal(),
                secret_access_key=settings.secret_access_key.reveal(),
                # The bucket's name in the path works with every service and with dots in the name.
                virtual_hosted_style_request=False,
                # Pictures are deleted one by one, and not every service knows how to delete several.
                disable_bulk_delete=True,
                client_options={
                    "allow_http": (settings.endpoint or "").startswith("http://"),
                    "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
                    "timeout": timedelta(seconds=60),
                },
                # A hiccup is not worth a new delivery attempt; an outage is, and that is decided elsewhere.
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=60)},
            )

    async def _ask(self, request: Awaitable[R]) -> R:
        from obstore.exceptions import BaseError

        try:
            async with time_limit(PUT_SECONDS, f"The media host {self._place}", _CHECK_ENDPOINT):
                return await request
        except (BaseError, OSError, ValueError) as error:
            answer, kind = str(error), type(error).__name__
        failure = self._explained(answer, kind)
        if failure.temporary:
            failure = await self._connection_problem() or failure
        # Raised out here, so that no traceback has the service's answer, which quotes the key.
        raise failure

    @property
    def _place(self) -> str:
        if self._settings.endpoint:
            return urlsplit(self._settings.endpoint).netloc
        return f"AWS {self._settings.region}"

    async def _connection_problem(self) -> MediaHostError | None:
        """Return why there is no connection, if a certificate or a proxy is the reason, which obstore does not say."""
        import httpx

        url = self._settings.endpoint or f"https://s3.{self._settings.region}.amazonaws.com"
        if not url.startswith("https://"):
            return None
        await asyncio.to_thread(trusted_authorities)
        try:
            async with (
                asyncio.timeout(_CONNECT_SECONDS),
                http_client(trust_env=urlsplit(url).hostname not in LOOPBACK) as client,
                client.stream("HEAD", url),
            ):
                return None
        except httpx.ProxyError as error:
            return self._proxy_refusal(str(error))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = certificate_problem(error)
        if not problem:
            return None
        return MediaHostError(
            f"The certificate of the media host {self._place} is not trusted: {problem}.",
            "Give it a valid certificate of a public authority for this name, or correct FLUFFY_S3_ENDPOINT.",
            temporary=False,
        )

    def _has_plain_proxy(self) -> bool:
        """Return whether requests go through a proxy without TLS, so that it could answer for the service."""
        parts, proxies = urlsplit(self._settings.endpoint or ""), getproxies_environment()
        host = parts.hostname or ""
        has_proxy = bool(proxies.keys() & {"http", "all"}) and not proxy_bypass(host)
        return parts.scheme == "http" and host not in LOOPBACK and has_proxy

    def _proxy_refusal(self, reason: str) -> MediaHostError:
        what = f"A proxy on the way to the media host {self._place} rejected the request ({reason})."
        return MediaHostError(what, PROXY_HINT, temporary=False)

    def _explained(self, answer: str, kind: str) -> MediaHostError:
        bucket, place = self._settings.bucket, self._place
        found = re.search(r"<Code>(\w{1,64})</Code>", answer)
        code = found[1] if found else ""
        told = f" ({code})" if code else ""
        status = re.search(r"status code: (\d{3})", answer)
        # An S3 service that forbids something gives a code.
        is_forbidden_by_proxy = status and status[1] == "403" and not code and self._has_plain_proxy()
        if status and (status[1] == "407" or is_forbidden_by_proxy):
            return self._proxy_refusal(f"status {status[1]}")
        if code in _CLOCK_CODES:
            return MediaHostError(
                f"The clock of this machine differs too much from that of the media host {place}{told}.",
                "Set the clock (timedatectl set-ntp true), and check the time zone.",
                temporary=True,
            )
        if kind in ("PermissionDeniedError", "UnauthenticatedError", "PermissionError"):
            return MediaHostError(
                f"The media host {place} refused the key for bucket {bucket}{told}.",
                "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what that key may do.",
                temporary=False,
            )
        if kind in ("NotFoundError", "FileNotFoundError"):
            return MediaHostError(
                f"The media host {place} has no bucket {bucket}{told}.",
                "Check FLUFFY_S3_BUCKET and FLUFFY_S3_ENDPOINT.",
                temporary=False,
            )
        # obstore gives neither status nor code of a redirect without an address.
        if code in _REGION_CODES or "redirect without LOCATION" in answer or (status and status[1] < "400"):
            return MediaHostError(
                f"The bucket {bucket} is in another region than {self._settings.region}{told}.",
                "Check FLUFFY_S3_REGION.",
                temporary=False,
            )
        if status and status[1] < "500" and status[1] not in ("408", "429"):
            return MediaHostError(
                f"The media host {place} answers for bucket {bucket} with status {status[1]}{told}.",
                "Check FLUFFY_S3_ENDPOINT, FLUFFY_S3_REGION and FLUFFY_S3_BUCKET.",
                temporary=False,
            )
        silent = "no connection" if "HTTP error" in answer else "it does not answer like an S3 service"
        reason = f"status {status[1]}{told}" if status else silent
        return MediaHostError(
            f"The media host {place} cannot be reached: {reason}.",
            _CHECK_ENDPOINT + _proxy_words(),
            temporary=True,
            unreachable=not status and "HTTP error" in answer,
        )


@contextmanager
def _only_our_settings(endpoint: str) -> Iterator[None]:
    """Ignore what obstore would read from the environment: another endpoint, a foreign token, unsigned requests.

    What the settings screen shows is what is used. A proxy for the outside world has no way to this machine itself.
    """
    loopback = urlsplit(endpoint).hostname in LOOPBACK
    hidden = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("AWS_") or (loopback and name.lower().endswith("_proxy"))
    }
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


def _proxy_words() -> str:
    proxies = getproxies_environment()
    return " The environment sends requests through a proxy (https_proxy)." if proxies.get("https") else ""
