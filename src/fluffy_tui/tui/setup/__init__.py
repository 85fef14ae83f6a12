"""Setup: the first run, connecting Buffer, the settings and the health checks."""

from fluffy_tui.tui.setup.channels_step import personas_for as personas_for
from fluffy_tui.tui.setup.doctor_screen import DoctorScreen as DoctorScreen
from fluffy_tui.tui.setup.first_run import FirstRunScreen as FirstRunScreen
from fluffy_tui.tui.setup.settings_screen import SettingsScreen as SettingsScreen
