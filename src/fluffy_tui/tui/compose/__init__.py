"""The composer: caption, time, fit and preflight of one post."""
