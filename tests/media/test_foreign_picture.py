"""A stranger's address leads nowhere but to the public internet, and costs no more than was allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.media import PictureNotFetched, fetch_foreign_picture

if TYPE_CHECKING:
    from media.media_servers import ToldServer

pytest_plugins = ("media.media_servers",)


def reply(status: str = "200 OK", body: bytes = b"a picture", more: str = "") -> bytes:
    lines = [f"HTTP/1.1 {status}", "Connection: close", *([more] if more else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/picture.jpg",
        "https://127.0.0.1/picture.jpg",
        "https://localhost/picture.jpg",
        "https://10.0.0.7/picture.jpg",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/picture.jpg",
        "https://[::ffff:10.0.0.7]/picture.jpg",
        "https://[fd00::1]/picture.jpg",
        "https://[fec0::1]/picture.jpg",
        "https://[::7f00:1]/picture.jpg",
        "https://[::ffff:0:7f00:1]/picture.jpg",
        "https://[64:ff9b::a00:7]/picture.jpg",
        "https://[64:ff9b:1::7f00:1]/picture.jpg",
        "https://[2002:a00:7::]/picture.jpg",
        "https://[2002:7f00:1::]/picture.jpg",
        "https://me:secret@example.org/picture.jpg",
        "ftp://example.org/picture.jpg",
        "file:///etc/passwd",
        "https://",
        "not an address",
    ],
)
async def test_only_the_public_internet_is_asked(url: str) -> None:
    with pytest.raises(PictureNotFetched):
        await fetch_foreign_picture(url)


async def test_where_buffer_is_on_this_computer_its_pictures_are(told_server: ToldServer) -> None:
    told_server.answers = {"GET": reply()}
    with pytest.raises(PictureNotFetched, match="public internet"):
        await fetch_foreign_picture(told_server.url)
    assert await fetch_foreign_picture(told_server.url, may_be_local=True) == b"a picture"


async def test_no_redirect_leads_out_of_what_is_allowed_or_round_and_round(told_server: ToldServer) -> None:
    told_server.answers = {"GET": reply("302 Found", more="Location: https://10.0.0.7/picture.jpg")}
    with pytest.raises(PictureNotFetched, match="public internet"):
        await fetch_foreign_picture(told_server.url, may_be_local=True)
    told_server.answers = {"GET": reply("302 Found", more=f"Location: {told_server.url}")}
    with pytest.raises(PictureNotFetched, match="redirects"):
        await fetch_foreign_picture(told_server.url, may_be_local=True)


async def test_size_and_time_are_limited(told_server: ToldServer) -> None:
    told_server.answers = {"GET": reply(body=b"x" * 2_000)}
    with pytest.raises(PictureNotFetched, match="more than 1000 bytes"):
        await fetch_foreign_picture(told_server.url, may_be_local=True, most_bytes=1_000)
    told_server.answers = {"GET": None}
    with pytest.raises(PictureNotFetched, match="longer than"):
        await fetch_foreign_picture(told_server.url, may_be_local=True, seconds=0.2)
    told_server.answers = {"GET": reply("404 Not Found")}
    with pytest.raises(PictureNotFetched, match="404"):
        await fetch_foreign_picture(told_server.url, may_be_local=True)
