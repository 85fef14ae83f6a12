"""Damage in the coded data of pictures that their decoders pass over in silence."""
