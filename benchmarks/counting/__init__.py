"""Counts of instructions and system calls, which don't depend on how busy the machine is."""
