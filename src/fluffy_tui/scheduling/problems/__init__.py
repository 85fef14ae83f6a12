"""Posts and channels that need attention."""
