"""A workplace for faults that are met in one place."""

from scheduling.conftest import clock as clock, place as place, stand_in as stand_in
