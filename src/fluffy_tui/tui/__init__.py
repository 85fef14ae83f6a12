"""The screens: they draw and ask, and speak neither SQL nor HTTP."""
