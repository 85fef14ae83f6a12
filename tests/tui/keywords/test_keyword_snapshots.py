"""Keywords, stars and what other programs have written, as they look in three sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluffy_tui.photos import KeywordSource, PhotoTexts
from tui.conftest import Looks
from tui.fakes import MARKUP, FakeServices

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def written(services: FakeServices) -> None:
    """Give two photos keywords, and one of them stars and texts of other programs."""
    for id_, words in ((40, ("fog", "black sand", "pier", MARKUP)), (39, ("fog", "black sand"))):
        services.keywords.kept[id_] = {(word, KeywordSource.HAND): word for word in words}
    services.photos.photos[40] = replace(services.photos.photos[40], stars=4)
    services.photos.written[40] = PhotoTexts(
        "Red", "Fog", f"Fog on the pier {MARKUP}", "A pier that ends in fog"
    )


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("library", ()),
        ("prompt", ("space", "space", "number_sign", *"pi")),
        ("composer", ("enter",)),
        ("save", ("slash", "number_sign", *"fog", "ctrl+s")),
    ],
)
def test_keywords(looks: Looks, size: tuple[int, int], name: str, keys: tuple[str, ...]) -> None:
    assert name
    assert looks(size, "1", *keys)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_themes(looks: Looks, theme: str) -> None:
    keys = ("space", "space", "number_sign", *"pi")
    assert looks((60, 18), "1", *keys, theme=theme)
