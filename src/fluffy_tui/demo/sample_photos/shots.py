"""Which pictures the demo has: scene, colours, shape, file name, and what the camera wrote down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from fluffy_tui.demo.sample_photos.scenes import land, night, pattern, water
from fluffy_tui.demo.sample_photos.scenes.canvas import Canvas

Paint = Callable[[Canvas], None]

TWELVE_MEGAPIXELS = (4032, 3024)
CLASSIC = (1920, 1440)
WIDE = (2048, 1152)
TALL = (1440, 1920)
FEED = (1440, 1800)
SQUARE = (1600, 1600)
NARROW = (1280, 1920)
STORY = (1080, 1920)
FILM = (2100, 1400)
PANORAMA = (3000, 1200)


@dataclass(frozen=True, slots=True)
class Shot:
    """One sample photo."""

    file_name: str
    size: tuple[int, int]
    """As seen upright."""
    seed: int
    days_ago: int
    scene: Paint
    orientation: int = 1
    """EXIF orientation; the pixels are stored turned accordingly."""
    place: tuple[float, float] | None = None
    """Latitude and longitude, where the camera noted them."""

    def paint(self) -> Image.Image:
        """Return the picture, upright."""
        canvas = Canvas(self.size, self.seed)
        self.scene(canvas)
        return canvas.finish()


DUSK = [(0.0, "#1d2350"), (0.25, "#5b3a78"), (0.45, "#c8617a"), (0.6, "#f6a66b"), (1.0, "#ffd9a0")]
DAWN = [(0.0, "#7fb0d8"), (0.3, "#b8d2e4"), (0.5, "#f4dcc8"), (1.0, "#ffe9cf")]
NOON = [(0.0, "#2c78c4"), (0.35, "#6fb1e6"), (0.6, "#cfe7f5"), (1.0, "#eaf6fb")]
GOLD = [(0.0, "#3a5f8f"), (0.3, "#c9a27c"), (0.5, "#f5c074"), (1.0, "#ffe0a0")]
MIST = [(0.0, "#aebfc7"), (0.4, "#d3dcdd"), (1.0, "#eef0ea")]
FROST = [(0.0, "#7f9cc4"), (0.4, "#c9d7ea"), (0.7, "#f3e4e4"), (1.0, "#f8eee8")]
INK = [(0.0, "#050a1f"), (0.4, "#0d1b3f"), (0.7, "#243a6b"), (1.0, "#3d5a8c")]
VIOLET = [(0.0, "#0d0a24"), (0.4, "#2a1a4f"), (0.65, "#6a2f6f"), (1.0, "#d0607a")]
BLUE_HOUR = [(0.0, "#0a1533"), (0.45, "#1f3f75"), (0.65, "#5f7fb0"), (1.0, "#f0b98a")]
POLAR = [(0.0, "#03060f"), (0.6, "#071a2a"), (1.0, "#0d3038")]
DEEP = [(0.0, "#02030a"), (0.6, "#0a0f26"), (1.0, "#2a2140")]
TROPIC = [(0.0, "#1fa6b8"), (0.5, "#0b6f8f"), (1.0, "#063a56")]
DARK_SEA = [(0.0, "#8f6a78"), (0.25, "#4a466e"), (1.0, "#0f1430")]
NIGHT_SEA = [(0.0, "#33507f"), (0.3, "#142549"), (1.0, "#040817")]
AMBER_SEA = [(0.0, "#d99a66"), (0.3, "#8a5a5c"), (1.0, "#2a2038")]

ZERMATT = (46.0207, 7.7491)
BIG_SUR = (36.2704, -121.8081)
BERLIN = (52.5096, 13.3759)
TROMSO = (69.6492, 18.9553)

SARAH = (
    Shot(
        "IMG_2041.HEIC",
        (1600, 1200),
        11,
        2,
        lambda c: land.mountains(c, DUSK, "#b9708a", "#161230", (0.62, 0.44), "#ffb878"),
        place=ZERMATT,
    ),
    Shot(
        "IMG_2044.JPG",
        TWELVE_MEGAPIXELS,
        12,
        2,
        lambda c: water.lake(c, NOON, "#7f93ad", "#2f4a3f", (0.8, 0.2), "#fff4d8"),
        place=ZERMATT,
    ),
    Shot(
        "IMG_2052.JPG",
        FEED,
        13,
        4,
        lambda c: water.sea(c, DUSK, DARK_SEA, (0.5, 0.5), "#ffb070"),
        orientation=6,
        place=BIG_SUR,
    ),
    Shot(
        "IMG_2053.JPG",
        PANORAMA,
        14,
        4,
        lambda c: water.sea(c, GOLD, AMBER_SEA, (0.3, 0.5), "#ffd084"),
        place=BIG_SUR,
    ),
    Shot("IMG_2067.JPG", TALL, 15, 6, lambda c: land.forest(c, MIST, "#dfe5e2", "#1d3128"), orientation=6),
    Shot("IMG_2071.JPG", FILM, 16, 8, lambda c: land.dunes(c, GOLD, "#e9b878", "#7a3f2e", (0.75, 0.3))),
    Shot(
        "IMG_2072.JPG",
        NARROW,
        17,
        8,
        lambda c: land.dunes(
            c, [(0, "#2a7fb8"), (0.5, "#a9d5e8"), (1, "#f2e6cf")], "#f0cf9a", "#a5603f", (0.2, 0.14)
        ),
    ),
    Shot(
        "IMG_2080.JPG",
        WIDE,
        18,
        11,
        lambda c: land.fields(c, NOON, ["#8fae5a", "#c9b44f", "#6f9a45", "#4f8038"], "#e4efdc"),
    ),
    Shot(
        "IMG_2084.PNG",
        SQUARE,
        19,
        12,
        lambda c: land.balloons(
            c,
            DAWN,
            "#c9b7bd",
            "#4a4f6b",
            (0.3, 0.42),
            "#ffd9a8",
            ["#d8503f", "#e8a13a", "#3d7ea6", "#5a9367"],
        ),
    ),
    Shot(
        "IMG_2085.JPG",
        FILM,
        20,
        12,
        lambda c: land.balloons(
            c,
            DUSK,
            "#a5668c",
            "#1c1738",
            (0.7, 0.47),
            "#ffc48a",
            ["#f2c14e", "#c8553d", "#588b8b", "#e9d8a6"],
        ),
    ),
    Shot(
        "IMG_2096.JPG",
        CLASSIC,
        21,
        15,
        lambda c: water.lighthouse(c, BLUE_HOUR, NIGHT_SEA, "#ffe2a0"),
    ),
    Shot(
        "IMG_2097.JPG",
        STORY,
        22,
        15,
        lambda c: water.moon_over_water(c, INK, NIGHT_SEA, (0.62, 0.2)),
        orientation=8,
    ),
    Shot("IMG_2103.WEBP", FEED, 23, 18, lambda c: land.forest(c, FROST, "#e9eef4", "#2c4258", snow=True)),
    Shot(
        "IMG_2110.JPG",
        FILM,
        24,
        21,
        lambda c: pattern.leaves(c, ["#3f7d32", "#6ea63a", "#2c5e2a"], "#f3f2b0"),
    ),
    Shot(
        "IMG_2111.JPG",
        FEED,
        25,
        21,
        lambda c: pattern.leaves(c, ["#c2491d", "#e08a1e", "#8f2f1c", "#d9b02c"], "#ffe9b8"),
    ),
    Shot(
        "IMG_2118.JPG",
        PANORAMA,
        26,
        25,
        lambda c: land.mountains(c, DAWN, "#c4ced8", "#35506b", (0.25, 0.4), "#ffe6c4"),
        orientation=3,
    ),
    Shot(
        "IMG_2121.JPG",
        TALL,
        27,
        27,
        lambda c: water.sea(c, NOON, TROPIC, (0.72, 0.16), "#fff6dc", 0.44),
        place=BIG_SUR,
    ),
)
"""Landscape, sea and nature."""

LEO = (
    Shot(
        "DSC04512.JPG",
        WIDE,
        41,
        1,
        lambda c: night.skyline(c, VIOLET, "#ff8a5c", ["#ffd890", "#fff2c8", "#9fd3ff"]),
        place=BERLIN,
    ),
    Shot(
        "DSC04515.JPG",
        TWELVE_MEGAPIXELS,
        42,
        1,
        lambda c: night.bridge(c, BLUE_HOUR, "#f0a070", "#0b0f1c", "#ffd48a"),
        place=BERLIN,
    ),
    Shot(
        "DSC04521.JPG",
        NARROW,
        43,
        3,
        lambda c: night.bokeh(
            c,
            [(0, "#0a0f1f"), (0.5, "#23304a"), (1, "#0b0d16")],
            ["#ffb84d", "#ff5d4a", "#6fd0ff", "#ffe9b0"],
        ),
        orientation=6,
    ),
    Shot(
        "DSC04522.JPG",
        SQUARE,
        44,
        3,
        lambda c: night.bokeh(
            c,
            [(0, "#1a0a24"), (0.5, "#4a1f52"), (1, "#0d0714")],
            ["#ff4fa3", "#8a6bff", "#39e0d0", "#ffd166"],
        ),
    ),
    Shot(
        "DSC04530.PNG",
        SQUARE,
        45,
        5,
        lambda c: pattern.tiles(c, "#d9d2c3", ["#1f5673", "#e9e2d0", "#c8553d", "#e0a458", "#2f3e46"]),
    ),
    Shot(
        "DSC04533.JPG",
        FEED,
        46,
        5,
        lambda c: pattern.tiles(c, "#1b2a2f", ["#0f4c5c", "#5fa8a0", "#e8dab2", "#16697a", "#dd6e42"]),
    ),
    Shot(
        "DSC04541.JPG",
        FILM,
        47,
        9,
        lambda c: night.aurora(c, POLAR, ["#3dffa2", "#25d9c0", "#9a5cff"], "#02080a"),
        place=TROMSO,
    ),
    Shot(
        "DSC04542.AVIF",
        TALL,
        48,
        9,
        lambda c: night.aurora(c, POLAR, ["#7dff6b", "#ff5ca8", "#3dffa2"], "#03070c"),
        place=TROMSO,
    ),
    Shot("DSC04550.JPG", STORY, 49, 13, lambda c: night.milky_way(c, DEEP, "#5a4f8a", "#d89a7a", "#05040a")),
    Shot(
        "DSC04551.JPG",
        TWELVE_MEGAPIXELS,
        50,
        13,
        lambda c: night.milky_way(c, INK, "#4a6a9a", "#c8a0b0", "#04060c"),
    ),
    Shot("DSC04563.JPG", CLASSIC, 51, 16, lambda c: night.light_trails(c, BLUE_HOUR, "#fff0c8", "#ff3524")),
    Shot(
        "DSC04570.JPG",
        FEED,
        52,
        19,
        lambda c: pattern.paper_waves(
            c, ["#f4e9cd", "#f2c57c", "#e8875a", "#c8485c", "#7a3468", "#3a2a5c", "#1a1c3c"]
        ),
    ),
    Shot(
        "DSC04571.WEBP",
        WIDE,
        53,
        19,
        lambda c: pattern.paper_waves(c, ["#e3f2ee", "#a8d8cf", "#5fb3b0", "#2f7f8f", "#1f5573", "#12304f"]),
    ),
    Shot(
        "DSC04580.JPG",
        CLASSIC,
        54,
        22,
        lambda c: pattern.facets(c, ["#12304f", "#1f7a8c", "#bfdbb0", "#f2a65a", "#a63d40"]),
    ),
    Shot(
        "DSC04584.JPG",
        TALL,
        55,
        24,
        lambda c: pattern.stairs(c, ["#15110f", "#5a4636", "#6f5844", "#4a3a2e"], "#ffe6bc"),
        orientation=8,
    ),
    Shot(
        "DSC04590.JPG",
        PANORAMA,
        56,
        28,
        lambda c: night.skyline(c, BLUE_HOUR, "#ffb070", ["#ffe0a0", "#ffffff", "#ff9f6b"]),
    ),
)
"""City, night and abstract."""
