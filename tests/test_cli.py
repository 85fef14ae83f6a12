"""Flags, exit statuses and error messages; the user never sees a traceback or a secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fluffy_tui
from fluffy_tui.cli import build_parser
from modes.program import clean_environment, fluffy, quick_fluffy

pytestmark = pytest.mark.slow


def test_version(own_home: Path) -> None:
    assert fluffy(own_home, "--version").out == f"fluffy-tui {fluffy_tui.__version__}\n"


def test_a_limit_of_memory_with_which_nothing_starts_is_told(own_home: Path) -> None:
    """A library would end the process with words of its own."""
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (100_000 << 10,) * 2)\n"
        "from fluffy_tui.cli import main; sys.exit(main(['--doctor']))"
    )
    run = subprocess.run(
        [sys.executable, "-c", limited], capture_output=True, text=True, env=clean_environment(own_home)
    )
    assert run.returncode == 1
    assert run.stderr == (
        "fluffy-tui: There is too little memory to start. Raise these limits where it was started, and try again:"
        " memory (ulimit -d 100000).\n"
    )


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys, fluffy_tui.cli as cli\n"
        "cli.build_parser().format_help()\n"
        "slow = {'textual', 'sqlalchemy', 'psycopg', 'procrastinate', 'httpx', 'PIL', 'alembic'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--import", "somewhere"],
        ["--import", "", "--persona", "sarah"],
        ["--export", ""],
        ["--json"],
        ["--add", "a.jpg"],
        ["--add-csv", "posts.csv"],
        ["--status", "--caption", "fog"],
        ["--status", "--channel", "instagram"],
        ["--worker", "--doctor"],
        ["--mcp", "--persona", "sarah"],
        ["--mcp", "--json"],
        ["--worker", "--persona", "sarah"],
        ["--no-such-flag"],
        ["--demo", "no-such-folder"],
    ],
    ids=" ".join,
)
def test_a_usage_error_is_status_2_with_a_message(own_home: Path, arguments: list[str]) -> None:
    ended = fluffy(own_home, *arguments)
    assert ended.status == 2
    assert ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("mode", ["--console", "--mcp"])
def test_what_reads_standard_input_says_that_it_is_closed(own_home: Path, mode: str) -> None:
    closing = ["/bin/sh", "-c", 'exec "$@" <&-', "sh"]
    ended = subprocess.run(
        [*closing, sys.executable, "-m", "fluffy_tui", mode],
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(own_home),
    )
    assert (ended.returncode, ended.stderr.splitlines()) == (
        2,
        ["fluffy-tui: Standard input is closed. --console and --mcp read from there."],
    )


@pytest.mark.parametrize(
    "arguments", ["--status", "--status --json", "--export -", "--doctor", "--clean", "--console", "--mcp"]
)
def test_without_standard_output_nothing_is_begun(own_home: Path, arguments: str) -> None:
    """A script that takes exit status 0 for a complete export would have none."""
    closing = ["/bin/sh", "-c", 'exec "$@" >&-', "sh"]
    ended = subprocess.run(
        [*closing, sys.executable, "-m", "fluffy_tui", *arguments.split()],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=clean_environment(own_home),
    )
    assert (ended.returncode, ended.stderr.splitlines()) == (
        2,
        ["fluffy-tui: Standard output is closed. Redirect it to /dev/null if you need no output."],
    )
    assert not list(own_home.iterdir())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists open files there")
def test_no_connection_takes_the_place_of_a_closed_stream(own_home: Path) -> None:
    """Libraries print their warnings there."""
    closing = ["/bin/sh", "-c", 'exec "$@" 2>&-', "sh"]
    ended = subprocess.run(
        [*closing, sys.executable, "-m", "fluffy_tui", "--console"],
        input="import os; print(os.readlink('/proc/self/fd/2'))",
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env=clean_environment(own_home),
    )
    assert ended.stdout.splitlines()[-1] == "/dev/null"


def test_without_a_terminal_the_app_says_so(own_home: Path) -> None:
    ended = fluffy(own_home)
    assert ended.status == 2
    assert len(ended.err.splitlines()) == 1
    assert "terminal" in ended.err


def test_a_bad_setting_is_status_2(own_home: Path) -> None:
    ended = fluffy(own_home, "--doctor", FLUFFY_PREVIEW="hologram")
    assert ended.status == 2
    assert "FLUFFY_PREVIEW must be one of" in ended.err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@127.0.0.1:1/photos",
        "mysql://me:hunter2@127.0.0.1/photos",
        "hunter2 is not a url",
        "postgresql://me:hunter2@[broken/photos",
    ],
)
def test_an_unusable_database_is_explained_without_the_password(own_home: Path, url: str) -> None:
    ended = quick_fluffy(own_home, "--import", str(own_home), "--persona", "sarah", DATABASE_URL=url)
    assert ended.status != 0
    assert "Traceback" not in ended.err
    assert "hunter2" not in ended.err + ended.out
    logged = "".join(path.read_text() for path in own_home.rglob("*.log*"))
    assert "hunter2" not in logged


@pytest.mark.parametrize("name", ["data", "y" * 300, "y/" * 3000], ids=["file", "long", "deep"])
def test_a_data_folder_that_cannot_be_one_is_explained(own_home: Path, name: str) -> None:
    (own_home / "data").write_text("not a folder")
    ended = fluffy(own_home, "--doctor", FLUFFY_DATA_DIR=str(own_home / name))
    assert ended.status == 1
    assert "set FLUFFY_DATA_DIR to a folder of your own" in ended.err
    assert "Traceback" not in ended.err


def test_a_folder_for_the_demo_whose_name_is_too_long_is_status_2(own_home: Path) -> None:
    ended = fluffy(own_home, "--demo", "y" * 300)
    assert (ended.status, ended.err.partition(" yyy")[0]) == (2, "fluffy-tui: There is no folder")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("buffer_url = 'https://x'".encode("utf-16"), "is not UTF-8 text. Save it as UTF-8."),
        (b"buffer_url = ", "Cannot read the configuration file"),
    ],
)
def test_a_configuration_file_that_is_no_text_is_explained(
    own_home: Path, content: bytes, words: str
) -> None:
    config = own_home / "config.toml"
    config.write_bytes(content)
    ended = fluffy(own_home, "--status", FLUFFY_CONFIG=str(config))
    assert ended.status == 2
    assert words in ended.err


def test_a_configuration_file_that_is_a_folder_is_explained(own_home: Path) -> None:
    ended = fluffy(own_home, "--status", FLUFFY_CONFIG=str(own_home))
    assert ended.status == 2
    assert ended.err.endswith(": is a folder, not a file.\n")


def test_a_mark_before_the_settings_is_no_obstacle(own_home: Path) -> None:
    """Editors of Windows write one."""
    config = own_home / "config.toml"
    config.write_bytes(b"\xef\xbb\xbfundo_seconds = -1\n")
    ended = fluffy(own_home, "--status", FLUFFY_CONFIG=str(config))
    assert "It is in line 1 of" in ended.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_lost_output_is_reported(own_home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "fluffy_tui", "--doctor"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={"HOME": str(own_home), "DATABASE_URL": "postgresql://me@127.0.0.1:1/photos"},
        )
    assert ended.returncode == 1
    assert ended.stderr == (
        "fluffy-tui: The output cannot be written: no space left on device."
        " Free some space, or write it elsewhere.\n"
    )


@pytest.mark.parametrize("option", ["-B", "-E"])
def test_paths_are_utf8_whatever_the_locale_says(option: str) -> None:
    """They are stored, and another session may have another locale."""
    script = "import sys; from fluffy_tui.cli import use_utf8; use_utf8(); print(ascii(sys.argv[1]))"
    other = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    command = [sys.executable, option, "-c", script, "café"]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **other})
    assert ended.stdout == "'caf\\xe9'\n"


def test_an_empty_channel_is_no_channel(capsys: pytest.CaptureFixture[str]) -> None:
    """As of a variable that is not set."""
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--add", "a.jpg", "--persona", "sarah", "--channel", ""])
    assert "the name is empty" in capsys.readouterr().err
