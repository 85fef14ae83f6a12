"""Every way in which Buffer is known to fail, and what may be done next."""

from __future__ import annotations

from typing import Any

import pytest

from buffer.scripted_buffer import (
    Drop,
    Reply,
    Step,
    asking,
    error_entry,
    new_post,
    post_json,
    refusal,
    success,
)
from fluffy_tui.buffer import BufferError, NewPicture, NextStep

RETRY, HOLD, LOOK_FIRST, FINAL = NextStep.RETRY, NextStep.HOLD, NextStep.LOOK_FIRST, NextStep.FINAL

TYPE_MISSING = "Invalid post: Instagram posts require a type (post, story, or reel)."
RECENTLY = (
    "Invalid post: Whoops, it looks like you've posted that one recently. "
    "Unfortunately, we're not able to post the same thing again so soon!"
)
AROUND = "Whoops, it looks like you've already got this one scheduled or posted around the same time."
FULL = "Limit reached: Scheduled posts limit reached. You have 10 scheduled posts out of 10 allowed"
NO_FIRST_COMMENT = (
    "Invalid post: LinkedIn first comment requires a paid plan. Please upgrade to use this feature."
)
LABEL_UNKNOWN = 'Field "isAiGenerated" is not defined by type "InstagramPostMetadataInput".'
CAPTION_QUOTED = (
    'Variable "$input" got invalid value { text: "my first comment; ai-generated" }; '
    'Field "mode" of required type "ShareMode!" was not provided.'
)
UNREADABLE = "Invalid post: Image could not be read from its URL."


def errors(*entries: dict[str, Any], data: Any = None) -> dict[str, Any]:
    """Return a body with an `errors` list."""
    return {"data": data, "errors": list(entries)}


def said(message: str, code: str | None = None, *, status: int = 200, **more: Any) -> Reply:
    """Return a reply with one error."""
    return Reply(errors(error_entry(message, code, **more)), status)


async def create(*steps: Step) -> BufferError:
    """Create a post, expect it to fail, and return the error."""
    async with asking(*steps) as (client, server):
        with pytest.raises(BufferError) as caught:
            await client.create_post(new_post())
        assert len(server.asked) == 1, "a create is never sent twice"
        return caught.value


async def read(*steps: Step) -> BufferError:
    """Read a channel, expect it to fail, and return the error."""
    async with asking(*steps) as (client, _):
        with pytest.raises(BufferError) as caught:
            await client.channel("c1")
        return caught.value


