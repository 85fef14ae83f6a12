"""What a client sends, line by line: what is no message is answered as well, so that no client waits forever."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Self

from anyio import EndOfStream
from mcp.shared.message import SessionMessage
from mcp_types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
)
from pydantic import ValidationError

from fluffy_tui.tui.text.words import shortened

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import ReadStream, WriteStream

_FAULTS = 5
"""How many errors are named at most."""
_LONGEST_FAULT = 200
"""Characters; the name of an unknown argument is as long as the client likes."""
_NO_REQUEST = "It is not a JSON-RPC 2.0 request: that has a method, and an id that is text or a whole number."
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]|[^"\[\]{}]+', re.DOTALL)


class ClientMessages:
    """The messages of a client, as a server reads them; a line that is not a message is an error, which is answered."""

    def __init__(
        self, lines: ReadStream[SessionMessage | Exception], answers: WriteStream[SessionMessage]
    ) -> None:
        self._lines, self._answers = lines, answers

    async def receive(self) -> SessionMessage | Exception:
        while True:
            item = await self._lines.receive()
            if isinstance(item, Exception):
                answer = _answer_to(item)
            elif _lacks_id(item.message):
                answer = _fault(INVALID_REQUEST, _NO_REQUEST)
            else:
                return item
            await self._answers.send(SessionMessage(answer))

    async def aclose(self) -> None:
        """Read no more."""
        await self._lines.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def fault_words(error: ValidationError) -> str:
    """Return what is wrong with something, without quoting it."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    words = [": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"]))) for one in faults]
    more = [f"and {len(words) - _FAULTS} more"] if len(words) > _FAULTS else []
    return "; ".join([*(shortened(one, _LONGEST_FAULT) for one in words[:_FAULTS]), *more])


def _lacks_id(message: JSONRPCMessage) -> bool:
    """Return whether a message is a request whose id is missing, or is neither text nor a whole number.

    By JSON-RPC alone, what has no id is a notification, for which the package takes these as well. In this protocol
    every request has an id, and notifications have names of their own.
    """
    return isinstance(message, JSONRPCNotification) and not message.method.startswith("notifications/")


def _answer_to(error: Exception) -> JSONRPCError:
    """Return the answer to a line that is no message."""
    faults = (
        error.errors(include_url=False, include_context=False) if isinstance(error, ValidationError) else []
    )
    request, words = None, ""
    code = PARSE_ERROR
    if isinstance(error, ValidationError) and faults[0]["type"] == "json_invalid":
        request, words = _flat(faults[0]["input"]), f"{fault_words(error)}."
    elif faults:
        # of what is no answer the validator says so, and quotes it whole
        missing = (one["input"] for one in faults if one["loc"] == ("JSONRPCResponse", "result"))
        request, words = next(missing, None), _NO_REQUEST
        code = INVALID_REQUEST
    return _fault(code, words, _id_of(request))


def _fault(code: int, words: str, id_: int | str | None = None) -> JSONRPCError:
    fault = ErrorData(code=code, message=f"The message cannot be read. {words}".rstrip())
    return JSONRPCError(jsonrpc="2.0", id=id_, error=fault)


def _id_of(request: object) -> int | str | None:
    """Return the id of a request; None if it has none, or is an answer itself."""
    if not isinstance(request, dict) or request.keys() & {"result", "error"}:
        return None
    found = request.get("id")
    return found if isinstance(found, str) or type(found) is int else None


def _flat(line: str) -> Any:
    """Return a JSON object without what is nested in it, however deep; None if that is no JSON either."""
    depth, kept = 0, []
    for found in _PIECE.finditer(line):
        piece = found[0]
        if piece in "]}":
            depth -= 1
        if depth < 1 or (depth == 1 and piece not in "[{"):
            kept.append("null" if depth == 1 and piece in "]}" else piece)
        if piece in "[{":
            depth += 1
    try:
        return json.loads("".join(kept))
    except (ValueError, RecursionError):
        return None
