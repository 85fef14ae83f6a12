"""Scores of a picture: how sharp it is, and how much of it is clipped. They propose, and decide nothing."""
