"""Describes a model to its clients and to the server: the OpenAPI document."""
