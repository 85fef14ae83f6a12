"""What needs attention: posts, channels, the worker and the request budget."""
