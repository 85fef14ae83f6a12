"""Embedding models: the built-in one and the image_embed service."""
