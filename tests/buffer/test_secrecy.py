"""The key is only sent to Buffer, and captions are never logged."""

from __future__ import annotations

import logging
import traceback

import pytest

from buffer.scripted_buffer import (
    ALT_TEXT,
    CAPTION,
    KEY,
    Drop,
    Reply,
    Step,
    asking,
    error_entry,
    new_post,
    refusal,
    success,
)
from fluffy_tui.buffer import BufferClient, BufferError, NextStep
from fluffy_tui.settings import Secret

ECHO = f"Access token {KEY} is not valid"
STEPS: list[Step] = [
    Reply(success()),
    Reply(success() | {"errors": [error_entry(f"{ECHO}; {CAPTION}; {ALT_TEXT}")]}),
    Reply({"errors": [error_entry(ECHO, "UNAUTHENTICATED")]}, 401),
    Reply(refusal("InvalidInputError", ECHO)),
    Reply(ECHO, 500),
    Reply(ECHO),
    Drop(),
]


@pytest.mark.parametrize("step", STEPS)
async def test_key_and_caption_appear_nowhere(step: Step, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a repr, an error, a traceback or the debug log, even if Buffer echoes them."""
    caplog.set_level(logging.DEBUG)
    async with asking(step) as (client, _):
        seen = [repr(client), str(vars(client))]
        try:
            await client.create_post(new_post())
        except BufferError as error:
            seen += [repr(error), str(error), str(vars(error)), *traceback.format_exception(error)]
    log = caplog.text
    assert "CreatePost: status" in log
    for text in (*seen, log):
        assert KEY not in text
    for private in (CAPTION, ALT_TEXT):
        assert private not in log


async def test_requests_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Operation, status, time, outcome and budget."""
    caplog.set_level(logging.INFO, "fluffy_tui.buffer")
    headers = (("RateLimit", '"a";r=77;t=1'), ("RateLimit-Policy", '"a";q=100;w=900'))
    async with asking(Reply(success(), headers=headers), Drop()) as (client, _):
        await client.create_post(new_post())
        with pytest.raises(BufferError):
            await client.create_post(new_post())
    first, second = [r.getMessage() for r in caplog.records if r.name == "fluffy_tui.buffer"]
    assert first.startswith("CreatePost: status 200 in ")
    assert first.endswith("ms (ok), 77 requests left")
    assert "status none" in second
    assert "(no_answer, look_first)" in second


@pytest.mark.parametrize("key", ["line\nbreak", "sch\u00f6n", "two words", "nul\x00"])
async def test_an_invalid_key_is_rejected_without_being_quoted(key: str) -> None:
    """Httpx would quote it in its error."""
    async with BufferClient("http://127.0.0.1:9/", Secret(key)) as client:
        with pytest.raises(BufferError) as caught:
            await client.account()
    assert (caught.value.code, caught.value.next_step) == ("key_refused", NextStep.HOLD)
    assert key not in "".join(traceback.format_exception(caught.value))


async def test_missing_key() -> None:
    """No request is sent without one."""
    async with BufferClient("http://127.0.0.1:9/", Secret("")) as client:
        with pytest.raises(BufferError) as caught:
            await client.account()
    assert (caught.value.code, caught.value.next_step) == ("key_missing", NextStep.HOLD)
