"""One module for each way to run the program, and what several of them share."""
