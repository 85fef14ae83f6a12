"""The mark that a picture was made with AI: found in a photo, and written into its rendition.

IPTC defines the mark as the property DigitalSourceType of its photo metadata standard (iptc.org, NewsCodes
"Digital Source Type"). It is written as XMP, or inside the C2PA manifest of a picture; in both it is the same
address in plain bytes, unless a PNG holds its XMP compressed. IPTC's older binary records (IIM) have no field for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fluffy_tui.images import png_xmp, reading

_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_PIECE = 1 << 20
_LONGEST_MARK = 128
_MARK = re.compile(
    rb"cv\.iptc\.org/newscodes/digitalsourcetype/((?:composite[wW]ithT|t)rainedAlgorithmicMedia)(?![A-Za-z])"
)


def find_ai_mark(path: Path) -> str | None:
    """Return the digital source type of a picture made with AI, wholly or partly, or None; its pixels stay coded.

    Raises:
        PhotoUnreadable: the file cannot be read.
    """
    with reading(path) as file:
        found = set(_marks(png_xmp(file)))
        file.seek(0)
        before = b""
        while not found and (piece := file.read(_PIECE)):
            found.update(_marks(before + piece))
            before = piece[-_LONGEST_MARK:]
    # A picture that is wholly made with AI says more than one that has a part of it.
    return max(found, key=lambda mark: mark.startswith("trained"), default=None)


def _marks(data: bytes) -> Iterator[str]:
    """Yield the marks in some bytes, of which XMP may be in UTF-16."""
    return (mark.decode() for mark in _MARK.findall(data.replace(b"\0", b"")))


def xmp_packet(mark: str) -> bytes:
    """Return an XMP packet that says how the picture was made, and nothing else."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' Iptc4xmpExt:DigitalSourceType="{_VOCABULARY}{mark}"/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
