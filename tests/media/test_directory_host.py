"""The folder that a web server serves."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.media import (
    DirectoryHost,
    MediaHostError,
    directory_host,
    media_key,
    open_media_host,
    probe,
    public_listing,
    render,
)
from fluffy_tui.networks import rules_for
from fluffy_tui.settings import InvalidSetting, load_settings
from media.media_pictures import quadrants, saved

if TYPE_CHECKING:
    from media.media_servers import FolderServer

pytest_plugins = ("media.media_servers",)

KEY = media_key("kQ3_x-9aZ")


def test_the_key_holds_the_delivery_key() -> None:
    """Buffer's posts are recognised by it."""
    assert KEY == "posts/kQ3_x-9aZ.jpg"


@pytest.mark.parametrize("delivery_key", ["", "../../etc/passwd", "a b", "a?b", "ä", "a/b", "a\n"])
def test_a_delivery_key_that_would_not_survive_in_an_address_is_a_mistake(delivery_key: str) -> None:
    """No key leads out of the folder or needs escaping."""
    with pytest.raises(ValueError, match="delivery key"):
        media_key(delivery_key)


async def test_a_rendition_is_put_fetched_back_listed_and_deleted(
    folder_server: FolderServer, tmp_path: Path
) -> None:
    """The whole life of a picture, over real HTTP."""
    host = DirectoryHost(folder_server.folder, folder_server.url + "/")
    data = render(saved(quadrants(), tmp_path / "photo.png"), rules_for("instagram")).data
    url = await host.put(KEY, data)
    assert url == f"{folder_server.url}/posts/kQ3_x-9aZ.jpg"
    await host.verify(url, data)
    assert await host.put(KEY, data) == url
    assert await host.list_keys() == [KEY]
    await host.delete(KEY)
    await host.delete(KEY)
    assert await host.list_keys() == []
    with pytest.raises(MediaHostError):
        await host.verify(url, data)


async def test_everybody_may_read_and_no_half_file_stays(tmp_path: Path) -> None:
    """The web server is another user, and the umask may be anything."""
    host = DirectoryHost(tmp_path / "new" / "public", "http://127.0.0.1")
    before = os.umask(0o077)
    try:
        await host.put(KEY, b"first")
        await host.put(KEY, b"second")
    finally:
        os.umask(before)
    file = tmp_path / "new" / "public" / KEY
    assert file.read_bytes() == b"second"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o755
    assert set(file.parent.iterdir()) == {file, file.parent / "index.html"}


async def test_nothing_is_listed_before_anything_is_put(tmp_path: Path) -> None:
    """The folder does not exist yet, and other files in it are not ours."""
    host = DirectoryHost(tmp_path / "public", "http://127.0.0.1")
    assert await host.list_keys() == []
    await host.delete(KEY)
    (tmp_path / "public" / "posts").mkdir(parents=True)
    (tmp_path / "public" / "posts" / ".x.part").write_bytes(b"")
    (tmp_path / "public" / "index.html").write_bytes(b"")
    assert await host.list_keys() == []


async def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "public").write_bytes(b"")
    with pytest.raises(MediaHostError) as caught:
        await DirectoryHost(tmp_path / "public", "http://127.0.0.1").put(KEY, b"x")
    assert str(tmp_path / "public") in caught.value.message
    assert "FLUFFY_MEDIA_DIRECTORY" in caught.value.hint
    assert not caught.value.temporary


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_forbidden_folder_is_said_so(tmp_path: Path) -> None:
    """Permissions are the usual reason."""
    (tmp_path / "public").mkdir(mode=0o500)
    with pytest.raises(MediaHostError) as caught:
        await DirectoryHost(tmp_path / "public", "http://127.0.0.1").put(KEY, b"x")
    assert not caught.value.temporary


async def test_the_probe_measures_and_leaves_nothing(folder_server: FolderServer) -> None:
    """The check uploads, fetches back, compares and deletes."""
    assert await probe(DirectoryHost(folder_server.folder, folder_server.url)) > 0
    assert [path for path in folder_server.folder.rglob("*") if path.is_file()] == []


