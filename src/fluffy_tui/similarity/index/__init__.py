"""The index: hashes and vectors of all photos, made in the background."""
