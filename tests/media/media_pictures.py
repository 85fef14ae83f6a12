"""Pictures made for the tests: every mode, format, orientation and kind of metadata that a photo comes in."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import ExifTags, Image, ImageCms, PngImagePlugin


def quadrants(width: int = 80, height: int = 40) -> Image.Image:
    """Return a picture with red, green, blue and yellow quarters, in reading order."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    image.paste("yellow", (width // 2, height // 2, width, height))
    return image


def noise(width: int, height: int) -> Image.Image:
    """Return a picture that compresses as badly as a picture can."""
    channels = [Image.effect_noise((width, height), 120) for _ in range(3)]
    return Image.merge("RGB", channels)


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    """Save a picture and return its path; a PNG gets its XMP compressed, as editors write it."""
    if path.suffix == ".png" and isinstance(packet := options.pop("xmp", None), bytes):
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
        options["pnginfo"] = text
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def opened(data: bytes) -> Image.Image:
    """Decode a rendition."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def near(pixel: object, expected: tuple[int, int, int], tolerance: int = 12) -> bool:
    """Whether a pixel has this colour, give or take what JPEG does to it."""
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= tolerance for one, other in zip(pixel, expected, strict=True))


def exif_with_position(orientation: int = 1) -> Image.Exif:
    """Return EXIF with a camera, a GPS position and an orientation."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "SecretCamera"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 29.0)
    gps[ExifTags.GPS.GPSLongitudeRef] = "E"
    gps[ExifTags.GPS.GPSLongitude] = (2.0, 17.0, 40.0)
    return exif


def xmp(*, mark: str | None = None, position: bool = False) -> bytes:
    """Return an XMP packet as an editor writes it, with what the rendition must and must not keep."""
    vocabulary = "http://cv.iptc.org/newscodes/digitalsourcetype/"
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        + ("<exif:GPSLatitude>48,51.48N</exif:GPSLatitude>" if position else "")
        + "<dc:creator>SecretPerson</dc:creator>"
        + (
            f"<Iptc4xmpExt:DigitalSourceType>{vocabulary}{mark}</Iptc4xmpExt:DigitalSourceType>"
            if mark
            else ""
        )
        + "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def wide_gamut_profile() -> bytes:
    """Return an ICC profile whose red is redder than sRGB's: sRGB with its red and green columns swapped.

    No colour profile of another project is copied for that; swapping the primaries makes a change that any
    colour management must show, and one that leaves it out cannot.
    """
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    for number in range(count):
        at = 132 + 12 * number
        tag = bytes(profile[at : at + 4])
        if tag in (b"rXYZ", b"gXYZ"):
            profile[at : at + 4] = b"gXYZ" if tag == b"rXYZ" else b"rXYZ"
    return bytes(profile)