async def test_the_probe_cleans_up_when_the_address_is_another_place(
    folder_server: FolderServer, tmp_path: Path
) -> None:
    """The two settings do not belong together."""
    elsewhere = tmp_path / "elsewhere"
    with pytest.raises(MediaHostError, match="status 404"):
        await probe(DirectoryHost(elsewhere, folder_server.url))
    assert [path for path in elsewhere.rglob("*") if path.is_file()] == []


def test_the_settings_decide_which_host_is_opened(tmp_path: Path) -> None:
    """None without a host; a folder with its address."""
    plain = {"FLUFFY_CONFIG": str(tmp_path / "none.toml")}
    assert open_media_host(load_settings(plain)) is None
    folder = {
        **plain,
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_BASE_URL": "https://pictures.example/fluffy/",
        "FLUFFY_MEDIA_DIRECTORY": str(tmp_path),
    }
    host = open_media_host(load_settings(folder))
    assert isinstance(host, DirectoryHost)
    assert (host.directory, host.base_url) == (tmp_path, "https://pictures.example/fluffy")
    with pytest.raises(InvalidSetting):
        load_settings({**folder, "FLUFFY_MEDIA_BASE_URL": "http://pictures.example"})


@pytest.mark.parametrize(
    "base_url",
    ["https://b.example/?X-Amz-Signature=s3cr3t", "https://b.example/#s3cr3t"],
)
def test_an_address_that_cannot_work_is_refused_without_repeating_it(tmp_path: Path, base_url: str) -> None:
    """Presigned addresses; what is secret in them is not shown."""
    settings = load_settings(
        {
            "FLUFFY_CONFIG": str(tmp_path / "none.toml"),
            "FLUFFY_MEDIA_HOST": "directory",
            "FLUFFY_MEDIA_BASE_URL": base_url,
            "FLUFFY_MEDIA_DIRECTORY": str(tmp_path),
        }
    )
    with pytest.raises(MediaHostError) as caught:
        open_media_host(settings)
    assert "s3cr3t" not in str(caught.value)
    assert not caught.value.temporary


async def test_a_web_server_does_not_list_the_pictures(folder_server: FolderServer) -> None:
    """The empty page is not a picture, and a page that the user has stays."""
    host = DirectoryHost(folder_server.folder, folder_server.url)
    (folder_server.folder / "index.html").write_text("mine")
    await host.put(KEY, b"x")
    assert await host.list_keys() == [KEY]
    assert await public_listing(host.base_url) == ""
    assert (folder_server.folder / "index.html").read_text() == "mine"
    (folder_server.folder / "posts" / "index.html").unlink()
    assert await public_listing(host.base_url) == f"{folder_server.url}/posts/"


async def test_a_place_that_does_not_answer_lists_nothing() -> None:
    assert await public_listing("http://127.0.0.1:9") == ""


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:8000",
        "https://localhost/p",
        "https://192.168.1.5/p",
        "https://[fd00::1]/p",
        "https://nas/p",
        "https://nas.local/p",
    ],
)
def test_an_address_that_only_this_network_knows_is_refused_for_the_real_buffer(
    tmp_path: Path, base_url: str
) -> None:
    """From here it answers, and Buffer would never get the picture."""
    values = {
        "FLUFFY_CONFIG": str(tmp_path / "none.toml"),
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_BASE_URL": base_url,
        "FLUFFY_MEDIA_DIRECTORY": str(tmp_path),
    }
    with pytest.raises(MediaHostError, match="Buffer cannot fetch pictures from") as caught:
        open_media_host(load_settings(values))
    assert "public https address" in caught.value.hint
    assert open_media_host(load_settings({**values, "FLUFFY_BUFFER_URL": "http://127.0.0.1:9"})) is not None


async def test_a_disk_that_does_not_answer_ends_an_upload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(directory_host, "PUT_SECONDS", 0.2)
    monkeypatch.setattr(directory_host, "write_atomically", lambda *_, **__: over.wait())
    with pytest.raises(MediaHostError) as caught:
        await DirectoryHost(tmp_path, "http://127.0.0.1").put(KEY, b"x")
    over.set()
    assert "took longer than" in caught.value.message
    assert caught.value.temporary
