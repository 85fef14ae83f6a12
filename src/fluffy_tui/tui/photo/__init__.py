"""Drawing photos in the terminal."""
