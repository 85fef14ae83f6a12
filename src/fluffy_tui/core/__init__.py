"""What every pack stands on: errors, the database, the embedded server, migrations, the queue and events."""
