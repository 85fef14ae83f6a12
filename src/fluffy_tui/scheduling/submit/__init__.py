"""Submitting a post: the checks, and the new row with the job that delivers it."""
