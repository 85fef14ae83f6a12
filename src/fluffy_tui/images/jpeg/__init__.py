"""JPEG files, without a decoder."""
