"""The embedded PostgreSQL server: started by the first program that needs it, stopped by the last."""
