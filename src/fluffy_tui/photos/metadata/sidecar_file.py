"""Writes what was posted into an XMP sidecar beside a photo. A sidecar of another program is never touched."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.photos.metadata.companions import SIDECAR, is_ours, sidecars_of, spelled_in
from fluffy_tui.photos.metadata.xmp import OUR_MARK

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML can have."""
_HEAD = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" {mark}>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
  xmlns:xmp="http://ns.adobe.com/xap/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
  xmp:Rating="{rating}">
"""
_TAIL = """</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


@dataclass(frozen=True, slots=True)
class PostedTexts:
    """What was posted with a photo."""

    caption: str
    alt_text: str
    link: str
    """The address of the post; empty if it is not known."""


def sidecar_content(posted: PostedTexts, keywords: Iterable[str], rating: int) -> str:
    """Return a sidecar of what was posted of a photo, with its keywords and its stars, or -1 if it is rejected."""
    properties = (
        _text("dc:description", posted.caption),
        _text("Iptc4xmpCore:AltTextAccessibility", posted.alt_text),
        _bag("dc:subject", keywords),
        _bag("dc:relation", filter(None, [posted.link])),
    )
    return _HEAD.format(mark=OUR_MARK.decode(), rating=rating) + "".join(properties) + _TAIL


def write_sidecar(photo: Path, content: str) -> bool:
    """Write a sidecar beside a photo, as `name.jpg.xmp`, unless one is there that another program has written; blocks.

    Returns:
        Whether it was written.

    Raises:
        OSError: it cannot be written.
    """
    present = sidecars_of(str(photo), spelled_in(str(photo.parent)))
    if not all(is_ours(os.path.join(photo.parent, name)) for name in present):  # noqa: PTH118
        return False
    write_atomically(photo.with_name(f"{photo.name}{SIDECAR}"), content, mode=None)
    return True


def _text(name: str, text: str) -> str:
    if not text:
        return ""
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{_escaped(text)}</rdf:li></rdf:Alt></{name}>\n'


def _bag(name: str, words: Iterable[str]) -> str:
    items = "".join(f"<rdf:li>{_escaped(word)}</rdf:li>" for word in words)
    return f"<{name}><rdf:Bag>{items}</rdf:Bag></{name}>\n" if items else ""


def _escaped(text: str) -> str:
    return escape(_NO_XML.sub("", text))
