"""Captions for several photos at once, submitted together."""
