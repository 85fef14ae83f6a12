"""Coming from fluffy-train: its database is read, and what it knows is kept here."""
