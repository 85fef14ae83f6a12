"""Mountains, dunes, fields and forests."""

from __future__ import annotations

import itertools
import math

from PIL import Image, ImageChops, ImageDraw

from fluffy_tui.demo.sample_photos.scenes.canvas import Canvas, Point, Stops, mix


def mountains(canvas: Canvas, sky: Stops, far: str, near: str, sun: Point, light: str) -> None:
    """Ranges behind ranges, each a little darker, with the sun low above them."""
    canvas.sky(sky)
    canvas.cloud_layer(
        mix(light, "#ffffff", 0.3), 3, 0.42, 1.6, 5, [(0, "#888888"), (0.6, "#000000"), (1, "#000000")]
    )
    canvas.glow(sun, 0.75, light, 0.75)
    canvas.disc(sun, 0.028, mix(light, "#ffffff", 0.75), 1.2)
    canvas.glow(sun, 0.16, light, 0.9)
    layers = 7
    for layer in range(layers):
        share = layer / (layers - 1)
        base = 0.5 + 0.5 * share**1.25
        shade = mix(far, near, share**0.8)
        mist = [(0, shade), (min(base + 0.02, 0.98), shade), (1, mix(shade, light, 0.4 * (1 - share)))]
        canvas.hills(canvas.ridge(base, 0.15 - 0.07 * share, 0.52, 4 + layer), canvas.veil(mist))
    canvas.vignette(0.3)


def dunes(canvas: Canvas, sky: Stops, bright: str, dark: str, sun: Point) -> None:
    """Sand in long waves, each with a lit and a shaded side."""
    canvas.sky(sky)
    canvas.glow(sun, 0.6, bright, 0.6)
    canvas.disc(sun, 0.035, "#fff6e0", 1.5)
    for layer in range(6):
        share = layer / 5
        base = 0.5 + 0.4 * share
        crest = _wave(canvas, base, 0.05 + 0.05 * share, 0.7 + 0.5 * (1 - share))
        lit = mix(mix(bright, sky[-1][1], 0.5 * (1 - share)), dark, 0.12 * share)
        floor = mix(lit, dark, 0.45)
        canvas.hills(
            crest, canvas.veil([(0, lit), (base - 0.03, lit), (min(base + 0.3, 1), floor), (1, floor)])
        )
        _shaded_side(canvas, crest, mix(dark, lit, 0.25 + 0.3 * (1 - share)), 0.1 + 0.14 * share)
    canvas.vignette(0.3)


def _wave(canvas: Canvas, base: float, height: float, turns: float) -> list[Point]:
    phase, second = canvas.dice.uniform(0, 6.28), canvas.dice.uniform(0, 6.28)
    line: list[Point] = []
    for step in range(161):
        x = step / 160
        swing = math.sin(x * turns * 6.28 + phase) + 0.35 * math.sin(x * turns * 15 + second)
        line.append(canvas.at(x, base - height * swing))
    return line


def _shaded_side(canvas: Canvas, crest: list[Point], paint: str, depth: float) -> None:
    """Shade the lee side, where the crest falls to the right."""
    run: list[Point] = []
    for before, after in itertools.pairwise(crest):
        if after[1] > before[1]:
            run.append(before)
            continue
        _shade(canvas, run, paint, depth)
        run = []
    _shade(canvas, run, paint, depth)


def _shade(canvas: Canvas, run: list[Point], paint: str, depth: float) -> None:
    if len(run) < 4:
        return
    last = len(run) - 1
    slope = [
        (
            x - 0.1 * canvas.width * math.sin(math.pi * place / last),
            y + depth * canvas.height * math.sin(math.pi * place / last),
        )
        for place, (x, y) in enumerate(run)
    ]
    canvas.patch([*run, *reversed(slope)], paint, 0.62, 2.0)


def forest(canvas: Canvas, sky: Stops, fog: str, tree: str, snow: bool = False) -> None:
    """Firs in rows that fade into fog, on slopes; with `snow`, dark firs on white ground."""
    canvas.sky(sky)
    for layer in range(6):
        share = layer / 5
        base = 0.42 + (0.5 if snow else 0.6) * share
        line = canvas.ridge(base, 0.06, 0.3 if snow else 0.45, 3)
        shade = mix(fog, tree, 0.12 + 0.88 * share**1.1)
        canvas.hills([(x, y + 2) for x, y in line], mix(shade, "#f6f9fd", 0.75) if snow else shade)
        _firs(canvas, line, shade, 0.06 + 0.2 * share)
        if layer < 5:
            low = [
                (0, "#000000"),
                (base - 0.04, "#000000"),
                (min(base + 0.1, 0.99), "#dddddd"),
                (1, "#dddddd"),
            ]
            canvas.cloud_layer(fog, 2, 0.62, 2.2, 4, low)
    canvas.vignette(0.25)


def _firs(canvas: Canvas, line: list[Point], shade: str, height: float) -> None:
    dice = canvas.dice
    count = round(16 / height**0.8)
    trees = sorted((dice.choice(line), dice.uniform(0.55, 1.15)) for _ in range(count))

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for (x, y), size in trees:
            _fir(pen, x * scale, (y + 4) * scale, size * height * canvas.height * scale)

    canvas.fill(canvas.shape(draw), shade)


def _fir(pen: ImageDraw.ImageDraw, x: float, foot: float, tall: float) -> None:
    tiers = 6
    for tier in range(tiers):
        top = foot - tall * (1 - tier / tiers * 0.86)
        bottom = top + tall * (0.16 + 0.06 * tier / tiers)
        half = tall * 0.2 * (tier + 1.2) / tiers
        pen.polygon([(x, top), (x + half, bottom), (x, bottom - half * 0.25), (x - half, bottom)], fill=255)
    pen.rectangle([x - tall * 0.012, foot - tall * 0.2, x + tall * 0.012, foot], fill=255)


