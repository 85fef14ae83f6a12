"""Parses XMP: what other photo programs note in a picture, or in a sidecar beside it.

A packet is a stranger's XML. It is read as a stream by defusedxml, which refuses entities, and only what is wanted of
it is kept. The spellings are those of Adobe's XMP specification, of the IPTC photo metadata standard, and of Lightroom,
darktable, digiKam and Windows.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fluffy_tui.core.errors import FluffyError

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_IPTC = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_LIGHTROOM = "{http://ns.adobe.com/lightroom/1.0/}"
_DIGIKAM = "{http://www.digikam.org/ns/1.0/}"
_MICROSOFT = "{http://ns.microsoft.com/photo/1.0/}"
_DYNAMIC_MEDIA = "{http://ns.adobe.com/xmp/1.0/DynamicMedia/}"
_DARKTABLE = "{http://darktable.sf.net/}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_RATING, _LABEL = f"{_XMP}Rating", f"{_XMP}Label"
_TITLE, _DESCRIPTION, _ALT_TEXT = f"{_DC}title", f"{_DC}description", f"{_IPTC}AltTextAccessibility"
_SUBJECT = f"{_DC}subject"
_PERCENT = f"{_MICROSOFT}Rating"
_COLORS, _COLOR_NAMES = f"{_DARKTABLE}colorlabels", ("Red", "Yellow", "Green", "Blue", "Purple")
_PICK, _PICK_LABEL = f"{_DYNAMIC_MEDIA}pick", f"{_DIGIKAM}PickLabel"
_HIERARCHIES = {
    f"{_LIGHTROOM}hierarchicalSubject": "|",
    f"{_DIGIKAM}TagsList": "/",
    f"{_MICROSOFT}LastKeywordXMP": "/",
}
"""Hierarchies of keywords, and what separates their levels."""
_TEXTS = (_TITLE, _DESCRIPTION, _ALT_TEXT)
_WANTED = frozenset(
    {_RATING, _LABEL, _COLORS, *_TEXTS, _SUBJECT, _PERCENT, _PICK, _PICK_LABEL, *_HIERARCHIES}
)
_NAMES = tuple(sorted({name.partition("}")[2].encode() for name in _WANTED}))
_OWN_KEYWORDS = "darktable"
"""Below it darktable keeps notes of its own, such as the format of the file."""

_MOST_DEPTH = 64
_MOST_ELEMENTS = 500_000
_MOST_TEXT = 20_000
"""Characters of a value; captions have at most a few thousand."""
_MOST_KEYWORDS = 1_000
STARS = 5
OUR_MARK = b'x:xmptk="fluffy-tui"'
"""In the sidecars that this program writes, and only there: whoever changes one puts its own name there."""
REJECTED = -1
_FLAGS = {
    (_PICK, "1"): "pick",
    (_PICK, "-1"): "reject",
    (_PICK_LABEL, "3"): "pick",
    (_PICK_LABEL, "1"): "reject",
}


class XmpDamaged(FluffyError):
    """It is no well-formed XML."""


class XmpHostile(FluffyError):
    """It defines entities, or has endless elements."""


@dataclass(frozen=True, slots=True)
class Xmp:
    """What is noted of a picture; None where nothing is."""

    rating: int | None = None
    """Stars, 0 to 5, or -1 for rejected."""
    flag: str | None = None
    """`pick` or `reject`, from programs that flag apart from the rating."""
    label: str | None = None
    """The name of a colour, in the language of the program."""
    title: str | None = None
    description: str | None = None
    alt_text: str | None = None
    keywords: tuple[str, ...] | None = None

    def over(self, other: Xmp) -> Xmp:
        """Return this, completed with what another says."""
        return Xmp(
            *(
                mine if (mine := getattr(self, name)) is not None else getattr(other, name)
                for name in self.__dataclass_fields__
            )
        )

    @property
    def stars(self) -> int:
        """0 to 5."""
        return max(self.rating or 0, 0)

    def verdict(self, pick_from: int | None) -> str | None:
        """Return how the photo is flagged: picked from so many stars on; None if no stars mean that."""
        if self.rating == REJECTED or self.flag == "reject":
            return "reject"
        is_picked = self.flag == "pick" or (pick_from is not None and self.stars >= pick_from)
        return "pick" if is_picked else None


def parse_xmp(packets: Iterable[bytes], *, is_embedded: bool = True) -> Xmp:
    """Parse packets that belong together, such as the main and the extended XMP of a JPEG; blocks.

    XMP that is embedded in a picture seldom has anything of interest.

    Raises:
        XmpDamaged: one is no well-formed XML.
        XmpHostile: one may take any amount of memory.
    """
    values: dict[str, list[tuple[str, str]]] = {}
    for packet in packets:
        encoding = _wide_encoding(packet)
        content = packet[: len(packet) & ~1].decode(encoding, "replace").encode() if encoding else packet
        if not is_embedded or b"<!" in content or any(name in content for name in _NAMES):
            _read(content.strip(b"\0 \t\r\n"), "utf-8" if encoding else None, values)
    return _xmp(values)


def _wide_encoding(packet: bytes) -> str | None:
    """Return UTF-16 in its byte order if a packet is in it, with a mark or without; TIFF may hold such."""
    start = packet[:2]
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(start)


def _read(packet: bytes, encoding: str | None, values: dict[str, list[tuple[str, str]]]) -> None:
    """Parse a packet; a given encoding counts more than what the packet says about itself."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_Properties(values), forbid_dtd=True, encoding=encoding)
    try:
        parser.feed(packet)
        parser.close()
    except DefusedXmlException:
        raise XmpHostile("Its XMP defines entities, as an XML bomb does.") from None
    except (
        ParseError,
        ValueError,
        LookupError,
    ):  # ValueError: bytes of another encoding; LookupError: of none
        raise XmpDamaged("Its XMP is damaged.") from None


