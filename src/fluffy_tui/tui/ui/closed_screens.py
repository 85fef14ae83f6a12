"""Letting go of closed screens, which Textual 8.2 keeps in memory with all that was drawn on them.

The garbage collector looks at all that is kept, again and again: after ten captions that stopped the app for a seventh
of a second at a time, and ever longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual._styles_cache import StylesCache

if TYPE_CHECKING:
    from textual.app import App


def let_go(app: App[Any]) -> None:
    """Let go of widgets that are closed; their screen calls this when it is unmounted.

    Text areas watch the app's theme, and are taken from its list only when the theme changes. The drawn lines of the
    last 1,024 widgets are held by a cache of two colours, which has the widget's other cache for a key.
    """
    watched: dict[str, list[tuple[Any, Any]]] = getattr(app, "__watchers", {})
    for watchers in watched.values():
        watchers[:] = [(node, told) for node, told in watchers if not node._closing]  # noqa: SLF001 - as Textual does
    StylesCache.get_inner_outer.cache_clear()
