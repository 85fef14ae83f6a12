"""What other programs and folders say about photos: XMP, dates from names and Takeout, names of folders."""
