"""`--doctor`: health checks and the history of one post."""
