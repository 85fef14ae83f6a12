"""Every key: the table, the bindings made from it, the user's own keys and the command palette."""
