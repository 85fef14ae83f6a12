"""Adding posts from outside the app: files that are named, a CSV file, or photos of the library."""
