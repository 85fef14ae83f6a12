"""Makes XMP as photo programs write it."""

from __future__ import annotations

import hashlib

NAMES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"'
    ' xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/"'
    ' xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"'
    ' xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/"'
    ' xmlns:darktable="http://darktable.sf.net/"'
    ' xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'
)
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f"<rdf:RDF {NAMES}><rdf:Description><dc:title>&b;</dc:title></rdf:Description></rdf:RDF>"
).encode()
DAMAGED = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><xmp:Rating"


def bag(name: str, *words: str, kind: str = "Bag") -> str:
    """Return a property with several values."""
    items = "".join(f"<rdf:li>{word}</rdf:li>" for word in words)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"


def alt(name: str, **texts: str) -> str:
    """Return a property with a text in several languages; `default` is the one that the author prefers."""
    languages = {key.replace("default", "x-default"): text for key, text in texts.items()}
    items = "".join(f'<rdf:li xml:lang="{key}">{text}</rdf:li>' for key, text in languages.items())
    return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


def xmp(*elements: str, **attributes: object) -> bytes:
    """Return a packet with these properties; an attribute's first `_` stands for a colon."""
    given = "".join(f' {name.replace("_", ":", 1)}="{value}"' for name, value in attributes.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {NAMES}><rdf:Description rdf:about=""{given}>{"".join(elements)}</rdf:Description></rdf:RDF>'
        f'</x:xmpmeta>\n{" " * 100}<?xpacket end="w"?>'
    ).encode()


def keywords(*words: str) -> bytes:
    """Return a packet with keywords and nothing else."""
    return xmp(bag("dc:subject", *words))


def extended(jpeg: bytes, packet: bytes, *, piece: int = 1000, lost: int | None = None) -> bytes:
    """Return a JPEG with a main packet that names an extension, whose pieces follow.

    Args:
        jpeg: Without XMP.
        packet: The extension.
        piece: Bytes of a piece.
        lost: Which piece is left out.
    """
    digest = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()
    segments = [b"http://ns.adobe.com/xap/1.0/\0" + xmp(xmp_Rating=2, xmpNote_HasExtendedXMP=digest)]
    head = b"http://ns.adobe.com/xmp/extension/\0" + digest.encode() + len(packet).to_bytes(4, "big")
    for number, offset in enumerate(range(0, len(packet), piece)):
        if number != lost:
            segments.append(head + offset.to_bytes(4, "big") + packet[offset : offset + piece])
    marked = b"".join(b"\xff\xe1" + (len(data) + 2).to_bytes(2, "big") + data for data in segments)
    return jpeg[:2] + marked + jpeg[2:]
