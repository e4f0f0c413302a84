"""Finds a model, and what of it is called and how."""
