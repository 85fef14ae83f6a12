"""A workplace for what is run in a process of its own."""

from scheduling.conftest import clock as clock, place as place, stand_in as stand_in
