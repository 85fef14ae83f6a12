"""Tiles, paper, leaves and other flat things that photograph well."""

from __future__ import annotations

import itertools
import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from fluffy_tui.demo.sample_photos.scenes.canvas import Canvas, Point, colour, mix


def tiles(canvas: Canvas, grout: str, glazes: list[str]) -> None:
    """Glazed quarter-circle tiles on a wall, with light from the upper left."""
    canvas.image.paste(grout, (0, 0, *canvas.size))
    dice = canvas.dice
    edge = max(canvas.size) / 9
    masks = {paint: Image.new("L", (canvas.width * 2, canvas.height * 2)) for paint in glazes}
    pens = {paint: ImageDraw.Draw(mask) for paint, mask in masks.items()}
    for row in range(math.ceil(canvas.height / edge)):
        for column in range(math.ceil(canvas.width / edge)):
            ground, figure = dice.sample(glazes, 2)
            box = [
                (column * edge + 2) * 2,
                (row * edge + 2) * 2,
                ((column + 1) * edge - 2) * 2,
                ((row + 1) * edge - 2) * 2,
            ]
            for paint in glazes:
                pens[paint].rectangle(box, fill=255 if paint == ground else 0)
            _figure(pens, glazes, figure, box, dice.randrange(6))
    for paint, mask in masks.items():
        texture = canvas.clouds(14, 1, 3).point([round(90 + value * 0.3) for value in range(256)])
        shade = Image.merge(
            "RGB",
            [texture.point([min(v * part // 128, 255) for v in range(256)]) for part in colour(paint)],
        )
        canvas.fill(mask.reduce(2), shade)
    relief = canvas.image.convert("L").filter(ImageFilter.EMBOSS).filter(ImageFilter.GaussianBlur(1))
    canvas.image = Image.blend(canvas.image, ImageChops.overlay(canvas.image, relief.convert("RGB")), 0.5)
    canvas.glow((0.1, 0.0), 0.9, "#fff2d8", 0.4)
    canvas.vignette(0.4)


def _figure(
    pens: dict[str, ImageDraw.ImageDraw], glazes: list[str], figure: str, box: list[float], kind: int
) -> None:
    left, top, right, bottom = box
    size = right - left
    centres = [(left, top), (right, top), (right, bottom), (left, bottom)]
    for paint in glazes:
        level = 255 if paint == figure else 0
        if kind < 4:
            x, y = centres[kind]
            pens[paint].pieslice(
                [x - size, y - size, x + size, y + size], kind * 90, kind * 90 + 90, fill=level
            )
        elif kind == 4:
            pens[paint].ellipse(
                [left + size * 0.18, top + size * 0.18, right - size * 0.18, bottom - size * 0.18], fill=level
            )
        else:
            middle = (left + right) / 2
            pens[paint].polygon([(left, bottom), (middle, top), (right, bottom)], fill=level)


def paper_waves(canvas: Canvas, sheets: list[str]) -> None:
    """Sheets of coloured paper, cut in waves, each throwing a shadow on the next."""
    canvas.image.paste(sheets[0], (0, 0, *canvas.size))
    dice = canvas.dice
    for number, paint in enumerate(sheets[1:], start=1):
        base = number / len(sheets)
        phase, turns = dice.uniform(0, 6.28), dice.uniform(0.7, 1.5)
        line: list[Point] = [
            canvas.at(
                step / 100,
                base - 0.06 * math.sin(step / 100 * turns * 6.28 + phase) + 0.05 * (step / 100 - 0.5),
            )
            for step in range(101)
        ]
        floor = [(float(canvas.width), float(canvas.height)), (0.0, float(canvas.height))]
        mask = canvas.polygon([*line, *floor])
        shadow = ImageChops.offset(mask, 0, -12).filter(ImageFilter.GaussianBlur(12))
        canvas.fill(shadow, "#000000", 0.4)
        canvas.fill(
            mask,
            canvas.veil(
                [
                    (0, mix(paint, "#ffffff", 0.16)),
                    (base, mix(paint, "#ffffff", 0.1)),
                    (1, mix(paint, "#000000", 0.16)),
                ]
            ),
        )
    canvas.glow((0.85, 0.05), 0.8, "#ffffff", 0.18)


def leaves(canvas: Canvas, shades: list[str], light: str) -> None:
    """Looking up into leaves with the light behind them."""
    canvas.sky([(0, mix(light, shades[0], 0.25)), (1, mix(light, shades[-1], 0.6))])
    dice = canvas.dice
    for _ in range(40):
        canvas.disc(
            (dice.random(), dice.random()),
            dice.uniform(0.02, 0.07),
            mix(light, dice.choice(shades), 0.4),
            8,
            0.5,
        )
    for depth in range(3):
        for _ in range(14 + 5 * depth):
            shade = mix(dice.choice(shades), light, 0.42 - 0.2 * depth)
            _leaf(
                canvas,
                (dice.random(), dice.random()),
                dice.uniform(0.08, 0.15) + 0.03 * depth,
                dice.uniform(0, 6.28),
                shade,
                light,
                5.0 - 2.5 * depth,
            )
    canvas.glow((0.3, 0.1), 0.7, light, 0.5)
    canvas.vignette(0.35)


def _leaf(
    canvas: Canvas, centre: Point, size: float, turn: float, shade: str, light: str, blur: float
) -> None:
    x, y = canvas.at(*centre)
    long = size * max(canvas.size)
    cos, sin = math.cos(turn), math.sin(turn)

    def place(along: float, across: float) -> Point:
        return x + along * long * cos - across * long * sin, y + along * long * sin + across * long * cos

    widths = [(step / 20, 0.3 * math.sin(math.pi * (step / 20) ** 0.8)) for step in range(21)]
    upper = [place(along - 0.5, wide) for along, wide in widths]
    lower = [place(along - 0.5, -wide) for along, wide in widths]
    middle = [place(along - 0.5, 0) for along, _ in widths]
    canvas.patch([*upper, *reversed(lower)], shade, 0.92, blur)
    canvas.patch([*upper, *reversed(middle)], mix(shade, light, 0.28), 0.8, blur)

    pale = mix(shade, light, 0.6)
    canvas.patch(_thread(middle, 0.9), pale, 0.6, max(blur * 0.6, 0.4))
    for step in range(3, 18, 3):
        along, wide = widths[step]
        for side in (-1, 1):
            vein = [place(along - 0.5, 0), place(along - 0.38, side * wide * 0.85)]
            canvas.patch(_thread(vein, 0.6), pale, 0.5, max(blur * 0.6, 0.4))


def _thread(line: list[Point], half: float) -> list[Point]:
    """Return a thin polygon along a line."""
    (x0, y0), (x1, y1) = line[0], line[-1]
    length = max(math.hypot(x1 - x0, y1 - y0), 1e-6)
    across = -(y1 - y0) / length * half, (x1 - x0) / length * half
    return [
        *((x + across[0], y + across[1]) for x, y in line),
        *((x - across[0], y - across[1]) for x, y in reversed(line)),
    ]


def facets(canvas: Canvas, shades: list[str]) -> None:
    """A wall of folded metal: triangles that catch the light differently."""
    dice = canvas.dice
    columns = 12
    edge = canvas.width / columns
    rows = math.ceil(canvas.height / edge) + 1
    nodes = [
        [
            ((column + dice.uniform(-0.32, 0.32)) * edge, (row + dice.uniform(-0.32, 0.32)) * edge)
            for column in range(-1, columns + 3)
        ]
        for row in range(-1, rows + 2)
    ]
    large = Image.new("RGB", (canvas.width * 2, canvas.height * 2), shades[0])
    pen = ImageDraw.Draw(large)
    for upper, lower in itertools.pairwise(nodes):
        for number in range(len(upper) - 1):
            corners = upper[number], upper[number + 1], lower[number + 1], lower[number]
            for triangle in ((corners[0], corners[1], corners[2]), (corners[0], corners[2], corners[3])):
                x = sum(point[0] for point in triangle) / 3 / canvas.width
                y = sum(point[1] for point in triangle) / 3 / canvas.height
                place = min(
                    max((x * 0.6 + y * 0.6) * (len(shades) - 1) + dice.uniform(-0.6, 0.6), 0),
                    len(shades) - 1.001,
                )
                first = int(place)
                paint = mix(shades[first], shades[first + 1], place - first)
                paint = mix(paint, dice.choice(["#ffffff", "#000000"]), dice.uniform(0, 0.22))
                pen.polygon([(px * 2, py * 2) for px, py in triangle], fill=paint)
    canvas.image = large.reduce(2)
    canvas.glow((0.25, 0.2), 0.6, "#ffffff", 0.3)
    canvas.vignette(0.4)


def stairs(canvas: Canvas, shades: list[str], light: str) -> None:
    """A spiral staircase seen from below."""
    canvas.image.paste(shades[0], (0, 0, *canvas.size))
    x, y = canvas.at(0.5, 0.47)
    reach = math.hypot(*canvas.size) * 0.62
    around = 21
    steps = around * 6

    def at(radius: float, angle: float) -> Point:
        return x + radius * math.cos(angle), y + radius * math.sin(angle)

    for number in range(steps):
        share = number / steps
        turn = number * math.tau / around
        outer = [reach * 0.58 ** ((number + step / 6) / around) for step in range(7)]
        angles = [turn + step / 6 * math.tau / around for step in range(7)]
        rim = [at(radius, angle) for radius, angle in zip(outer, angles, strict=True)]
        well = [at(radius * 0.56, angle) for radius, angle in zip(outer, angles, strict=True)]
        paint = mix(shades[1 + number % (len(shades) - 1)], light, share**0.8 * 0.85)
        canvas.patch([*rim, *reversed(well)], paint)
        canvas.patch([rim[0], rim[1], well[1], well[0]], mix(paint, "#000000", 0.4))
        railing = [
            *rim,
            *(at(radius * 0.955, angle) for radius, angle in reversed(list(zip(outer, angles, strict=True)))),
        ]
        canvas.patch(railing, mix(paint, "#000000", 0.6))
    canvas.glow((0.5, 0.47), 0.25, light, 1.0)
    canvas.vignette(0.5)