class _Properties:
    """Adds to `values` what a parser finds: language and text of wanted properties of the picture itself, by name."""

    def __init__(self, values: dict[str, list[tuple[str, str]]]) -> None:
        self._values = values
        self._path: list[str] = []
        self._elements = 0
        self._language = ""
        self._text: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        self._path.append(tag)
        self._elements += 1
        if len(self._path) > _MOST_DEPTH or self._elements > _MOST_ELEMENTS:
            raise XmpHostile("Its XMP has too many elements.")
        self._language = attributes.get(_LANGUAGE, "")
        self._text, self._length = [], 0
        if tag == f"{_RDF}Description" and self._path[-2:-1] == [f"{_RDF}RDF"]:
            for name in _WANTED.intersection(attributes):
                self._add(name, "", attributes[name])

    def data(self, text: str) -> None:
        """Take some text."""
        self._length += len(text)
        if self._length <= _MOST_TEXT:
            self._text.append(text)

    def end(self, tag: str) -> None:
        """End an element, which is a value if it is a property of the picture, or an item of one."""
        match self._path:
            case [*_, rdf, top, name] if (rdf, top) == (
                f"{_RDF}RDF",
                f"{_RDF}Description",
            ) and name in _WANTED:
                self._add(name, "", "".join(self._text))
            case [*_, top, name, _, item] if (top, item) == (
                f"{_RDF}Description",
                f"{_RDF}li",
            ) and name in _WANTED:
                self._add(name, self._language, "".join(self._text))
        self._path.pop()
        self._text, self._length = [], 0

    def close(self) -> None:
        """End."""

    def _add(self, name: str, language: str, text: str) -> None:
        values = self._values.setdefault(name, [])
        if text.strip() and len(values) < _MOST_KEYWORDS:
            values.append((language, text.strip().replace("\0", "")))


def _xmp(values: Mapping[str, list[tuple[str, str]]]) -> Xmp:
    flags = ((name, text) for name in (_PICK, _PICK_LABEL) for _, text in values.get(name, ()))
    return Xmp(
        rating=_rating(values),
        flag=next((_FLAGS[flag] for flag in flags if flag in _FLAGS), None),
        label=_text(values.get(_LABEL)) or _colors(values.get(_COLORS, ())),
        title=_text(values.get(_TITLE)),
        description=_text(values.get(_DESCRIPTION)),
        alt_text=_text(values.get(_ALT_TEXT)),
        keywords=_keywords(values),
    )


def _rating(values: Mapping[str, list[tuple[str, str]]]) -> int | None:
    """Return the rating, none for one below that of a reject; Windows rates in percent, and writes both numbers."""
    if (rating := _number(values.get(_RATING))) is not None:
        return min(round(rating), STARS) if round(rating) >= REJECTED else None
    if (percent := _number(values.get(_PERCENT))) is not None:
        return max(0, min(round(percent / 25) + (percent > 0), STARS))
    return None


def _number(values: list[tuple[str, str]] | None) -> float | None:
    try:
        number = float(values[0][1]) if values else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1_000 else None


def _text(values: list[tuple[str, str]] | None) -> str | None:
    """Return a text in the language that the picture's author prefers, which XMP marks or lists first."""
    if not values:
        return None
    return next((text for language, text in values if language == "x-default"), values[0][1])


def _colors(values: Iterable[tuple[str, str]]) -> str | None:
    """Return the names of darktable's numbered labels, of which a photo may have several."""
    names = (_COLOR_NAMES[int(number)] for _, number in values if number in ("0", "1", "2", "3", "4"))
    return ", ".join(dict.fromkeys(names)) or None


def _keywords(values: Mapping[str, list[tuple[str, str]]]) -> tuple[str, ...] | None:
    """Return the keywords: those with others above them as one each, in the order of the file."""
    if not any(name in values for name in (_SUBJECT, *_HIERARCHIES)):
        return None
    words = dict.fromkeys(text for _, text in values.get(_SUBJECT, ()))
    for name, separator in _HIERARCHIES.items():
        for _, text in values.get(name, ()):
            levels = [level.strip() for level in text.split(separator)]
            if levels[0] != _OWN_KEYWORDS:
                words |= dict.fromkeys(filter(None, levels))
    return tuple(word for word in words if not word.startswith(f"{_OWN_KEYWORDS}|"))
