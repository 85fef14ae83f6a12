"""`--import`: folders into a library, and how the import is reported."""
