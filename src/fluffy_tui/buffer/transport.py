"""One request to Buffer: sent once, with one deadline, and checked for errors.

Nothing is sent twice here. Buffer has no idempotency key, so only the caller can know whether a retry is safe.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from fluffy_tui.buffer.budget import MONTH, Budget, BudgetWindow
from fluffy_tui.buffer.clean_json import cleaned
from fluffy_tui.buffer.errors import BufferError, Code, NextStep
from fluffy_tui.buffer.graphql_documents import Operation
from fluffy_tui.buffer.refusals import ReplyError, refused_by_errors, refused_by_status, reply_errors
from fluffy_tui.buffer.response_headers import read_windows
from fluffy_tui.buffer.server_time import ServerTime
from fluffy_tui.outgoing_http import (
    JSON_HEADERS,
    body_within,
    http_client,
    is_sendable,
    read_retry_after,
)
from fluffy_tui.settings import LOOPBACK, Secret

_log = logging.getLogger("fluffy_tui.buffer")


_CONNECTIONS = 3
"""Buffer asks clients for at most two or three requests at a time (notes of its command-line client)."""
_LARGEST_REPLY = 8_000_000
"""Bytes; a page of 50 posts with the longest captions of any network stays below a tenth of this."""


class Transport:
    """Sends operations to one endpoint with one key, and tracks the budget that the replies report.

    Args:
        key: The API key, only ever sent to Buffer.
        timeout: Seconds for one whole request, from waiting for a connection to the last byte of the reply.
        on_budget: Called with the budget after each reply that reports it.
    """

    def __init__(
        self,
        url: str,
        key: Secret,
        *,
        timeout: float,
        on_budget: Callable[[Budget], None] | None = None,
    ) -> None:
        self.budget = Budget()
        self.time = ServerTime()
        self._on_budget = on_budget
        self._url = httpx.URL(url)
        self._key = key
        self._timeout = timeout
        self._http = http_client(
            # httpx times each operation separately, so asyncio.timeout limits the whole request. Connecting and the
            # TLS handshake have their own, shorter limit: if cancelled during these, httpcore leaks the socket.
            timeout=httpx.Timeout(None, connect=timeout / 3),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=_CONNECTIONS),
            headers=JSON_HEADERS,
            trust_env=not self.is_local,  # no proxy can reach this computer's loopback
        )

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this computer."""
        return self._url.host in LOOPBACK

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def run(self, operation: Operation, variables: Mapping[str, Any]) -> Any:
        """Send an operation and return the value of its root field.

        Raises:
            BufferError: anything went wrong.
        """
        started = time.perf_counter()
        status = 0
        outcome = "ok"
        try:
            reply = await self._send(operation, variables)
            status = reply.status_code
            return self._read_reply(operation, reply, variables)
        except BufferError as error:
            outcome = f"{error.code}, {error.next_step}"
            raise
        finally:
            milliseconds = (time.perf_counter() - started) * 1000
            left = self.budget.remaining
            _log.info(
                "%s: status %s in %.0f ms (%s), %s requests left",
                *(operation.name, status or "none", milliseconds, outcome, "?" if left is None else left),
            )

    async def is_reachable(self) -> bool:
        """Return whether requests reach the endpoint; asked without the key, it costs none of the budget."""
        sent = _SentMark()
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._http.stream("HEAD", self._url, extensions={"trace": sent.observe}) as reply,
            ):
                return reply.status_code != 407
        except (httpx.RequestError, TimeoutError):
            return sent.is_set

    async def _send(self, operation: Operation, variables: Mapping[str, Any]) -> _Reply:
        sent = _SentMark()
        body = {"query": operation.document, "variables": variables, "operationName": operation.name}
        headers = {"Authorization": f"Bearer {self._usable_key()}"}
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._http.stream(
                    "POST", self._url, json=body, headers=headers, extensions={"trace": sent.observe}
                ) as reply,
            ):
                return _Reply(reply.status_code, reply.headers, await body_within(_LARGEST_REPLY, reply))
        except (httpx.RequestError, TimeoutError) as error:
            _log.debug("%s: %s: %s", operation.name, type(error).__name__, error)
            if sent.is_set:
                raise BufferError(Code.NO_ANSWER, operation.in_doubt) from error
            if isinstance(error, httpx.ProxyError):
                raise BufferError(Code.PROXY_REFUSED, NextStep.HOLD, buffer_message=f"{error}") from error
            raise BufferError(Code.UNREACHABLE, NextStep.RETRY) from error

    def _usable_key(self) -> str:
        key = self._key.reveal()
        if not key:
            raise BufferError(Code.KEY_MISSING, NextStep.HOLD)
        if not is_sendable(key):
            raise BufferError(Code.KEY_REFUSED, NextStep.HOLD)
        return key

    def _read_reply(self, operation: Operation, reply: _Reply, variables: Mapping[str, Any]) -> Any:
        body = self._json(reply)
        errors = reply_errors(body or {})
        if body is not None:  # else it may be from a proxy or a front, whose clock may be any
            self.time.read(reply.headers.get("Date"))
        known = self.budget
        retry_after = self._read_headers(reply, errors)
        if self._on_budget is not None and self.budget.windows and self.budget is not known:
            self._on_budget(self.budget)
        refusal = refused_by_status(operation, reply.status_code, errors, body is not None, retry_after)
        if refusal is not None:
            raise refusal
        data = (body or {}).get("data")
        answer = data.get(operation.field) if isinstance(data, Mapping) else None
        if answer is None:
            raise refused_by_errors(operation, reply.status_code, errors, retry_after)
        for error in errors:
            _log.warning(
                "%s: succeeded with a warning: %s %s",
                operation.name,
                error.code,
                _without_private_text(error, variables),
            )
        return answer

    def _json(self, reply: _Reply) -> Mapping[str, Any] | None:
        """Return the body as a JSON object; None if it is anything else."""
        try:
            # The server may echo the key, which must never appear in an error or the log.
            text = (reply.body or b"").decode().replace(self._key.reveal(), "[key]")
            body = cleaned(json.loads(text))
        except (ValueError, RecursionError):
            return None
        return body if isinstance(body, Mapping) else None

    def _read_headers(self, reply: _Reply, errors: tuple[ReplyError, ...]) -> float | None:
        """Update the budget and return how many seconds to wait, if Buffer says so."""
        now = datetime.now(UTC)
        if windows := read_windows(reply.headers, now):
            self.budget = self.budget.updated(*windows)
        wait = read_retry_after(
            reply.headers.get("Retry-After"), now, MONTH
        )  # no window of Buffer's is longer
        if reply.status_code != 429:
            return wait
        exhausted = next((error.window for error in errors if error.window), None)
        if exhausted is not None:
            known = self.budget.windows.get(exhausted)
            resets_at = known.resets_at if wait is None and known else now + timedelta(seconds=wait or 0)
            self.budget = self.budget.updated(
                BudgetWindow(exhausted, 0, known.quota if known else None, resets_at)
            )
        if wait is None and (window := self.budget.exhausted) and window.resets_at:
            return max(0.0, (window.resets_at - now).total_seconds())
        return wait


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply of the server."""

    status_code: int
    headers: httpx.Headers
    body: bytes | None
    """None if it was too large or compressed, which was not asked for."""


class _SentMark:
    """Records whether sending the request has begun, through httpx's documented `trace` extension."""

    def __init__(self) -> None:
        self.is_set = False

    async def observe(self, event: str, info: Mapping[str, Any]) -> None:
        if not event.endswith("send_request_headers.started"):
            return
        # A proxy first receives a CONNECT, which is not yet our request.
        if info["request"].method != b"CONNECT":
            self.is_set = True


def _without_private_text(error: ReplyError, variables: Mapping[str, Any]) -> str:
    """Return an error's message without the caption and the alt text, which must not appear in the log."""
    message = error.message
    post = variables.get("input", {})
    images = [asset.get("image", {}) for asset in post.get("assets", [])]
    for private in (post.get("text"), *(image.get("metadata", {}).get("altText") for image in images)):
        if private:
            message = message.replace(private, "[text]")
    return message
