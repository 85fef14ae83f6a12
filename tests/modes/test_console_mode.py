"""`--console` with a script piped into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modes.program import quick_fluffy as fluffy

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url}


def test_top_level_await_works(own_home: Path, environment: dict[str, str]) -> None:
    script = 'sarah = await personas.create("sarah")\nprint([p.name for p in await personas.list()])\n'
    ended = fluffy(own_home, "--console", text=script, **environment)
    assert (ended.status, ended.out) == (0, "['sarah']\n"), ended.err


def test_functions_and_async_for_work(own_home: Path, environment: dict[str, str]) -> None:
    script = (
        "async def names():\n    return [p.name for p in await personas.list()]\n\n"
        "for name in ('b', 'a'):\n    await personas.create(name)\nprint(await names())\n"
    )
    assert fluffy(own_home, "--console", text=script, **environment).out == "['a', 'b']\n"


def test_a_script_that_raises_ends_with_status_1_and_its_own_traceback(
    own_home: Path, environment: dict[str, str]
) -> None:
    ended = fluffy(own_home, "--console", text='x = 1\nawait personas.get("nobody")\n', **environment)
    assert ended.status == 1
    assert 'File "<stdin>", line 2' in ended.err
    assert "There is no persona named nobody" in ended.err
    assert "modes/console_mode.py" not in ended.err


@pytest.mark.parametrize(
    ("script", "status"), [("raise SystemExit(3)", 3), ("exit()", 0), ("this is not python", 1)]
)
def test_exit_statuses(own_home: Path, environment: dict[str, str], script: str, status: int) -> None:
    assert fluffy(own_home, "--console", text=script, **environment).status == status


def test_a_signal_stops_a_script_as_ctrl_c_does(own_home: Path, environment: dict[str, str]) -> None:
    """The command `timeout` sends two, to the program and to its group; what is open is closed all the same."""
    script = (
        "import asyncio, os, signal\nprint(1)\nfor _ in range(2): os.kill(os.getpid(), signal.SIGTERM)\n"
        "try: await asyncio.Event().wait()\nfinally:\n    os.kill(os.getpid(), signal.SIGHUP)\n"
        "    await asyncio.sleep(0)\n    print(2)\n"
    )
    ended = fluffy(own_home, "--console", text=script, **environment)
    assert (ended.status, ended.out, ended.err) == (130, "1\n2\n", "")


def test_one_processor_is_enough_for_matrices(own_home: Path, environment: dict[str, str]) -> None:
    """Where memory or processes are limited, the library for them would end the program."""
    script = "import os, numpy\nprint(os.environ['OPENBLAS_NUM_THREADS'])"
    assert fluffy(own_home, "--console", text=script, **environment).out == "1\n"


def test_what_a_script_writes_into_a_pipe_is_left_alone(own_home: Path) -> None:
    assert fluffy(own_home, "--console", text="print('a\\x1b[1m')").out == "a\x1b[1m\n"