TRANSPORT = [
    pytest.param(
        said("An error occurred", "UNAUTHENTICATED", status=401), "key_refused", HOLD, HOLD, id="401"
    ),
    pytest.param(Reply("no", 401), "key_refused", HOLD, HOLD, id="401-text"),
    pytest.param(said("Not authorized", "UNAUTHORIZED"), "key_refused", HOLD, HOLD, id="unauthorized"),
    pytest.param(
        said("Please use api.buffer.com", "UNAUTHENTICATED"), "key_refused", HOLD, HOLD, id="unauthenticated"
    ),
    pytest.param(said("Missing scope", "FORBIDDEN"), "forbidden", HOLD, HOLD, id="missing-scope"),
    pytest.param(said("Missing scope", "FORBIDDEN", status=403), "forbidden", HOLD, HOLD, id="403-graphql"),
    pytest.param(Reply("error code: 1010", 403), "blocked", HOLD, HOLD, id="cloudflare-1010"),
    pytest.param(
        said("Value does not exist in enum.", "GRAPHQL_VALIDATION_FAILED", status=400),
        "rejected",
        FINAL,
        FINAL,
        id="validation",
    ),
    pytest.param(
        said('Field "mode" was not provided.', "BAD_USER_INPUT", status=400),
        "rejected",
        FINAL,
        FINAL,
        id="bad-variables",
    ),
    pytest.param(
        said(LABEL_UNKNOWN, "BAD_USER_INPUT", status=400),
        "ai_label_refused",
        FINAL,
        FINAL,
        id="ai-label-unknown",
    ),
    pytest.param(
        said(CAPTION_QUOTED, "BAD_USER_INPUT", status=400), "rejected", FINAL, FINAL, id="caption-quoted"
    ),
    pytest.param(
        said('Field "title" is not defined.', status=400), "rejected", FINAL, FINAL, id="400-no-code"
    ),
    pytest.param(
        said("Query exceeds maximum allowed complexity. Please simplify your query."),
        "rejected",
        FINAL,
        FINAL,
        id="too-costly",
    ),
    pytest.param(said("Channel not found", "NOT_FOUND"), "not_found", FINAL, FINAL, id="not-found"),
    pytest.param(said("Oops", "UNEXPECTED"), "server_fault", LOOK_FIRST, RETRY, id="unexpected"),
    pytest.param(
        said("Internal error, please try again"), "server_fault", LOOK_FIRST, RETRY, id="internal-error"
    ),
    pytest.param(
        Reply(
            errors(
                error_entry("no", "FORBIDDEN") | {"path": ["createPost", "post", "externalLink"]},
            )
        ),
        "server_fault",
        LOOK_FIRST,
        RETRY,
        id="fault-below-the-root",
    ),
    pytest.param(Reply("slow down", 429), "rate_limited", HOLD, HOLD, id="429-text"),
    pytest.param(said("Too many", "RATE_LIMIT_EXCEEDED"), "rate_limited", HOLD, HOLD, id="limited-200"),
    pytest.param(Reply("<h1>oops</h1>", 500), "server_fault", LOOK_FIRST, RETRY, id="500-html"),
    pytest.param(Reply("<h1>bad gateway</h1>", 502), "server_fault", LOOK_FIRST, RETRY, id="502"),
    pytest.param(said("x", "NOT_FOUND", status=503), "server_fault", LOOK_FIRST, RETRY, id="503-json"),
    pytest.param(Reply("<html>hello</html>"), "unknown_answer", LOOK_FIRST, RETRY, id="200-html"),
    pytest.param(Reply(""), "unknown_answer", LOOK_FIRST, RETRY, id="empty"),
    pytest.param(Reply([1, 2]), "unknown_answer", LOOK_FIRST, RETRY, id="json-list"),
    pytest.param(Reply("bad request", 400), "unknown_answer", LOOK_FIRST, RETRY, id="400-text"),
    pytest.param(Reply({"data": None}), "unknown_answer", LOOK_FIRST, RETRY, id="data-null"),
    pytest.param(Reply({}), "unknown_answer", LOOK_FIRST, RETRY, id="no-data"),
    pytest.param(Reply({"data": "x", "errors": "y"}), "unknown_answer", LOOK_FIRST, RETRY, id="odd-shapes"),
    pytest.param(
        Reply({"data": {"createPost": None, "channel": None}}),
        "unknown_answer",
        LOOK_FIRST,
        RETRY,
        id="root-null",
    ),
    pytest.param(
        Reply({"data": {"createPost": {}, "channel": {}}}),
        "unknown_answer",
        LOOK_FIRST,
        RETRY,
        id="root-bare",
    ),
    pytest.param(
        Reply({"data": {"createPost": 7, "channel": 7}}),
        "unknown_answer",
        LOOK_FIRST,
        RETRY,
        id="root-number",
    ),
    pytest.param(Reply("", 302, (("Location", "/x"),)), "redirected", HOLD, HOLD, id="redirect"),
    pytest.param(Reply("<html>", 511), "redirected", HOLD, HOLD, id="login-of-a-network"),
    pytest.param(Reply("nothing here", 404), "wrong_address", HOLD, HOLD, id="404-text"),
    pytest.param(Drop(), "no_answer", LOOK_FIRST, RETRY, id="reset-after-send"),
    pytest.param(
        Drop(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"da'), "no_answer", LOOK_FIRST, RETRY, id="half"
    ),
    pytest.param(Drop(b"SSH-2.0-hello\r\n\r\n"), "no_answer", LOOK_FIRST, RETRY, id="not-http"),
    pytest.param(
        Drop(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
        "unknown_answer",
        LOOK_FIRST,
        RETRY,
        id="compressed-unasked",
    ),
]


@pytest.mark.parametrize(("step", "code", "creating", "reading"), TRANSPORT)
async def test_reply(step: Step, code: str, creating: NextStep, reading: NextStep) -> None:
    """The same reply may have different consequences for a create and for a read."""
    error = await create(step)
    assert (error.code, error.next_step) == (code, creating)
    assert error.message
    assert error.hint
    error = await read(step)
    assert (error.code, error.next_step) == (code, reading)


TYPED = [
    pytest.param("InvalidInputError", TYPE_MISSING, {}, "rejected", FINAL, id="type-missing"),
    pytest.param(
        "InvalidInputError",
        "Invalid post: Post must have either text or media.",
        {},
        "rejected",
        FINAL,
        id="empty",
    ),
    pytest.param("InvalidInputError", UNREADABLE, {}, "image_unreadable", RETRY, id="image-unreadable"),
    pytest.param(
        "InvalidInputError",
        "Invalid post: Image could not be read from its URL.,\nImage could not be read from its URL.",
        {},
        "image_unreadable",
        RETRY,
        id="two-images-unreadable",
    ),
    pytest.param(
        "InvalidInputError",
        "Image URL validation timed out after 10 seconds",
        {},
        "image_unreadable",
        RETRY,
        id="image-timed-out",
    ),
    pytest.param(
        "InvalidInputError",
        "Failed to create post: Failed to fetch image dimensions: Not Found",
        {},
        "image_unreadable",
        RETRY,
        id="image-dimensions",
    ),
    pytest.param(
        "InvalidInputError",
        "Invalid post: Image could not be read from its URL., Instagram posts require a type (post or reel).",
        {},
        "rejected",
        FINAL,
        id="unreadable-and-wrong",
    ),
    pytest.param(
        "InvalidInputError", NO_FIRST_COMMENT, {}, "first_comment_refused", FINAL, id="no-first-comment"
    ),
    pytest.param(
        "InvalidInputError",
        "Invalid post: LinkedIn first comment cannot exceed 1250 characters.",
        {},
        "rejected",
        FINAL,
        id="first-comment-too-long",
    ),
    pytest.param(
        "InvalidInputError",
        f"{NO_FIRST_COMMENT}, Instagram posts require a type (post or reel).",
        {},
        "rejected",
        FINAL,
        id="first-comment-and-wrong",
    ),
    pytest.param(
        "InvalidInputError",
        "Invalid post: Instagram posts cannot have more than 10 images.",
        {},
        "too_many_pictures",
        FINAL,
        id="more-than-10-images",
    ),
    pytest.param(
        "InvalidInputError",
        "Invalid post: Too many photos, you can add up to 4 photos.",
        {},
        "too_many_pictures",
        FINAL,
        id="too-many-photos",
    ),
    pytest.param(
        "InvalidInputError",
        "Invalid post: Images cannot exceed 10 MB.",
        {},
        "rejected",
        FINAL,
        id="images-too-large",
    ),
    pytest.param(
        "InvalidInputError",
        "Invalid post: User tags must have an x and a y between 0.0 and 1.0., "
        "User tags must have a handle without the leading @.",
        {},
        "people_tags_refused",
        FINAL,
        id="tags",
    ),
    pytest.param(
        "InvalidInputError",
        "(#100) Param user_tags[0]['x'] must be a number less than or equal to 1",
        {},
        "people_tags_refused",
        FINAL,
        id="tags-outside",
    ),
    pytest.param(
        "InvalidInputError",
        "Invalid post: The AI-generated label is not available for this channel.",
        {},
        "ai_label_refused",
        FINAL,
        id="ai-label",
    ),
    pytest.param("InvalidInputError", RECENTLY, {}, "duplicate_text", LOOK_FIRST, id="duplicate-recently"),
    pytest.param("InvalidInputError", AROUND, {}, "duplicate_text", LOOK_FIRST, id="duplicate-around"),
    pytest.param(
        "InvalidInputError",
        "Unfortunately we're not able to post the same thing twice.",
        {},
        "duplicate_text",
        LOOK_FIRST,
        id="duplicate-twice",
    ),
    pytest.param("LimitReachedError", FULL, {}, "queue_full", HOLD, id="queue-full"),
    pytest.param("LimitReachedError", "Queue limit reached", {}, "queue_full", HOLD, id="queue-limit"),
    pytest.param(
        "LimitReachedError", "Daily posting limit of 50 reached", {}, "daily_limit", HOLD, id="daily-limit"
    ),
    pytest.param("NotFoundError", "Channel not found", {}, "not_found", FINAL, id="not-found"),
    pytest.param("UnauthorizedError", "Not allowed", {}, "forbidden", HOLD, id="unauthorized"),
    pytest.param("UnexpectedError", "Oh no", {}, "server_fault", LOOK_FIRST, id="unexpected"),
    pytest.param("HologramError", "New in 2027", {}, "unknown_answer", LOOK_FIRST, id="unknown-member"),
    pytest.param("RestProxyError", "Dup", {"code": 1025}, "duplicate_text", LOOK_FIRST, id="rest-1025"),
    pytest.param("RestProxyError", RECENTLY, {"code": None}, "duplicate_text", LOOK_FIRST, id="rest-words"),
    pytest.param("RestProxyError", "Quota", {"code": 1023}, "queue_full", HOLD, id="rest-1023"),
    pytest.param(
        "RestProxyError", "Scheduled posts limit reached", {"code": None}, "queue_full", HOLD, id="rest-full"
    ),
    pytest.param("RestProxyError", "No access", {"code": 1011}, "forbidden", HOLD, id="rest-1011"),
    pytest.param("RestProxyError", "No profile", {"code": 1010}, "not_found", FINAL, id="rest-1010"),
    pytest.param("RestProxyError", "File type", {"code": 1030}, "rejected", FINAL, id="rest-1030"),
    pytest.param("RestProxyError", "Not saved", {"code": 1022}, "server_fault", LOOK_FIRST, id="rest-1022"),
    pytest.param("RestProxyError", "Hm", {"code": None}, "server_fault", LOOK_FIRST, id="rest-no-code"),
]


@pytest.mark.parametrize(("typename", "message", "more", "code", "next_step"), TYPED)
async def test_typed_error(
    typename: str, message: str, more: dict[str, Any], code: str, next_step: NextStep
) -> None:
    """Each member of the mutation's union has its next step, sometimes depending on the message."""
    error = await create(Reply(refusal(typename, message, **more)))
    assert (error.code, error.next_step) == (code, next_step)
    assert error.buffer_message == message
    assert message in error.message, "Buffer's own words are told"


async def test_the_messages_of_several_errors_are_joined() -> None:
    """One reply may have several errors."""
    both = errors(
        error_entry("One.", "GRAPHQL_VALIDATION_FAILED"), error_entry("Two.", "GRAPHQL_VALIDATION_FAILED")
    )
    assert (await create(Reply(both, 400))).buffer_message == "One. Two."


async def test_dropped_picture() -> None:
    """The post exists without its picture, and the error has it so that it can be deleted."""
    error = await create(Reply(success(assets=[])))
    assert (error.code, error.next_step) == ("image_dropped", FINAL)
    assert error.post is not None
    assert error.post.id == "a" * 24


@pytest.mark.parametrize(("sent", "kept"), [(2, 1), (10, 9), (3, 0)])
async def test_dropped_picture_of_several(sent: int, kept: int) -> None:
    """One missing picture is as bad as all: the post must not be published like that."""
    pictures = tuple(NewPicture(f"https://media.example.com/{n}.jpg") for n in range(sent))
    assets = [{"source": picture.url} for picture in pictures[:kept]]
    async with asking(Reply(success(assets=assets))) as (client, _):
        with pytest.raises(BufferError) as caught:
            await client.create_post(new_post(pictures=pictures))
    assert (caught.value.code, caught.value.next_step) == ("image_dropped", FINAL)
    assert caught.value.post is not None
    assert len(caught.value.post.asset_sources) == kept


async def test_an_unreadable_success_must_be_checked() -> None:
    """Something was created, but nobody knows which post it is."""
    for changes in ({"id": None}, {"createdAt": "yesterday"}, {"assets": None}, {"id": ""}):
        error = await create(Reply(success(**changes)))
        assert (error.code, error.next_step) == ("unknown_answer", LOOK_FIRST)


async def test_success_with_warnings_is_success(caplog: pytest.LogCaptureFixture) -> None:
    """The warning is logged without the caption that it quotes."""
    warning = error_entry(f"Text {new_post().text!r} is short", "SOFT_LIMIT")
    async with asking(Reply(success() | {"errors": [warning]})) as (client, _):
        post = await client.create_post(new_post())
    assert post.id == post_json()["id"]
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "SOFT_LIMIT" in record.getMessage()
    assert "is short" in record.getMessage()
    assert new_post().text not in record.getMessage()
