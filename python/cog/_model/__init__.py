"""Finds a model, and determines what to call and how."""
