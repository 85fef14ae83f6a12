"""Whatever Buffer sends, nothing that a database or a terminal cannot take gets past the client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from buffer.scripted_buffer import Reply, asking, new_post, post_json, posts_page, success
from fluffy_tui.buffer import BufferError, BufferPost
from fluffy_tui.buffer.clean_json import cleaned, shortened
from fluffy_tui.buffer.response_parser import account_from, channel_from, post_from

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
POST_FIELDS = st.sampled_from([*post_json(), "error", "assets"])


def storable(text: str) -> bool:
    text.encode()  # raises for half a surrogate pair
    return not any(character < " " and character not in "\t\n" for character in text)


@given(st.text(st.characters(codec=None)) | st.text("\x00\x1b\x07\x9b\ud800\udfff\r\n\tfog é😀"))
def test_text_is_harmless_and_stays_so(text: str) -> None:
    clean = cleaned(json.loads(json.dumps({"text": [text]})))["text"][0]
    assert storable(clean)
    assert cleaned(clean) == clean


@pytest.mark.parametrize("text", ["fog\n\non the pier\t🌫️", "مرحبا", "e\u0301 \u200d \u2028"])
def test_honest_text_is_not_changed(text: str) -> None:
    assert cleaned(text) == text


@given(st.dictionaries(POST_FIELDS, ANYTHING, max_size=3))
def test_a_post_is_read_or_refused_whatever_it_holds(changes: dict[str, Any]) -> None:
    try:
        post = post_from(cleaned(post_json(**changes)))
    except (AttributeError, KeyError, TypeError, ValueError):
        return
    for value in (post.text, post.external_link, post.error_message, post.error_support_url, post.channel_id):
        assert value is None or storable(value)
    assert post.external_link is None or post.external_link.startswith(("https://", "http://127.0.0.1"))


@given(ANYTHING)
def test_any_other_answer_is_refused_as_such(answer: Any) -> None:
    for reader in (account_from, channel_from):
        with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
            reader(cleaned(answer))


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "--help", "http://example.com/", "https://a b", 7]
)
def test_what_a_browser_must_not_open_is_no_link(link: object) -> None:
    assert post_from(post_json(externalLink=link)).external_link is None


@pytest.mark.parametrize("year", ["0001", "9999"])
async def test_one_post_with_an_impossible_time_does_not_hide_the_others(year: str) -> None:
    page = posts_page(post_json(id="bad", dueAt=f"{year}-01-01T00:00:00+23:00"), post_json(id="good"))
    async with asking(Reply(page), Reply(page)) as (client, _):
        assert [post.id async for post in client.posts("o1", channel_ids=["c1"])] == ["good"]
        seen: list[BufferPost] = []
        with pytest.raises(BufferError):
            async for post in client.posts("o1", channel_ids=["c1"], gaps_allowed=False):
                seen.append(post)
    assert [post.id for post in seen] == ["good"], "what can be read is read before the gap is reported"


async def test_poison_in_a_reply_is_left_out() -> None:
    async with asking(Reply(success(text="fog\x00\ud800\x1b]52;c;YQ==\x07"))) as (client, _):
        assert (await client.create_post(new_post())).text == "fog]52;c;YQ=="


def test_a_long_message_is_cut() -> None:
    assert len(shortened("x" * 20_000_000) or "") < 2_000
    assert shortened("short") == "short"
    assert shortened(None) is None
