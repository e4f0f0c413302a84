"""Fetches files over HTTP, by the server's rules."""
