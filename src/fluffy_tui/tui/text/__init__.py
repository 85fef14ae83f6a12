"""Text for users: words, times and the states of posts."""
