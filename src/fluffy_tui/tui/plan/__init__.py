"""The plan: two weeks of a channel's slots."""
