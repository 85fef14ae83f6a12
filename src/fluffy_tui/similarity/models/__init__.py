"""Embedding models: the built-in one, the image_embed service, and which one answers."""
