"""The default theme: dark, calm, one accent. Textual's other themes can be chosen in the palette."""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

FLUFFY = Theme(
    name="fluffy",
    primary="#8fb8de",
    secondary="#6f8fb0",
    accent="#d9a5c7",
    warning="#e3c078",
    error="#e08585",
    success="#97c9a0",
    foreground="#d7dbe2",
    background="#15181d",
    surface="#1b1f26",
    panel="#252b34",
    dark=True,
    variables={
        "border": "#4a5563",
        "border-blurred": "#333b46",
        "footer-background": "#15181d",
        "footer-item-background": "#15181d",
        "footer-key-background": "#15181d",
        "footer-description-background": "#15181d",
        "footer-key-foreground": "#8fb8de",
        "footer-description-foreground": "#9aa3b0",
        "block-cursor-background": "#2f4358",
        "block-cursor-foreground": "#f0f3f7",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#242d38",
        "block-cursor-blurred-foreground": "#d7dbe2",
        "button-color-foreground": "#15181d",
        "button-focus-text-style": "bold underline",
        "scrollbar": "#333b46",
        "scrollbar-hover": "#4a5563",
        "scrollbar-active": "#8fb8de",
        "scrollbar-background": "#15181d",
        "scrollbar-background-hover": "#15181d",
        "scrollbar-background-active": "#15181d",
        "scrollbar-corner-color": "#15181d",
        "input-selection-background": "#8fb8de 30%",
    },
)

FAINTEST = 0.1
"""Least difference in brightness, from 0 to 1, at which a border can be seen on its background."""


def with_quiet_borders(variables: dict[str, str]) -> dict[str, str]:
    """Return a theme's variables with a visible colour for the borders of unfocused boxes.

    In some of Textual's themes that colour is almost the background's, since their boxes have a background of
    their own; ours have none.
    """
    background = Color.parse(variables["background"])
    if background.ansi is not None:
        return variables  # the terminal's own colours are not known
    border = Color.parse(variables["border-blurred"])
    if abs((background + border).brightness - background.brightness) >= FAINTEST:
        return variables
    return {**variables, "border-blurred": background.blend(Color.parse(variables["foreground"]), 0.25).hex}
