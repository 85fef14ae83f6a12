"""A bucket of any S3-compatible service, through obstore."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from fluffy_tui.media.errors import MediaHostError
from fluffy_tui.media.media_host import POSTS
from fluffy_tui.media.public_fetch import verify_public
from fluffy_tui.settings import S3Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from obstore import Attributes
    from obstore.store import S3Config, S3Store

R = TypeVar("R")


@contextmanager
def _without_foreign_variables() -> Iterator[None]:
    """Hide the variables of AWS: the client would read them and upload elsewhere, unsigned or with another key.

    In the program itself there are none, see `settings.take_environment`.
    """
    hidden = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


ATTRIBUTES: Attributes = {
    "Content-Type": "image/jpeg",
    # A key never gets another picture, so caches may keep it as long as they like.
    "Cache-Control": "public, max-age=31536000, immutable",
}
"""What the bucket answers with beside the picture."""


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
        with _without_foreign_variables():
            return S3Store(
                settings.bucket,
                config=endpoint,
                region=settings.region,
                access_key_id=settings.access_key_id.reveal(),
                secret_access_key=settings.secret_access_key.reveal(),
                # The bucket's name in the path works with every service and with dots in the name.
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": (settings.endpoint or "").startswith("http://"),
                    "connect_timeout": timedelta(seconds=10),
                    "timeout": timedelta(seconds=60),
                },
                # A hiccup is not worth a new delivery attempt; an outage is, and that is decided elsewhere.
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=60)},
            )

    async def _ask(self, request: Awaitable[R]) -> R:
        from obstore.exceptions import BaseError

        try:
            return await request
        except (BaseError, OSError, ValueError) as error:
            failure = self._explained(str(error), type(error).__name__)
        # Raised out here, so that the service's answer, which quotes the key, hangs on no traceback.
        raise failure

    def _explained(self, answer: str, kind: str) -> MediaHostError:
        bucket, place = self._settings.bucket, f"AWS {self._settings.region}"
        if self._settings.endpoint:
            place = urlsplit(self._settings.endpoint).netloc.rpartition("@")[2]
        found = re.search(r"<Code>(\w{1,64})</Code>", answer)
        code = f" ({found[1]})" if found else ""
        status = re.search(r"status code: (\d{3})", answer)
        if kind in ("PermissionDeniedError", "UnauthenticatedError", "PermissionError"):
            return MediaHostError(
                f"The media host {place} refused the key for bucket {bucket}{code}.",
                "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what that key may do.",
                temporary=False,
            )
        if kind in ("NotFoundError", "FileNotFoundError"):
            return MediaHostError(
                f"The media host {place} has no bucket {bucket}{code}.",
                "Check FLUFFY_S3_BUCKET and FLUFFY_S3_ENDPOINT.",
                temporary=False,
            )
        if status and status[1] < "500" and status[1] not in ("408", "429"):
            return MediaHostError(
                f"The media host {place} answers for bucket {bucket} with status {status[1]}{code}.",
                "Check FLUFFY_S3_ENDPOINT, FLUFFY_S3_REGION and FLUFFY_S3_BUCKET.",
                temporary=False,
            )
        if "redirect" in answer.lower():
            return MediaHostError(
                f"The bucket {bucket} is in another region than {self._settings.region}.",
                "Check FLUFFY_S3_REGION.",
                temporary=False,
            )
        reason = f"status {status[1]}{code}" if status else "no connection"
        return MediaHostError(
            f"The media host {place} cannot be reached: {reason}.",
            "Check FLUFFY_S3_ENDPOINT and that this machine is online.",
            temporary=True,
        )
