"""Procedurally painted pictures for the demo: each scene is a function that paints on a `Canvas`."""
