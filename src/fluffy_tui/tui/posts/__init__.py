"""Posts: the table, one post in detail, editing it, and the problems that need attention."""
