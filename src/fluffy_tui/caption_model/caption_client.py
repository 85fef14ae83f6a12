"""Asks a model for captions: one question at a time, over HTTP, with limits on time and size."""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from fluffy_tui.caption_model.answer_reader import Unreadable, read_answer, read_detail, read_models
from fluffy_tui.caption_model.errors import ModelError, ModelFault
from fluffy_tui.caption_model.model import CaptionRequest, Suggestions
from fluffy_tui.caption_model.model_address import ModelAddress
from fluffy_tui.caption_model.prompt import chat_request
from fluffy_tui.outgoing_http import (
    JSON_HEADERS,
    body_within,
    http_client,
    is_sendable,
    read_retry_after,
)
from fluffy_tui.settings import Secret

_log = logging.getLogger("fluffy_tui.caption_model")

TIMEOUT = 180.0
"""Seconds for a whole question; a model on a computer without a graphics card may take two minutes to load."""
_CONNECT = 10.0
LARGEST_ANSWER = 256_000
"""Bytes; three captions of the longest network take a tenth of it."""
_NO_SCHEMA = (400, 422, 501)
"""How servers refuse `response_format`, among other things; they are asked once more without it."""
_DAY = 86_400.0


class CaptionModel:
    """The user's model.

    Args:
        url: Of an OpenAI-compatible server.
        key: Sent to that server only; None for one without.
        name: Of the model; if empty, the only one that the server has.
        timeout: Seconds for a whole question.
    """

    def __init__(
        self, url: str, key: Secret | None = None, name: str = "", *, timeout: float = TIMEOUT
    ) -> None:
        self._address, self._key, self._name = ModelAddress.of(url), key or Secret(""), name
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"CaptionModel({self.label})"

    @property
    def label(self) -> str:
        """The model and where it is, to show."""
        return f"{self._name or 'the model'} at {self._address.place}"

    async def suggest(self, request: CaptionRequest) -> Suggestions:
        """Ask for captions and an alt text; cancelling it closes the connection.

        Raises:
            ModelError: it gave none.
        """
        began = time.perf_counter()
        async with self._client() as http, self._limit():
            if not self._name:
                self._name = await self._only_model(http)
            reply = await self._ask(http, request, with_schema=True)
            if reply.status in _NO_SCHEMA:
                reply = await self._ask(http, request, with_schema=False)
            self._refuse(reply)
            try:
                captions, alt_text = read_answer(reply.whole)
            except Unreadable as error:
                raise self._error(error.fault) from None
        seconds = time.perf_counter() - began
        _log.info("%s: %d captions in %.1f s", self.label, len(captions), seconds)
        return Suggestions(captions, alt_text, self._name, seconds)

    async def check(self) -> str:
        """Return the name of the model that would be asked, if the server has it.

        Raises:
            ModelError: the server cannot be asked, or does not have it.
        """
        async with self._client() as http, self._limit():
            if not self._name:
                self._name = await self._only_model(http)
                return self._name
            names = await self._models(http)
        # Ollama lists `llava` as `llava:latest`.
        if names and not {self._name, f"{self._name}:latest"}.intersection(names):
            raise self._error(ModelFault.NOT_FOUND)
        return self._name

    def _client(self) -> httpx.AsyncClient:
        key = self._usable_key()
        authorization = {"Authorization": f"Bearer {key}"} if key else {}
        return http_client(
            # httpx times each operation separately, so `_limit` limits the whole.
            timeout=httpx.Timeout(None, connect=min(_CONNECT, self._timeout)),
            follow_redirects=False,
            headers=JSON_HEADERS | authorization,
            trust_env=not self._address.is_private,
        )

    def _limit(self) -> _Limit:
        return _Limit(self._timeout, self._address.place)

    def _usable_key(self) -> str:
        key = self._key.reveal()
        if not is_sendable(key):
            raise self._error(ModelFault.KEY_UNUSABLE)
        return key

    async def _ask(self, http: httpx.AsyncClient, request: CaptionRequest, *, with_schema: bool) -> _Reply:
        body = chat_request(request, self._name, with_schema=with_schema)
        return await self._send(http, "POST", self._address.chat, body)

    async def _models(self, http: httpx.AsyncClient) -> list[str]:
        reply = await self._send(http, "GET", self._address.models)
        self._refuse(reply)
        try:
            return read_models(reply.whole)
        except Unreadable as error:
            raise self._error(error.fault) from None

    async def _only_model(self, http: httpx.AsyncClient) -> str:
        try:
            names = await self._models(http)
        except ModelError as error:
            if error.fault in (ModelFault.NOT_FOUND, ModelFault.WRONG_ANSWER):  # it does not list them
                raise self._error(ModelFault.NO_MODEL) from error
            raise
        if len(names) != 1:
            shown = ", ".join(name[:60] for name in names[:5])
            raise self._error(
                ModelFault.NO_MODEL, detail=f"it has {shown}{' and more' * (len(names) > 5)}" if names else ""
            )
        return names[0]

    async def _send(
        self, http: httpx.AsyncClient, method: str, url: str, body: dict[str, Any] | None = None
    ) -> _Reply:
        try:
            async with http.stream(method, url, json=body) as reply:
                body_read = await body_within(LARGEST_ANSWER, reply)
                return _Reply(reply.status_code, body_read, reply.headers.get("Retry-After"))
        except httpx.ConnectTimeout:
            raise self._error(ModelFault.UNREACHABLE) from None
        except httpx.ConnectError as error:
            refused = any(getattr(cause, "errno", None) == errno.ECONNREFUSED for cause in _causes(error))
            raise self._error(ModelFault.CONNECTION_REFUSED if refused else ModelFault.UNREACHABLE) from None
        except httpx.ProxyError as error:
            raise self._error(ModelFault.PROXY_REFUSED, detail=f"{error}") from None
        except httpx.RequestError as error:
            _log.debug("%s: %s", self.label, type(error).__name__)
            raise self._error(ModelFault.CUT_OFF) from None

    def _refuse(self, reply: _Reply) -> None:
        """Raise what a reply that is no success means."""
        match reply.status:
            case 200:
                if reply.body is None:
                    raise self._error(ModelFault.TOO_LARGE)
                return
            case 401 | 403:
                fault = ModelFault.KEY_REFUSED
            case 404 | 405:
                fault = ModelFault.NOT_FOUND
            case 407:
                fault = ModelFault.PROXY_REFUSED
            case 429:
                fault = ModelFault.RATE_LIMITED
            case status if 300 <= status < 400:
                fault = ModelFault.REDIRECTED
            case status if 400 <= status < 500:
                fault = ModelFault.REJECTED
            case _:
                fault = ModelFault.SERVER_FAULT
        wait = None
        if fault in (ModelFault.RATE_LIMITED, ModelFault.SERVER_FAULT):
            wait = read_retry_after(reply.retry_after, datetime.now(UTC), _DAY) or None
        raise self._error(fault, detail=read_detail(reply.body, self._key.reveal()), retry_after=wait)

    def _error(self, fault: ModelFault, *, detail: str = "", retry_after: float | None = None) -> ModelError:
        _log.info("%s: %s", self.label, fault)
        return ModelError(fault, self._address.place, detail=detail, retry_after=retry_after)


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply of the server."""

    status: int
    body: bytes | None
    """None if it was too large or compressed, which was not asked for."""
    retry_after: str | None

    @property
    def whole(self) -> bytes:
        """The body of a reply that was not refused."""
        return self.body or b""


class _Limit:
    """Ends what is inside it after some seconds, as a `ModelError`."""

    def __init__(self, seconds: float, place: str) -> None:
        self._timeout, self._place = asyncio.timeout(seconds), place

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *error: Any) -> None:
        try:
            await self._timeout.__aexit__(*error)
        except TimeoutError:
            raise ModelError(ModelFault.TOO_SLOW, self._place) from None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or error.__context__
