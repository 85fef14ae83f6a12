"""Hashing and embedding the library in the background."""
