"""Damage in the coded data of pictures that their decoders silently ignore."""
