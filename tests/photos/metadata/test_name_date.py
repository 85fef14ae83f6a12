"""Dates in file names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.photos import DateSource
from fluffy_tui.photos.metadata.name_date import date_in_name

MOMENT = datetime(2023, 11, 5, 14, 30, 15)
NOON = datetime(2023, 11, 5, 12)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20231105_143015.jpg",
        "IMG_20231105_143015_1.jpg",
        "20231105_143015.jpg",
        "MVIMG_20231105_143015.jpg",
        "Screenshot_20231105-143015.png",
        "Screenshot_20231105_143015_Chrome.jpg",
        "Screenshot 2023-11-05 at 14.30.15.png",
        "Screenshot 2023-11-05 at 2.30.15\u202fPM.png",
        "Screenshot from 2023-11-05 14-30-15.png",
        "signal-2023-11-05-143015.jpg",
        "signal-2023-11-05-14-30-15-123.jpg",
        "WhatsApp Image 2023-11-05 at 14.30.15.jpeg",
        "photo_2023-11-05_14-30-15.jpg",
        "2023-11-05 14.30.15.jpg",
        "20231105143015.jpg",
        "00000IMG_00000_BURST20231105143015123_COVER.jpg",
        "Bildschirmfoto 2023-11-05 um 14.30.15.png",
        "Capture d’écran 2023-11-05 à 14.30.15.png",
        "Captura de pantalla 2023-11-05 a la(s) 14.30.15.png",
        "Schermata 2023-11-05 alle 14.30.15.png",
        "スクリーンショット 2023-11-05 14.30.15.png",
    ],
)
def test_names_with_date_and_time(name: str) -> None:
    assert date_in_name(name) == (MOMENT, DateSource.NAME)


@pytest.mark.parametrize(
    "name", ["IMG-20231105-WA0001.jpg", "2023-11-05.jpg", "20231105.jpg", "a 2023.11.05 b.jpg"]
)
def test_names_with_a_day_alone_are_of_noon(name: str) -> None:
    assert date_in_name(name) == (NOON, DateSource.NAME_OF_DAY)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_2041.JPG",
        "IMG_20231305_143015.jpg",
        "IMG_20231105_253015.jpg",
        "120231105.jpg",
        "202311051.jpg",
        "10203040_20120101123_n.jpg",
        "DSC_0001.NEF.jpg",
        "18000101.jpg",
        "2023-1105.jpg",
        "",
    ],
)
def test_names_without_a_date(name: str) -> None:
    assert date_in_name(name) is None


@pytest.mark.parametrize("name", ["PXL_20231105_143015123.MP.jpg", "PXL_20231105_143015123~2.jpg"])
def test_a_pixel_phone_writes_greenwichs_time(name: str) -> None:
    assert date_in_name(name) == (MOMENT.replace(tzinfo=UTC), DateSource.NAME_IN_UTC)


def test_a_day_has_no_zone_whichever_phone_writes_it() -> None:
    assert date_in_name("PXL_20231105.jpg") == (NOON, DateSource.NAME_OF_DAY)


@given(st.text(alphabet="0123456789-_. atPM:()", max_size=40))
def test_no_name_is_an_error(name: str) -> None:
    found = date_in_name(name)
    assert found is None or found[0].tzinfo is None
