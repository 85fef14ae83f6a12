"""Front doors that import slow modules only when they are used, so that the first frame is fast."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def lazy_exports(package: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package that imports on first use what it gives out only to type checkers."""

    def load(name: str) -> Any:
        modules = _modules(package)
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return load


@cache
def _modules(package: str) -> dict[str, str]:
    """Return the module of each name that is imported below `if TYPE_CHECKING:`, and given out as itself."""
    spec = find_spec(package)
    source: str = spec.loader.get_source(package)  # type: ignore[union-attr]
    below = source.partition("\nif TYPE_CHECKING:\n")[2]
    [block, *_] = ast.parse(f"if TYPE_CHECKING:\n{below}").body
    imports = [node for node in ast.walk(block) if isinstance(node, ast.ImportFrom)]
    return {
        name.name: str(node.module) for node in imports for name in node.names if name.asname == name.name
    }
