"""Programs outside the app: clipboard, editor, image viewer, web browser, and the terminal itself."""
