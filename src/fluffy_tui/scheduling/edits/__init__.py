"""What can be done to a post after it was submitted: edit, cancel, retry."""
