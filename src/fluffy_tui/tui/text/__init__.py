"""Wording shared by the screens."""
