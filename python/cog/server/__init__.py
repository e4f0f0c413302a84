"""The prediction server: `python -m cog.server.http`."""
