"""What a channel's profile shows: our posts, and those that were made elsewhere."""
