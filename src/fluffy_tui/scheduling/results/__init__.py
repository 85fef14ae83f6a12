"""Results: what the networks count for live posts, and what that says about the next ones."""
