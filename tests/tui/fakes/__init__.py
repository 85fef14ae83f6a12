"""The services behind the screens, in memory: the ports of `fluffy_tui.tui.ports` with fixed data.

`tests/tui/test_fakes_contract.py` runs each fake and the real service through the same cases.
"""

from tui.fakes.caption_model import FakeCaptionModel
from tui.fakes.sample_data import (
    CHANNELS,
    MARKUP,
    NOW,
    changed,
    damage,
    make_channel,
    make_persona,
    make_photo,
    make_post,
    with_channels,
)
from tui.fakes.scheduling import problem_of
from tui.fakes.services import FakeServices, Opening
from tui.fakes.setup import CHECKS, KEY, FakeSetup

__all__ = [
    "CHANNELS",
    "CHECKS",
    "KEY",
    "MARKUP",
    "NOW",
    "FakeCaptionModel",
    "FakeServices",
    "FakeSetup",
    "Opening",
    "changed",
    "damage",
    "make_channel",
    "make_persona",
    "make_photo",
    "make_post",
    "problem_of",
    "with_channels",
]
