"""Importing files into a library: walk, read, compare, store, watch."""
