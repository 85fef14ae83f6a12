"""Drawing photos in the terminal: previews, painters and graphics protocols."""
