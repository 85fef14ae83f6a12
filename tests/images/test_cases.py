"""Three hundred odd files, as cameras, phones, programs and bad disks leave them: each has its right outcome.

`cases/expect.json` says of each file what it is and what is right. In the marker picture, upright, red is top left,
green top right, blue bottom left and yellow bottom right, as they should be posted.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import shutil
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from PIL import Image

from fluffy_tui.images import PhotoUnreadable, decode_to_fit
from fluffy_tui.media import render
from fluffy_tui.networks import rules_for
from fluffy_tui.photos.ingest.file_reader import FoundFile, read_file
from fluffy_tui.photos.ingest.folder_walk import Accompanied, walk
from fluffy_tui.photos.model import DateSource, FailedFile, PassedOver

CASES = Path(__file__).parent / "cases"
EXPECTED: dict[str, dict[str, Any]] = json.loads((CASES / "expect.json").read_text(encoding="utf-8"))

# The app ignores Pillow's warnings about metadata; here they would be errors.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

READ_BY_NOW = {
    "ext__gif_named.jpg",
    "ext__tiff_named.jpg",
}
"""Formats that the list calls unreadable."""


Outcome: TypeAlias = FoundFile | FailedFile | PassedOver


def own_path(name: str) -> Path:
    """Return where a case lies in a folder of photos: the part before the first mark says what it is about."""
    kind, _, rest = name.partition("__")
    return Path(kind, "__MACOSX", rest[11:]) if rest.startswith("__MAC") else Path(kind, *rest.split("__"))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    """Import all files as one folder, and return what became of each, by its name; quiet ones are missing."""
    folder = tmp_path_factory.mktemp("photos")
    for name in EXPECTED:
        copy = folder / own_path(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CASES / name, copy)
    names = {str(folder / own_path(name)): name for name in EXPECTED}
    found: dict[str, Outcome] = {}
    for path in walk([folder], threading.Event()):
        path = path.path if isinstance(path, Accompanied) else path
        outcome = read_file(path, threading.Event()) if isinstance(path, str) else path
        if outcome is not None:
            found[names[str(outcome.path)]] = outcome
    return found


def named(*kinds: str) -> list[str]:
    return sorted(name for name, case in EXPECTED.items() if case["expect"] in kinds)


@pytest.mark.parametrize("name", named("import"))
def test_sound_pictures_are_imported_shown_and_posted_right(
    outcomes: Mapping[str, Outcome], name: str
) -> None:
    """Upright, at their size, with the time taken, and in the same colours in the preview and in the post."""
    case, found = EXPECTED[name], outcomes[name]
    assert isinstance(found, FoundFile), found
    if "size" in case:
        assert [found.width, found.height] == case["size"]
    check_time(case, found)
    preview = decode_to_fit(CASES / name, 300, 300)
    rendition = render(CASES / name, rules_for("instagram"))
    posted = Image.open(io.BytesIO(rendition.data))
    if "corners" in case and not case.get("soft"):
        assert_corners(preview, case)
        assert_corners(posted, case)
    if "gps" in case:
        assert rendition.location_removed is case["gps"]


@pytest.mark.parametrize("name", [name for name in named("import") if "cmyk" in name or "ycck" in name])
def test_a_picture_for_print_is_posted_in_the_colours_that_are_shown(name: str) -> None:
    """Nearly, since a post is a JPEG."""
    shown = decode_to_fit(CASES / name, 480, 320)
    there = posted(name).resize(shown.size)
    for place in ((40, 40), (440, 40), (40, 280), (440, 280), (240, 60)):
        both = zip(shown.getpixel(place), there.getpixel(place), strict=True)  # type: ignore[arg-type]
        assert max(abs(a - b) for a, b in both) <= 4, place


@pytest.mark.parametrize("name", named("refuse"))
def test_what_is_no_picture_is_refused_with_its_reason(outcomes: Mapping[str, Outcome], name: str) -> None:
    if name in READ_BY_NOW:
        assert_imported(outcomes, name)
    else:
        assert isinstance(outcomes[name], FailedFile)


@pytest.mark.parametrize("name", named("named", "icloud"))
def test_pictures_of_every_other_kind_are_imported_or_counted(
    outcomes: Mapping[str, Outcome], name: str
) -> None:
    if isinstance(outcomes[name], FoundFile):
        assert_imported(outcomes, name)
    else:
        assert isinstance(outcomes[name], PassedOver)


@pytest.mark.parametrize("name", named("damaged"))
def test_what_does_not_decode_whole_is_neither_shown_nor_posted(
    outcomes: Mapping[str, Outcome], name: str
) -> None:
    for use in (functools.partial(decode_to_fit, CASES / name, 300, 300), functools.partial(posted, name)):
        with pytest.raises(PhotoUnreadable):
            use()


def assert_imported(outcomes: Mapping[str, Outcome], name: str) -> None:
    found = outcomes[name]
    assert isinstance(found, FoundFile), found
    assert [found.width, found.height] == EXPECTED[name]["size"]
    assert_corners(decode_to_fit(CASES / name, 300, 300), EXPECTED[name])
    assert_corners(posted(name), EXPECTED[name])


def posted(name: str) -> Image.Image:
    return Image.open(io.BytesIO(render(CASES / name, rules_for("instagram")).data))


@pytest.mark.parametrize("name", named("quiet"))
def test_what_was_never_meant_as_a_photo_is_passed_over(outcomes: Mapping[str, Outcome], name: str) -> None:
    assert name not in outcomes


@pytest.mark.parametrize("name", named("either"))
def test_oddities_are_taken_whole_or_refused(outcomes: Mapping[str, Outcome], name: str) -> None:
    if isinstance(outcomes[name], FoundFile):
        with contextlib.suppress(PhotoUnreadable):
            assert_corners(decode_to_fit(CASES / name, 300, 300), EXPECTED[name])
            assert_corners(posted(name), EXPECTED[name])


def check_time(case: dict[str, Any], found: FoundFile) -> None:
    """Compare the time by the camera's clock."""
    wanted = case.get("taken")
    if wanted in ("any", "soft"):
        assert (found.taken_at.tzinfo is None) is (found.dated_by is not DateSource.FILE)
    elif wanted is not None:
        assert found.taken_at == datetime.fromisoformat(wanted[:19])
    elif case.get("datecase"):
        assert found.dated_by is DateSource.FILE


def assert_corners(picture: Image.Image, case: dict[str, Any]) -> None:
    """Compare a small patch near each corner."""
    across, down = picture.width // 20, picture.height // 20
    for corner, (x, y) in zip(
        case["corners"],
        [(across, down), (-across, down), (across, -down), (-across, -down)],
        strict=True,
    ):
        color = picture.getpixel((x % picture.width, y % picture.height))
        assert isinstance(color, tuple)
        assert all(abs(a - b) <= case["tol"] + 2 for a, b in zip(color, corner, strict=True)), (color, corner)
