"""The image_embed service over HTTP: CLIP vectors from a machine that has the model.

Its behaviour is that of github.com/timlawrenz/image_embed at 3130a4d (July 2026): faults come as HTTP 200 with a
status for each task, `skipped` stays skipped whatever one does, vectors have any length, pictures are not turned
upright, and one request at a time is worked on, while which the service answers nobody.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from fluffy_tui.similarity.model import ImageEmbedUnavailable, ModelDescription

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from PIL import Image

OPERATION = "embed_clip_vit_b_32"

DESCRIPTION = ModelDescription(
    name="clip-vit-b-32-openai/image_embed",
    dimensions=512,
    configuration={"source": "image_embed", "operation": OPERATION, "target": "whole_image"},
)
"""No thresholds: distances of this model have not been measured here."""

SIDE = 1024
"""Longer side of the JPEG that is sent; the model itself looks at 224 pixels."""

_TIMEOUT = httpx.Timeout(10.0, read=180.0, write=60.0)
"""A service that describes a picture for somebody else keeps everybody waiting."""

_TASK = "embedding"
_GATEWAY_TROUBLE = (502, 503, 504)
_NO_SUCH_ADDRESS = (404, 405)


@dataclass(frozen=True, slots=True)
class EmbedRefused:
    """The service gave no vector for a picture."""

    reason: str
    """One plain sentence."""
    final: bool
    """Asking again with the same picture is of no use."""


class ImageEmbed:
    """A client that sends one picture at a time; open it with `async with`.

    Args:
        url: Where the service is, with or without a slash at the end.
    """

    description = DESCRIPTION
    operation = OPERATION

    def __init__(self, url: str) -> None:
        self._url = url.strip().rstrip("/")
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, limits=httpx.Limits(max_connections=1))

    def __repr__(self) -> str:
        return f"ImageEmbed({self.place})"

    @property
    def place(self) -> str:
        """Host and port, for people; a password in the address is not part of it."""
        try:
            parts = urlsplit(self._url)
            host, port = parts.hostname or "?", parts.port
        except ValueError:
            return "?"
        return f"{host}:{port}" if port else host

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._http.__aexit__(kind, error, traceback)

    async def operations(self) -> list[str]:
        """Return the names of what the service can do.

        Raises:
            ImageEmbedUnavailable: it does not answer, or is another service.
        """
        response = await self._send("GET", "/available_operations/")
        operations = _json(response).get("operations")
        if response.status_code != httpx.codes.OK or not isinstance(operations, dict):
            raise self._strange(response)
        return sorted(operations)

    async def embed(self, picture: Image.Image) -> list[float] | EmbedRefused:
        """Return the unit vector of an upright RGB picture, or why the service gave none.

        Raises:
            ImageEmbedUnavailable: it does not answer, or does not understand us.
        """
        response = await self._send(
            "POST",
            "/analyze_image_upload/",
            files={"image_file": ("photo.jpg", _jpeg(picture), "image/jpeg")},
            data={"tasks_json": _TASKS},
        )
        status = response.status_code
        if status in _GATEWAY_TROUBLE or status in _NO_SUCH_ADDRESS:
            raise self._strange(response)
        if status != httpx.codes.OK:
            return EmbedRefused(f"image_embed answered HTTP {status}.", final=False)
        results = _json(response).get("results")
        result = results.get(_TASK) if isinstance(results, dict) else None
        if not isinstance(result, dict):
            raise self._strange(response)
        return _vector_or_refusal(result)

    async def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            return await self._http.request(method, self._url + path, **content)
        except httpx.TimeoutException as error:
            raise ImageEmbedUnavailable(
                f"image_embed at {self.place} does not answer in time.",
                "It works on one request at a time and may be busy; it is asked again later.",
            ) from error
        except httpx.InvalidURL as error:
            raise ImageEmbedUnavailable("IMAGE_EMBED_URL is no web address.", _ADDRESS) from error
        except httpx.UnsupportedProtocol as error:
            raise ImageEmbedUnavailable("IMAGE_EMBED_URL has to begin with http://.", _ADDRESS) from error
        except httpx.HTTPError as error:
            raise ImageEmbedUnavailable(
                f"image_embed at {self.place} cannot be reached.", "Start it, or correct IMAGE_EMBED_URL."
            ) from error

    def _strange(self, response: httpx.Response) -> ImageEmbedUnavailable:
        return ImageEmbedUnavailable(
            f"What answers at {self.place} does not speak like image_embed (HTTP {response.status_code}).",
            _ADDRESS,
        )


_ADDRESS = "Set IMAGE_EMBED_URL to the service itself, for example http://127.0.0.1:8000."

_TASKS = json.dumps([{"operation_id": _TASK, "type": OPERATION, "params": {"target": "whole_image"}}])


def _jpeg(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=92)
    return target.getvalue()


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _vector_or_refusal(result: dict[str, Any]) -> list[float] | EmbedRefused:
    said = str(result.get("error_message") or "")[:300].replace("\x00", "").strip()
    match result.get("status"):
        case "success":
            vector = unit_vector(result.get("data"), DESCRIPTION.dimensions)
            return vector or EmbedRefused(
                "image_embed sent something that is no vector of 512 numbers.", final=False
            )
        case "skipped":
            return EmbedRefused(f"image_embed skipped it: {said or 'no reason was given'}.", final=True)
        case _:
            return EmbedRefused(f"image_embed failed on it: {said or 'no reason was given'}.", final=False)


def unit_vector(numbers: object, dimensions: int) -> list[float] | None:
    """Return the numbers brought to length one, or None for anything that is no such vector."""
    if not isinstance(numbers, list) or len(numbers) != dimensions:
        return None
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        return None
    length = math.hypot(*numbers)
    return [number / length for number in numbers] if 0 < length < math.inf else None
