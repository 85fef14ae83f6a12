"""What a model is sent."""

from __future__ import annotations

import json

from caption_model.model_server import check_request
from caption_model.test_caption_client import REQUEST
from fluffy_tui.caption_model.prompt import chat_request


def test_a_request_is_valid_with_and_without_a_schema() -> None:
    for with_schema in (True, False):
        body = chat_request(REQUEST, "llava", with_schema=with_schema)
        check_request(json.loads(json.dumps(body)))
        assert ("response_format" in body) == with_schema


def test_no_text_can_pose_as_another_part() -> None:
    body = chat_request(REQUEST, "llava", with_schema=True)
    material = json.loads(body["messages"][1]["content"][0]["text"])
    assert material["voice"] == REQUEST.voice
    assert material["earlier_captions"] == list(REQUEST.earlier)
    assert REQUEST.earlier[0] not in body["messages"][0]["content"]
