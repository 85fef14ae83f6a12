"""Check that every pinned dependency has a wheel for every Python and platform that the README promises.

Nothing is installed: pip resolves the pins for each pair as if it ran there, taking wheels only.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    "Linux x86-64": [f"manylinux_2_{minor}_x86_64" for minor in (34, 31, 28, 27, 26, 24, 17, 12, 5)]
    + ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"],
    "Linux ARM": [f"manylinux_2_{minor}_aarch64" for minor in (34, 31, 28, 27, 26, 24, 17)]
    + ["manylinux2014_aarch64"],
    "macOS ARM": [
        f"macosx_{major}_0_{kind}" for major in (15, 14, 13, 12, 11) for kind in ("arm64", "universal2")
    ],
}
"""What pip calls each platform; older names are accepted by newer systems."""


def requirements() -> list[str]:
    """Return what an installation with every extra needs that users choose."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    named = [*project["dependencies"], *extras["embed"], *extras["demo"], *extras["mcp"], *extras["ocr"]]
    return [requirement for requirement in named if not requirement.startswith("fluffy-tui")]


def missing(python: str, platform: str) -> str:
    """Return what pip says is missing for a Python on a platform; empty when everything has a wheel."""
    tags = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as report:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--target", report, "--only-binary=:all:", "--python-version", python, *tags]
        command += ["-c", str(ROOT / "constraints.txt"), *requirements()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "" if done.returncode == 0 else "\n".join(lines) or done.stderr


def main() -> int:
    pairs = list(product(PYTHONS, PLATFORMS))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda pair: missing(*pair), pairs))
    for (python, platform), answer in zip(pairs, answers, strict=True):
        print(f"{'missing' if answer else 'ok':8} Python {python}  {platform}")
        if answer:
            print(f"         {answer}")
    return 1 if any(answers) else 0


if __name__ == "__main__":
    sys.exit(main())
