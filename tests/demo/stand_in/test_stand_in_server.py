"""The media folder over HTTP."""

from __future__ import annotations

from pathlib import Path

from demo.stand_in_caller import Caller, jpeg


async def test_head_and_get_match(buffer: Caller) -> None:
    url = buffer.picture()
    head, get = await buffer.http.head(url), await buffer.http.get(url)
    for reply in (head, get):
        assert reply.status_code == 200
        assert reply.headers["Content-Type"] == "image/jpeg"
        assert reply.headers["Content-Length"] == str(len(jpeg()))
    assert get.content == jpeg()


async def test_folders_are_never_listed(buffer: Caller) -> None:
    (buffer.media / "inner").mkdir()
    buffer.picture("inner/a.jpg")
    for path in ("", "/", "/inner", "/inner/"):
        assert (await buffer.http.get(buffer.server.media_url + path)).status_code in {403, 404}
    assert (await buffer.http.get(f"{buffer.server.media_url}/inner/a.jpg")).status_code == 200


async def test_nothing_outside_the_folder_is_served(buffer: Caller, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg())
    (buffer.media / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    for path in ("/../secret.jpg", "/%2e%2e/secret.jpg", "/..%2fsecret.jpg", "/link.jpg", "//etc/passwd"):
        reply = await buffer.http.get(buffer.server.media_url + path)
        assert reply.status_code in {400, 403, 404}, path
