"""One screen per step of the work."""
