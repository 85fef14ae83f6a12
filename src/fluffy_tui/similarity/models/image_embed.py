"""The image_embed service over HTTP: CLIP vectors from a machine that has the model.

It behaves like github.com/timlawrenz/image_embed at 3130a4d (July 2026): errors are HTTP 200 with a status for each
task, `skipped` is final, vectors have any length, pictures are not turned upright, and the service handles one
request at a time, during which it answers no other.
"""

from __future__ import annotations

import asyncio
import io
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx

from fluffy_tui.core.terminal_text import harmless_cells
from fluffy_tui.outgoing_http import JSON_HEADERS, PROXY_HINT, body_within, http_client
from fluffy_tui.settings import LOOPBACK
from fluffy_tui.similarity.model import ImageEmbedUnavailable, ModelDescription

if TYPE_CHECKING:
    from PIL import Image

OPERATION = "embed_clip_vit_b_32"

DESCRIPTION = ModelDescription(
    name="clip-vit-b-32-openai/image_embed",
    dimensions=512,
    configuration={"source": "image_embed", "operation": OPERATION, "target": "whole_image"},
)
"""No thresholds: distances of this model have not been measured here."""

SIDE = 1024
"""Longer side of the JPEG that is sent; the model itself takes 224 pixels."""

_TIMEOUT = httpx.Timeout(10.0, read=180.0, write=60.0)
"""While the service works on a picture for one client, all others wait."""

_REPLY_SECONDS = 300.0
"""How long a request may take; a reply that comes byte by byte stays within every timeout of httpx."""
_LARGEST_REPLY = 1_000_000
"""Bytes; a vector takes some 12,000."""

_TASK = "embedding"
_GATEWAY_ERRORS = (502, 503, 504)
_NO_SUCH_ADDRESS = (404, 405)


@dataclass(frozen=True, slots=True)
class EmbedRefused:
    """The service gave no vector for a picture."""

    reason: str
    """One plain sentence."""
    final: bool
    """Sending the same picture again would not help."""


class ImageEmbed:
    """A client that sends one picture at a time to a URL, which may end with a slash; open it with `async with`."""

    description = DESCRIPTION
    operation = OPERATION

    def __init__(self, url: str) -> None:
        self._url = url.strip().rstrip("/")
        # A proxy for the outside world has no way to this machine itself.
        loopback = self.address.rpartition(":")[0] in LOOPBACK or self.address in LOOPBACK
        self._http = http_client(
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=1),
            headers=JSON_HEADERS,
            trust_env=not loopback,
        )

    def __repr__(self) -> str:
        return f"ImageEmbed({self.address})"

    @property
    def address(self) -> str:
        """Host and port, without a password that the URL may contain."""
        try:
            parts = urlsplit(self._url)
            host, port = parts.hostname or "?", parts.port
        except ValueError:
            return "?"
        return f"{host}:{port}" if port else host

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._http.__aexit__(*error)

    async def operations(self) -> list[str]:
        """Return the names of the service's operations.

        Raises:
            ImageEmbedUnavailable: it does not answer, or is another service.
        """
        status, answer = await self._send("GET", "/available_operations/")
        operations = answer.get("operations")
        if status != httpx.codes.OK or not isinstance(operations, dict):
            raise self._unexpected(status)
        return sorted(operations)

    async def embed(self, picture: Image.Image) -> list[float] | EmbedRefused:
        """Return the unit vector of an upright RGB picture, or why the service gave none.

        Raises:
            ImageEmbedUnavailable: it does not answer, or not as expected.
        """
        status, answer = await self._send(
            "POST",
            "/analyze_image_upload/",
            files={"image_file": ("photo.jpg", _jpeg(picture), "image/jpeg")},
            data={"tasks_json": _TASKS},
        )
        if status in _GATEWAY_ERRORS or status in _NO_SUCH_ADDRESS:
            raise self._unexpected(status)
        if status != httpx.codes.OK:
            return EmbedRefused(f"image_embed answered HTTP {status}.", final=False)
        results = answer.get("results")
        result = results.get(_TASK) if isinstance(results, dict) else None
        if not isinstance(result, dict):
            raise self._unexpected(status)
        return _vector_or_refusal(result)

    async def _send(self, method: str, path: str, **content: Any) -> tuple[int, dict[str, Any]]:
        """Return status and JSON object of the reply; an empty one for anything else."""
        if self.address == "?":  # httpx takes a port of 99999
            raise _not_an_address()
        try:
            async with (
                asyncio.timeout(_REPLY_SECONDS),
                self._http.stream(method, self._url + path, **content) as response,
            ):
                return response.status_code, _json(await body_within(_LARGEST_REPLY, response))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ImageEmbedUnavailable(
                f"image_embed at {self.address} does not answer in time.",
                "It handles one request at a time and may be busy; it is asked again later.",
            ) from error
        except httpx.InvalidURL as error:
            raise _not_an_address() from error
        except httpx.UnsupportedProtocol as error:
            raise ImageEmbedUnavailable(
                "IMAGE_EMBED_URL has to begin with http:// or https://.", _ADDRESS
            ) from error
        except httpx.ProxyError as error:
            raise ImageEmbedUnavailable(
                f"A proxy on the way to image_embed at {self.address} rejected the request ({error}).",
                PROXY_HINT,
            ) from error
        except httpx.HTTPError as error:
            raise ImageEmbedUnavailable(
                f"image_embed at {self.address} cannot be reached.", "Start it, or correct IMAGE_EMBED_URL."
            ) from error

    def _unexpected(self, status: int) -> ImageEmbedUnavailable:
        return ImageEmbedUnavailable(
            f"The service at {self.address} does not answer like image_embed (HTTP {status}).",
            _ADDRESS,
        )


def _not_an_address() -> ImageEmbedUnavailable:
    return ImageEmbedUnavailable("IMAGE_EMBED_URL is not a web address.", _ADDRESS)


_ADDRESS = "Set IMAGE_EMBED_URL to the service itself, for example http://127.0.0.1:8000."

_TASKS = json.dumps([{"operation_id": _TASK, "type": OPERATION, "params": {"target": "whole_image"}}])


def _jpeg(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=92)
    return target.getvalue()


def _json(body: bytes | None) -> dict[str, Any]:
    try:
        content = json.loads(body or b"")
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _vector_or_refusal(result: dict[str, Any]) -> list[float] | EmbedRefused:
    said = harmless_cells(str(result.get("error_message") or "")[:300]).strip()
    match result.get("status"):
        case "success":
            vector = unit_vector(result.get("data"), DESCRIPTION.dimensions)
            return vector or EmbedRefused("image_embed did not send a vector of 512 numbers.", final=False)
        case "skipped":
            return EmbedRefused(f"image_embed skipped it: {said or 'no reason was given'}.", final=True)
        case _:
            return EmbedRefused(f"image_embed failed on it: {said or 'no reason was given'}.", final=False)


def unit_vector(numbers: object, dimensions: int) -> list[float] | None:
    """Return the numbers scaled to length one, or None for anything that is not such a vector."""
    if not isinstance(numbers, list) or len(numbers) != dimensions:
        return None
    try:
        length = math.hypot(*numbers)
    except (TypeError, OverflowError):  # of what is no number, or has more digits than any
        return None
    return [number / length for number in numbers] if 0 < length < math.inf else None
