"""Reads models without running them: what the source alone tells a Python that has none of the model's packages.

The parts of a file that the signature of its model depends on are compiled separately, as a skeleton, and described as
usual. They are literals, types, and calls without effects. Anything that depends on more is left to code that can run
the model.
"""
