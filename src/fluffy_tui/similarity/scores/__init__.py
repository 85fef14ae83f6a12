"""Scores of a picture: how sharp it is, and how much of it is clipped. They suggest, and decide nothing."""
