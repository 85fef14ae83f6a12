"""What all packs build on: errors, the database, the embedded server, migrations, the job queue and events."""
