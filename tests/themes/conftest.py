"""A workplace whose persona has themes."""

from scheduling.conftest import clock as clock, place as place, stand_in as stand_in
