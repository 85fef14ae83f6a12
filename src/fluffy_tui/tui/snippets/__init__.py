"""Hashtag sets and snippets: managing, writing and picking them."""
