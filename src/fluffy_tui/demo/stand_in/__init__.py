"""The stand-in for Buffer: a server on loopback that behaves like the real API."""
