"""Reading a library: filters, orders and stacks as SQL that stays fast on a million photos."""
