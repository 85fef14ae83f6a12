"""A small paint box on top of Pillow: gradients, light, ridges, mist and grain, all from one seeded dice."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
Draw = Callable[[ImageDraw.ImageDraw, float], None]
"""Draws a shape; it is given the pen and the pen's pixels per working pixel."""

Stops = Sequence[tuple[float, str]]
"""Places from 0 to 1 and the colour there, "#rrggbb"."""

WORKING_SIDE = 1120
"""Longest side while painting, in pixels; the picture is brought to its own size at the end."""

GRAIN = 0.16
"""How much of the dice's noise is left as film grain."""

OVERSAMPLING = 2
"""Shapes are drawn this many times larger and reduced, so that their edges are smooth."""


def colour(text: str) -> Colour:
    """Read "#rrggbb"."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """Return the colour `share` of the way from `first` to `second`."""
    pairs = zip(colour(first), colour(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def strip(stops: Stops, steps: int = 128) -> Image.Image:
    """Return a picture one pixel wide that runs through `stops` from top to bottom."""
    column = Image.new("RGB", (1, steps))
    values: list[Colour] = []
    for step in range(steps):
        place = step / (steps - 1)
        before = max((stop for stop in stops if stop[0] <= place), default=stops[0])
        after = min((stop for stop in stops if stop[0] >= place), default=stops[-1])
        span = after[0] - before[0]
        values.append(colour(mix(before[1], after[1], (place - before[0]) / span if span else 0)))
    column.putdata(values)
    return column


def gradient(stops: Stops, size: tuple[int, int]) -> Image.Image:
    """Return a picture that runs through `stops` from top to bottom."""
    column = strip(stops).resize((1, size[1]), Image.Resampling.BICUBIC)
    return column.resize(size, Image.Resampling.NEAREST)


class Canvas:
    """A picture in the making; places are given as shares of width and height."""

    def __init__(self, size: tuple[int, int], seed: int) -> None:
        scale = WORKING_SIDE / max(size)
        self.width = max(round(size[0] * scale), 2)
        self.height = max(round(size[1] * scale), 2)
        self.final_size = size
        self.dice = random.Random(seed)  # noqa: S311 - pictures, not secrets
        self.image = Image.new("RGB", self.size)

    @property
    def size(self) -> tuple[int, int]:
        """Working size in pixels."""
        return self.width, self.height

    def at(self, x: float, y: float) -> Point:
        """Return the pixel at a place given in shares."""
        return x * self.width, y * self.height

    def sky(self, stops: Stops, bottom: float = 1.0) -> None:
        """Fill from the top down to `bottom` with a vertical gradient."""
        height = max(round(self.height * bottom), 1)
        self.image.paste(gradient(stops, (self.width, height)), (0, 0))

    def ground(self, stops: Stops, top: float) -> None:
        """Fill from `top` down with a vertical gradient."""
        start = round(self.height * top)
        size = (self.width, self.height - start)
        self.image.paste(gradient(stops, size), (0, start))

    def shape(self, draw: Draw, blur: float = 0.0) -> Image.Image:
        """Return the smooth mask of what `draw` draws."""
        large = Image.new("L", (self.width * OVERSAMPLING, self.height * OVERSAMPLING))
        draw(ImageDraw.Draw(large), OVERSAMPLING)
        mask = large.reduce(OVERSAMPLING)
        return mask.filter(ImageFilter.GaussianBlur(blur)) if blur else mask

    def polygon(self, points: Sequence[Point], blur: float = 0.0) -> Image.Image:
        """Return the mask of a polygon whose corners are in working pixels."""

        def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
            pen.polygon([(x * scale, y * scale) for x, y in points], fill=255)

        return self.shape(draw, blur)

    def fill(self, mask: Image.Image, paint: str | Image.Image, opacity: float = 1.0) -> None:
        """Put one colour, or another picture of the same size, where the mask is."""
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        self.image.paste(colour(paint) if isinstance(paint, str) else paint, (0, 0, *self.size), mask)

    def veil(self, stops: Stops) -> Image.Image:
        """Return a full-size vertical gradient, to be used as paint."""
        return gradient(stops, self.size)

    def glow(
        self, centre: Point, radius: float, tint: str, strength: float = 1.0, squash: float = 1.0
    ) -> None:
        """Add light around `centre`, fading out at `radius` (a share of the longer side)."""
        reach = radius * max(self.size)
        small = max(round(reach / 4), 1), max(round(reach * squash / 4), 1)
        falloff = ImageChops.invert(Image.radial_gradient("L")).resize((small[0] * 2, small[1] * 2))
        # Pillow's gradient reaches 255 only in the corners; light has to be gone at the edges already.
        shares = [max(value - 78, 0) / 177 for value in range(256)]
        curve = [round(255 * share**1.7 * strength) for share in shares]
        falloff = falloff.point(curve).resize((small[0] * 8, small[1] * 8), Image.Resampling.BILINEAR)
        light = Image.merge(
            "RGB", [falloff.point([v * part // 255 for v in range(256)]) for part in colour(tint)]
        )
        x, y = self.at(*centre)
        self._add(light, round(x - light.width / 2), round(y - light.height / 2))

    def _add(self, light: Image.Image, left: int, top: int) -> None:
        box = (
            max(left, 0),
            max(top, 0),
            min(left + light.width, self.width),
            min(top + light.height, self.height),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        part = light.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
        self.image.paste(ImageChops.screen(self.image.crop(box), part), box[:2])

    def patch(
        self,
        points: Sequence[Point],
        paint: str,
        opacity: float = 1.0,
        blur: float = 0.0,
        lighten: bool = False,
    ) -> None:
        """Paint a polygon (corners in working pixels) without touching more of the picture than needed.

        With `lighten`, only what becomes brighter by it is changed, as when light is added.
        """
        margin = round(blur * 3) + 2
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = (
            max(int(min(xs)) - margin, 0),
            max(int(min(ys)) - margin, 0),
            min(int(max(xs)) + margin, self.width),
            min(int(max(ys)) + margin, self.height),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        size = (box[2] - box[0]) * OVERSAMPLING, (box[3] - box[1]) * OVERSAMPLING
        large = Image.new("L", size)
        corners = [((x - box[0]) * OVERSAMPLING, (y - box[1]) * OVERSAMPLING) for x, y in points]
        ImageDraw.Draw(large).polygon(corners, fill=round(255 * opacity))
        mask = large.reduce(OVERSAMPLING)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur))
        before = self.image.crop(box)
        after = Image.composite(Image.new("RGB", before.size, colour(paint)), before, mask)
        self.image.paste(ImageChops.lighter(before, after) if lighten else after, box[:2])

    def disc(
        self,
        centre: Point,
        radius: float,
        paint: str,
        blur: float = 0.0,
        opacity: float = 1.0,
        lighten: bool = False,
    ) -> None:
        """Paint a disc; `radius` is a share of the longer side."""
        x, y = self.at(*centre)
        reach = radius * max(self.size)
        turns = [step * math.tau / 72 for step in range(72)]
        ring = [(x + reach * math.cos(turn), y + reach * math.sin(turn)) for turn in turns]
        self.patch(ring, paint, opacity, blur, lighten)

    def ridge(self, base: float, height: float, roughness: float = 0.55, start: int = 3) -> list[Point]:
        """Return a mountain line in working pixels, around `base` with peaks of about `height` (shares)."""
        values = [self.dice.uniform(-1, 1) for _ in range(start)]
        spread = 1.0
        while len(values) < self.width / 3:
            spread *= roughness
            finer: list[float] = []
            for left, right in itertools.pairwise(values):
                finer += [left, (left + right) / 2 + self.dice.uniform(-spread, spread) * 0.8]
            values = [*finer, values[-1]]
        step = self.width / (len(values) - 1)
        return [(place * step, (base - value * height) * self.height) for place, value in enumerate(values)]

    def hills(self, line: Sequence[Point], paint: str | Image.Image, blur: float = 0.0) -> Image.Image:
        """Paint everything below a line and return the mask."""
        floor = [(float(self.width), float(self.height)), (0.0, float(self.height))]
        mask = self.polygon([*line, *floor], blur)
        self.fill(mask, paint)
        return mask

    def clouds(self, cells: int, stretch: float = 1.0, octaves: int = 5) -> Image.Image:
        """Return soft noise of the working size, grey around the middle; `stretch` draws it out sideways."""
        total = Image.new("L", self.size, 128)
        for octave in range(octaves):
            across = max(round(cells * 2**octave / stretch), 2)
            down = max(round(cells * 2**octave * self.height / self.width), 2)
            noise = Image.frombytes("L", (across, down), self.dice.randbytes(across * down))
            layer = noise.resize(self.size, Image.Resampling.BICUBIC)
            total = layer if octave == 0 else Image.blend(total, layer, 0.5 / (1 + octave * 0.35))
        return total

    def cloud_layer(
        self,
        paint: str,
        cells: int,
        cover: float,
        contrast: float = 3.0,
        stretch: float = 2.0,
        fade: Stops | None = None,
    ) -> None:
        """Lay clouds over the picture; `cover` from 0 to 1, `fade` a grey gradient that says where."""
        low = 255 * (1 - cover)
        curve = [max(0, min(255, round((value - low) * contrast))) for value in range(256)]
        mask = self.clouds(cells, stretch).point(curve)
        if fade is not None:
            mask = ImageChops.multiply(mask, self.veil(fade).convert("L"))
        self.fill(mask, paint)

    def stars(self, count: int, bottom: float, brightness: float = 1.0) -> None:
        """Scatter stars from the top to `bottom`."""

        def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
            for _ in range(count):
                x, y = self.at(self.dice.random(), self.dice.random() * bottom)
                size = self.dice.choice([0.4, 0.5, 0.5, 0.7, 0.7, 1.0, 1.5]) * scale
                light = round(self.dice.uniform(90, 255) * brightness)
                pen.ellipse(
                    [x * scale - size, y * scale - size, x * scale + size, y * scale + size], fill=light
                )

        self.fill(self.shape(draw), "#fdfbff")

    def mirror(self, horizon: float, tint: str, share: float, ripple: float = 6.0) -> None:
        """Make water below `horizon`: what is above, upside down, drawn out by ripples and tinted."""
        line = round(self.height * horizon)
        depth = self.height - line
        above = self.image.crop((0, max(line - depth, 0), self.width, line)).transpose(
            Image.Transpose.FLIP_TOP_BOTTOM
        )
        above = above.resize((self.width, depth)).filter(ImageFilter.GaussianBlur(1.5))
        water = Image.blend(above, Image.new("RGB", above.size, colour(tint)), share)
        row = 0
        while row < depth:
            thickness = 1 + round(4 * row / depth)
            shift = round(self.dice.gauss(0, ripple * (0.2 + row / depth)))
            band = water.crop((0, row, self.width, min(row + thickness, depth)))
            self.image.paste(ImageChops.offset(band, shift, 0), (0, line + row))
            row += thickness

    def vignette(self, strength: float = 0.35) -> None:
        """Darken the corners a little, as lenses do."""
        edge = Image.radial_gradient("L").resize(self.size, Image.Resampling.BICUBIC)
        mask = edge.point([round(max(value - 110, 0) * strength * 1.7) for value in range(256)])
        self.fill(mask, "#000000")

    def finish(self) -> Image.Image:
        """Return the picture in its own size, with a little film grain."""
        tile = Image.frombytes("L", (400, 400), self.dice.randbytes(160_000)).filter(ImageFilter.BoxBlur(1))
        tile = tile.point([round(128 + (value - 128) * GRAIN) for value in range(256)])
        noise = Image.new("L", self.size)
        for left in range(0, self.width, tile.width):
            for top in range(0, self.height, tile.height):
                noise.paste(tile, (left, top))
        grainy = ImageChops.overlay(self.image, noise.convert("RGB"))
        return grainy.resize(self.final_size, Image.Resampling.BICUBIC)
