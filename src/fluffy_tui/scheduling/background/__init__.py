"""What the worker does besides delivering: recovery, status sync, media upkeep, channel health, the request budget."""
