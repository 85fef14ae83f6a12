"""The one error family of fluffy-tui: sentences for people, never tracebacks."""

from __future__ import annotations


class FluffyError(Exception):
    """Something that a person has to know about, told in plain words.

    Args:
        message: What happened and why, as one sentence.
        hint: What to do now; empty where nothing can be done.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class UsageError(FluffyError):
    """The program was called in a way that cannot work (exit status 2)."""


class DatabaseUnavailable(FluffyError):
    """The database cannot be reached or used at all."""


class DatabaseTooNew(FluffyError):
    """The database was migrated by a newer fluffy-tui than this one."""
