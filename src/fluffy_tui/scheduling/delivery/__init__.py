"""Bringing one post into Buffer: rendition, upload, look, create, record; and the queue of each channel."""
