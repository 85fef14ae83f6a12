"""Writing text: the caption editor and what it offers while typing."""
