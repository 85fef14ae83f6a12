"""Every key: the table, the bindings made from it, and the user's own keys."""
