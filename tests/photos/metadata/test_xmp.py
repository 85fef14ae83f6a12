"""XMP as Lightroom, darktable, digiKam and Windows write it, and as nobody should."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.photos.metadata.xmp import Xmp, XmpDamaged, XmpHostile, parse_xmp
from photos.metadata.xmp_samples import BOMB, DAMAGED, NAMES, alt, bag, keywords, xmp


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (xmp(xmp_Rating=3, xmp_Label="Red"), Xmp(rating=3, label="Red")),
        (xmp("<xmp:Rating>4</xmp:Rating>", "<xmp:Label>Rot</xmp:Label>"), Xmp(rating=4, label="Rot")),
        (xmp(xmp_Rating=-1), Xmp(rating=-1)),
        (xmp(xmp_Rating="5.000000"), Xmp(rating=5)),
        (xmp(xmp_Rating=9), Xmp(rating=5)),
        (xmp(xmp_Rating=-7), Xmp()),
        (xmp(xmp_Rating=99_999), Xmp()),
        (xmp(xmp_Rating="1e400"), Xmp()),
        (xmp(xmp_Rating="NaN"), Xmp()),
        (xmp(xmp_Rating="many"), Xmp()),
        (xmp(MicrosoftPhoto_Rating=75), Xmp(rating=4)),
        (xmp(MicrosoftPhoto_Rating=1), Xmp(rating=1)),
        (xmp(MicrosoftPhoto_Rating=99), Xmp(rating=5)),
        (xmp(xmp_Rating=2, MicrosoftPhoto_Rating=99), Xmp(rating=2)),
        (xmp(xmpDM_pick=1), Xmp(flag="pick")),
        (xmp(xmpDM_pick=-1), Xmp(flag="reject")),
        (xmp(digiKam_PickLabel=3), Xmp(flag="pick")),
        (xmp(digiKam_PickLabel=2), Xmp()),
        (xmp(digiKam_PickLabel=1, xmp_Rating=0), Xmp(flag="reject", rating=0)),
        (xmp("<digiKam:PickLabel>3</digiKam:PickLabel>", xmp_Rating=4), Xmp(flag="pick", rating=4)),
        (
            xmp(bag("darktable:colorlabels", "0", "3", kind="Seq"), xmp_Rating=-1),
            Xmp(rating=-1, label="Red, Blue"),
        ),
        (xmp(bag("darktable:colorlabels", "7", "x", kind="Seq"), xmp_Label="Red"), Xmp(label="Red")),
        (xmp(alt("dc:title", de="Nebel", default="Fog")), Xmp(title="Fog")),
        (xmp(alt("dc:description", de="Nebel", en="Fog")), Xmp(description="Nebel")),
        (
            xmp(alt("Iptc4xmpCore:AltTextAccessibility", default="A pier &amp; fog")),
            Xmp(alt_text="A pier & fog"),
        ),
        (xmp("<dc:title>plain</dc:title>"), Xmp(title="plain")),
        (keywords("fog", "köln", "fog"), Xmp(keywords=("fog", "köln"))),
        (xmp("<dc:subject><rdf:Bag/></dc:subject>"), Xmp(keywords=())),
        (
            xmp(bag("dc:subject", "Berlin"), bag("lr:hierarchicalSubject", "Germany|Berlin")),
            Xmp(keywords=("Berlin", "Germany")),
        ),
        (xmp(bag("digiKam:TagsList", "Trips/Sea", kind="Seq")), Xmp(keywords=("Trips", "Sea"))),
        (xmp(bag("MicrosoftPhoto:LastKeywordXMP", "Trips/Sea")), Xmp(keywords=("Trips", "Sea"))),
        (
            xmp(
                bag("dc:subject", "darktable|format|jpg", "sea"),
                bag("lr:hierarchicalSubject", "darktable|format|jpg", kind="Seq"),
            ),
            Xmp(keywords=("sea",)),
        ),
        (xmp(bag("dc:subject", "sea", kind="Alt")), Xmp(keywords=("sea",))),
        (xmp(bag("dc:subject", "sea"), bag("dc:subject", "fog", kind="Seq")), Xmp(keywords=("sea", "fog"))),
        (xmp(bag("dc:title", "Fog", kind="Seq")), Xmp(title="Fog")),
        (b"", Xmp()),
        (b"no xml at all", Xmp()),
    ],
)
def test_what_programs_write_is_read(packet: bytes, expected: Xmp) -> None:
    assert parse_xmp([packet]) == expected


def test_properties_of_other_things_are_not_the_pictures() -> None:
    """The picture that it was made from has a rating of its own."""
    source = "<xmp:Derived><rdf:Description xmp:Rating='5'/></xmp:Derived>"
    assert parse_xmp([xmp(source, xmp_Rating=1)]) == Xmp(rating=1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_sidecar_may_be_in_any_encoding_of_xml(encoding: str) -> None:
    text = xmp(xmp_Label="köln").decode().partition("?>")[2].strip()
    text = "<?xml version='1.0'?>" + text if encoding != "utf-16-le" else "\ufeff" + text
    assert parse_xmp([text.encode(encoding)], is_embedded=False) == Xmp(label="köln")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declaration", ["", "<?xml version='1.0' encoding='utf-16'?>"])
def test_a_picture_may_hold_it_in_utf_16(encoding: str, declaration: str) -> None:
    text = declaration + xmp(xmp_Label="köln", xmp_Rating=3).decode().partition("?>")[2].strip()
    assert parse_xmp([text.encode(encoding) + bytes(3)]) == Xmp(label="köln", rating=3)


def test_what_is_around_a_sidecars_xml_is_no_damage() -> None:
    assert parse_xmp([b"\n " + xmp(xmp_Rating=3) + b"\n\0\0"], is_embedded=False) == Xmp(rating=3)


@pytest.mark.parametrize("is_embedded", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_bomb_is_refused_before_it_grows(is_embedded: bool, encoding: str) -> None:
    with pytest.raises(XmpHostile):
        parse_xmp([BOMB.decode().encode(encoding)], is_embedded=is_embedded)


@pytest.mark.parametrize(
    "packet",
    [
        b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>",
        b"<!DOCTYPE x [<!ENTITY e SYSTEM 'http://localhost/'>]><x>&e;</x>",
        b"<Rating>" * 100,
        b"<Rating>" + b"<a/>" * 600_000 + b"</Rating>",
    ],
)
def test_what_has_no_end_is_refused(packet: bytes) -> None:
    with pytest.raises(XmpHostile):
        parse_xmp([packet])


@pytest.mark.parametrize(
    "packet",
    [DAMAGED, b"<Rating>\xff</Rating>", b"<?xml version='1.0' encoding='of mine'?><Rating/>", b"Rating"],
)
def test_damage_is_named(packet: bytes) -> None:
    with pytest.raises(XmpDamaged):
        parse_xmp([packet])


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_else(noise: bytes) -> None:
    packet = xmp(xmp_Rating=3)
    for content in (noise + b"Rating", packet[: len(noise) * 3] + noise + packet[len(noise) * 3 :]):
        with suppress(XmpDamaged, XmpHostile):
            parse_xmp([content], is_embedded=False)


def test_a_value_is_cut_where_no_one_reads_on_and_keywords_are_counted() -> None:
    found = parse_xmp(
        [xmp(alt("dc:title", default="x" * 100_000), bag("dc:subject", *map(str, range(3000))))]
    )
    assert found.title is None or len(found.title) <= 20_000
    assert found.keywords is not None
    assert len(found.keywords) == 1000


def test_what_a_sidecar_does_not_say_is_taken_from_the_picture() -> None:
    sidecar, picture = Xmp(rating=0, keywords=()), Xmp(rating=4, title="Fog", keywords=("fog",))
    assert sidecar.over(picture) == Xmp(rating=0, title="Fog", keywords=())


def test_flags_come_from_flags_from_rejection_and_if_wanted_from_stars() -> None:
    assert Xmp(rating=5).verdict(None) is None
    assert Xmp(rating=5).verdict(4) == "pick"
    assert Xmp(rating=3).verdict(4) is None
    assert Xmp(rating=-1).verdict(0) == "reject"
    assert Xmp(flag="pick").verdict(None) == "pick"
    assert Xmp(flag="reject", rating=5).verdict(4) == "reject"
    assert (Xmp(rating=-1).stars, Xmp().stars, Xmp(rating=2).stars) == (0, 0, 2)


def test_names_are_only_declared() -> None:
    """A packet that says nothing of interest is not even parsed: most phones write one."""
    assert parse_xmp([f"<rdf:RDF {NAMES.partition('xmlns:lr')[0]}".encode()]) == Xmp()
