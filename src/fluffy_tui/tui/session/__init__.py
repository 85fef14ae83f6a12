"""What the app knows while it runs: context, events, overview, drafts, undo, selection."""
