"""Cities at night, rain, bridges, the sky without the sun."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from fluffy_tui.demo.sample_photos.scenes.canvas import Canvas, Draw, Point, Stops, colour, mix


def skyline(canvas: Canvas, sky: Stops, haze: str, windows: list[str]) -> None:
    """Towers with lit windows, in a river."""
    canvas.sky(sky)
    canvas.stars(120, 0.35, 0.6)
    canvas.glow((0.5, 0.62), 0.75, haze, 0.6, 0.5)
    for layer in range(3):
        share = layer / 2
        body = mix(mix(sky[1][1], haze, 0.22 * (1 - share)), "#05060f", 0.2 + 0.65 * share)
        _towers(canvas, body, windows, 0.46 - 0.22 * share, 0.64, 0.25 + 0.75 * share)
    canvas.mirror(0.64, "#05070f", 0.35, 9)
    canvas.glow((0.5, 0.66), 0.5, haze, 0.25, 0.25)
    canvas.vignette(0.35)


def _towers(canvas: Canvas, body: str, windows: list[str], tall: float, foot: float, lit: float) -> None:
    dice = canvas.dice
    towers: list[tuple[float, float, float]] = []
    x = -0.02
    while x < 1:
        wide = dice.uniform(0.025, 0.075)
        towers.append((x, wide, foot - tall * dice.uniform(0.25, 1)))
        x += wide * dice.uniform(0.8, 1.15)

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for left, wide, top in towers:
            (x0, y0), (x1, y1) = canvas.at(left, top), canvas.at(left + wide, foot)
            pen.rectangle([x0 * scale, y0 * scale, x1 * scale, y1 * scale], fill=255)
            if dice.random() < 0.3:
                middle = (x0 + x1) / 2
                pen.rectangle(
                    [
                        (middle - 1) * scale,
                        (y0 - 0.05 * canvas.height) * scale,
                        (middle + 1) * scale,
                        y0 * scale,
                    ],
                    fill=255,
                )

    canvas.fill(canvas.shape(draw), body)
    for paint in windows:
        canvas.fill(canvas.shape(_windows(canvas, towers, foot)), paint, lit)


def _windows(canvas: Canvas, towers: list[tuple[float, float, float]], foot: float) -> Draw:
    dice = canvas.dice

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for left, wide, top in towers:
            (x0, y0), (x1, y1) = canvas.at(left, top), canvas.at(left + wide, foot)
            row = y0 + 6
            while row < y1 - 4:
                column = x0 + 4
                while column < x1 - 5:
                    if dice.random() < 0.12:
                        pen.rectangle(
                            [column * scale, row * scale, (column + 4.5) * scale, (row + 6) * scale],
                            fill=round(dice.uniform(120, 255)),
                        )
                    column += 10
                row += 13

    return draw


def bokeh(canvas: Canvas, base: Stops, lamps: list[str]) -> None:
    """City lights out of focus behind a rainy window."""
    canvas.sky(base)
    dice = canvas.dice
    for _ in range(46):
        centre = dice.random(), min(max(dice.gauss(0.5, 0.2), 0.05), 0.95)
        size, paint = dice.uniform(0.022, 0.075), dice.choice(lamps)
        canvas.disc(centre, size, paint, 2.5, dice.uniform(0.25, 0.6), lighten=True)
        canvas.glow(centre, size * 2.4, paint, 0.28)
    canvas.image = canvas.image.filter(ImageFilter.GaussianBlur(2))
    _drops(canvas)
    canvas.vignette(0.4)


def _drops(canvas: Canvas) -> None:
    """Drops on the glass show the street upside down, with a bright edge."""
    dice = canvas.dice
    drops = [(dice.random(), dice.random(), dice.choice([1.5, 2, 2, 3, 3, 4, 6, 9, 13])) for _ in range(520)]

    def draw(pen: ImageDraw.ImageDraw, scale: float, shift: float, level: int, shrink: float = 1.0) -> None:
        for x, y, size in drops:
            left, top = canvas.at(x, y)
            wide, tall = size * shrink, size * 1.15 * shrink
            pen.ellipse(
                [
                    (left - wide) * scale,
                    (top - tall + shift * size) * scale,
                    (left + wide) * scale,
                    (top + tall + shift * size) * scale,
                ],
                fill=level,
            )

    turned = canvas.image.transpose(Image.Transpose.ROTATE_180)
    turned = ImageChops.screen(turned, Image.new("RGB", canvas.size, "#3a4258"))
    canvas.fill(canvas.shape(lambda pen, scale: draw(pen, scale, 0.18, 170)), "#04060c", 0.35)
    canvas.fill(canvas.shape(lambda pen, scale: draw(pen, scale, 0, 235)), turned)
    canvas.fill(canvas.shape(lambda pen, scale: draw(pen, scale, -0.45, 190, 0.3)), "#ffffff", 0.75)


def bridge(canvas: Canvas, sky: Stops, haze: str, steel: str, lamp: str) -> None:
    """A suspension bridge with lamps, in still water."""
    canvas.sky(sky)
    canvas.stars(90, 0.4, 0.5)
    canvas.glow((0.3, 0.62), 0.7, haze, 0.65, 0.6)
    canvas.hills(canvas.ridge(0.6, 0.035, 0.5, 5), mix(sky[0][1], haze, 0.35))
    deck, horizon = 0.55, 0.66
    towers = (0.26, 0.76)

    def cable(x: float) -> float:
        middle, half = sum(towers) / 2, (towers[1] - towers[0]) / 2
        if towers[0] <= x <= towers[1]:
            return 0.24 + (deck - 0.27) * (1 - ((x - middle) / half) ** 2)
        edge = towers[0] if x < towers[0] else towers[1]
        return min(0.24 + abs(x - edge) * 0.95, deck)

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        line = [
            tuple(part * scale for part in canvas.at(step / 120, cable(step / 120))) for step in range(121)
        ]
        pen.line(line, fill=255, width=round(3.2 * scale))
        for step in range(90):
            (x, top), (_, bottom) = canvas.at(step / 90, cable(step / 90)), canvas.at(0, deck)
            pen.line([x * scale, top * scale, x * scale, bottom * scale], fill=170, width=2)
        pen.rectangle(
            [0, deck * canvas.height * scale, canvas.width * scale, (deck + 0.014) * canvas.height * scale],
            fill=255,
        )
        for tower in towers:
            for side in (-0.012, 0.012):
                (x, top), (_, bottom) = canvas.at(tower + side, 0.22), canvas.at(0, horizon)
                pen.rectangle([(x - 4) * scale, top * scale, (x + 4) * scale, bottom * scale], fill=255)
            for level in (0.24, 0.33, 0.43):
                (x0, y), (x1, _) = canvas.at(tower - 0.014, level), canvas.at(tower + 0.014, 0)
                pen.rectangle([x0 * scale, (y - 4) * scale, x1 * scale, (y + 4) * scale], fill=255)

    canvas.fill(canvas.shape(draw), steel)
    for step in range(31):
        canvas.glow((step / 30, deck - 0.012), 0.018, lamp, 1.0)
    for tower in towers:
        canvas.glow((tower, 0.21), 0.03, "#ff5a4a", 1.0)
    canvas.mirror(horizon, mix(sky[0][1], "#05070f", 0.5), 0.25, 7)
    canvas.vignette(0.3)


def aurora(canvas: Canvas, sky: Stops, curtains: list[str], land: str) -> None:
    """Curtains of northern light above firs."""
    canvas.sky(sky)
    canvas.stars(420, 0.9, 0.85)
    dice = canvas.dice
    for paint in curtains:
        rays = Image.new("L", (canvas.width // 4, canvas.height // 4))
        pen = ImageDraw.Draw(rays)
        phase, base, swing = dice.uniform(0, 6), dice.uniform(0.38, 0.6), dice.uniform(0.06, 0.14)
        for x in range(rays.width):
            place = x / rays.width
            foot = (
                base + swing * math.sin(place * 5 + phase) + 0.03 * math.sin(place * 17 + phase * 2)
            ) * rays.height
            tall = rays.height * (0.22 + 0.16 * math.sin(place * 9 + phase) + dice.uniform(-0.05, 0.05))
            strength = 0.55 + 0.45 * math.sin(place * 4 + phase * 1.7)
            for step in range(24):
                level = round(strength * 215 * (1 - step / 24) ** 1.6)
                top = foot - tall * (step + 1) / 24
                pen.line([x, top, x, foot - tall * step / 24], fill=level)
        soft = rays.filter(ImageFilter.GaussianBlur(2.2)).resize(canvas.size, Image.Resampling.BICUBIC)
        light = Image.composite(
            Image.new("RGB", canvas.size, colour(paint)), Image.new("RGB", canvas.size), soft
        )
        canvas.image = ImageChops.screen(canvas.image, light)
    canvas.glow((0.5, 0.8), 0.6, curtains[0], 0.28, 0.5)
    canvas.hills(canvas.ridge(0.86, 0.05, 0.5, 4), mix(land, sky[0][1], 0.4))
    _spires(canvas, land)
    canvas.vignette(0.3)


def _spires(canvas: Canvas, land: str) -> None:
    dice = canvas.dice

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for _ in range(150):
            x = dice.random() * canvas.width
            tall = canvas.height * dice.uniform(0.05, 0.16) * (0.5 + abs(x / canvas.width - 0.5) * 1.5)
            foot = canvas.height
            half = tall * 0.13
            top = foot * 0.985 - tall
            pen.polygon(
                [
                    (x * scale, top * scale),
                    ((x + half) * scale, foot * scale),
                    ((x - half) * scale, foot * scale),
                ],
                fill=255,
            )

    canvas.fill(canvas.shape(draw), land)


def milky_way(canvas: Canvas, sky: Stops, dust: str, glow: str, land: str) -> None:
    """The band of the galaxy over a dark desert."""
    canvas.sky(sky)
    for step in range(26):
        share = step / 25
        centre = (0.12 + 0.75 * share, 0.92 - 0.95 * share)
        canvas.glow(
            centre, 0.24 - 0.06 * abs(share - 0.4), mix(dust, glow, 0.5 + 0.5 * math.sin(share * 7)), 0.2
        )
    canvas.cloud_layer(mix(sky[0][1], "#000000", 0.3), 4, 0.5, 2.6, 1.0, [(0, "#777777"), (1, "#777777")])
    canvas.stars(2600, 1.0, 0.95)
    canvas.glow((0.8, 0.9), 0.5, glow, 0.4, 0.35)
    canvas.hills(canvas.ridge(0.9, 0.06, 0.45, 4), land)
    canvas.vignette(0.25)


def light_trails(canvas: Canvas, sky: Stops, white: str, red: str) -> None:
    """A road at night with the lights of long-gone cars."""
    canvas.sky(sky)
    canvas.stars(80, 0.4, 0.5)
    canvas.hills(canvas.ridge(0.46, 0.07, 0.5, 4), mix(sky[0][1], "#000000", 0.5))
    canvas.ground([(0, "#11131c"), (1, "#07080d")], 0.5)
    canvas.glow((0.5, 0.5), 0.45, mix(white, red, 0.4), 0.5, 0.4)
    dice = canvas.dice
    for number in range(46):
        side = -1 if number % 2 else 1
        lane = side * dice.uniform(0.06, 0.85)
        paint = white if side < 0 else red

        left: list[Point] = []
        right: list[Point] = []
        for step in range(41):
            depth = (step / 40) ** 1.7
            bend = 0.1 * math.sin((1 - step / 40) * 3.2) * (1 - step / 40)
            x, y = canvas.at(0.5 + bend + lane * depth, 0.5 + 0.52 * depth)
            half = 0.4 + 1.6 * depth
            left.append((x - half, y))
            right.append((x + half, y))
        canvas.patch([*left, *reversed(right)], paint, dice.uniform(0.35, 0.95), lighten=True)
    soft = canvas.image.filter(ImageFilter.GaussianBlur(9))
    canvas.image = ImageChops.screen(canvas.image, soft.point([value // 2 for value in range(256)] * 3))
    canvas.vignette(0.3)
