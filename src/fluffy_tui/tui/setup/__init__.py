"""Setting up: first run, the Buffer wizard, settings and health checks."""
