"""The base of all errors that are shown to the user, as sentences and never as tracebacks."""

from __future__ import annotations


class FluffyError(Exception):
    """An error that the user needs to know about.

    Args:
        message: What happened and why, in one sentence.
        hint: What to do; empty if nothing can be done.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class UsageError(FluffyError):
    """The command line is wrong (exit status 2)."""


class OutputLost(FluffyError):
    """The output cannot be written, perhaps because the disk is full."""


class DatabaseUnavailable(FluffyError):
    """The database cannot be reached or used."""


class DatabaseTooNew(FluffyError):
    """The database was migrated by a newer version of fluffy-tui."""
