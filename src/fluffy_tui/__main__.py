"""Run fluffy-tui as `python -m fluffy_tui`."""

from fluffy_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
