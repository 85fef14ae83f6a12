"""Seas, lakes, a lighthouse and the moon."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageDraw

from fluffy_tui.demo.sample_photos.scenes.canvas import Canvas, Point, Stops, mix


def sea(canvas: Canvas, sky: Stops, water: Stops, sun: Point, light: str, horizon: float = 0.56) -> None:
    """The sun above the sea, with its path of light on the waves."""
    canvas.sky(sky, horizon)
    canvas.cloud_layer(
        mix(light, sky[0][1], 0.35),
        4,
        0.46,
        2.4,
        4.5,
        [(0, "#bbbbbb"), (horizon, "#555555"), (min(horizon + 0.01, 0.99), "#000000"), (1, "#000000")],
    )
    canvas.glow(sun, 0.7, light, 0.7)
    canvas.disc(sun, 0.032, mix(light, "#ffffff", 0.8), 1.0)
    canvas.glow(sun, 0.18, light, 0.8)
    canvas.ground(water, horizon)
    _swell(canvas, horizon, mix(water[-1][1], "#000000", 0.35), mix(light, water[0][1], 0.55))
    _sun_path(canvas, sun[0], horizon, mix(light, "#ffffff", 0.45))
    canvas.vignette(0.3)


def _swell(canvas: Canvas, horizon: float, dark: str, bright: str) -> None:
    dice = canvas.dice

    def strokes(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for _ in range(900):
            depth = dice.random() ** 1.6
            x, y = canvas.at(dice.uniform(-0.1, 1), horizon + (1 - horizon) * depth)
            long = canvas.width * (0.01 + 0.11 * depth) * dice.uniform(0.4, 1.2)
            thick = 0.5 + 4.5 * depth
            pen.ellipse(
                [x * scale, (y - thick) * scale, (x + long) * scale, (y + thick) * scale],
                fill=round(30 + 70 * dice.random()),
            )

    canvas.fill(canvas.shape(strokes, 1.2), dark)
    canvas.fill(canvas.shape(strokes, 0.8), bright, 0.55)


def _sun_path(canvas: Canvas, x: float, horizon: float, light: str) -> None:
    dice = canvas.dice

    def glints(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for _ in range(1100):
            depth = dice.random() ** 1.3
            spread = 0.015 + 0.09 * depth
            left, top = canvas.at(x + dice.gauss(0, spread), horizon + (1 - horizon) * depth)
            long = canvas.width * (0.004 + 0.022 * depth) * dice.uniform(0.4, 1.3)
            thick = 0.5 + 2.4 * depth
            pen.ellipse(
                [(left - long) * scale, (top - thick) * scale, (left + long) * scale, (top + thick) * scale],
                fill=round(dice.uniform(110, 255)),
            )

    canvas.fill(canvas.shape(glints, 0.7), light)
    canvas.glow((x, horizon + 0.03), 0.35, light, 0.35, 0.5)


def moon_over_water(canvas: Canvas, sky: Stops, water: Stops, moon: Point) -> None:
    """A full moon, stars, still water and a dark shore."""
    sea(canvas, sky, water, moon, "#dfe8ff", 0.6)
    canvas.stars(260, 0.5, 0.7)
    canvas.disc(moon, 0.05, "#f4f1e6", 1.0)
    for dx, dy, size in (
        (-0.014, -0.01, 0.013),
        (0.012, 0.012, 0.017),
        (0.018, -0.018, 0.008),
        (-0.02, 0.018, 0.009),
    ):
        canvas.disc((moon[0] + dx, moon[1] + dy * canvas.width / canvas.height), size, "#d3d0c8", 3.0, 0.7)
    line = [(x, min(y, 0.607 * canvas.height)) for x, y in canvas.ridge(0.585, 0.035, 0.5, 5)]
    floor = [(float(canvas.width), 0.607 * canvas.height), (0.0, 0.607 * canvas.height)]
    canvas.fill(canvas.polygon([*line, *floor], 0.6), mix(sky[0][1], "#000000", 0.45))


def lake(canvas: Canvas, sky: Stops, far: str, near: str, sun: Point, light: str) -> None:
    """Snow-capped mountains and their picture in a lake."""
    canvas.sky(sky)
    canvas.glow(sun, 0.6, light, 0.6)
    canvas.cloud_layer(
        "#ffffff", 4, 0.42, 2.5, 3, [(0, "#cccccc"), (0.45, "#444444"), (0.6, "#000000"), (1, "#000000")]
    )
    for layer in range(3):
        share = layer / 2
        line = canvas.ridge(0.40 + 0.12 * share, 0.16 - 0.08 * share, 0.47, 5 + 2 * layer)
        mask = canvas.hills(line, mix(far, near, share))
        if layer < 2:
            _snow(canvas, line, mask, layer)
    _shore(canvas, mix(near, "#0b140c", 0.6))
    canvas.mirror(0.6, mix(near, sky[0][1], 0.6), 0.28, 5)
    canvas.cloud_layer(
        "#ffffff",
        3,
        0.4,
        1.6,
        8,
        [(0, "#000000"), (0.55, "#000000"), (0.6, "#999999"), (0.66, "#000000"), (1, "#000000")],
    )
    canvas.vignette(0.25)


def _snow(canvas: Canvas, line: list[Point], mask: Image.Image, layer: int) -> None:

    limit = canvas.height * (0.42 + 0.05 * layer)
    cap = [
        (x, y + max(limit - y, 0) * (0.55 + 0.25 * math.sin(x / 17) + canvas.dice.uniform(-0.2, 0.25)))
        for x, y in line
    ]
    canvas.fill(
        ImageChops.multiply(mask, canvas.polygon([*line, *reversed(cap)], 0.8)),
        "#eef3fb",
        0.85 - 0.25 * layer,
    )


def _shore(canvas: Canvas, shade: str) -> None:
    dice = canvas.dice

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for _ in range(420):
            x = dice.random() * canvas.width
            tall = canvas.height * dice.uniform(0.012, 0.045) * (0.6 + 0.5 * math.sin(x / canvas.width * 9))
            foot = 0.603 * canvas.height
            pen.polygon(
                [
                    (x * scale, (foot - tall) * scale),
                    ((x + tall * 0.22) * scale, foot * scale),
                    ((x - tall * 0.22) * scale, foot * scale),
                ],
                fill=255,
            )

    canvas.fill(canvas.shape(draw), shade)


def lighthouse(canvas: Canvas, sky: Stops, water: Stops, light: str) -> None:
    """A lighthouse on a rock at dusk, its beams across the sky."""
    sea(canvas, sky, water, (0.2, 0.52), mix(light, sky[-1][1], 0.4), 0.58)
    x, lamp = 0.68, 0.26
    for end in ((-0.2, 0.12), (-0.2, 0.3), (1.2, 0.16), (1.2, 0.34)):
        start = canvas.at(x, lamp)
        reach = [canvas.at(end[0], end[1] - 0.045), canvas.at(end[0], end[1] + 0.045)]
        canvas.fill(canvas.polygon([start, *reach], 7), light, 0.16)
    _rock(canvas, x)
    _tower(canvas, x, lamp)
    canvas.glow((x, lamp), 0.16, light, 1.0)


def _rock(canvas: Canvas, x: float) -> None:
    dice = canvas.dice
    top = [
        canvas.at(
            x - 0.3 + 0.62 * step / 30,
            0.66 - 0.1 * math.sin(math.pi * step / 30) ** 0.6 + dice.uniform(-0.008, 0.012),
        )
        for step in range(31)
    ]
    foot = [
        canvas.at(x + 0.36, 0.74),
        canvas.at(x + 0.1, 0.77),
        canvas.at(x - 0.2, 0.75),
        canvas.at(x - 0.36, 0.7),
    ]
    canvas.fill(canvas.polygon([*top, *foot], 0.7), "#171a24")


def _tower(canvas: Canvas, x: float, lamp: float) -> None:
    left, top = canvas.at(x, lamp)
    foot = 0.58 * canvas.height
    wide = (foot - top) * 0.085
    tall = foot - top

    def band(start: float, end: float, paint: str) -> None:
        widths = [wide * (0.62 + 0.5 * share) for share in (start, end)]
        corners = [
            (left - widths[0], top + tall * start),
            (left + widths[0], top + tall * start),
            (left + widths[1], top + tall * end),
            (left - widths[1], top + tall * end),
        ]
        canvas.fill(canvas.polygon(corners), paint)

    for number in range(7):
        start = 0.08 + 0.92 * number / 7
        band(start, start + 0.92 / 7, "#b3413a" if number % 2 else "#d9d3c7")
    shadow = [(left, top), (left + wide * 1.2, top), (left + wide * 1.2, foot), (left + wide * 0.15, foot)]
    canvas.fill(canvas.polygon(shadow, 5), "#10131f", 0.35)
    lantern = [
        (left - wide * 0.45, top - wide * 0.5),
        (left + wide * 0.45, top - wide * 0.5),
        (left + wide * 0.45, top + tall * 0.07),
        (left - wide * 0.45, top + tall * 0.07),
    ]
    canvas.fill(canvas.polygon(lantern), "#ffe9b0")
    roof = [
        (left - wide * 0.65, top - wide * 0.5),
        (left, top - wide * 1.4),
        (left + wide * 0.65, top - wide * 0.5),
    ]
    canvas.fill(canvas.polygon(roof), "#2a1d20")
    rail = [
        (left - wide * 0.9, top + tall * 0.06),
        (left + wide * 0.9, top + tall * 0.06),
        (left + wide * 0.8, top + tall * 0.09),
        (left - wide * 0.8, top + tall * 0.09),
    ]
    canvas.fill(canvas.polygon(rail), "#20212b")
