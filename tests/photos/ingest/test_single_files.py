"""Import of files that are named one by one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fluffy_tui.core.errors import UsageError
from fluffy_tui.photos import FailedFile, Photo, existing_file
from scheduling.conftest import clock as clock, place as place, stand_in as stand_in
from scheduling.workplace import Workplace, write_photo


@pytest.mark.parametrize("dry_run", [False, True])
async def test_each_file_becomes_its_photo_or_a_reason(place: Workplace, dry_run: bool) -> None:
    known = await place.photo(1)
    new, copy, hidden = (
        write_photo(place.folder.parent / "other" / name, n)
        for name, n in (
            ("new.jpg", 2),
            ("copy.jpg", 1),
            (".hidden.jpg", 3),
        )
    )
    text, broken = place.folder / "notes.txt", place.folder / "broken.jpg"
    text.write_text("notes")
    broken.write_bytes(b"\xff\xd8\xff nothing")
    odd = write_photo(place.folder / os.fsdecode(b"\xff.jpg"), 4)
    found = await place.services.photos.import_files(
        [new, copy, hidden, text, broken, odd, new], place.persona, dry_run=dry_run
    )
    assert [isinstance(each, Photo) for each in found] == [True, True, True, False, False, False, True]
    assert found[0] == found[6]
    assert [each.id == known.id for each in found if isinstance(each, Photo)] == [False, True, False, False]
    assert all(each.reason for each in found if isinstance(each, FailedFile))
    stored = {photo.name for photo in await place.services.photos.unscheduled(place.persona)}
    assert stored == ({known.name} if dry_run else {known.name, "new.jpg", ".hidden.jpg"})


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_photo_that_was_moved_is_found_in_its_new_place(place: Workplace, dry_run: bool) -> None:
    known = await place.photo(1)
    moved = known.path.rename(place.folder.parent / "moved.jpg")
    [photo] = await place.services.photos.import_files([moved], place.persona, dry_run=dry_run)
    assert isinstance(photo, Photo)
    assert (photo.id, photo.path) == (known.id, moved)


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_file_that_has_changed_since_it_was_scheduled_is_refused(
    place: Workplace, dry_run: bool
) -> None:
    post = await place.submit(number=1)
    path = (await place.services.photos.get(post.photo_id)).path
    write_photo(path, 2)
    [failed] = await place.services.photos.import_files([path], place.persona, dry_run=dry_run)
    assert isinstance(failed, FailedFile)
    assert "changed since it was scheduled" in failed.reason


async def test_a_file_that_has_changed_since_its_photo_went_live_is_a_new_photo(place: Workplace) -> None:
    """The posted photo stays what it was, without a file here; the path is the new one's."""
    post = await place.submit(number=1)
    posted = await place.services.photos.get(post.photo_id)
    write_photo(posted.path, 2)
    await place.execute(
        "UPDATE posts SET step = 'live', status = 'posted', posted_at = now(), buffer_post_id = '1'"
    )
    cross_post = json.dumps(
        {
            "id": 9,
            "lead_post_id": post.id,
            "photo_id": None,
            "channel_id": "2",
            "delivery_key": "9",
            "buffer_post_id": "2",
            "posted_at": None,
            "error_code": "rejected",
            "error_message": "Instagram rejected it.",
            "step": "failed",
            "status": "failed",
        }
    )
    await place.execute(
        f"INSERT INTO posts SELECT (jsonb_populate_record(p, $json${cross_post}$json$)).* FROM posts p"
    )
    summary = await place.services.photos.import_folders([posted.path.parent], place.persona)
    assert [file.reason for file in summary.failed if "scheduled" in file.reason], "one channel may retry it"
    await place.execute("DELETE FROM posts WHERE id = 9")
    summary = await place.services.photos.import_folders([posted.path.parent], place.persona)
    assert (summary.imported, summary.failed) == (1, ())
    [new] = await place.services.photos.unscheduled(place.persona)
    assert (new.path, new.sha256 == posted.sha256) == (posted.path, False)
    before = await place.services.photos.get(posted.id)
    assert (before.sha256, before.missing_since is not None) == (posted.sha256, True)
    again = await place.services.photos.import_folders([posted.path.parent], place.persona)
    assert (again.imported, again.unchanged) == (0, 1)


def test_only_a_file_that_is_there_is_taken(tmp_path: Path) -> None:
    path = write_photo(tmp_path / "a.jpg")
    link = tmp_path / "link.jpg"
    link.symlink_to(path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert existing_file(link) == path.resolve()
    for wrong, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "none", "does not exist"),
        (path / "x", "exist"),
        (tmp_path / "self", "a link that points back to itself"),
        (Path("~nobody-here/a.jpg"), "does not exist"),
    ):
        with pytest.raises(UsageError, match=words):
            existing_file(wrong)
