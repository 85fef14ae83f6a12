"""One module for each way to run the program: the app, the demo, import, worker, doctor and console."""
