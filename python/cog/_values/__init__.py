"""Turns JSON values into a model's arguments, and what it returns into JSON text."""
