"""Sample photos for the demo: bundled JPEGs, written out as a camera would have."""
