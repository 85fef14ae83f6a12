"""What other programs and folders say of photos: XMP, dates from names and Takeout, names of folders."""
