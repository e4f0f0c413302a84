"""Reads models without running them: what can be told from the source alone, by a Python that has none of its packages.

The parts of a file that the signature of its model depends on are compiled by themselves, as a skeleton, and described
as ever. They are literals, types, and calls that have no effects. What depends on anything else is left to whoever can
run the model.
"""
