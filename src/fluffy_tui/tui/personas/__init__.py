"""Personas: the picker, a persona's channel, and the import of its photos."""
