"""What happens between a caption and a queued post: checks, slots, the new row."""
