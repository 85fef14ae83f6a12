"""The photos that the demo starts with."""