def fields(canvas: Canvas, sky: Stops, crops: list[str], light: str) -> None:
    """Rolling fields in stripes, with lone trees and big clouds."""
    canvas.sky(sky)
    canvas.cloud_layer(
        "#ffffff", 4, 0.52, 3.2, 2.4, [(0, "#ffffff"), (0.45, "#cccccc"), (0.6, "#000000"), (1, "#000000")]
    )
    for layer, crop in enumerate(crops):
        share = layer / (len(crops) - 1)
        base = 0.52 + 0.38 * share
        line = _wave(canvas, base, 0.035 + 0.02 * share, 0.45)
        shade = mix(crop, light, 0.45 * (1 - share))
        mask = canvas.hills(
            line, canvas.veil([(0, shade), (base, mix(shade, light, 0.25)), (1, mix(shade, "#10200c", 0.45))])
        )
        _furrows(canvas, mask, mix(shade, "#1c2a10", 0.5), base, share)
        if layer < len(crops) - 1:
            _round_trees(canvas, line, mix("#24371c", light, 0.4 * (1 - share)), 0.014 + 0.03 * share)
    canvas.vignette(0.2)


def _furrows(canvas: Canvas, mask: Image.Image, shade: str, base: float, share: float) -> None:

    centre = canvas.dice.uniform(-0.5, 1.5) * canvas.width
    horizon = base * canvas.height - 40

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for number in range(-60, 60):
            foot = centre + number * canvas.width * 0.06
            pen.line(
                [
                    (centre + (foot - centre) * 0.08) * scale,
                    horizon * scale,
                    foot * scale,
                    canvas.height * 1.3 * scale,
                ],
                fill=150,
                width=round((1.5 + 2.5 * share) * scale),
            )

    canvas.fill(ImageChops.multiply(mask, canvas.shape(draw, 1.2)), shade, 0.5)


def _round_trees(canvas: Canvas, line: list[Point], shade: str, size: float) -> None:
    dice = canvas.dice
    spots = [(dice.choice(line), dice.uniform(0.6, 1.3)) for _ in range(9)]

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        for (x, y), grown in spots:
            tall = size * grown * canvas.height
            pen.rectangle(
                [(x - tall * 0.05) * scale, (y - tall) * scale, (x + tall * 0.05) * scale, (y + 2) * scale],
                fill=255,
            )
            for _ in range(9):
                left, top = x + dice.gauss(0, tall * 0.3), y - tall * 1.25 + dice.gauss(0, tall * 0.22)
                wide = tall * dice.uniform(0.25, 0.45)
                pen.ellipse(
                    [
                        (left - wide) * scale,
                        (top - wide) * scale,
                        (left + wide) * scale,
                        (top + wide) * scale,
                    ],
                    fill=255,
                )

    canvas.fill(canvas.shape(draw), shade)


def balloons(
    canvas: Canvas, sky: Stops, far: str, near: str, sun: Point, light: str, gowns: list[str]
) -> None:
    """Hot-air balloons above morning hills."""
    mountains(canvas, sky, far, near, sun, light)
    dice = canvas.dice
    for number in range(7):
        x, y = (number + dice.uniform(0.2, 0.8)) / 7, dice.uniform(0.1, 0.55)
        _balloon(canvas, x, y, dice.choice([0.018, 0.025, 0.04, 0.055]), gowns[number % len(gowns)])


def _balloon(canvas: Canvas, x: float, y: float, size: float, gown: str) -> None:
    left, top = canvas.at(x, y)
    wide = size * max(canvas.size)

    def envelope(pen: ImageDraw.ImageDraw, scale: float) -> None:
        pen.ellipse(
            [(left - wide) * scale, (top - wide) * scale, (left + wide) * scale, (top + wide) * scale],
            fill=255,
        )
        pen.polygon(
            [
                ((left + dx * wide) * scale, (top + dy * wide) * scale)
                for dx, dy in ((-0.9, 0.45), (0.9, 0.45), (0.22, 1.45), (-0.22, 1.45))
            ],
            fill=255,
        )

    def gores(pen: ImageDraw.ImageDraw, scale: float) -> None:
        envelope(pen, scale)
        for share in (0.82, 0.42):
            box = [
                (left - wide * share) * scale,
                (top - wide) * scale,
                (left + wide * share) * scale,
                (top + wide * 1.5) * scale,
            ]
            pen.ellipse(box, fill=0 if share > 0.5 else 255)

    def basket(pen: ImageDraw.ImageDraw, scale: float) -> None:
        pen.rectangle(
            [
                (left - wide * 0.16) * scale,
                (top + wide * 1.7) * scale,
                (left + wide * 0.16) * scale,
                (top + wide * 1.95) * scale,
            ],
            fill=255,
        )
        for side in (-1, 1):
            pen.line(
                [
                    (left + side * wide * 0.2) * scale,
                    (top + wide * 1.4) * scale,
                    (left + side * wide * 0.14) * scale,
                    (top + wide * 1.75) * scale,
                ],
                fill=200,
                width=2,
            )

    whole = canvas.shape(envelope)
    canvas.fill(whole, gown)
    canvas.fill(ImageChops.multiply(canvas.shape(gores), whole), mix(gown, "#fff4dc", 0.65))
    canvas.fill(canvas.shape(basket), "#3a2a20")
