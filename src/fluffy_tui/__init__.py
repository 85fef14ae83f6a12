"""Schedule photos to social networks without leaving the terminal."""

__version__ = "0.1.0"
