"""What lies outside the terminal: clipboard, editor, image viewer, web browser."""
