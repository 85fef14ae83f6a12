"""Searches in the index: duplicates and nearest neighbours."""
